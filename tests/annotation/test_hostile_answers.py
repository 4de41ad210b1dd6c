"""Answers and claims that no page of ours sends: nothing breaks, nothing is kept that a page could not show, no budget is passed."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.annotation import actions, budgets, claiming
from lms.annotation.models import Annotation, Assignment, Draft, Project
from lms.annotation.schemas import Kind
from lms.core.db import db, transaction
from lms.core.errors import Refused
from lms.core.money import Money
from lms.people.models import User
from tests.annotation import rooms
from tests.payouts.scene import newcomer

HALF = "\\ud800"  # half of a surrogate pair, as JSON can say it: no page can be written with it
SHAPES = (f'[{{"label": "cat", "id": "{HALF}"}}]', f'[{{"label": "{HALF}"}}]', '[{"label": "cat", "id": "\\u0000"}]', "[" * 100_000)


@pytest.fixture
def task(app: Flask, world: SimpleNamespace) -> int:
    with app.app_context(), transaction(write=True):
        return int(rooms.take(rooms.make(world), rooms.person(world.amina))[0].id)


@pytest.mark.parametrize("payload", SHAPES)
def test_what_no_page_can_show_is_not_kept(app: Flask, task: int, as_: Any, payload: str) -> None:
    amina = as_("amina")
    draft = {"data": f'{{"version": 0, "payload": {payload}}}', "content_type": "application/json"}
    assert amina.put(f"/work/tasks/{task}/draft", **draft).status_code == 422
    for page in ("answer", "draft"):
        assert amina.post(f"/work/tasks/{task}/{page}", data={"payload": payload}).status_code == 422
    amina.page(f"/work/tasks/{task}")
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Draft)) == 0
        assert db.session.scalar(select(func.count()).select_from(Annotation)) == 0


def test_script_in_an_answer_stays_words(task: int, as_: Any) -> None:
    amina, script = as_("amina"), "<script>alert(1)</script>"
    payload = [{"label": script, "id": '"><img src=x>'}]
    assert amina.put(f"/work/tasks/{task}/draft", json={"version": 0, "payload": payload}).status_code == 200
    page = amina.page(f"/work/tasks/{task}")
    assert script not in page
    assert "<img src=x>" not in page
    assert amina.post(f"/work/tasks/{task}/answer", json={}, data=None).status_code == 422


@pytest.mark.parametrize("name", ["9" * 64, "1e308"])
def test_a_name_that_is_no_number_of_a_list_hides_no_answer_from_its_reviewer(task: int, as_: Any, name: str) -> None:
    """A page that breaks would leave the answer undecided, until the calendar accepts it and pays."""
    amina, payload = as_("amina"), [{"label": "cat", "id": name}]
    assert amina.put(f"/work/tasks/{task}/draft", json={"version": 0, "payload": payload}).status_code == 200
    amina.page(f"/work/tasks/{task}")
    assert amina.post(f"/work/tasks/{task}/answer", data={"payload": json.dumps(payload)}).status_code == 303
    assert "cat" in as_("bilal").page(f"/reviews/{task}")


def test_two_who_claim_at_once_share_the_last_of_the_budget(either_school: Flask) -> None:
    """Each claim reserves a price and a quarter. Eight people who each see the whole budget would promise eight times of it."""
    app, world = either_school, either_school.extensions["world"]
    with app.app_context(), transaction(write=True):
        project = rooms.make(world, items=60, rate=100, block=5)
        actions.change_budget(project, by=None, budget=Money(1000, "USD"))
        people = [newcomer(f"Worker {n}") for n in range(8)]
        for one in people:
            claiming.read_guideline(project, by=one)
        ids, project_id = [one.id for one in people], project.id

    def claim(id: int) -> int:
        with app.app_context():
            try:
                with transaction(write=True):
                    return len(claiming.claim(db.session.get_one(Project, project_id), by=db.session.get_one(User, id)))
            except Refused:
                return 0

    with ThreadPoolExecutor(8) as pool:
        given = sum(pool.map(claim, ids))
    with app.app_context():
        project = db.session.get_one(Project, project_id)
        assert budgets.committed(project) <= project.budget
        assert given == db.session.scalar(select(func.count()).select_from(Assignment)) == 8


def test_a_budget_in_a_small_currency_fits(either_school: Flask) -> None:
    """Thirty thousand dollars are more than two thousand million Lebanese pounds, which have no decimals."""
    app, world = either_school, either_school.extensions["world"]
    with app.app_context(), transaction(write=True):
        id = rooms.make(world, budget=3_000_000_000, rate=2_500_000_000, open_=False).id
    with app.app_context():
        project = db.session.get_one(Project, id)
        assert project.budget == Money(3_000_000_000, "USD")
        assert budgets.committed(project) == Money(0, "USD")


def test_an_outline_of_no_ring_or_of_scribble_is_refused(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    """A scribble of a few hundred points crosses itself ten thousand times: to mend it holds a server for half a minute."""
    with app.app_context(), transaction(write=True):
        task = rooms.take(rooms.make(world, kind=Kind.POLYGONS), rooms.person(world.amina))[0].id
    amina, square = as_("amina"), [[0, 0], [9, 0], [9, 9]]
    for parts in ([[]], [[], [square]]):
        payload = [{"label": "cat", "parts": parts}]
        assert amina.put(f"/work/tasks/{task}/draft", json={"version": 0, "payload": payload}).status_code == 422
        assert amina.post(f"/work/tasks/{task}/answer", data={"payload": json.dumps(payload)}).status_code == 422
    dice = Random(1)
    scribble = [[dice.random() * 1000, dice.random() * 1000] for _point in range(300)]
    payload = [{"label": "cat", "parts": [[scribble]]}]
    assert amina.post(f"/work/tasks/{task}/answer", data={"payload": json.dumps(payload)}).status_code == 422
    amina.page(f"/work/tasks/{task}")
