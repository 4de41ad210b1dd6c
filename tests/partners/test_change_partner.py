"""Staff mend what is said of a partner; its code stands once money names it."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.core.db import db, transaction
from lms.core.facts import Fact
from lms.core.money import Money
from lms.ledger import actions as books
from lms.partners.models import Partner
from lms.payouts.models import PayoutBatch
from lms.people.models import User
from tests.client import Browser
from tests.eight import at_once, eight_browsers
from tests.mending import shown

STANDS = {"name": "Cedar House", "code": "NGO-LB", "country": "LB"}
STAYS = "The accounts name this partner by its code, so it stays."


@pytest.fixture
def where(world: Any) -> str:
    return f"/partners/{world.here}/details"


def told() -> list[Any]:
    return list(db.session.scalars(select(Fact.data).where(Fact.kind == "partner.changed").order_by(Fact.id)))


def book_cash(app: Flask, world: Any) -> None:
    with app.app_context(), transaction(write=True):
        fay, sum = db.session.get_one(User, world.fay), Money(10_00, "USD")
        books.grant(key="grant:GRANT-A:1", fund="GRANT-A", amount=sum, by=fay)
        books.advance(key="advance:NGO-LB:1", partner="NGO-LB", amount=sum, by=fay)


def prepare(app: Flask, world: Any) -> None:
    with app.app_context(), transaction(write=True):
        db.session.add(PayoutBatch(partner_id=world.here, currency="USD", prepared_by_id=world.fay))


def test_what_is_said_changes_once_and_what_stood_before_is_kept(app: Flask, as_: Any, world: Any, where: str) -> None:
    dana, page = as_("dana"), f"/partners/{world.here}"
    assert f'href="{where}"' in dana.page(page)
    data = shown(dana, where, name="Cedar Home", code=" ngo-lb2 ", country="JO")
    for _tap in range(2):
        answer = dana.post(where, data=data)
        assert (answer.status_code, answer.location) == (303, page)
    assert all(words in dana.page(page) for words in (">Cedar Home<", ">NGO-LB2<", "Jordan"))
    assert "Cedar Home" in dana.page(f"/cohorts/{world.cohort}")
    assert "Amina" in as_("efe").page("/people"), "who works there sees the same people"
    with app.app_context():
        assert told() == [{"changed": {
            "name": ["Cedar House", "Cedar Home"], "code": ["NGO-LB", "NGO-LB2"], "country": ["LB", "JO"],
        }}]  # fmt: skip


@pytest.mark.parametrize("name_it", [book_cash, prepare])
def test_a_code_that_money_names_stays(name_it: Any, app: Flask, as_: Any, world: Any, where: str) -> None:
    dana = as_("dana")
    old = shown(dana, where, **STANDS | {"code": "NGO-XX"})
    name_it(app, world)
    answer = dana.post(where, data=old)
    assert answer.status_code == 422, "the form was made before the money came"
    assert "Somebody changed this meanwhile. Look, then save again." in answer.get_data(as_text=True)
    text = dana.page(where)
    assert STAYS in text
    assert 'name="code"' not in text
    new = {"name": "Cedar Home", "country": "LB", "code": "NGO-XX"}
    assert dana.post(where, data=shown(dana, where, **new)).status_code == 303
    with app.app_context():
        assert (db.session.get_one(Partner, world.here).code, db.session.get_one(Partner, world.here).name) == ("NGO-LB", "Cedar Home")


def test_a_code_from_before_its_rule_stands_in_the_way_of_nothing(app: Flask, as_: Any, world: Any, where: str) -> None:
    """Once money names it there is no field at which it could be mended."""
    with app.app_context(), transaction(write=True):
        db.session.get_one(Partner, world.here).code = "Ngo_Lb"
    prepare(app, world)
    dana = as_("dana")
    assert dana.post(where, data=shown(dana, where, name="Cedar Home", country="LB")).status_code == 303
    with app.app_context():
        assert told() == [{"changed": {"name": ["Cedar House", "Cedar Home"]}}]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"code": "ngo-tr"}, "Another partner has this code. Choose another code."),
        ({"code": "NGO:LB"}, "Use Latin letters, digits and hyphens for the code, 12 at most."),
        ({"code": "NGO-LEBANON-WEST"}, "Use Latin letters, digits and hyphens for the code, 12 at most."),
        ({"code": " "}, "Write the code."),
        ({"name": " "}, "Write a name."),
        ({"country": ""}, "Choose the country."),
        ({"seen": ""}, "Somebody changed this meanwhile. Look, then save again."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(
    change: dict[str, str], sentence: str, app: Flask, as_: Any, where: str
) -> None:
    dana = as_("dana")
    answer = dana.post(where, data=shown(dana, where, name="Cedar Home", code="NGO-L", country="JO") | change)
    text = answer.get_data(as_text=True)
    assert (answer.status_code, sentence in text) == (422, True)
    assert "name" in change or 'value="Cedar Home"' in text
    with app.app_context():
        assert told() == []


def test_the_second_of_two_tabs_is_told_and_loses_nothing(app: Flask, as_: Any, where: str) -> None:
    dana = as_("dana")
    first, second = shown(dana, where, **STANDS | {"country": "JO"}), shown(dana, where, **STANDS | {"name": "Cedar Home"})
    assert dana.post(where, data=first).status_code == 303
    answer = dana.post(where, data=second)
    text = answer.get_data(as_text=True)
    assert (answer.status_code, "What somebody else changed" in text) == (422, True)
    assert re.search(r'name="name"[^>]*value="Cedar Home"', text)
    assert re.search(r'<option selected value="JO">', text), "what was left alone is what stands now"
    with app.app_context():
        assert [list(fact["changed"]) for fact in told()] == [["country"]]


@pytest.mark.parametrize("name", ["amina", "bilal", "efe", "fay", "goran"])
def test_nobody_but_staff(name: str, as_: Any, where: str) -> None:
    client = as_(name)
    assert (client.get(where).status_code, client.post(where, data=STANDS).status_code) == (403, 403)
    assert as_("dana").get("/partners/999/details").status_code == 404


def test_eight_taps_at_once_change_it_once(either_school: Flask) -> None:
    tabs, where = eight_browsers(either_school, "dana"), f"/partners/{either_school.extensions['world'].here}/details"
    data = shown(tabs[0], where, **STANDS | {"name": "Cedar Home"})
    assert {answer.status_code for answer in at_once(partial(Browser.post, path=where, data=data), tabs)} == {303}
    with either_school.app_context():
        assert db.session.scalar(select(func.count()).where(Fact.kind == "partner.changed")) == 1
