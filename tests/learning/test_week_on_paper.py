"""A week on paper: what is open of it, a lesson or a task on each sheet."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from lms.catalogue import actions
from lms.cohorts.models import CohortCourse
from lms.core import clock
from lms.core.db import db, transaction
from tests.courses import TINY

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


def test_a_task_that_opens_later_is_not_printed_with_its_lesson(
    app: Flask, world: Any, as_: Any, sent: Callable[..., int], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(TINY, tmp_path / "tiny"))
    task = folder / "02-rules" / "assignment.md"
    task.write_text(task.read_text().replace("pass: 50\n", 'pass: 50\nopens: {week: 2, day: mon, at: "09:00"}\n'))
    with app.app_context(), transaction(write=True):
        version = actions.publish(folder, by=None)
        db.session.add(CohortCourse(cohort_id=world.cohort, version_id=version.id, course_uid="tiny"))
    amina = as_("amina")
    with clock.held(datetime(2026, 11, 4, 9, 0, tzinfo=UTC)):  # of the first week
        sent(amina)
        assert leaves(amina.page(WEEK)) == ["Lesson 1. What a label is", "Lesson 2. Write a rule"]
    with clock.held(datetime(2026, 11, 9, 7, 1, tzinfo=UTC)):
        assert leaves(amina.page(WEEK)) == ["Lesson 1. What a label is", "Lesson 2. Write a rule", "Write one rule"]


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
