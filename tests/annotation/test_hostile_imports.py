"""Files that would end an import with an error of ours: what is wrong is named with file and line instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms.annotation.importing import parse

LONG = "a" * 300


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", f"item,file\nx,{LONG}.jpg\n", "is not here"),
        ("a.csv", f"item,text\n{LONG},tea\n", "longer than 200 signs"),
        ("a.jsonl", '{"item": "x", "text": "a\\u0000b"}\n{"item": "y", "text": "tea"}\n', "cannot be stored"),
        ("a.json", '[{"data": {"image": "http://[x/y.jpg"}}]', "address"),
        ("a.json", '[{"data": {"words": "//[x"}}]', "address"),
    ],
)
def test_it_is_named(tmp_path: Path, name: str, content: str, said: str) -> None:
    path = tmp_path / name
    path.write_text(content)
    found = parse(path)
    assert found.items == ()
    assert any(said in one.message for one in found.errors), found.errors
