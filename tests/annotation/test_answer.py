"""Sending an answer: judged, kept once, scored at once where it is known, paid once."""

from __future__ import annotations

from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.annotation import answering, queries, reviewing
from lms.annotation.judging import Unfit
from lms.annotation.models import Annotation, Assignment, AssignmentState, Decision, Gold, GoldState, Item, ItemState, Phase, Score
from lms.annotation.schemas import Kind
from lms.core import clock, jobs
from lms.core.db import db, transaction
from lms.core.errors import Refused
from lms.ledger import queries as ledger
from lms.ledger.models import Transfer
from tests.annotation.rooms import make, person, take, usd
from tests.eight import eight_at_once

CAT, DOG = [{"label": "cat"}], [{"label": "dog"}]


def accruals() -> list[str]:
    return list(db.session.scalars(select(Transfer.key).where(Transfer.kind == "accrue").order_by(Transfer.id)))


def test_an_answer_waits_for_a_person(app: Flask, world: SimpleNamespace) -> None:
    with app.app_context(), transaction(write=True):
        task = take(make(world), person(world.amina))[0]
        kept = answering.answer(task, by=person(world.amina), payload=CAT, op="op-1")
        assert kept.payload == CAT
        assert task.state is AssignmentState.IN_REVIEW
        assert accruals() == []
        assert db.session.scalar(select(func.count(Score.id))) == 0


def test_the_same_tap_twice_is_one_answer(app: Flask, world: SimpleNamespace) -> None:
    with app.app_context(), transaction(write=True):
        tasks, amina = take(make(world), person(world.amina)), person(world.amina)
        first = answering.answer(tasks[0], by=amina, payload=CAT, op="op-1")
        assert answering.answer(tasks[0], by=amina, payload=CAT, op="op-1") is first
        with pytest.raises(Refused, match="sent this item already"):
            answering.answer(tasks[0], by=amina, payload=DOG, op="op-2")
        with pytest.raises(Refused, match="page is old"):
            answering.answer(tasks[1], by=amina, payload=DOG, op="op-1")


