"""The inlined sheets: what is hashed is what is sent, and a sheet stays within its budget."""

import base64
import hashlib
import re
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import pytest

from lms.core.sheets import ENDS, EVERY_PAGE, LIMIT, SHEETS, Sheets, minify, source_hash

STATIC = Path(__file__).parents[2] / "static"


@pytest.fixture(scope="module")
def sheets() -> Sheets:
    return Sheets(STATIC)


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_weighs_at_most_three_kilobytes(sheets: Sheets, name: str) -> None:
    both = sheets.css(name) + (sheets.end(name) if name in ENDS else "")
    assert len(brotli.compress(both.encode(), quality=11)) <= LIMIT


@pytest.mark.parametrize("name", SHEETS)
def test_the_hash_is_of_the_very_bytes(sheets: Sheets, name: str) -> None:
    both = [sheets.css(name), *([sheets.end(name)] if name in ENDS else [])]
    digests = [base64.b64encode(hashlib.sha256(str(sheet).encode()).digest()).decode() for sheet in both]
    assert sheets.hashes(name) == tuple(f"sha256-{digest}" for digest in digests)


def test_the_hash_is_the_one_of_the_standard() -> None:
    # CSP Level 3, 8.4 names no CSS example; sha256 of the empty string is the one everybody can check.
    assert source_hash("") == "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_can_stand_in_a_style_element(sheets: Sheets, name: str) -> None:
    css = sheets.css(name)
    assert not {"<", "&"} & set(css), "HTML would read it"
    assert css.startswith(":root{")
    assert css.count("{") == css.count("}")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a { color: red; }", "a{color:red}"),
        ("/* why */ a,\n b > c { margin: 0 calc(-1*var(--s4)); }\n", "a,b>c{margin:0 calc(-1*var(--s4))}"),
        ("h1 + p :first-child { width: calc(1rem + 2vw); }", "h1 + p :first-child{width:calc(1rem + 2vw)}"),
        ("@media (min-width: 48rem) { a::after { content: ' ('; } }", "@media (min-width:48rem){a::after{content:' ('}}"),
    ],
)
def test_minify(before: str, after: str) -> None:
    assert minify(before) == after


def test_every_part_belongs_to_a_sheet_or_is_linked() -> None:
    parts = {path.stem for path in (STATIC / "css").glob("*.css")}
    inlined = {part for each in (*SHEETS.values(), *ENDS.values(), EVERY_PAGE) for part in each}
    assert inlined <= parts
    assert parts - inlined <= {"staff", "workbench", "print", "larger"}


def test_a_missing_sheet_is_an_error_at_once(sheets: Sheets, tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        sheets.css("nowhere")
    with pytest.raises(FileNotFoundError):
        Sheets(tmp_path)


def test_the_linked_sheet_of_staff_says_its_sizes_itself() -> None:
    """It stands beside any inlined sheet (the mark page's, Help's, Me's), and those say a size in the place of its name."""
    size = re.compile(r"(--(?:s\d+|r)): *([^;}]+)")
    base, staff = ((STATIC / "css" / name).read_text("utf-8") for name in ("base.css", "staff.css"))
    assert dict(size.findall(staff)) == dict(size.findall(base))
    assert set(re.findall(r"var\((--(?:s\d+|r))\)", staff)) <= set(dict(size.findall(staff)))


def test_a_name_of_two_lines_keeps_the_side_of_its_column() -> None:
    told = re.findall(r"tbody th bdi \{ (.*?) \}", (STATIC / "css" / "staff.css").read_text("utf-8"))
    assert told == ["text-align: -webkit-match-parent; text-align: match-parent;"], "Chromium knows the first alone, Firefox the second"
