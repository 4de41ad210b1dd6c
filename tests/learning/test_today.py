"""Today: one framed next step for every state she can be in, the mentor's last word, the days of the week."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from lms.cohorts.models import CohortCourse
from lms.core import clock
from lms.core.db import db, transaction
from lms.grading.models import State
from lms.learning.models import Reading
from lms.learning.today import part_of_day, week_start
from tests.learning.conftest import QUIZ, WRONG


def frame(page: str) -> str:
    """The words of the frame, and the address behind its button."""
    found = re.search(r'<(section|form) class="frame.*?</\1>', page, re.DOTALL)
    assert found
    assert len(re.findall(r'class="frame', page)) == 1, "one frame a page"
    return found[0]


def test_the_first_day(as_: Any, course: int, first_week: None) -> None:
    page = as_("amina").page("/today")
    assert "Good morning, <bdi>Amina</bdi>" in page
    assert "Welcome. Start here" in frame(page)
    assert "Lesson 1. What a label is" in frame(page)
    assert 'href="/learn/tiny/labels"' in frame(page)
    assert "0 of 4 study days" in page


def test_the_quiz_is_next_after_the_text(as_: Any, course: int, first_week: None) -> None:
    amina = as_("amina")
    amina.post("/learn/tiny/labels/done")
    assert "Four questions about labels" in frame(amina.page("/today"))
    assert f'href="{QUIZ}"' in frame(amina.page("/today"))
    assert "1 of 4 study days" in amina.page("/today")


def test_then_lesson_two_and_its_task(as_: Any, course: int, first_week: None, sent: Callable[..., int]) -> None:
    amina = as_("amina")
    sent(amina, WRONG)
    assert "Four questions about labels" in frame(amina.page("/today"))
    sent(amina)
    assert "Lesson 2. Write a rule" in frame(amina.page("/today"))


@pytest.mark.parametrize(
    ("state", "total", "words", "href"),
    [
        (State.SUBMITTED, None, "Your mentor has your work", "/learn/tiny"),
        (State.IN_MARKING, None, "Your mentor has your work", "/learn/tiny"),
        (State.RETURNED, 3, "Fix the task", "/learn/tiny/rules/task"),
        (State.RELEASED, 4, "Talk to your mentor about it.", "/learn/tiny/rules/task"),
        (State.RELEASED, 8, "You finished this course", "/certificates"),
    ],
)
def test_the_task_and_its_mentor(
    as_: Any, course: int, first_week: None, sent: Any, handed_in: Any, state: State, total: int | None, words: str, href: str
) -> None:
    amina = as_("amina")
    sent(amina)
    handed_in(state, total=total)
    page = amina.page("/today")
    assert words in frame(page)
    assert f'href="{href}"' in frame(page)
    assert ("From your mentor" in page) == (total is not None)
    assert ("Your rule is clear." in page) == (total is not None)
    assert ("Good. 8 of 10" in page) == (total == 8)


def test_a_passed_task_stays_passed(as_: Any, course: int, first_week: None, sent: Any, handed_in: Any) -> None:
    amina = as_("amina")
    sent(amina)
    handed_in(State.RELEASED, total=8)
    handed_in(State.RELEASED, total=2, attempt=2)
    assert "You finished this course" in frame(amina.page("/today"))
    assert "Good. 8 of 10" in amina.page("/learn/tiny")


def test_without_a_course(as_: Any) -> None:
    page = as_("amina").page("/today")
    assert "You are not in a course now" in frame(page)
    assert "You are not in a course now" in frame(learn := as_("amina").page("/learn"))
    assert 'href="/help"' in frame(learn), "the two pages do not lead to each other and nowhere else"


def test_the_same_in_arabic(as_: Any, course: int, first_week: None) -> None:
    amina = as_("amina")
    amina.post("/language", data={"lang": "ar"})
    for address in ("/today", "/learn", "/learn/tiny"):
        page = amina.page(address)
        assert '<html lang="ar" dir="rtl">' in page
        assert "ما هو الوسم" in frame(page)


def test_the_road_shows_weeks_and_states(as_: Any, course: int, first_week: None, sent: Callable[..., int]) -> None:
    amina = as_("amina")
    page = amina.page("/learn/tiny")
    assert "2 to 8 November" in page
    assert len(re.findall(r'<li class="now">', page)) == 1
    assert "You have time until" not in page.split('id="w1"')[0]
    assert "you have time until Sunday, 15 November 2026" in page
    sent(amina)
    assert len(re.findall(r'<li class="done">', amina.page("/learn/tiny"))) == 2


def test_another_cohorts_course_is_not_hers(app: Flask, as_: Any, world: SimpleNamespace, course: int) -> None:
    with app.app_context(), transaction(write=True):
        db.session.delete(db.session.get_one(CohortCourse, (world.cohort, course)))
    assert as_("amina").get("/learn/tiny").status_code == 404
    assert as_("hana").get("/learn/tiny").status_code == 200


def test_days_are_counted_by_her_own_clock(app: Flask, as_: Any, course: int, world: SimpleNamespace) -> None:
    """Monday begins the week in Lebanon; 22:30 UTC on Sunday is Monday there."""
    moments = [datetime(2026, 11, 8, 21, 0, tzinfo=UTC), datetime(2026, 11, 8, 22, 30, tzinfo=UTC), datetime(2026, 11, 9, 9, 0, tzinfo=UTC)]
    with app.app_context(), transaction(write=True):
        for n, moment in enumerate(moments):
            db.session.add(Reading(enrolment_id=world.enrolment, lesson_uid=f"tiny/{n}", done_at=moment))
    with clock.held(datetime(2026, 11, 10, 9, 0, tzinfo=UTC)):
        assert "1 of 4 study days" in as_("amina").page("/today")


@pytest.mark.parametrize(
    ("country", "first"),
    [("LB", "2026-11-16"), ("SY", "2026-11-21"), ("AF", "2026-11-21"), ("KE", "2026-11-22"), ("TR", "2026-11-16"), (None, "2026-11-16")],
)
def test_the_week_begins_as_the_country_counts(country: str | None, first: str) -> None:
    assert week_start(date(2026, 11, 22), country) == date.fromisoformat(first)
    assert week_start(date.fromisoformat(first), country) == date.fromisoformat(first)
    assert week_start(date.fromisoformat(first) - timedelta(days=1), country) < date.fromisoformat(first)


@pytest.mark.parametrize(("hour", "part"), [(3, "evening"), (4, "morning"), (11, "morning"), (12, "afternoon"), (18, "evening")])
def test_the_greeting(hour: int, part: str) -> None:
    assert part_of_day(datetime(2026, 11, 22, hour, tzinfo=UTC)) == part
