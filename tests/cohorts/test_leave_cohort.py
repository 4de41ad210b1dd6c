"""Staff write down that somebody left a cohort: the place is free, what she did stays, and she can be taken in again."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.cohorts import actions
from lms.cohorts.models import Cohort, Enrolment, EnrolmentState
from lms.core.access import Role
from lms.core.db import db, transaction
from lms.core.facts import Fact
from lms.people.models import User
from tests.client import Browser
from tests.eight import at_once, eight_browsers


def state(app: Flask, id: int) -> EnrolmentState:
    with app.app_context():
        return db.session.get_one(Enrolment, id).state


def test_who_left_frees_her_place_and_comes_back_to_what_she_did(app: Flask, world: Any, course: int, as_: Any) -> None:
    dana, amina, page = as_("dana"), as_("amina"), f"/enrolments/{world.enrolment}"
    amina.post("/learn/tiny/labels/done")
    for _tap in range(2):
        assert dana.post(f"{page}/leaving").status_code == 303
    assert state(app, world.enrolment) is EnrolmentState.DROPPED
    assert "Left" in as_("bilal").page(page)
    assert (amina.get("/learn/tiny/labels").status_code, amina.get("/today").status_code) == (404, 200)
    for _tap in range(2):
        assert dana.post(f"{page}/coming-back").status_code == 303
    assert amina.get("/learn/tiny/labels").status_code == 200
    with app.app_context():
        counted = select(Fact.kind, func.count()).where(Fact.kind.in_(("enrolment.dropped", "enrolment.resumed", "lesson.read")))
        assert dict(db.session.execute(counted.group_by(Fact.kind)).all()) == dict.fromkeys(
            ("enrolment.dropped", "enrolment.resumed", "lesson.read"), 1
        )


def test_a_cohort_that_somebody_left_can_be_finished(app: Flask, world: Any, as_: Any) -> None:
    dana = as_("dana")
    dana.post(f"/enrolments/{world.enrolment}/leaving")
    assert dana.post(f"/cohorts/{world.cohort}/finish").status_code == 303
    back, page = f"/enrolments/{world.enrolment}/coming-back", f"/enrolments/{world.enrolment}"
    dana.post(back, headers={"Referer": "http://localhost" + page})
    assert "This cohort takes no more people." in dana.page(page)


def test_who_has_finished_cannot_leave(app: Flask, world: Any, as_: Any) -> None:
    with app.app_context(), transaction(write=True):
        actions.complete(world.enrolment)
    as_("dana").post(f"/enrolments/{world.enrolment}/leaving")
    assert state(app, world.enrolment) is EnrolmentState.COMPLETED


@pytest.mark.parametrize("name", ["amina", "bilal", "efe", "fay"])
def test_nobody_but_staff(name: str, as_: Any, world: Any) -> None:
    client = as_(name)
    assert [client.post(f"/enrolments/{world.enrolment}/{way}").status_code for way in ("leaving", "coming-back")] == [403, 403]


def test_eight_who_come_back_at_once_share_the_one_free_place(either_school: Flask) -> None:
    app, world = either_school, either_school.extensions["world"]
    with app.app_context(), transaction(write=True):
        db.session.get_one(Cohort, world.cohort).capacity = 2  # amina has one of them
        people = [User(name=f"P {n}", roles=frozenset({Role.TRAINEE}), email=f"p{n}@x.org") for n in range(4)]
        db.session.add_all(people)
        db.session.flush()
        left = [Enrolment(cohort_id=world.cohort, user_id=one.id, state=EnrolmentState.DROPPED) for one in people]
        db.session.add_all(left)
        db.session.flush()
        places = [one.id for one in left]

    tabs = eight_browsers(app, "dana")
    at_once(lambda n: tabs[n].post(f"/enrolments/{places[n % 4]}/coming-back"), range(8))
    with app.app_context():
        here = select(func.count()).where(Enrolment.cohort_id == world.cohort, Enrolment.state == EnrolmentState.ACTIVE)
        assert db.session.scalar(here) == 2
        assert db.session.scalar(select(func.count()).where(Fact.kind == "enrolment.resumed")) == 1


def test_eight_taps_at_once_write_down_once_that_she_left(either_school: Flask) -> None:
    app, path = either_school, f"/enrolments/{either_school.extensions['world'].enrolment}/leaving"
    answers = at_once(partial(Browser.post, path=path), eight_browsers(app, "dana"))
    assert {answer.status_code for answer in answers} == {303}
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(Fact.kind == "enrolment.dropped")) == 1
