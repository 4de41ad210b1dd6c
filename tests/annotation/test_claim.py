"""Claiming: never once too often, never without its rules, on both stores."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.annotation import actions, answering, budgets, claiming, queries
from lms.annotation.models import Assignment, AssignmentState, Item, Project, ProjectState, Risk
from lms.cohorts.models import Enrolment, EnrolmentState
from lms.core import clock
from lms.core.access import Role
from lms.core.db import db, transaction
from lms.core.errors import Refused
from lms.core.facts import Fact
from lms.people.models import User
from tests.annotation.rooms import make, person, take, usd
from tests.eight import at_once, eight_at_once

WORKERS, ITEMS, OVERLAP = 40, 200, 3


def newcomers(world: SimpleNamespace, project: Project, count: int) -> list[int]:
    """So many trainees of the cohort who have read the guideline: their ids."""
    people = [User(name=f"w{n}", roles=frozenset({Role.TRAINEE}), sign_in_name=f"w{n}", adult=True) for n in range(count)]
    db.session.add_all(people)
    db.session.flush()
    for one in people:
        db.session.add(Enrolment(cohort_id=world.cohort, user_id=one.id, state=EnrolmentState.ACTIVE))
        claiming.read_guideline(project, by=one)
    return [one.id for one in people]


def test_forty_threads_get_exactly_six_hundred_assignments(either_school: Flask) -> None:
    world = either_school.extensions["world"]
    with either_school.app_context(), transaction(write=True):
        project = make(world, items=ITEMS, overlap=OVERLAP, block=ITEMS)
        ids, project_id = newcomers(world, project, WORKERS), project.id

    def work(worker_id: int) -> None:
        held = 0
        while True:
            try:
                with either_school.app_context(), transaction(write=True):
                    worker, project = person(worker_id), db.session.get_one(Project, project_id)
                    # nobody may take it all: that would leave the other threads nothing to fight over
                    held = len(claiming.claim(project, by=worker, block=held + 7))
            except Refused:
                return
            with either_school.app_context(), transaction(write=False):
                hers = select(Assignment.item_id).where(Assignment.worker_id == worker_id)
                left = db.session.scalar(select(func.count()).where(Item.open_slots > 0, Item.id.not_in(hers)))
            if not left:
                return

    at_once(work, ids)
    with either_school.app_context(), transaction(write=False):
        rows = db.session.execute(select(Assignment.item_id, Assignment.worker_id)).all()
        assert len(rows) == ITEMS * OVERLAP
        assert max(Counter(row.item_id for row in rows).values()) == OVERLAP
        assert len(set(rows)) == len(rows)
        assert db.session.scalar(select(func.sum(Item.open_slots))) == 0


def test_a_second_tap_gives_nothing_more(either_school: Flask) -> None:
    world = either_school.extensions["world"]
    with either_school.app_context(), transaction(write=True):
        project = make(world, items=40, block=5)
        claiming.read_guideline(project, by=person(world.amina))
        project_id = project.id

    def tap(_n: int) -> int:
        return len(claiming.claim(db.session.get_one(Project, project_id), by=person(world.amina)))

    assert eight_at_once(either_school, tap) == [5] * 8
    with either_school.app_context(), transaction(write=False):
        assert db.session.scalar(select(func.count(Assignment.id))) == 5


def test_eight_who_claim_at_once_promise_no_more_than_the_budget(either_school: Flask) -> None:
    """Each wants five items; the budget holds four, and a quarter more of each. The rows of items would let them all through."""
    world = either_school.extensions["world"]
    with either_school.app_context(), transaction(write=True):
        project = make(world, items=40, block=5, rate=10)
        project.budget_minor = 52  # as a dearer price leaves it
        ids, project_id = newcomers(world, project, 8), project.id

    def tap(n: int) -> int:
        return len(claiming.claim(db.session.get_one(Project, project_id), by=person(ids[n])))

    given = eight_at_once(either_school, tap, but=Refused)
    assert sum(one for one in given if isinstance(one, int)) == 4
    with either_school.app_context(), transaction(write=False):
        project = db.session.get_one(Project, project_id)
        assert budgets.committed(project) <= project.budget


def test_price_time_and_label_are_recorded_with_the_claim(app: Flask, world: SimpleNamespace) -> None:
    with app.app_context(), transaction(write=True):
        given = take(make(world, rate=12), person(world.amina))
        fact = db.session.scalars(select(Fact).where(Fact.kind == "item.claimed")).one()
        assert fact.data["price"] == 12
        assert fact.data["est_seconds"] == 60
        assert fact.data["content_risk"] == "none"
        assert fact.data["assignments"] == [task.id for task in given]


def test_a_new_price_and_guideline_never_touch_an_open_lease(app: Flask, world: SimpleNamespace) -> None:
    with app.app_context(), transaction(write=True):
        project, amina, dana = make(world, rate=12, items=20), person(world.amina), person(world.dana)
        before = take(project, amina)
        actions.change_rate(project, by=dana, rate=usd(20))
        actions.write_guideline(project, by=dana, bodies={"en": "Other words."})
        assert {(task.price_minor, task.guideline_version) for task in before} == {(12, 1)}
        with pytest.raises(Refused, match="Read the guideline first"):
            claiming.claim(project, by=amina, block=10)
        later = take(project, amina, block=10)[5:]
        assert {(task.price_minor, task.guideline_version) for task in later} == {(20, 2)}
        with pytest.raises(Refused, match="can only rise"):
            actions.change_rate(project, by=dana, rate=usd(11))


@pytest.mark.parametrize(("adult", "sentence"), [(False, "when you are 18"), (None, "confirm your age")])
def test_under_eighteen_is_told_so(app: Flask, world: SimpleNamespace, adult: bool | None, sentence: str) -> None:
    with app.app_context(), transaction(write=True):
        project, amina = make(world), person(world.amina)
        amina.adult = adult
        with pytest.raises(Refused, match=sentence):
            take(project, amina)


def test_what_may_be_hard_to_see_is_agreed_to_first(app: Flask, world: SimpleNamespace) -> None:
    with app.app_context(), transaction(write=True):
        project, amina = make(world, risk=Risk.STRONG), person(world.amina)
        with pytest.raises(Refused, match="what you may see"):
            take(project, amina)
        assert len(claiming.claim(project, by=amina, agreed=True)) == 5


def test_a_lease_runs_out_and_gives_its_slot_back_and_keeps_the_draft(app: Flask, world: SimpleNamespace) -> None:
    with app.app_context(), transaction(write=True):
        project, amina, hana = make(world, items=1, cohorts=(world.cohort, world.other_cohort)), person(world.amina), person(world.hana)
        (task,) = take(project, amina)
        assert task.lease_until - task.leased_at == timedelta(minutes=15)  # two minutes would be too short
        answering.save_draft(task, by=amina, payload=[{"label": "cat"}], version=0)
        with pytest.raises(Refused, match="no item for you"):
            take(project, hana)
        with clock.held(task.lease_until + timedelta(seconds=1)):
            assert claiming.expire_overdue(project.id) == 1
            assert task.state is AssignmentState.EXPIRED
            assert queries.draft_of(task).payload == [{"label": "cat"}]
            assert [one.id for one in claiming.claim(project, by=amina)] == [task.id]  # and comes back to her
            assert db.session.scalar(select(Item.open_slots).where(Item.id == task.item_id)) == 0


def test_an_answer_after_the_lease_is_taken_and_paid_as_late(app: Flask, world: SimpleNamespace) -> None:
    with app.app_context(), transaction(write=True):
        project, amina, hana = make(world, items=1, cohorts=(world.cohort, world.other_cohort)), person(world.amina), person(world.hana)
        (task,) = take(project, amina)
        with clock.held(task.lease_until + timedelta(minutes=1)):
            (other,) = take(project, hana)
            assert other.item_id == task.item_id
            answering.answer(task, by=amina, payload=[{"label": "cat"}], op="a")
            assert task.state is AssignmentState.IN_REVIEW
            assert task.slot_held is False
            assert db.session.scalar(select(Item.open_slots).where(Item.id == task.item_id)) == 0


def test_a_spent_budget_pauses_the_project(app: Flask, world: SimpleNamespace) -> None:
    with app.app_context(), transaction(write=True):
        project, amina = make(world, items=10, rate=10, block=10, budget=130), person(world.amina)
        assert len(take(project, amina)) == 10
        assert project.state is ProjectState.PAUSED


def test_skips_are_free_and_few(app: Flask, world: SimpleNamespace) -> None:
    with app.app_context(), transaction(write=True):
        project, amina = make(world, items=20, block=10), person(world.amina)
        tasks = take(project, amina)
        with pytest.raises(Refused, match="Choose why"):
            claiming.skip(tasks[0], by=amina, reason="")
        for task in tasks[:2]:
            claiming.skip(task, by=amina, reason="unclear")
        claiming.skip(tasks[0], by=amina, reason="unclear")  # the second tap
        with pytest.raises(Refused, match="skipped many"):
            claiming.skip(tasks[2], by=amina, reason="unclear")
        claiming.skip(tasks[2], by=amina, reason="upsetting")
        again = claiming.claim(project, by=amina)
        assert {task.item_id for task in again}.isdisjoint({task.item_id for task in tasks[:3]})


def test_the_week_has_twenty_hours(app: Flask, world: SimpleNamespace) -> None:
    with app.app_context(), transaction(write=True):
        project, amina = make(world, items=10, block=10), person(world.amina)
        project.est_seconds = 6 * 3600
        assert len(take(project, amina)) == 3
        with pytest.raises(Refused, match="hours of this week"):
            claiming.claim(project, by=amina)
