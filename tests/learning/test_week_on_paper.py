"""A week on paper: what is open of it, a lesson or a task on each sheet."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from lms.core import clock

WEEK = "/learn/tiny/weeks/1"
LINK = f'href="{WEEK}"'


def leaves(page: str) -> list[str]:
    """The names of the sheets, in their order."""
    return [re.sub("<[^>]*>", "", name) for name in re.findall(r'<article class="read leaf".*?<h2>(.*?)</h2>', page, re.DOTALL)]


def test_what_is_open_is_printed_with_its_task(as_: Any, course: int, sent: Callable[..., int]) -> None:
    amina = as_("amina")
    page = amina.page(WEEK)
    assert leaves(page) == ["Lesson 1. What a label is"], "the second lesson asks for the first"
    assert "More of this week opens later." in page
    assert LINK in amina.page("/learn/tiny")
    sent(amina)
    page = amina.page(WEEK)
    assert leaves(page) == ["Lesson 1. What a label is", "Lesson 2. Write a rule", "Write one rule"]
    assert "More of this week" not in page
    assert "right answer for an example" in page
    assert "A box with the word bread on it" in page
    assert 'loading="lazy"' not in page, "a picture that waits for the reader is not printed"
    assert page.index("Write one rule. It says") < page.index("The rule is clear")
    assert "quiz" not in page.partition("<main")[2].partition("</main")[0], "no answers and no way to them stand on paper"


def test_before_it_opens_there_is_nothing_to_print(as_: Any, course: int) -> None:
    amina = as_("amina")
    with clock.held(datetime(2026, 11, 2, 6, 59, tzinfo=UTC)):  # a minute before 9:00 in Beirut
        page = amina.page(WEEK)
        assert leaves(page) == []
        assert "Nothing of this week is open yet." in page
        assert "right answer for an example" not in page
        assert LINK not in amina.page("/learn/tiny")


def test_each_sheet_is_in_its_own_language(as_: Any, course: int, sent: Callable[..., int]) -> None:
    amina = as_("amina")
    sent(amina)
    amina.post("/language", data={"lang": "ar", "next": WEEK})
    spoken = re.findall(r'<article class="read leaf" lang="(\w+)" dir="(\w+)"', amina.page(WEEK))
    assert spoken == [("ar", "rtl"), ("en", "ltr"), ("en", "ltr")]


def test_no_phone_keeps_it(app: Flask, course: int, as_: Any) -> None:
    assert "X-Offline" not in as_("amina").get(WEEK).headers


@pytest.mark.parametrize("address", ["/learn/tiny/weeks/0", "/learn/tiny/weeks/9", "/learn/none/weeks/1"])
def test_another_week_is_not_found(as_: Any, course: int, address: str) -> None:
    assert as_("amina").get(address).status_code == 404


@pytest.mark.parametrize(("name", "status"), [("bilal", 403), ("dana", 403), ("efe", 403), ("fay", 403)])
def test_only_trainees_print_it(as_: Any, course: int, name: str, status: int) -> None:
    assert as_(name).get(WEEK).status_code == status
