"""Tries that the page does not offer: a number that is none, and one more after the mark."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

from flask import Flask

from lms.cohorts.models import Cohort, CohortState
from lms.core.db import db, transaction
from tests.handing_in import BEST, hand_in, submissions


def test_the_number_of_a_try_may_be_nonsense(app: Flask, course: int, as_: Any) -> None:
    amina = as_("amina")
    for attempt in ("9" * 5000, "-1", "1e9", "٣", ""):
        assert amina.post("/learn/tiny/rules/task", data={"text": "Name what you see.", "attempt": attempt}).status_code == 303
    assert [one.attempt for one in submissions(app)] == [1]


def test_after_the_mark_there_is_no_other_try(app: Flask, course: int, as_: Any) -> None:
    amina, bilal = as_("amina"), as_("bilal")
    hand_in(amina)
    id = submissions(app)[0].id
    bilal.post(f"/submissions/{id}/claim")
    assert bilal.post(f"/submissions/{id}/grade", data={**BEST, "feedback": "Good."}).status_code == 303
    assert hand_in(amina, "Something else that is longer.", 2).status_code == 422
    assert len(submissions(app)) == 1


def test_a_task_is_closed_as_long_as_its_lesson(app: Flask, course: int, world: SimpleNamespace, as_: Any) -> None:
    with app.app_context(), transaction(write=True):
        cohort = db.session.get_one(Cohort, world.cohort)
        cohort.state, cohort.starts_on, cohort.ends_on = CohortState.SCHEDULED, date(2099, 1, 5), date(2099, 3, 1)
    amina = as_("amina")
    for answer in (amina.get("/learn/tiny/rules/task"), hand_in(amina)):
        assert (answer.status_code, answer.location) == (303, "/learn/tiny/rules")
    assert submissions(app) == []
