"""Leaving a cohort: what she holds of its projects is free for others, what she sent stays hers and is paid."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask import Flask
from sqlalchemy import select

from lms.annotation import answering, claiming, queries, reviewing
from lms.annotation.models import Assignment, AssignmentState, Decision, Item, ItemState
from lms.cohorts.models import Enrolment, EnrolmentState
from lms.core.db import db, transaction
from lms.ledger import queries as ledger
from tests.annotation.rooms import make, person, take, usd
from tests.eight import at_once, eight_browsers

CAT, DOG = [{"label": "cat"}], [{"label": "dog"}]
RETURNED, SENT, MET, BEGUN, LEFT = range(5)


def a_block(app: Flask, world: SimpleNamespace, **more: Any) -> list[int]:
    """Amina holds five items: one came back to her, one waits, one met gold, one is begun, one is untouched. Their tasks by place."""
    with app.app_context(), transaction(write=True):
        amina, bilal = person(world.amina), person(world.bilal)
        tasks = take(make(world, items=5, gold={0: CAT}, **more), amina)
        tasks.sort(key=lambda task: task.item.name != "item-0")
        met, returned, sent, begun, left = tasks
        answering.answer(returned, by=amina, payload=CAT, op="returned")
        reviewing.decide(returned, by=bilal, decision=Decision.RETURN, comments=[{"shape": None, "text": "A dog."}])
        answering.answer(sent, by=amina, payload=CAT, op="sent")
        answering.answer(met, by=amina, payload=CAT, op="met")
        answering.save_draft(begun, by=amina, payload=CAT, version=0)
        return [task.id for task in (returned, sent, met, begun, left)]


def states(app: Flask, ids: list[int]) -> list[str]:
    with app.app_context():
        return [db.session.get_one(Assignment, id).state.value for id in ids]


def test_who_leaves_holds_nothing_and_what_she_sent_is_paid(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    ids = a_block(app, world, cohorts=(world.cohort, world.other_cohort))
    assert as_("dana").post(f"/enrolments/{world.enrolment}/leaving").status_code == 303
    assert states(app, ids) == ["expired", "in_review", "accepted", "expired", "expired"]
    with app.app_context():
        assert ledger.owed(person(world.amina)) == [usd(24)]  # the one that came back and the one that met gold
        assert queries.draft_of(db.session.get_one(Assignment, ids[BEGUN])) is not None
    as_("bilal").post(f"/reviews/{ids[SENT]}/decision", data={"decision": "accept"})
    with app.app_context(), transaction(write=True):
        assert ledger.owed(person(world.amina)) == [usd(36)]
        project = queries.project_of("names")
        assert project is not None
        given = {task.item_id for task in take(project, person(world.hana))}
        assert given == {db.session.get_one(Assignment, ids[n]).item_id for n in (RETURNED, BEGUN, LEFT)}
    page = as_("amina").page("/work/names")
    assert "This work is not open for you now." in page
    assert "A dog." in as_("amina").page(f"/work/tasks/{ids[RETURNED]}/feedback"), "what was said about her work stays hers"


def test_what_she_drew_before_she_knew_is_taken_and_paid_once(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    ids = a_block(app, world)
    as_("dana").post(f"/enrolments/{world.enrolment}/leaving")
    amina, bilal = as_("amina"), as_("bilal")
    for n in (RETURNED, LEFT):
        assert amina.post(f"/work/tasks/{ids[n]}/answer", data={"label": "dog", "client_op_id": f"late-{n}"}).status_code == 303
        assert bilal.post(f"/reviews/{ids[n]}/decision", data={"decision": "accept"}).status_code == 303
    with app.app_context():
        back = db.session.get_one(Assignment, ids[RETURNED])
        assert (back.rev, back.times_paid, back.item.state) == (2, 1, ItemState.COMPLETE)
        assert ledger.owed(person(world.amina)) == [usd(36)]


def test_who_comes_back_goes_on_with_them(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    ids = a_block(app, world)
    as_("dana").post(f"/enrolments/{world.enrolment}/leaving")
    with app.app_context(), transaction(write=True):
        db.session.get_one(Enrolment, world.enrolment).state = EnrolmentState.ACTIVE
        project = queries.project_of("names")
        assert project is not None
        project.rate_minor = 20
        again = claiming.claim(project, by=person(world.amina))
        assert {task.id for task in again} == {ids[RETURNED], ids[BEGUN], ids[LEFT]}
        assert {task.id: task.price_minor for task in again} == {ids[RETURNED]: 12, ids[BEGUN]: 20, ids[LEFT]: 20}, "paid at its price"
        answering.answer(db.session.get_one(Assignment, ids[RETURNED]), by=person(world.amina), payload=DOG, op="again")
        assert db.session.get_one(Assignment, ids[RETURNED]).rev == 2


def test_an_item_that_another_cohort_gives_her_too_stays_in_her_hands(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    with app.app_context(), transaction(write=True):
        db.session.add(Enrolment(cohort_id=world.other_cohort, user_id=world.amina, state=EnrolmentState.ACTIVE))
    ids = a_block(app, world, cohorts=(world.cohort, world.other_cohort))
    as_("dana").post(f"/enrolments/{world.enrolment}/leaving")
    assert states(app, ids) == ["returned", "in_review", "in_review", "drafted", "leased"]


def test_a_late_redo_holds_no_slot_and_gives_none_back(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    with app.app_context(), transaction(write=True):
        amina, hana, bilal = person(world.amina), person(world.hana), person(world.bilal)
        project = make(world, items=1, cohorts=(world.cohort, world.other_cohort))
        (task,) = take(project, amina)
        task.state, task.slot_held = AssignmentState.EXPIRED, False
        db.session.get_one(Item, task.item_id).open_slots = 1
        take(project, hana)
        db.session.expire_all()
        answering.answer(task, by=amina, payload=CAT, op="late")
        reviewing.decide(task, by=bilal, decision=Decision.RETURN, comments=[{"shape": None, "text": "A dog."}])
        id, item = task.id, task.item_id
    as_("dana").post(f"/enrolments/{world.enrolment}/leaving")
    with app.app_context():
        assert (states(app, [id]), db.session.get_one(Item, item).open_slots) == (["expired"], 0)


def test_answers_that_arrive_while_she_leaves_are_kept_and_no_slot_is_lost_or_doubled(either_school: Flask) -> None:
    """Seven answers and the leaving at once; two items that nobody touches. Of those that are answered four meet gold."""
    app, world = either_school, either_school.extensions["world"]
    with app.app_context(), transaction(write=True):
        project = make(world, items=9, block=9, gold=dict.fromkeys(range(4), CAT))
        tasks = sorted(take(project, person(world.amina)), key=lambda task: task.item.name)
        ids = [task.id for task in tasks]
    phones, dana = eight_browsers(app, "amina"), eight_browsers(app, "dana")[0]

    def act(n: int) -> int:
        if n == 7:
            return int(dana.post(f"/enrolments/{world.enrolment}/leaving").status_code)
        data = {"label": "cat", "client_op_id": f"{n}"}
        return int(phones[n].post(f"/work/tasks/{ids[n]}/answer", data=data).status_code)

    assert at_once(act, range(8)) == [303] * 8
    assert states(app, ids) == ["accepted"] * 4 + ["in_review"] * 3 + ["expired"] * 2
    with app.app_context():
        held = {task.item_id: task.slot_held for task in db.session.scalars(select(Assignment))}
        assert {item.open_slots + held[item.id] for item in db.session.scalars(select(Item))} == {1}
        assert ledger.owed(person(world.amina)) == [usd(48)]
