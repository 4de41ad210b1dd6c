"""The look's own laws: Arabic mirrors by itself, nothing inline, every class a macro writes has its rule."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CSS = sorted((ROOT / "static" / "css").glob("*.css"))
TEMPLATES = sorted((ROOT / "lms" / "templates").rglob("*.html"))
SHARED = [path for path in TEMPLATES if path.parent.name == "templates"]

PHYSICAL = re.compile(
    r"\b(left|right)\b|(?<![\w-])(width|height|min-width|min-height|max-width|max-height|top|bottom)\s*:"
    r"|\b(margin|padding|border)-(top|bottom|left|right)\b|\bfloat\s*:|:dir\("
)


def bare(css: str) -> str:
    """Rules without comments, and without the conditions of @media, which are physical by nature."""
    return re.sub(r"@media[^{]*\{", "{", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL))


@pytest.mark.parametrize("path", CSS, ids=lambda path: path.name)
def test_only_logical_properties(path: Path) -> None:
    found = [match.group(0) for match in PHYSICAL.finditer(bare(path.read_text("utf-8")))]
    assert not found, f"{path.name}: {found}"


@pytest.mark.parametrize("path", CSS, ids=lambda path: path.name)
def test_no_address_outside(path: Path) -> None:
    css = path.read_text("utf-8")
    assert "url(" not in css
    assert "@import" not in css


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_inline(path: Path) -> None:
    html = re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL)
    assert not re.search(r"\sstyle\s*=", html), "style= does not mirror and the CSP refuses it"
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", html), "handlers stand in static/js"
    assert not re.search(r"<script(?![^>]*\ssrc=)", html)
    assert not re.search(r"href=[\"']javascript:", html)


def classes_of(html: str) -> set[str]:
    html = re.sub(r"\{#.*?#\}", "", html, flags=re.DOTALL)
    found: set[str] = set()
    for value in re.findall(r"class=\"((?:[^\"{]|\{\{.*?\}\}|\{%.*?%\})*)\"", html):
        found.update(re.sub(r"\{\{.*?\}\}|\{%.*?%\}", " ", value).split())
        for code in re.findall(r"\{\{(.*?)\}\}", value):
            found.update(word for text in re.findall(r"\"([^\"]*)\"", code) for word in text.split())
    return found


STATES = {  # words a macro chooses by, not classes
    "", "go", "next", "back", "undo", "out", "ok", "bad", "wait", "yes", "part", "no", "now", "done", "later",
    "valid", "revoked", "expired", "superseded",
}  # fmt: skip


def test_every_class_of_the_macros_has_its_rule() -> None:
    known = set(re.findall(r"\.([a-z][\w-]*)", " ".join(bare(path.read_text("utf-8")) for path in CSS)))
    known |= {"task", "name", "st", "meta"}  # hooks inside a component that need no rule of their own
    used = set().union(*(classes_of(path.read_text("utf-8")) for path in SHARED))
    assert used - known - STATES == set()


def contrast(one: str, other: str) -> float:
    """WCAG 2.2: (lighter + 0.05) / (darker + 0.05) of relative luminance."""

    def luminance(colour: str) -> float:
        digits = colour.lstrip("#")
        digits = "".join(sign * 2 for sign in digits) if len(digits) == 3 else digits
        parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def tokens() -> tuple[dict[str, str], dict[str, str]]:
    base = "".join((ROOT / "static" / "css" / f"{name}.css").read_text("utf-8") for name in ("base", "below"))
    blocks = re.findall(r":root \{(.*?)\}", base, flags=re.DOTALL)
    light, dark, more, more_dark = (dict(re.findall(r"--(\w+): (#[0-9a-f]{3,6})", block)) for block in blocks[:4])
    return light | more, light | more | dark | more_dark


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("front", "ground", "least"),
    [
        ("ink", "paper", 7), ("ink", "mist", 7), ("soft", "paper", 4.5), ("soft", "mist", 4.5), ("lapis", "paper", 4.5),
        ("lapis", "mist", 4.5), ("lapis", "wash", 4.5), ("deep", "paper", 4.5), ("on", "lapis", 4.5), ("cedar", "paper", 4.5),
        ("cedar", "cwash", 4.5), ("pom", "paper", 4.5), ("pom", "pwash", 4.5), ("line", "paper", 3), ("ink", "wash", 7),
    ],
)  # fmt: skip
def test_contrast(scheme: int, front: str, ground: str, least: float) -> None:
    colours = tokens()[scheme]
    assert contrast(colours[front], colours[ground]) >= least


def test_contrast_is_the_formula_of_wcag() -> None:
    assert contrast("#000", "#fff") == pytest.approx(21)
    assert contrast("#16202e", "#ffc233") == pytest.approx(10.2, abs=0.1)  # ink on gold: reach.md 4.5
