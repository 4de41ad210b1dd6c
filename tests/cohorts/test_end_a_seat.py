"""Staff take a mentor's seat in a cohort away: from then on its people and their work are not theirs to see."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.cohorts.models import Cohort, CohortState, MentorSeat
from lms.core.db import db, transaction
from lms.core.facts import Fact, Kind
from tests.eight import at_once, eight_browsers


def second_seat(world: Any) -> None:
    db.session.add(MentorSeat(cohort_id=world.cohort, user_id=world.chen))


def seats(cohort: int) -> list[int]:
    return list(db.session.scalars(select(MentorSeat.user_id).where(MentorSeat.cohort_id == cohort).order_by(MentorSeat.user_id)))


def test_a_seat_that_is_taken_away_shows_nothing_any_more(app: Flask, world: Any, as_: Any) -> None:
    with app.app_context(), transaction(write=True):
        second_seat(world)
    path, bilal, dana = f"/cohorts/{world.cohort}/mentors/removal", as_("bilal"), as_("dana")
    bilal.post(f"/cohorts/{world.cohort}/messages", data={"people": str(world.enrolment), "text_en": "How are you?"})
    thread = bilal.page("/messages").split('href="/messages/')[1].split('"')[0]
    for _tap in range(2):
        assert dana.post(path, data={"chosen": str(world.bilal)}).status_code == 303
    for url in (f"/cohorts/{world.cohort}", f"/enrolments/{world.enrolment}", f"/messages/{thread}", f"/cohorts/{world.cohort}/marks"):
        assert bilal.get(url).status_code == 404, url
    with app.app_context():
        assert seats(world.cohort) == [world.chen]
        assert db.session.scalar(select(func.count()).where(Fact.kind == str(Kind.MENTOR_UNSEATED))) == 1


def test_a_running_cohort_keeps_a_mentor(app: Flask, world: Any, as_: Any) -> None:
    page, dana = f"/cohorts/{world.cohort}", as_("dana")
    assert "Remove<span" in dana.page(page)
    dana.post(f"{page}/mentors/removal", data={"chosen": str(world.bilal)}, headers={"Referer": "http://localhost" + page})
    assert "A cohort needs a mentor. Choose another one first." in dana.page(page)
    with app.app_context():
        assert seats(world.cohort) == [world.bilal]


@pytest.mark.parametrize(("state", "left"), [("draft", 0), ("scheduled", 1), ("running", 1), ("grading", 1), ("completed", 0)])
def test_the_last_mentor_may_go_before_it_is_scheduled_and_when_it_is_over(state: str, left: int, app: Flask, world: Any, as_: Any) -> None:
    with app.app_context(), transaction(write=True):
        db.session.get_one(Cohort, world.cohort).state = CohortState(state)
    as_("dana").post(f"/cohorts/{world.cohort}/mentors/removal", data={"chosen": str(world.bilal)})
    with app.app_context():
        assert len(seats(world.cohort)) == left


@pytest.mark.parametrize("name", ["amina", "bilal", "efe", "fay"])
def test_nobody_but_staff_takes_it_away(name: str, as_: Any, world: Any) -> None:
    assert as_(name).post(f"/cohorts/{world.cohort}/mentors/removal", data={"chosen": str(world.bilal)}).status_code == 403


def test_two_seats_taken_at_once_leave_one(either_school: Flask) -> None:
    """Through the page, whose lock it is."""
    app, world = either_school, either_school.extensions["world"]
    with app.app_context(), transaction(write=True):
        second_seat(world)
    tabs, path = eight_browsers(app, "dana"), f"/cohorts/{world.cohort}/mentors/removal"
    at_once(lambda n: tabs[n].post(path, data={"chosen": str((world.bilal, world.chen)[n % 2])}), range(8))
    with app.app_context():
        assert len(seats(world.cohort)) == 1
