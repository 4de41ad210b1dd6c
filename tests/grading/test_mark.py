"""A mentor takes an answer, marks it, sends it or returns it. One at a time, never their own, never another cohort's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.cohorts.models import Enrolment, MentorSeat
from lms.core import clock
from lms.core.access import Role
from lms.core.db import db, transaction
from lms.core.errors import Refused
from lms.core.facts import Fact
from lms.grading import actions
from lms.grading.models import Grade, Submission
from lms.people.models import User
from tests.courses import publish_tiny
from tests.eight import eight_at_once
from tests.handing_in import ANSWER, BEST, LOW, TASK, hand_in, let_go, submissions


@pytest.fixture
def id(app: Flask, as_: Any, course: int) -> int:
    hand_in(as_("amina"))
    return submissions(app)[0].id


def grades(app: Flask) -> list[Grade]:
    with app.app_context():
        return list(db.session.scalars(select(Grade)))


def second_mentor(app: Flask, world: Any) -> None:
    with app.app_context(), transaction(write=True):
        db.session.add(MentorSeat(cohort_id=world.cohort, user_id=world.chen))


def test_take_mark_send(app: Flask, as_: Any, world: Any, id: int) -> None:
    bilal = as_("bilal")
    assert bilal.post(f"/submissions/{id}/claim").location == f"/submissions/{id}"
    text = bilal.page(f"/submissions/{id}")
    assert ANSWER in text
    assert "You hold it until" in text
    assert bilal.post(f"/submissions/{id}/grade", data=BEST | {"feedback": "Well done."}).location == "/desk"
    let_go(app)
    (grade,) = grades(app)
    assert (grade.total, grade.possible, grade.passed, grade.by_id) == (10, 10, True, world.bilal)
    page = as_("amina").page(f"/submissions/{id}/feedback")
    assert "Good. 10 of 10" in page
    assert "Well done." in page
    assert "All checked. Nobody waits for you." in bilal.page("/desk")
    with app.app_context():
        fact = db.session.scalars(select(Fact).where(Fact.kind == "submission.released")).one()
    assert fact.data == {"enrolment": world.enrolment, "passed": True}


def test_a_low_mark_is_not_a_pass(app: Flask, as_: Any, id: int) -> None:
    bilal = as_("bilal")
    bilal.post(f"/submissions/{id}/claim")
    bilal.post(f"/submissions/{id}/grade", data=LOW | {"feedback": "Read the rule again."})
    let_go(app)
    assert [grade.passed for grade in grades(app)] == [False]
    assert "Not yet. 1 of 10" in as_("amina").page(f"/submissions/{id}/feedback")


def test_returned_opens_the_next_try(app: Flask, as_: Any, id: int) -> None:
    bilal, amina = as_("bilal"), as_("amina")
    bilal.post(f"/submissions/{id}/claim")
    assert bilal.post(f"/submissions/{id}/grade", data=LOW | {"feedback": "Add an example.", "do": "return"}).status_code == 303
    let_go(app)
    assert "Change it a little and send it again" in amina.page(f"/submissions/{id}/feedback")
    assert "Add an example." in amina.page(TASK)
    assert hand_in(amina, text="A better rule with an example.", attempt=2).status_code == 303
    assert [(one.attempt, str(one.state)) for one in submissions(app)] == [(1, "returned"), (2, "submitted")]
    assert "Second try" in bilal.page("/desk")


def test_an_old_page_sends_no_answer_into_nowhere(app: Flask, as_: Any, id: int) -> None:
    """The page of the first try is still open when the mark comes: other words on it are a new answer, the same ones a second tap."""
    amina, bilal = as_("amina"), as_("bilal")
    bilal.post(f"/submissions/{id}/claim")
    bilal.post(f"/submissions/{id}/grade", data=LOW | {"feedback": "Add an example.", "do": "return"})
    let_go(app)
    assert hand_in(amina).location == f"/submissions/{id}/feedback"
    better = "Name what you see. Half a cup is a cup. A shadow is none."
    answer = hand_in(amina, better)
    text = answer.get_data(as_text=True)
    assert (answer.status_code, "Your mentor gave it back. Read the note" in text, better in text) == (422, True, True)
    assert 'name="attempt" type="hidden" value="2"' in text, "the button sends it as the next try"
    hand_in(amina, better, attempt=2)
    assert [(one.attempt, one.text) for one in submissions(app)] == [(1, ANSWER), (2, better)]
    answer = hand_in(amina, "A third thing that the old page says.")
    assert (answer.status_code, "A third thing that the old page says." in answer.get_data(as_text=True)) == (422, True)
    assert hand_in(amina).status_code == 303, "the first answer once more is that answer"


def test_returning_needs_words(app: Flask, as_: Any, id: int) -> None:
    bilal = as_("bilal")
    bilal.post(f"/submissions/{id}/claim")
    answer = bilal.post(f"/submissions/{id}/grade", data=LOW | {"feedback": " ", "do": "return"})
    assert answer.status_code == 422
    assert "Write what to change" in answer.get_data(as_text=True)


def test_an_empty_row_is_said_and_the_comment_stays(app: Flask, as_: Any, id: int) -> None:
    bilal = as_("bilal")
    bilal.post(f"/submissions/{id}/claim")
    answer = bilal.post(f"/submissions/{id}/grade", data={"level-clear": "full", "feedback": "My long comment"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Choose a level in every row." in text
    assert "My long comment" in text
    assert grades(app) == []


def test_the_second_tap_marks_once(app: Flask, as_: Any, id: int) -> None:
    bilal = as_("bilal")
    bilal.post(f"/submissions/{id}/claim")
    for _tap in range(2):
        bilal.post(f"/submissions/{id}/grade", data=BEST | {"feedback": "Good."})
    let_go(app)
    assert len(grades(app)) == 1


def test_a_level_that_is_none_is_refused(app: Flask, as_: Any, id: int) -> None:
    bilal = as_("bilal")
    bilal.post(f"/submissions/{id}/claim")
    assert bilal.post(f"/submissions/{id}/grade", data=BEST | {"level-clear": "99"}).status_code == 422
    assert grades(app) == []


def test_two_mentors_never_hold_one_answer(app: Flask, as_: Any, world: Any, id: int) -> None:
    second_mentor(app, world)
    bilal, chen = as_("bilal"), as_("chen")
    bilal.post(f"/submissions/{id}/claim")
    chen.post(f"/submissions/{id}/claim", headers={"Referer": "http://localhost/desk"})
    assert "Bilal is checking this now" in chen.page("/desk")
    assert chen.post(f"/submissions/{id}/grade", data=BEST).status_code == 422
    assert grades(app) == []


def test_a_lease_that_ran_out_frees_the_answer(app: Flask, as_: Any, world: Any, id: int) -> None:
    second_mentor(app, world)
    bilal, chen = as_("bilal"), as_("chen")
    bilal.post(f"/submissions/{id}/claim")
    with app.app_context(), transaction(write=True):
        db.session.get_one(Submission, id).lease_until = clock.now() - timedelta(seconds=1)
    assert chen.post(f"/submissions/{id}/claim").location == f"/submissions/{id}"
    answer = bilal.post(f"/submissions/{id}/grade", data=BEST | {"feedback": "Typed for long"})
    assert answer.status_code == 422
    assert "Typed for long" in answer.get_data(as_text=True)
    assert chen.post(f"/submissions/{id}/grade", data=BEST).status_code == 303
    let_go(app)
    assert [grade.by_id for grade in grades(app)] == [world.chen]


def test_another_cohorts_mentor_finds_nothing(as_: Any, id: int) -> None:
    chen = as_("chen")
    for method, path in (("get", ""), ("post", "/claim"), ("post", "/grade")):
        assert getattr(chen, method)(f"/submissions/{id}{path}").status_code == 404


@pytest.mark.parametrize("name", ["amina", "dana", "efe", "fay"])
def test_nobody_but_mentors(name: str, as_: Any, id: int) -> None:
    client = as_(name)
    assert client.get("/desk").status_code == 403
    assert client.post(f"/submissions/{id}/grade", data=BEST).status_code == 403


def test_a_mentor_who_learns_does_not_mark_her_own(app: Flask, as_: Any, world: Any, course: int) -> None:
    with app.app_context(), transaction(write=True):
        db.session.get_one(User, world.bilal).roles = frozenset({Role.MENTOR, Role.TRAINEE})
        db.session.add(Enrolment(cohort_id=world.cohort, user_id=world.bilal))
    bilal = as_("bilal")
    hand_in(bilal)
    id = submissions(app)[0].id
    assert bilal.post(f"/submissions/{id}/claim").status_code == 403
    assert "Bilal" not in bilal.page("/desk").split("<main")[1].split("</main>")[0]


def test_eight_mentors_tap_at_once(either_school: Flask) -> None:
    app, world = either_school, either_school.extensions["world"]
    with app.app_context(), transaction(write=True):
        version = publish_tiny(world)
        made = Submission(enrolment_id=world.enrolment, version_id=version, assignment_uid="tiny/rule", attempt=1, text=ANSWER)
        db.session.add(made)
        db.session.flush()
        id = made.id

    def take(n: int) -> int:
        mentor = (world.bilal, world.chen)[n % 2]
        actions.claim(db.session.get_one(Submission, id), by=db.session.get_one(User, mentor))
        return mentor

    answers = eight_at_once(app, take, but=Refused)
    took = [one for one in answers if not isinstance(one, Refused)]
    refused = [one.sentence for one in answers if isinstance(one, Refused)]
    assert len(set(took)) == 1, "one mentor holds it, however often she tapped"
    assert len(took) == 4
    assert len(refused) == 4
