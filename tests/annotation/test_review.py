"""Deciding about answers: by a mentor of the cohort, never by the author, once; and what is paid then."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.annotation import answering, budgets, datasets, queries, reviewing
from lms.annotation.models import Assignment, AssignmentState, Decision, Project, Review
from lms.annotation.schemas import Kind
from lms.cohorts.models import MentorSeat
from lms.core.access import Role
from lms.core.db import db, transaction
from lms.core.errors import Refused
from lms.core.facts import Fact
from lms.ledger import queries as ledger
from lms.ledger.models import Transfer
from tests.annotation.rooms import make, person, take, usd
from tests.eight import eight_at_once

CAT = [{"label": "cat"}]


def answered(app: Flask, world: SimpleNamespace, **more: Any) -> int:
    payload = more.pop("payload", CAT)
    with app.app_context(), transaction(write=True):
        amina = person(world.amina)
        task = take(make(world, **more), amina)[0]
        answering.answer(task, by=amina, payload=payload, op="a")
        return int(task.id)


def state(app: Flask, id: int) -> AssignmentState:
    with app.app_context():
        return db.session.get_one(Assignment, id).state


def test_accepting_pays_once(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    id = answered(app, world)
    bilal = as_("bilal")
    assert re.search(r"Waiting.*?0\.12 USD", as_("amina").page("/work"), re.DOTALL)
    assert "Amina" in bilal.page("/reviews")
    assert "cat" in bilal.page(f"/reviews/{id}")
    done = bilal.post(f"/reviews/{id}/decision", data={"decision": "accept"})
    assert (done.status_code, done.location) == (303, "/reviews")
    again = bilal.post(f"/reviews/{id}/decision", data={"decision": "accept"})
    assert again.status_code == 422
    assert "decided this already" in again.get_data(as_text=True)
    with app.app_context():
        assert ledger.owed(person(world.amina)) == [usd(12)]
        assert db.session.scalar(select(func.count(Transfer.id)).where(Transfer.kind == "accrue")) == 1
        assert db.session.scalar(select(func.count(Fact.id)).where(Fact.kind == "item.accepted")) == 1
    assert "0.12 USD" in as_("amina").page("/work")


def test_a_mentor_of_another_cohort_finds_nothing(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    id = answered(app, world)
    chen = as_("chen")
    assert "Amina" not in chen.page("/reviews")
    chen.page(f"/reviews/{id}", 404)
    chen.page(f"/reviews/{id}/picture", 404)
    assert chen.post(f"/reviews/{id}/decision", data={"decision": "accept"}).status_code == 404
    for name in ("amina", "hana", "dana", "efe", "fay"):
        as_(name).page(f"/reviews/{id}", 403)
    assert state(app, id) is AssignmentState.IN_REVIEW


def test_nobody_decides_about_their_own_work(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    with app.app_context(), transaction(write=True):
        person(world.amina).roles = frozenset({Role.TRAINEE, Role.MENTOR})
        db.session.add(MentorSeat(cohort_id=world.cohort, user_id=world.amina))
    id = answered(app, world)
    amina = as_("amina")
    amina.page(f"/reviews/{id}", 404)
    assert amina.post(f"/reviews/{id}/decision", data={"decision": "accept"}).status_code == 404
    with app.app_context(), transaction(write=True), pytest.raises(Refused, match="your own work"):
        reviewing.decide(db.session.get_one(Assignment, id), by=person(world.amina), decision=Decision.ACCEPT)


def test_a_return_needs_a_word_and_comes_back_with_it(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    span = [{"id": "s1", "label": "cat", "start": 0, "end": 5}]
    id = answered(app, world, kind=Kind.SPANS, payload=span)
    bilal, amina = as_("bilal"), as_("amina")
    silent = bilal.post(f"/reviews/{id}/decision", data={"decision": "return"})
    assert silent.status_code == 422
    assert "Say what to change" in silent.get_data(as_text=True)
    words = {"decision": "return", "comment-s1": "Take the family name too.", "comment": "Nearly."}
    assert bilal.post(f"/reviews/{id}/decision", data=words).status_code == 303
    assert state(app, id) is AssignmentState.RETURNED
    assert "1 item came back" in amina.page("/work")
    page = amina.page(f"/work/tasks/{id}")
    assert "Take the family name too." in page
    amina.post(f"/work/tasks/{id}/answer", data={"payload": '[{"label": "cat", "start": 0, "end": 13}]', "client_op_id": "b"})
    assert "Done again" in bilal.page("/reviews")
    bilal.post(f"/reviews/{id}/decision", data={"decision": "accept"})
    with app.app_context():
        task = db.session.get_one(Assignment, id)
        assert (task.state, task.rev) == (AssignmentState.ACCEPTED, 2)
        assert ledger.owed(person(world.amina)) == [usd(12)]  # once, at the return
        assert [row.decision for row in db.session.scalars(select(Review).order_by(Review.id))] == [Decision.RETURN, Decision.ACCEPT]


def test_words_are_pinned_to_shapes_of_the_answer_alone(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    """What another page names is said of the whole."""
    id = answered(app, world, payload=[{"id": "s1", "label": "cat"}])
    words = {"decision": "return", "comment-s1": "One.", "comment-s2": "Two.", "comment-": "Three.", "comment": "Four."}
    assert as_("bilal").post(f"/reviews/{id}/decision", data=words).status_code == 303
    with app.app_context():
        said = db.session.scalars(select(Review)).one().comments
    assert [(one["shape"], one["text"]) for one in said] == [("s1", "One."), (None, "Two."), (None, "Three."), (None, "Four.")]


def test_a_page_that_was_open_while_she_answered_anew_decides_nothing(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    id, bilal = answered(app, world), as_("bilal")
    seen = re.search(r'name="rev" value="(\d+)"', bilal.page(f"/reviews/{id}"))
    assert seen is not None
    bilal.post(f"/reviews/{id}/decision", data={"decision": "return", "comment": "Look again.", "rev": seen[1]})
    as_("amina").post(f"/work/tasks/{id}/answer", data={"payload": '[{"label": "dog"}]'})
    late = bilal.post(f"/reviews/{id}/decision", data={"decision": "accept", "comment": "Well seen.", "rev": seen[1]})
    assert late.status_code == 422
    assert "This answer is newer. Look at it, then decide." in late.get_data(as_text=True)
    assert "Well seen." in late.get_data(as_text=True), "nothing typed is lost"
    assert state(app, id) is AssignmentState.IN_REVIEW
    assert bilal.post(f"/reviews/{id}/decision", data={"decision": "accept", "rev": "2"}).status_code == 303


def test_a_redo_is_paid_again_where_the_guideline_was_unclear(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    id = answered(app, world)
    bilal, amina = as_("bilal"), as_("amina")
    bilal.post(f"/reviews/{id}/decision", data={"decision": "return", "comment": "A dog.", "guideline_fault": "y"})
    with app.app_context():
        assert ledger.owed(person(world.amina)) == [usd(12)]
    amina.post(f"/work/tasks/{id}/answer", data={"label": "dog", "client_op_id": "b"})
    bilal.post(f"/reviews/{id}/decision", data={"decision": "accept"})
    with app.app_context():
        assert ledger.owed(person(world.amina)) == [usd(24)]
        assert budgets.accrued(queries.project_of("names")) == usd(24)
        keys = list(db.session.scalars(select(Transfer.key).where(Transfer.kind == "accrue").order_by(Transfer.id)))
        assert keys == [f"accrue:item:{id}:rev:1", f"accrue:item:{id}:rev:2"]


def test_a_correction_is_kept_and_shown_to_her(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    id = answered(app, world)
    bilal = as_("bilal")
    same = bilal.post(f"/reviews/{id}/decision", data={"decision": "fix", "label": "cat"})
    assert "You changed nothing" in same.get_data(as_text=True)
    assert bilal.post(f"/reviews/{id}/decision", data={"decision": "fix", "label": "dog"}).status_code == 303
    assert state(app, id) is AssignmentState.FIXED
    page = as_("amina").page(f"/work/tasks/{id}/feedback")
    assert "With the correction" in page
    assert "dog" in page
    with app.app_context():
        assert db.session.scalar(select(func.count(Fact.id)).where(Fact.kind == "item.fixed")) == 1


def test_eight_decisions_at_once_are_one(either_school: Flask) -> None:
    world = either_school.extensions["world"]
    id = answered(either_school, world)

    def decide(_n: int) -> str:
        task = db.session.scalars(select(Assignment).where(Assignment.id == id).with_for_update()).one()
        reviewing.decide(task, by=person(world.bilal), decision=Decision.ACCEPT)
        return "done"

    outcomes = eight_at_once(either_school, decide, but=Refused)
    assert sorted(one if one == "done" else "refused" for one in outcomes) == ["done"] + ["refused"] * 7
    with either_school.app_context(), transaction(write=False):
        assert ledger.owed(person(world.amina)) == [usd(12)]


def test_what_missed_gold_stands_first(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    with app.app_context(), transaction(write=True):
        amina = person(world.amina)
        project = make(world, items=3, gold={2: [{"label": "dog"}]})
        gold_id = None
        for n, task in enumerate(sorted(take(project, amina), key=lambda task: task.item_id)):
            answering.answer(task, by=amina, payload=CAT, op=f"a{n}")
            gold_id = task.id
    page = as_("bilal").page("/reviews")
    links = list(dict.fromkeys(re.findall(r'href="/reviews/(\d+)"', page)))  # the first stands in the frame too
    assert len(links) == 3
    assert links[0] == str(gold_id)
    assert page.count("Look closely") == 1


def test_a_correction_goes_out_before_any_answer_even_an_empty_one(app: Flask, world: SimpleNamespace) -> None:
    with app.app_context(), transaction(write=True):
        project = make(world, kind=Kind.MULTI, items=1, overlap=2, cohorts=(world.cohort, world.other_cohort))
        amina, hana = person(world.amina), person(world.hana)
        first = answering.answer(take(project, amina)[0], by=amina, payload=CAT, op="a").assignment
        second = answering.answer(take(project, hana)[0], by=hana, payload=CAT, op="h").assignment
        reviewing.decide(first, by=person(world.bilal), decision=Decision.ACCEPT)
        reviewing.decide(second, by=person(world.chen), decision=Decision.FIX, payload=[])
    with app.app_context():
        project = db.session.get_one(Project, project.id)
        assert [item.gold for item in datasets.results(project)[0]] == [()]
