"""Staff mend what a programme says of itself; what was booked stays where it is."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.cohorts.models import Programme
from lms.core.db import db, transaction
from lms.core.facts import Fact
from tests.client import Browser
from tests.eight import at_once, eight_browsers
from tests.mending import shown

STANDS = {"name": "Digital skills", "track": "annotation", "fund": "GRANT-A"}


@pytest.fixture
def where(world: Any) -> str:
    return f"/programmes/{world.programme}/details"


def told() -> list[Any]:
    return list(db.session.scalars(select(Fact.data).where(Fact.kind == "programme.changed").order_by(Fact.id)))


def test_what_it_says_changes_once_and_what_stood_before_is_kept(app: Flask, as_: Any, world: Any, where: str) -> None:
    dana = as_("dana")
    assert f'href="{where}"' in dana.page("/programmes")
    data = shown(dana, where, name=" Digital  skills 2", track="Annotation", fund="grant-b")
    for _tap in range(2):
        answer = dana.post(where, data=data)
        assert (answer.status_code, answer.location) == (303, "/programmes")
    text = dana.page("/programmes")
    assert all(f">{words}</bdi>" in text for words in ("Digital skills 2", "Annotation", "GRANT-B"))
    assert "Digital skills 2" in dana.page(f"/cohorts/{world.cohort}")
    with app.app_context():
        assert told() == [{"changed": {
            "name": ["Digital skills", "Digital skills 2"], "track": ["annotation", "Annotation"], "fund": ["GRANT-A", "GRANT-B"],
        }}]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": "English"}, "Another programme has this name. Choose another name."),
        ({"name": " "}, "Write a name."),
        ({"track": ""}, "Write what is taught."),
        ({"fund": "GRANT:A"}, "Use letters, digits and hyphens for the name of the fund."),
        ({"seen": "{}"}, "Somebody changed this meanwhile. Look, then save again."),
        ({"seen": "[["}, "Somebody changed this meanwhile. Look, then save again."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(
    change: dict[str, str], sentence: str, app: Flask, as_: Any, where: str
) -> None:
    with app.app_context(), transaction(write=True):
        db.session.add(Programme(name="English", track="Language", fund="GRANT-C"))
    dana = as_("dana")
    typed = shown(dana, where, name="Digital", track="Pictures", fund="GRANT-B") | change
    answer = dana.post(where, data=typed)
    text = answer.get_data(as_text=True)
    assert (answer.status_code, sentence in text) == (422, True)
    assert all(f'value="{typed[name]}"' in text for name in STANDS if name not in change)
    with app.app_context():
        assert told() == []


def test_a_name_changes_beside_a_fund_that_is_older_than_its_rule(app: Flask, as_: Any, world: Any, where: str) -> None:
    with app.app_context(), transaction(write=True):
        db.session.get_one(Programme, world.programme).fund = "GRANT A"
    dana = as_("dana")
    assert dana.post(where, data=shown(dana, where, **STANDS | {"fund": "GRANT A", "name": "Digital"})).status_code == 303
    with app.app_context():
        assert [list(fact["changed"]) for fact in told()] == [["name"]]


def test_the_second_of_two_tabs_is_told_and_loses_nothing(app: Flask, as_: Any, where: str) -> None:
    dana = as_("dana")
    first, second = shown(dana, where, **STANDS | {"fund": "GRANT-B"}), shown(dana, where, **STANDS | {"name": "Digital"})
    assert dana.post(where, data=first).status_code == 303
    answer = dana.post(where, data=second)
    text = answer.get_data(as_text=True)
    assert (answer.status_code, "What somebody else changed" in text) == (422, True)
    assert re.search(r'name="name"[^>]*value="Digital"', text)
    assert re.search(r'name="fund"[^>]*value="GRANT-B"', text), "what was left alone is what stands now"
    with app.app_context():
        assert [list(fact["changed"]) for fact in told()] == [["fund"]]


@pytest.mark.parametrize("name", ["amina", "bilal", "efe", "fay"])
def test_nobody_but_staff(name: str, as_: Any, where: str) -> None:
    client = as_(name)
    assert (client.get(where).status_code, client.post(where, data=STANDS).status_code) == (403, 403)
    assert as_("dana").get("/programmes/999/details").status_code == 404


def test_eight_taps_at_once_change_it_once(either_school: Flask) -> None:
    tabs, where = eight_browsers(either_school, "dana"), f"/programmes/{either_school.extensions['world'].programme}/details"
    data = shown(tabs[0], where, **STANDS | {"name": "Digital"})
    assert {answer.status_code for answer in at_once(partial(Browser.post, path=where, data=data), tabs)} == {303}
    with either_school.app_context():
        assert db.session.scalar(select(func.count()).where(Fact.kind == "programme.changed")) == 1