def test_the_last_answers_of_a_block_at_once_are_accepted_and_paid(either_school: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """From two tabs, or from the page and the phone's queue. What met gold waits for the end of the block, and stands in no queue."""
    all_kept, accept = Barrier(8), reviewing.accept_met_gold

    def accept_together(project_id: int, worker_id: int) -> None:
        with suppress(BrokenBarrierError):  # where each waits for the one before, they never meet here
            all_kept.wait(timeout=1)
        accept(project_id, worker_id)

    monkeypatch.setattr(reviewing, "accept_met_gold", accept_together)
    world = either_school.extensions["world"]
    with either_school.app_context(), transaction(write=True):
        held = take(make(world, items=8, block=8, gold=dict.fromkeys(range(8), CAT)), person(world.amina))
        ids = [task.id for task in held]

    def send(n: int) -> None:
        task = db.session.scalars(select(Assignment).where(Assignment.id == ids[n]).with_for_update()).one()
        answering.answer(task, by=person(world.amina), payload=CAT, op=f"op-{n}")

    eight_at_once(either_school, send)
    with either_school.app_context():
        assert set(db.session.scalars(select(Assignment.state))) == {AssignmentState.ACCEPTED}
        assert len(accruals()) == len(ids) == 8


def test_eight_taps_at_once_answer_and_accrue_once(either_school: Flask) -> None:
    world = either_school.extensions["world"]
    with either_school.app_context(), transaction(write=True):
        task_id = take(make(world, items=1, gold={0: CAT}), person(world.amina))[0].id

    def tap(n: int) -> None:
        task = db.session.scalars(select(Assignment).where(Assignment.id == task_id).with_for_update()).one()
        answering.answer(task, by=person(world.amina), payload=CAT, op=f"op-{n % 2}")

    eight_at_once(either_school, tap, but=Refused)
    with either_school.app_context(), transaction(write=False):
        assert db.session.scalar(select(func.count(Annotation.id))) == 1
        assert accruals() == [f"accrue:item:{task_id}:rev:1"]
        assert ledger.owed(person(world.amina)) == [usd(12)]


def test_gold_that_is_met_accepts_itself_and_completes_the_item(app: Flask, world: SimpleNamespace) -> None:
    with app.app_context(), transaction(write=True):
        project, amina = make(world, items=1, gold={0: CAT}), person(world.amina)
        task = take(project, amina)[0]
        answering.answer(task, by=amina, payload=CAT, op="a")
        assert task.state is AssignmentState.ACCEPTED
        assert accruals() == [f"accrue:item:{task.id}:rev:1"]
        db.session.expire_all()
        assert db.session.get_one(Item, task.item_id).state is ItemState.COMPLETE
        summary = queries.mock_summary(amina)
        assert (summary.accepted, summary.gold_seen, summary.gold_passed) == (1, 1, 1)
        assert summary.lower_bound["choice"] == pytest.approx(0.2065, abs=1e-4)
        assert summary.lower_bound["boxes"] is None


def test_gold_that_is_met_is_not_told_apart_before_the_block_is_done(app: Flask, world: SimpleNamespace) -> None:
    with app.app_context(), transaction(write=True):
        project, amina = make(world, items=3, gold={0: CAT, 1: CAT}), person(world.amina)
        tasks = take(project, amina)
        for n, task in enumerate(tasks[:2]):
            answering.answer(task, by=amina, payload=CAT, op=f"a{n}")
        assert {task.state for task in tasks[:2]} == {AssignmentState.IN_REVIEW}
        assert accruals() == []
        assert queries.mock_summary(amina).gold_seen == 0
        answering.answer(tasks[2], by=amina, payload=CAT, op="a2")
        assert sorted(task.state for task in tasks) == ["accepted", "accepted", "in_review"]
        assert len(accruals()) == 2
        assert queries.mock_summary(amina).gold_passed == 2


def test_gold_that_is_missed_goes_to_a_person_and_is_paid_all_the_same(app: Flask, world: SimpleNamespace) -> None:
    with app.app_context(), transaction(write=True):
        project, amina = make(world, items=1, gold={0: CAT}), person(world.amina)
        task = take(project, amina)[0]
        answering.answer(task, by=amina, payload=DOG, op="a")
        assert task.state is AssignmentState.IN_REVIEW
        reviewing.decide(task, by=person(world.bilal), decision=Decision.RETURN, comments=[{"shape": "1", "text": "A cat."}])
        assert task.state is AssignmentState.RETURNED
        assert accruals() == [f"accrue:item:{task.id}:rev:1"]
        answering.answer(task, by=amina, payload=CAT, op="b")
        assert (task.state, task.rev) == (AssignmentState.ACCEPTED, 2)
        assert accruals() == [f"accrue:item:{task.id}:rev:1"]  # once
        summary = queries.mock_summary(amina)
        assert (summary.gold_seen, summary.gold_passed) == (1, 0)  # first answers only


def test_a_suspended_gold_scores_nobody(app: Flask, world: SimpleNamespace) -> None:
    with app.app_context(), transaction(write=True):
        project, amina = make(world, items=1, gold={0: CAT}), person(world.amina)
        db.session.scalars(select(Gold)).one().state = GoldState.SUSPENDED
        task = take(project, amina)[0]
        answering.answer(task, by=amina, payload=DOG, op="a")
        assert task.state is AssignmentState.IN_REVIEW
        assert db.session.scalar(select(func.count(Score.id))) == 0


def test_practice_is_told_at_once(app: Flask, world: SimpleNamespace) -> None:
    with app.app_context(), transaction(write=True):
        project, amina = make(world, items=1, gold={0: CAT}, phase=Phase.PRACTICE, rate=0), person(world.amina)
        task = take(project, amina)[0]
        answering.answer(task, by=amina, payload=DOG, op="a")
        assert task.state is AssignmentState.ACCEPTED
        assert accruals() == []
        assert queries.scores_of(queries.latest_annotation(task))["quality"] == 0.0


@pytest.mark.parametrize(
    ("kind", "payload", "shape", "reason"),
    [
        (Kind.CHOICE, [], 1, "nothing"),
        (Kind.CHOICE, [{"label": "cat"}, {"label": "dog"}], 2, "too_many"),
        (Kind.CHOICE, [{"label": "cow"}], 1, "unknown_label"),
        (Kind.CHOICE, "cat", 1, "malformed"),
        (Kind.SPANS, [{"id": "s1", "label": "cat", "start": 3, "end": 3}], "s1", "empty_span"),
        (Kind.SPANS, [{"id": "s1", "label": "cat", "start": 0, "end": 99}], "s1", "outside_text"),
        (Kind.BOXES, [{"id": "b7", "label": "cat", "x": 1, "y": 1, "w": 0, "h": 5}], "b7", "no_area"),
        (Kind.BOXES, [{"id": "b7", "label": "cat", "x": 1, "y": float("nan"), "w": 1, "h": 5}], "b7", "not_finite"),
        (Kind.POLYGONS, [{"id": "p", "label": "cat", "parts": [[[[0, 0], [5, 5]]]]}], "p", "few_points"),
    ],
)
def test_what_cannot_be_taken_names_its_shape(
    app: Flask, world: SimpleNamespace, kind: Kind, payload: object, shape: str | int, reason: str
) -> None:
    with app.app_context(), transaction(write=True):
        task = take(make(world, kind=kind), person(world.amina))[0]
        with pytest.raises(Unfit) as caught:
            answering.answer(task, by=person(world.amina), payload=payload, op="a")
        assert (caught.value.shape, caught.value.reason) == (shape, reason)
        assert task.state is AssignmentState.LEASED


def test_a_draft_that_was_saved_elsewhere_is_a_conflict(app: Flask, world: SimpleNamespace) -> None:
    with app.app_context(), transaction(write=True):
        task, amina = take(make(world), person(world.amina))[0], person(world.amina)
        assert answering.save_draft(task, by=amina, payload=CAT, version=0).version == 1
        with pytest.raises(answering.Conflict) as caught:
            answering.save_draft(task, by=amina, payload=DOG, version=0)
        assert caught.value.draft.payload == CAT
        assert answering.save_draft(task, by=amina, payload=DOG, version=1).version == 2
        answering.answer(task, by=amina, payload=DOG, op="a")
        db.session.flush()
        assert queries.draft_of(task) is None


def test_nobody_decided_for_a_week_so_the_calendar_does(app: Flask, world: SimpleNamespace) -> None:
    with app.app_context(), transaction(write=True):
        task, amina = take(make(world), person(world.amina))[0], person(world.amina)
        annotation = answering.answer(task, by=amina, payload=CAT, op="a")
        row = db.session.scalars(select(jobs.Job).where(jobs.Job.name == reviewing.SWEEP)).one()
        due = annotation.received_at.date() + reviewing.DECIDE_WITHIN
        assert row.payload == {"day": due.isoformat()}
        reviewing.sweep_decisions({"day": annotation.received_at.date().isoformat()})
        assert task.state is AssignmentState.IN_REVIEW  # too early
        with clock.held(annotation.received_at + reviewing.DECIDE_WITHIN):
            reviewing.sweep_decisions(row.payload)
            reviewing.sweep_decisions(row.payload)
        assert task.state is AssignmentState.ACCEPTED
        assert accruals() == [f"accrue:item:{task.id}:rev:1"]
