"""The page of all cohorts: by state, each with a small line of who studied, from one statement; and the first steps where there is none."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import false, select

from lms.cohorts import policy
from lms.cohorts.models import Cohort, CohortState
from lms.core import clock
from lms.core.db import db, transaction
from lms.grading.models import State, Submission
from lms.learning.activity import active_in
from lms.learning.models import Reading
from tests.statements import counted

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)  # 24 days in: the fourth seven days


@pytest.fixture(autouse=True)
def _now() -> Any:
    with clock.held(NOW):
        yield


def read(app: Flask, *rows: tuple[int, float]) -> None:
    with app.app_context(), transaction(write=True):
        for n, (place, ago) in enumerate(rows):
            db.session.add(Reading(enrolment_id=place, lesson_uid=f"tiny/{n}", done_at=NOW - timedelta(days=ago)))


def test_people_are_counted_once_in_each_seven_days(app: Flask, world: Any) -> None:
    """Noon of today in Beirut: the last seven days begin at midnight six days before."""
    read(app, (world.enrolment, 0), (world.enrolment, 6.4), (world.enrolment, 6.6), (world.enrolment, 20), (world.other_enrolment, 8))
    with app.app_context(), counted() as sent:
        found = active_in(db.session.scalars(select(Cohort)))
    assert found == {world.cohort: [0, 1, 1, 1], world.other_cohort: [0, 0, 1, 0]}
    assert len(sent) == 2, "the cohorts, and one for all of them"


def test_the_line_has_words_beside_it(app: Flask, as_: Any, world: Any) -> None:
    read(app, (world.enrolment, 0), (world.enrolment, 8))
    text = as_("dana").page("/cohorts")
    beirut = text.split("Beirut 1")[1].split("</li>")[0]
    assert "1 person studied in the last 7 days" in beirut
    assert re.search(r'<svg class="spark"[^>]*aria-hidden="true".*?M4\.0 26\.0L33\.3 26\.0L62\.7 4\.0L92\.0 4\.0', beirut)
    assert "Week 4 of 8." in beirut
    assert "spark" not in as_("efe").page("/cohorts"), "a partner's coordinator leads no cohort"


def test_each_state_has_its_heading(app: Flask, as_: Any, world: Any) -> None:
    with app.app_context(), transaction(write=True):
        db.session.get_one(Cohort, world.other_cohort).state = CohortState.CANCELLED
        days = {"starts_on": date(2027, 1, 4), "ends_on": date(2027, 2, 4)}
        db.session.add(Cohort(programme_id=world.programme, name="Tripoli 1", zone="Asia/Beirut", state=CohortState.DRAFT, **days))
    text = as_("dana").page("/cohorts")
    assert re.findall(r"<h2>(.*?)</h2>", text) == ["Running", "Draft", "Over"]
    assert "Cancelled" in text.split("<h2>Over")[1]


def test_the_first_cohort_is_three_steps_away(as_: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy, "visible_cohorts", lambda _user: select(Cohort).where(false()))
    text = as_("dana").page("/cohorts")
    assert "Make the first cohort" in text
    assert text.split('<ol class="trail">')[1].split("</ol>")[0].count("<li") == 3
    assert "Ask staff to give you one." in as_("bilal").page("/cohorts")


@pytest.mark.usefixtures("course")
def test_staff_see_how_much_waits_for_a_mentor(app: Flask, as_: Any, world: Any, handed_in: Any) -> None:
    """bilal sent one answer back after two days; the second try waits."""
    with clock.held(NOW - timedelta(days=2)):
        returned = handed_in(State.RETURNED, total=3)
    with app.app_context(), transaction(write=True):
        db.session.get_one(Submission, returned).submitted_at = NOW - timedelta(days=4)
    handed_in(attempt=2)
    mentors = as_("dana").page(f"/cohorts/{world.cohort}").split("<h2>Mentors")[1]
    assert "1 answer waits in all cohorts. Half of the answers in the last 30 days came within 2 days." in mentors
    assert "in all cohorts" not in as_("bilal").page(f"/cohorts/{world.cohort}")
    other = as_("dana").page(f"/cohorts/{world.other_cohort}").split("<h2>Mentors")[1]
    assert "0 answers wait in all cohorts. No answer in the last 30 days." in other
