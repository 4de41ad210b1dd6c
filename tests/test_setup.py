"""What a newcomer's machine meets: locks, licences, vendored files, fonts, the two commands."""

import hashlib
import json
import os
import re
import stat
import subprocess
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

ROOT = Path(__file__).parent.parent
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
HOST = re.compile(r"://|file:|--(extra-)?index-url|--find-links")
PIN = re.compile(r"^([a-z0-9][a-z0-9.-]*(?:\[[a-z,]+\])?==\S+)(?: ; (.+?))? \\$")


def pins(lock: str) -> set[tuple[str, str]]:
    """(name==version, marker) of each requirement of a lock."""
    lines = (ROOT / "requirements" / f"{lock}.txt").read_text("utf-8").splitlines()
    return {(found[1], found[2] or "") for line in lines if (found := PIN.match(line))}


@pytest.mark.parametrize("path", [*LOCKS, ROOT / "package-lock.json"], ids=lambda path: path.name)
def test_locks_name_no_host_and_no_folder(path: Path) -> None:
    assert [line for line in path.read_text("utf-8").splitlines() if HOST.search(line)] == []


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_every_locked_package_bears_a_hash(path: Path) -> None:
    text = path.read_text("utf-8").replace("\\\n", " ")
    unpinned = [line for line in text.splitlines() if line.strip() and not re.search(r"==\S+.* --hash=sha256:[0-9a-f]{64}", line)]
    assert unpinned == []


@pytest.mark.parametrize(("smaller", "larger"), [("run", "test"), ("test", "dev"), ("run", "production")])
def test_each_lock_holds_the_one_before_it(smaller: str, larger: str) -> None:
    """./run demo and ./run test share one virtual environment, in either order."""
    assert pins(smaller)
    assert pins(smaller) - pins(larger) == set()


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = {re.split(r"[\[<>=!~; ]", dependency)[0].lower() for dependency in project["dependencies"]}
    assert asked - {pin.split("==")[0].split("[")[0] for pin, _ in pins("run")} == set()


def test_run_time_packages_are_free_to_pass_on() -> None:
    """No package of ./run demo binds this MIT project to the GPL or AGPL; one offered under several licences may be one of them."""
    found = {}
    for pin, _ in pins("run"):
        name, version = pin.split("==")
        try:
            package = metadata.distribution(name)
        except metadata.PackageNotFoundError:  # its marker names another platform
            continue
        found[f"{name} {version}"] = licences(package)
    assert len(found) > 30
    assert {name: said for name, said in found.items() if not said or not any(permits(one) for one in said)} == {}


def licences(package: metadata.Distribution) -> list[str]:
    """The alternatives that a package offers: its SPDX expression, else its classifiers, else its free text, else MIT's own sentence."""
    said = package.metadata
    expression = said.get("License-Expression", "")
    classifiers = [line.rsplit(" :: ", 1)[-1] for line in said.get_all("Classifier", []) if line.startswith("License ::")]
    text = said.get("License", "").strip().splitlines()[:1]
    mit = ["MIT"] if "Permission is hereby granted, free of charge" in (package.read_text("licenses/LICENSE") or "") else []
    return [part for part in re.split(r"\s+OR\s+", expression) if part] or classifiers or text or mit


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("BSD-3-Clause AND Apache-2.0", True),
        ("GNU Lesser General Public License v2 or later (LGPLv2+)", True),
        ("LGPL-3.0-only", True),
        ("Mozilla Public License 1.1 (MPL 1.1)", True),
        ("GPL-3.0-or-later", False),
        ("MIT AND GPL-2.0", False),
        ("GNU General Public License v3 (GPLv3)", False),
        ("AGPL-3.0-only", False),
        ("GNU Affero General Public License v3", False),
    ],
)
def test_the_licence_rule_itself(licence: str, allowed: bool) -> None:
    assert permits(licence) is allowed


def permits(licence: str) -> bool:
    return not re.search(r"(?<!L)GPL|(?<!Lesser )General Public", licence)


@pytest.mark.parametrize("folder", ["static/vendor", "tests/vendor"])
def test_vendored_files_are_those_of_the_manifest(folder: str) -> None:
    rows = json.loads((ROOT / folder / "manifest.json").read_text("utf-8"))
    for row in rows:
        assert hashlib.sha256((ROOT / folder / row["file"]).read_bytes()).hexdigest() == row["sha256"], row["file"]
        assert (ROOT / folder / row["file"]).with_name("LICENSE").stat().st_size > 500
    notices = {"manifest.json", "LICENSE", "THIRD-PARTY.txt", "LICENSE-3RD-PARTY.txt"}
    present = {path for path in (ROOT / folder).rglob("*") if path.is_file() and path.name not in notices}
    assert present - {ROOT / folder / row["file"] for row in rows} == set()


