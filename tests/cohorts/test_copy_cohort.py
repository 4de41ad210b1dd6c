"""A new cohort like another one: its courses and mentors, its length and no one of its people; the dates move by themselves."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.cohorts.models import Cohort, CohortCourse, CohortState, Enrolment, MentorSeat
from lms.core.access import Role
from lms.core.db import db, transaction
from lms.people.models import User


def form(world: Any, **changes: Any) -> dict[str, Any]:
    made = {"name": "Beirut 2", "programme": world.programme, "partner": world.here, "starts_on": "2027-01-04", "ends_on": ""}
    return made | {"zone": "Asia/Beirut", "capacity": "25", "like": world.cohort} | changes


@pytest.mark.usefixtures("course")
def test_the_plan_is_copied_and_no_people(app: Flask, as_: Any, world: Any) -> None:
    dana = as_("dana")
    asked = dana.page(f"/cohorts/new?like={world.cohort}")
    assert f'<option dir="auto" selected value="{world.cohort}">Beirut 1' in asked
    assert 'value="Asia/Beirut"' in asked
    answer = dana.post("/cohorts", data=form(world))
    text = dana.page(answer.location)
    assert "Sunday, 17 January 2027, 23:59" in text
    assert "Before: Sunday, 15 November 2026, 23:59" in text, "the difference is said"
    assert "Look whether a date falls on one." in text, "holidays are no part of a plan"
    with app.app_context():
        made = db.session.scalars(select(Cohort).where(Cohort.name == "Beirut 2")).one()
        assert (made.state, made.starts_on, made.ends_on) == (CohortState.DRAFT, date(2027, 1, 4), date(2027, 2, 28))
        assert db.session.scalars(select(MentorSeat.user_id).where(MentorSeat.cohort_id == made.id)).all() == [world.bilal]
        pins = [db.session.execute(select(CohortCourse.version_id, CohortCourse.position).where(CohortCourse.cohort_id == id)).all()
                for id in (made.id, world.cohort)]  # fmt: skip
        assert pins[0] == pins[1] != []
        assert not db.session.scalar(select(func.count()).where(Enrolment.cohort_id == made.id))


def test_who_is_no_mentor_any_more_gets_no_seat(app: Flask, as_: Any, world: Any) -> None:
    with app.app_context(), transaction(write=True):
        db.session.get_one(User, world.bilal).roles = frozenset({Role.TRAINEE})
    assert as_("dana").post("/cohorts", data=form(world)).status_code == 303
    with app.app_context():
        made = db.session.scalars(select(Cohort).where(Cohort.name == "Beirut 2")).one()
        assert not db.session.scalar(select(func.count()).where(MentorSeat.cohort_id == made.id))


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"like": 0}, "Choose the last day."),
        ({"name": "Beirut 1"}, "Another cohort has this name."),
        ({"ends_on": "2026-01-01"}, "The last day must come after the first day."),
        ({"like": 999_999}, "Not a valid choice"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(changes: dict[str, Any], sentence: str, app: Flask, as_: Any, world: Any) -> None:
    answer = as_("dana").post("/cohorts", data=form(world, **changes))
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Cohort)) == 2


def test_another_cohort_is_no_way_to_hear_of_its_dates(as_: Any, world: Any) -> None:
    assert "Gaziantep" not in as_("bilal").page(f"/cohorts/{world.cohort}/calendar?beside={world.other_cohort}")
