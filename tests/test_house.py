"""The laws of the house, held by reading the code: imports go down, only the edge commits, files stay short, nothing hides."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LMS = ROOT / "lms"
FLOORS = {
    "core": 1, "config": 1, "people": 2, "catalogue": 2, "sandbox": 2, "partners": 3, "ledger": 3, "messages": 3, "cohorts": 4,
    "payouts": 4,
    "intake": 5, "grading": 5, "annotation": 5, "learning": 6, "credentials": 7, "pool": 8, "reactions": 9, "reports": 9, "home": 9,
    "api": 10, "app": 11, "demo": 11, "cli": 12, "__main__": 13, "__init__": 13,
}  # fmt: skip
HEAVY = {
    "weasyprint", "pyhanko", "scipy", "shapely", "pycocotools", "numpy", "PIL", "boto3", "fontTools", "segno", "pydyf", "pypdf",
    "xlsxwriter", "openpyxl", "icalendar",
}  # fmt: skip
SHELL = {"flask_migrate", "alembic", "flask", "huey"}  # inside commands: a web worker never pays for them
FILES = sorted(path for path in LMS.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
NAMES_REFUSED = {"utils", "helpers", "manager", "service", "managers", "services", "util", "helper"}


def room_of(path: Path) -> str:
    return path.relative_to(LMS).parts[0].removesuffix(".py")


def imports(tree: ast.AST) -> Iterator[tuple[str, ast.stmt]]:
    """(dotted module, statement) of every import of ours in a file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((name.name, node) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "lms":
                yield from ((f"lms.{name.name}", node) for name in node.names)
            else:
                yield node.module, node


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_down(path: Path) -> None:
    here = room_of(path)
    assert here in FLOORS, f"{here} stands on no floor: name it in house.md and here"
    for module, _node in imports(ast.parse(path.read_text())):
        if not module.startswith("lms."):
            continue
        there = module.split(".")[1]
        assert there == here or FLOORS[there] < FLOORS[here], f"{path.name} on floor {FLOORS[here]} imports {module} on {FLOORS[there]}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_import_hides_in_a_function(path: Path) -> None:
    tree = ast.parse(path.read_text())
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    hidden = {module.split(".")[0] for function in functions for module, _node in imports(function)}
    assert hidden <= HEAVY | SHELL, f"hidden imports of {hidden - HEAVY - SHELL}"
    assert not any(module.startswith("lms.") for function in functions for module, _node in imports(function))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_are_short_and_named_for_their_subject(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= 400
    assert path.stem not in NAMES_REFUSED
    if path.name == "__init__.py":
        tree = ast.parse(text)
        assert len(tree.body) <= 1, "an __init__ holds one docstring line and no code"
        assert ast.get_docstring(tree)


@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_tests_are_short_too(path: Path) -> None:
    assert path.read_text().count("\n") <= 400


def test_no_loop_inside_a_room() -> None:
    graph: dict[str, set[str]] = {}
    for path in FILES:
        module = "lms." + str(path.relative_to(LMS).with_suffix("")).replace("/", ".")
        top = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.Import | ast.ImportFrom)]
        found: set[str] = set()
        for node in top:
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("lms"):
                found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
            elif isinstance(node, ast.Import):
                found |= {name.name for name in node.names}
        graph[module] = {name for name in found if name.startswith("lms.")}
    done: set[str] = set()

    def visit(module: str, way: tuple[str, ...]) -> None:
        assert module not in way, " -> ".join([*way, module])
        if module in done:
            return
        for target in graph.get(module, set()) & graph.keys():
            visit(target, (*way, module))
        done.add(module)

    for module in graph:
        visit(module, ())


def test_only_the_edge_commits() -> None:
    found = [str(path.relative_to(ROOT)) for path in FILES if ".commit(" in path.read_text()]
    assert found == ["lms/core/db.py"]


def test_legacy_queries_stay_out() -> None:
    found = [str(path) for path in FILES if re.search(r"\.query\.|\bpopulate_obj\b|pickle", path.read_text())]
    assert [name for name in found if not name.endswith("jobs.py")] == []  # jobs.py says why it does not pickle


VIEW_MARKS = {"get", "post", "put", "delete", "route"}


def views() -> Iterator[tuple[Path, ast.FunctionDef]]:
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and any(_is_route(mark) for mark in node.decorator_list):
                yield path, node


def _is_route(mark: ast.expr) -> bool:
    return (
        isinstance(mark, ast.Call) and isinstance(mark.func, ast.Attribute) and mark.func.attr in VIEW_MARKS
        and isinstance(mark.func.value, ast.Name) and mark.func.value.id.endswith("bp")
    )  # fmt: skip


def test_a_view_is_a_paragraph() -> None:
    seen = 0
    for path, view in views():
        seen += 1
        body = view.body[1:] if ast.get_docstring(view) else view.body
        lines = (body[-1].end_lineno or 0) - body[0].lineno + 1
        assert lines <= 15, f"{path.relative_to(ROOT)}: {view.name} has {lines} lines"
    assert seen > 10


TEMPLATES = sorted((LMS / "templates").rglob("*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(LMS)))
def test_templates_keep_to_the_policy(path: Path) -> None:
    text = path.read_text()
    assert not re.search(
        r"\sstyle=|<script(?![^>]*\bsrc=)|\son(click|change|submit|load|input)=|javascript:|https?://(?!www\.w3\.org)\w", text
    )
    assert text.count("\n") <= 400
    assert "|safe" not in text.replace(" ", "")


PLACEHOLDERS = LMS / "catalogue" / "wording.py"  # looks for these words in courses


@pytest.mark.parametrize(
    "path", [path for path in [*FILES, *TEMPLATES] if path != PLACEHOLDERS], ids=lambda path: str(path.relative_to(ROOT))
)
def test_nothing_is_left_for_later(path: Path) -> None:
    later = r"\b(TODO|FIXME|XXX|HACK)\b|raise NotImplementedError|not implemented yet|coming soon|lorem ipsum"
    assert not re.search(later, path.read_text())
