"""What an own phone may keep of a batch: an open item while its lease runs, with the addresses of those after it, and no more."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from lms.annotation.models import Assignment, AssignmentState
from lms.core import clock
from lms.core.db import db, transaction
from tests.annotation.rooms import make, person, take
from tests.statements import counted


@pytest.fixture
def batch(app: Flask, world: SimpleNamespace) -> list[int]:
    with app.app_context(), transaction(write=True):
        return [task.id for task in take(make(world, items=3), person(world.amina))]


def change(app: Flask, id: int, **values: Any) -> None:
    with app.app_context(), transaction(write=True):
        for name, value in values.items():
            setattr(db.session.get_one(Assignment, id), name, value)


def kept_for(client: Any, id: int) -> int | None:
    """Seconds the page may lie on the phone; None where it must not."""
    answer = client.get(f"/work/tasks/{id}")
    assert ("X-Offline" in answer.headers) == ("X-Keep-For" in answer.headers)
    return int(answer.headers["X-Keep-For"]) if "X-Offline" in answer.headers else None


def test_an_item_is_kept_while_its_lease_runs(app: Flask, as_: Any, batch: list[int]) -> None:
    amina, now = as_("amina"), clock.now()
    with clock.held(now):
        change(app, batch[0], lease_until=now + timedelta(minutes=7))
        assert kept_for(amina, batch[0]) == 7 * 60
        change(app, batch[0], lease_until=now - timedelta(seconds=1))
        assert kept_for(amina, batch[0]) is None


@pytest.mark.parametrize(
    ("state", "kept"),
    [("returned", 72 * 3600), ("expired", None), ("in_review", None), ("accepted", None), ("released", None)],
)
def test_what_is_in_her_hands_is_kept_and_what_left_them_is_not(
    app: Flask, as_: Any, batch: list[int], state: str, kept: int | None
) -> None:
    change(app, batch[0], state=AssignmentState(state))
    assert kept_for(as_("amina"), batch[0]) == kept


def test_a_shared_phone_keeps_no_item(as_: Any, batch: list[int]) -> None:
    shared = as_("amina", "shared")
    assert kept_for(shared, batch[0]) is None
    assert "batch.js" not in shared.page(f"/work/tasks/{batch[0]}")


def test_those_after_it_are_named_and_six_statements_are_enough(as_: Any, batch: list[int]) -> None:
    amina = as_("amina")
    first, *others = (f"/work/tasks/{id}" for id in batch)
    amina.page(first)
    with counted() as sent:
        page = amina.page(first)
    assert len(sent) <= 6, "\n".join(sent)
    assert all(f"&#34;{address}&#34;" in page.partition("&#34;ahead&#34;")[2] for address in others)
