"""For ten seconds a mark can be taken back: nothing of it reaches the trainee before, and it goes out even if nobody is there any more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from lms.core import clock, jobs
from lms.core.db import db, transaction
from lms.core.errors import Refused
from lms.core.facts import Fact
from lms.core.jobs import Job
from lms.grading import actions, sending
from lms.grading.models import Grade, HeldMark, Submission
from lms.people.models import User
from tests.courses import publish_tiny
from tests.eight import eight_at_once
from tests.handing_in import ANSWER, BEST, LOW, TASK, hand_in, let_go, submissions


@pytest.fixture
def id(app: Flask, as_: Any, course: int) -> Iterator[int]:
    """Sent just now; the clock stands still, so that a busy machine uses up none of the ten seconds."""
    hand_in(as_("amina"))
    id = submissions(app)[0].id
    bilal = as_("bilal")
    with clock.held(clock.now()):
        bilal.post(f"/submissions/{id}/claim")
        bilal.post(f"/submissions/{id}/grade", data=BEST | {"feedback": "Well done."})
        yield id


def kinds(app: Flask) -> Counter[str]:
    with app.app_context():
        return Counter(db.session.scalars(select(Fact.kind).where(Fact.subject_kind == "submission").order_by(Fact.id)))


def ten_seconds_pass(app: Flask) -> None:
    """The moment is over, and no worker has run. The clock stands still, so it is the mark's moment that comes nearer."""
    with app.app_context(), transaction(write=True):
        db.session.execute(update(HeldMark).values(send_at=clock.now()))


def test_nothing_reaches_the_trainee_before_its_time(app: Flask, as_: Any, id: int) -> None:
    with app.app_context():
        (job,) = db.session.scalars(select(Job).where(Job.name == sending.JOB))
        assert 9 < job.run_after - db.session.scalar(select(jobs.epoch())) <= 10
        jobs.drain()
        assert db.session.scalars(select(Grade)).all() == [], "the job keeps its time"
    amina = as_("amina")
    assert "Your mentor has your answer" in amina.page(f"/submissions/{id}/feedback")
    assert "Well done." not in amina.page("/today")
    assert not {"submission.graded", "submission.released"} & set(kinds(app))
    assert "All checked" in as_("bilal").page("/desk"), "it is off the desk"
    let_go(app)
    assert "Well done." in amina.page(f"/submissions/{id}/feedback")
    assert kinds(app)["submission.released"] == 1


def test_undo_gives_back_what_was_typed(app: Flask, as_: Any, id: int) -> None:
    bilal = as_("bilal")
    assert "Your mark for <bdi>Amina</bdi> goes out in 10 seconds." in bilal.page("/desk")
    assert bilal.post(f"/submissions/{id}/undo").location == f"/submissions/{id}"
    text = bilal.page(f"/submissions/{id}")
    assert "Well done.</textarea>" in text
    assert text.count(" checked>") == 3
    assert "You hold it until" in text
    let_go(app)
    assert kinds(app)["submission.released"] == 0, "the job of an undone mark does nothing"
    with clock.held(clock.now() + timedelta(seconds=1)):
        bilal.post(f"/submissions/{id}/grade", data=LOW | {"feedback": "Add an example.", "do": "return"})
    let_go(app)
    assert "Add an example." in as_("amina").page(TASK)
    assert (kinds(app)["submission.returned"], kinds(app)["submission.released"]) == (1, 0)
    with app.app_context():
        assert db.session.scalars(select(HeldMark)).all() == []


def test_without_a_worker_it_is_out_when_somebody_reads_it(app: Flask, as_: Any, id: int) -> None:
    bilal, amina = as_("bilal"), as_("amina")
    bilal.post(f"/submissions/{id}/undo")
    bilal.post(f"/submissions/{id}/grade", data=LOW | {"feedback": "Add an example.", "do": "return"})
    ten_seconds_pass(app)
    assert "Add an example." in amina.page(f"/submissions/{id}/feedback")
    assert "Add an example." in amina.page(TASK)
    bilal.post(f"/submissions/{id}/undo", headers={"Referer": "http://localhost/desk"})
    assert "The mark has gone out. It cannot be undone now." in bilal.page("/desk")
    assert hand_in(amina, text="Better, with an example.", attempt=2).status_code == 303
    assert [str(one.state) for one in submissions(app)] == ["returned", "submitted"]
    assert kinds(app)["submission.returned"] == 1


def test_the_mentors_next_act_sends_what_is_due(app: Flask, as_: Any, world: Any, course: int, id: int) -> None:
    ten_seconds_pass(app)
    with app.app_context(), transaction(write=True):
        other = Submission(enrolment_id=world.enrolment, version_id=course, assignment_uid="tiny/rule", attempt=2, text=ANSWER)
        db.session.add(other)
        db.session.flush()
        other_id = other.id
    as_("bilal").post(f"/submissions/{other_id}/claim")
    assert kinds(app)["submission.released"] == 1


def test_nobody_else_can_undo(app: Flask, as_: Any, id: int) -> None:
    assert as_("chen").post(f"/submissions/{id}/undo").status_code == 404
    assert as_("amina").post(f"/submissions/{id}/undo").status_code == 403
    assert kinds(app)["submission.undone"] == 0


@pytest.mark.parametrize("due", [False, True])
def test_undo_and_release_at_once(either_school: Flask, due: bool) -> None:
    """Eight at the same moment, four to undo and four to let go: one of the two happens, once."""
    app, world = either_school, either_school.extensions["world"]
    with app.app_context(), transaction(write=True):
        bilal, version = db.session.get_one(User, world.bilal), publish_tiny(world)
        made = Submission(enrolment_id=world.enrolment, version_id=version, assignment_uid="tiny/rule", attempt=1, text=ANSWER)
        db.session.add(made)
        db.session.flush()
        actions.claim(made, by=bilal)
        marks = {name.removeprefix("level-"): level for name, level in BEST.items()}
        held = sending.send(made, by=bilal, marks=marks, feedback="Good.", returned=False)
        if due:
            held.send_at = clock.now() - timedelta(seconds=1)
        payload, id = {"submission": made.id, "send_at": held.send_at.isoformat()}, made.id

    def act(n: int) -> str:
        if n % 2 == 0:
            sending.undo(sending.locked(id), by=db.session.get_one(User, world.bilal))
            return "undone"
        sending.send_held(payload)
        return "let go"

    undone = eight_at_once(app, act, but=Refused).count("undone")
    told = kinds(app)
    assert told["submission.released"] + told["submission.undone"] == 1
    assert undone == told["submission.undone"]
    assert not (due and undone), "after its time nothing is undone"
    with app.app_context():
        assert len(db.session.scalars(select(Grade)).all()) == told["submission.released"]
