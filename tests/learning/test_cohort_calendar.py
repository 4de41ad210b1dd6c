"""The calendar of a cohort: its weeks in its own zone, and the mentor who would be needed in two places."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.catalogue import queries as catalogue
from lms.cohorts.models import Attendance, Code, Cohort, CohortState, Enrolment, EnrolmentState, MentorSeat, Session
from lms.core.db import db, transaction
from lms.learning import calendar
from tests.statements import counted

pytestmark = pytest.mark.usefixtures("first_week")


def seat(app: Flask, cohort: int, mentor: int, **changes: Any) -> None:
    with app.app_context(), transaction(write=True):
        db.session.add(MentorSeat(cohort_id=cohort, user_id=mentor))
        for name, value in changes.items():
            setattr(db.session.get_one(Cohort, cohort), name, value)


def week(text: str, number: int) -> str:
    return text.split(f"<h2>Week {number}")[1].split("<h2>")[0]


@pytest.mark.usefixtures("course")
def test_each_thing_stands_in_its_week(app: Flask, as_: Any, world: Any) -> None:
    with app.app_context(), transaction(write=True):
        held = Session(cohort_id=world.cohort, day=date(2026, 11, 3), saved_by_id=world.bilal)
        db.session.add(held)
        db.session.flush()
        db.session.add(Attendance(session_id=held.id, enrolment_id=world.enrolment, code=Code.LATE))
    with counted() as sent:
        text = as_("bilal").page(f"/cohorts/{world.cohort}/calendar")
    assert "1 of 1 people came" in week(text, 1)
    assert "Tuesday, 3 November 2026" in week(text, 1)
    assert 'class="tag gold">Now' in week(text, 1)
    assert "Write one rule" in week(text, 2), "a Sunday of the second week"
    assert "Sunday, 15 November 2026, 23:59" in week(text, 2)
    assert "<h2>Week 3" not in text
    assert "The cohort has 8 weeks." in text
    assert "same time" not in text
    assert len(sent) < 14


def test_a_week_without_a_date_may_still_have_classes(as_: Any, world: Any) -> None:
    text = as_("bilal").page(f"/cohorts/{world.cohort}/calendar")
    assert "Nothing opens or ends in this week." in week(text, 1), "its classes to come stand in a list of their own"


def test_the_offsets_are_those_of_the_cohorts_zone(app: Flask, world: Any, course: int) -> None:
    with app.test_request_context():
        cohort = db.session.get_one(Cohort, world.cohort)
        due = [event for event in calendar.events(cohort, [catalogue.course(course)]) if event.due]
        assert [event.at.isoformat() for event in due] == ["2026-11-15T23:59:59.999999+02:00"]


@pytest.mark.usefixtures("course")
def test_a_mentor_with_two_cohorts_at_the_same_time(app: Flask, as_: Any, world: Any) -> None:
    seat(app, world.other_cohort, world.bilal)
    text = as_("bilal").page(f"/cohorts/{world.cohort}/calendar")
    assert "also leads <bdi>Gaziantep 1</bdi> at the same time" in text
    assert "Tasks of both end on: Sunday, 15 November 2026." in text
    seat(app, world.cohort, world.chen)
    assert "same time" in as_("chen").page(f"/cohorts/{world.other_cohort}/calendar"), "chen has both"


@pytest.mark.usefixtures("course")
@pytest.mark.parametrize("changes", [{"state": CohortState.CANCELLED}, {"starts_on": date(2026, 12, 28), "ends_on": date(2027, 1, 30)}])
def test_no_clash_with_what_is_over_or_later(changes: dict[str, Any], app: Flask, as_: Any, world: Any) -> None:
    seat(app, world.other_cohort, world.bilal, **changes)
    assert "same time" not in as_("bilal").page(f"/cohorts/{world.cohort}/calendar")


def test_nobody_hears_of_a_cohort_through_a_colleague(app: Flask, as_: Any, world: Any) -> None:
    seat(app, world.cohort, world.chen)
    assert "Gaziantep" not in as_("bilal").page(f"/cohorts/{world.cohort}/calendar")
    assert "Gaziantep" in as_("dana").page(f"/cohorts/{world.cohort}/calendar")


@pytest.mark.usefixtures("course")
def test_a_trainee_in_two_cohorts_at_the_same_time(app: Flask, as_: Any, world: Any) -> None:
    with app.app_context(), transaction(write=True):
        both = Enrolment(cohort_id=world.other_cohort, user_id=world.amina)
        days = [(world.cohort, 3), (world.cohort, 5), (world.other_cohort, 5)]
        db.session.add_all([both, *(Session(cohort_id=id, day=date(2026, 11, day), saved_by_id=world.bilal) for id, day in days)])
    text = as_("dana").page(f"/cohorts/{world.cohort}/calendar")
    assert "1 person also learns in <bdi>Gaziantep 1</bdi> at the same time:" in text
    assert f'<a href="/enrolments/{world.enrolment}"><bdi>Amina</bdi></a>.' in text
    assert "Both had a class on: Thursday, 5 November 2026." in text
    assert "also leads" not in text
    assert "1 person also learns in another cohort at the same time." in as_("dana").page(f"/cohorts/{world.cohort}")
    for name, cohort in (("bilal", world.cohort), ("chen", world.other_cohort)):
        assert "same time" not in as_(name).page(f"/cohorts/{cohort}/calendar"), "a mentor leads one of both"
        assert "same time" not in as_(name).page(f"/cohorts/{cohort}")
    with app.app_context(), transaction(write=True):
        there = select(Enrolment).where(Enrolment.user_id == world.amina, Enrolment.cohort_id == world.other_cohort)
        db.session.scalars(there).one().state = EnrolmentState.DROPPED
    assert "same time" not in as_("dana").page(f"/cohorts/{world.cohort}/calendar")
