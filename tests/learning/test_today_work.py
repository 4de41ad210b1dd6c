"""Today and work that is paid: what came back is first, what is open waits until the course leaves time, an old word of the mentor goes."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from lms.annotation.models import Assignment, AssignmentState
from lms.core.db import db, transaction
from lms.grading.models import State
from lms.people.models import User
from tests.annotation import rooms
from tests.learning.test_today import frame
from tests.statements import counted


@pytest.fixture
def project(app: Flask, world: SimpleNamespace, course: int) -> int:
    """A paid project that amina's cohort may work in."""
    with app.app_context(), transaction(write=True):
        return rooms.make(world).id


@pytest.fixture
def taken(app: Flask, world: SimpleNamespace, project: int) -> Callable[[AssignmentState], int]:
    """`taken(AssignmentState.RETURNED)`: amina took a block, and its first item stands so; the item's id."""

    def write(state: AssignmentState) -> int:
        with app.app_context(), transaction(write=True):
            amina = db.session.get_one(User, world.amina)
            task: Assignment = rooms.take(db.session.get_one(rooms.Project, project), amina)[0]
            task.state = state
            return task.id

    return write


def test_lessons_come_before_open_work(as_: Any, project: int, first_week: None) -> None:
    assert "Lesson 1. What a label is" in frame(as_("amina").page("/today"))


@pytest.mark.parametrize(("state", "total"), [(State.SUBMITTED, None), (State.RELEASED, 8)])
def test_open_work_comes_when_the_course_waits_or_is_done(
    as_: Any, project: int, first_week: None, sent: Any, handed_in: Any, state: State, total: int | None
) -> None:
    amina = as_("amina")
    sent(amina)
    handed_in(state, total=total)
    page = amina.page("/today")
    assert "Names in the news" in frame(page)
    assert "0.12 USD</bdi> for each item" in frame(page)
    assert 'href="/work/names"' in frame(page)
    assert "Nothing to do now" not in page


def test_what_she_began_is_one_tap_away(as_: Any, taken: Any, first_week: None, sent: Any, handed_in: Any) -> None:
    amina = as_("amina")
    sent(amina)
    handed_in()
    id = taken(AssignmentState.LEASED)
    assert f'href="/work/tasks/{id}"' in frame(amina.page("/today"))


def test_an_item_that_came_back_is_first(as_: Any, taken: Any, first_week: None) -> None:
    id = taken(AssignmentState.RETURNED)
    page = as_("amina").page("/today")
    assert "Fix 1 item" in frame(page)
    assert f'href="/work/tasks/{id}"' in frame(page)


def test_a_task_that_came_back_is_before_it(as_: Any, taken: Any, first_week: None, sent: Any, handed_in: Any) -> None:
    amina = as_("amina")
    taken(AssignmentState.RETURNED)
    sent(amina)
    handed_in(State.RETURNED, total=3)
    assert "Fix: Task 1. Write" in frame(amina.page("/today"))


def test_no_work_for_who_may_not_work_yet(app: Flask, as_: Any, world: SimpleNamespace, project: int, first_week: None) -> None:
    with app.app_context(), transaction(write=True):
        db.session.get_one(User, world.hana).adult = db.session.get_one(User, world.amina).adult = None
    for name in ("amina", "hana"):
        assert "Names in the news" not in as_(name).page("/today")


def test_it_costs_no_statement_more(as_: Any, taken: Any, first_week: None, sent: Any, handed_in: Any) -> None:
    amina = as_("amina")
    taken(AssignmentState.RETURNED)
    sent(amina)
    handed_in(State.RETURNED, total=3)
    amina.page("/today")
    with counted() as statements:
        amina.page("/today")
    assert len(statements) <= 6, "\n".join(statements)


def test_an_old_word_goes_when_the_new_try_is_sent(as_: Any, course: int, first_week: None, sent: Any, handed_in: Any) -> None:
    amina = as_("amina")
    sent(amina)
    handed_in(State.RETURNED, total=3)
    assert "Change it and send it again." in amina.page("/today")
    handed_in(State.SUBMITTED, attempt=2)
    page = amina.page("/today")
    assert "Change it and send it again." not in page
    assert "From your mentor" not in page
    assert "Your mentor has your work" in frame(page)
