"""The name of a thing as it is kept: two that look the same are the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.forms import one_line


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Data \t annotation\n", "Data annotation"),
        ("Data\u00a0annotation", "Data annotation"),
        ("Cafe\u0301", "Caf\u00e9"),
        ("Cafe\u200b\u0301", "Caf\u00e9"),
        ("\u202eEnglish\u202c \u200b for work", "English for work"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # a joiner in a word is how Persian is written
        ("\u200d\u200c", ""),
        ("\u200b", ""),
        (None, None),
    ],
)
def test_what_looks_the_same_is_kept_the_same(typed: str | None, kept: str | None) -> None:
    assert one_line(typed) == kept


@given(st.text(st.sampled_from("aé\u0301 \u00a0\n\u200b\u200c\u200d\u202eم"), max_size=12))
def test_kept_once_it_stays(typed: str) -> None:
    kept = one_line(typed)
    assert one_line(kept) == kept