def test_vendored_versions_are_the_locked_ones() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    for folder in ("static/vendor", "tests/vendor"):
        for row in json.loads((ROOT / folder / "manifest.json").read_text("utf-8")):
            assert row["version"] == lock[f"node_modules/{row['name']}"]["version"], row["name"]


NAMES = {
    "Arabic": "أحمد عبد الرحمن الحسيني ة ى ئ ؤ إ آ ٠١٢٣٤٥٦٧٨٩ ، ؛ ؟ ٬ ٫",
    "Dari": "پوهنتون کابل گچژ ۰۱۲۳۴۵۶۷۸۹ می\u200cخواهم",
    "Pashto": "ژوند ښځه ټولنه ګډ څنګه ځان ئۍ ې",
    "Sorani": "هێڤی ڕۆژ ڵ ۆ ێ ە",
    "Kurmanji and Turkish": "Şevîn Ğüler İıÇç êûî",
    "transliterated Arabic": "Ḥāfiẓ ʿAbd al-Raḥmān ʾIbrāhīm Ṭāriq Ṣāliḥ Ḍuḥā ġ ḫ š ṯ ḏ",
    "Ukrainian, Bulgarian, Tajik, Uzbek": "Ґґ Її Єє Ъъ ўқғҳ ӯӣ ҷ",
    "Vietnamese and Hausa": "Nguyễn Đặng ɓ ɗ ƙ",
    "signs": "— – … « » “ ” ’ € £ ₺ ₴ № \u200e\u200f\u2066\u2067\u2069",
}


@pytest.mark.parametrize("weight", ["Regular", "Bold"])
@pytest.mark.parametrize("text", NAMES.values(), ids=NAMES.keys())
def test_the_certificate_fonts_have_every_letter(text: str, weight: str) -> None:
    letters = set[int]()
    for family in ("NotoSans", "NotoNaskhArabic"):
        with TTFont(ROOT / "certificates" / "fonts" / f"{family}-{weight}.ttf") as font:
            letters |= set(font.getBestCmap())
    assert [f"U+{ord(sign):04X}" for sign in text if ord(sign) not in letters] == []


@pytest.mark.parametrize("weight", ["Regular", "Bold"])
def test_arabic_letters_can_still_join(weight: str) -> None:
    with TTFont(ROOT / "certificates" / "fonts" / f"NotoNaskhArabic-{weight}.ttf") as font:
        features = {record.FeatureTag for record in font["GSUB"].table.FeatureList.FeatureRecord}
        assert {"init", "medi", "fina", "rlig"} <= features
        assert "SIL Open Font License" in font["name"].getDebugName(13)
    assert "SIL OPEN FONT LICENSE Version 1.1" in (ROOT / "certificates" / "fonts" / "OFL.txt").read_text("utf-8")


def test_the_readme_names_both_commands() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert "./run demo" in readme
    assert "./run test" in readme


@pytest.mark.parametrize("script", ["run", ".ci/run", "tools/lock"])
def test_scripts_can_be_executed_and_parsed(script: str) -> None:
    path = ROOT / script
    assert path.stat().st_mode & stat.S_IXUSR
    shell = path.read_text("utf-8").splitlines()[0].removeprefix("#!").split()
    subprocess.run([*shell, "-n", str(path)], check=True)


@pytest.mark.parametrize("arguments", [[], ["deploy"], ["demo", "now"]])
def test_run_says_its_use(arguments: list[str]) -> None:
    answer = subprocess.run([ROOT / "run", *arguments], capture_output=True, text=True, env={"PATH": os.defpath}, check=False)
    assert answer.returncode == 2
    assert answer.stderr.startswith("usage: ./run demo | ./run test")


def test_run_names_what_it_lacks_and_the_command(tmp_path: Path) -> None:
    """On a machine without Python, apt-get or sudo: one line says what is missing, the next one how to get it."""
    for program in ("dirname", "id"):
        (tmp_path / program).symlink_to(f"/usr/bin/{program}")
    answer = subprocess.run(["/bin/sh", ROOT / "run", "demo"], capture_output=True, text=True, env={"PATH": str(tmp_path)}, check=False)
    assert answer.returncode == 1
    assert answer.stderr.splitlines() == [
        "Python 3.11 or newer is not installed.",
        "apt-get update && apt-get install -y python3 python3-venv",
    ]
