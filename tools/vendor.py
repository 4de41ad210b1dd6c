"""Copy the files of npm packages that browsers get: python tools/vendor.py

Installs package-lock.json into a temporary folder (`npm ci --ignore-scripts`) and copies the few files named below with each licence,
into static/vendor (browsers of our users) and tests/vendor (tests only). A manifest.json beside them says name, version, licence, file and
SHA-256; tests/test_setup.py checks the sums. To take a new version: change package.json, then tools/lock, then this.
"""

import hashlib
import json
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parent.parent


class Vendored(NamedTuple):
    package: str
    folder: str
    files: tuple[str, ...]
    compiled_in: tuple[str, ...] = ()  # what its build put into the file beside its run-time dependencies
    standalone: bool = False  # nothing of other packages is in the file, or it ships their notices itself


VENDORED = (
    Vendored("@annotorious/annotorious", "static/vendor/annotorious", ("dist/annotorious.js", "dist/annotorious.css"), ("svelte",)),
    Vendored("@recogito/text-annotator", "static/vendor/text-annotator", ("dist/text-annotator.umd.js", "dist/text-annotator.css")),
    Vendored("htmx.org", "static/vendor/htmx", ("dist/htmx.min.js",), standalone=True),
    Vendored("axe-core", "tests/vendor/axe", ("axe.min.js", "LICENSE-3RD-PARTY.txt"), standalone=True),
)
# Published without a licence file, from a repository whose licence stands here already.
ELSEWHERE = {"@annotorious/core": "Copyright (c) 2020, Pelagios Network: see static/vendor/annotorious/LICENSE of this project.\n"}


def main() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    with tempfile.TemporaryDirectory() as folder:
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(ROOT / name, folder)
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=folder, check=True)
        modules = Path(folder) / "node_modules"
        for vendored in VENDORED:
            copy(vendored, modules, lock)
    for manifest in {Path(vendored.folder).parent for vendored in VENDORED}:
        write_manifest(manifest, lock)


def copy(vendored: Vendored, modules: Path, lock: dict[str, Any]) -> None:
    source, target = modules / vendored.package, ROOT / vendored.folder
    target.mkdir(parents=True, exist_ok=True)
    for name in vendored.files:
        shutil.copyfile(source / name, target / Path(name).name)
    if text := licence(source):
        (target / "LICENSE").write_text(text, "utf-8")
    elif not (target / "LICENSE").exists():  # published without one: the text of its repository was put there by hand
        raise SystemExit(f"{vendored.package} has no licence file: put the one of its repository into {vendored.folder}/LICENSE")
    if not vendored.standalone:
        names = sorted(below(vendored.package, lock) | set(vendored.compiled_in))
        (target / "THIRD-PARTY.txt").write_text("\n".join(notice(name, modules, lock) for name in names), "utf-8")


def licence(package: Path) -> str:
    return next((path.read_text("utf-8") for path in sorted(package.iterdir()) if path.stem.lower() in {"license", "licence"}), "")


def below(package: str, lock: dict[str, Any]) -> set[str]:
    """Every package that this one needs at run time, and what those need."""
    direct = set(lock[f"node_modules/{package}"].get("dependencies", {}))
    return direct.union(*(below(name, lock) for name in direct))


def notice(package: str, modules: Path, lock: dict[str, Any]) -> str:
    entry = lock[f"node_modules/{package}"]
    return f"---- {package} {entry['version']}, {entry['license']}\n\n{licence(modules / package) or ELSEWHERE[package]}"


def write_manifest(folder: Path, lock: dict[str, Any]) -> None:
    rows = [
        {
            "name": vendored.package,
            "version": lock[f"node_modules/{vendored.package}"]["version"],
            "licence": {"BSD-0-Clause": "0BSD"}.get(said := lock[f"node_modules/{vendored.package}"]["license"], said),
            "file": f"{Path(vendored.folder).name}/{Path(name).name}",
            "sha256": hashlib.sha256((ROOT / vendored.folder / Path(name).name).read_bytes()).hexdigest(),
        }
        for vendored in VENDORED
        if Path(vendored.folder).parent == folder
        for name in vendored.files
    ]
    (ROOT / folder / "manifest.json").write_text(json.dumps(rows, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
