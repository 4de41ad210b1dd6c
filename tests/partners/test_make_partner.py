"""Staff make a partner, and say who works for it: from then on its coordinators see its people."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.core.access import Role
from lms.core.db import db, transaction
from lms.core.facts import Fact
from lms.core.sealing import blind
from lms.ledger import accounts
from lms.partners.models import Partner, PartnerStaff
from lms.people.models import User
from tests.client import Browser
from tests.eight import at_once, eight_browsers

GOOD = {"name": "Green Lamp", "code": "ngo-ke", "country": "KE"}


def told(kind: str) -> int:
    return db.session.scalar(select(func.count()).select_from(Fact).where(Fact.kind == kind)) or 0


def test_a_partner_is_made_once_and_can_have_a_cohort(app: Flask, as_: Any) -> None:
    dana = as_("dana")
    assert 'href="/partners"' in dana.page("/people")
    assert 'href="/partners/new"' in dana.page("/partners")
    pages = {dana.post("/partners", data=GOOD | {"code": code}).location for code in ("ngo-ke", " NGO-KE")}
    assert len(pages) == 1
    text = dana.page(pages.pop())
    assert all(words in text for words in (">Green Lamp<", ">NGO-KE<", "Kenya", "Nobody works for this partner here yet."))
    assert ">Green Lamp</option>" in dana.page("/cohorts/new")
    with app.app_context():
        assert db.session.scalars(select(Partner.code).where(Partner.name == "Green Lamp")).all() == ["NGO-KE"]
        assert told("partner.made") == 1
        assert accounts.cash_float("NGO-KE", "USD") == "assets:float:NGO-KE:USD"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"code": "ngo-lb"}, "Another partner has this code. Choose another code."),
        ({"code": "NGO:KE"}, "Use Latin letters, digits and hyphens for the code, 12 at most."),
        ({"code": "NGO-KENYA-EAST"}, "Use Latin letters, digits and hyphens for the code, 12 at most."),
        ({"code": "شريك"}, "Use Latin letters, digits and hyphens for the code, 12 at most."),
        ({"code": " "}, "Write the code."),
        ({"name": " "}, "Write a name."),
        ({"country": ""}, "Choose the country."),
        ({"country": "ZZ"}, "Not a valid choice."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(change: dict[str, str], sentence: str, app: Flask, as_: Any) -> None:
    answer = as_("dana").post("/partners", data=GOOD | change)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert sentence in text
    assert "name" in change or 'value="Green Lamp"' in text
    with app.app_context():
        assert told("partner.made") == 0


@pytest.mark.parametrize("typed", ["goran@demo.example", "+961 3 123 456", "GORAN.K", "Goran", " gora\u00adn "])
def test_a_coordinator_sees_the_people_from_then_on_and_no_more_when_gone(typed: str, app: Flask, as_: Any, world: Any) -> None:
    with app.app_context(), transaction(write=True):
        goran = db.session.get_one(User, world.goran)
        goran.phone, goran.sign_in_name = "+9613123456", "goran.k"
        goran.phone_index = blind("+9613123456", "person.phone")
        db.session.add(User(name="Goran", roles=frozenset({Role.TRAINEE})))  # of one name the one with the role is meant
    dana, goran, page = as_("dana"), as_("goran"), f"/partners/{world.here}"
    assert "Amina" not in goran.page("/people")
    for _tap in range(2):
        assert dana.post(page + "/coordinators", data={"person": typed}).status_code == 303
    assert "Goran is a coordinator of this partner now." in dana.page(page)
    assert all(name in goran.page("/people") for name in ("Amina", "Hana")), "one person may work for two partners"
    for _tap in range(2):
        assert dana.post(page + "/coordinators/removal", data={"coordinator": str(world.goran)}).status_code == 303
    assert "Amina" not in goran.page("/people")
    with app.app_context():
        assert (told("coordinator.seated"), told("coordinator.unseated")) == (1, 1)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("Nobody Here", "We did not find this person. Try the phone or the email."),
        ("Gone Away", "We did not find this person. Try the phone or the email."),
        ("bilal@demo.example", "Bilal does not have the role of a partner."),
        ("Bilal", "Bilal does not have the role of a partner."),
        ("Efe", "Several people have this name. Write the phone or the email."),
        ("", "Write a phone, an email or a name."),
    ],
)
def test_who_cannot_be_a_coordinator_is_said(typed: str, sentence: str, app: Flask, as_: Any, world: Any) -> None:
    with app.app_context(), transaction(write=True):
        db.session.add(User(name="Efe", roles=frozenset({Role.PARTNER})))
        db.session.add(User(name="Gone Away", roles=frozenset({Role.PARTNER}), active=False))
    answer = as_("dana").post(f"/partners/{world.there}/coordinators", data={"person": typed})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert sentence in text
    assert f'value="{typed}"' in text
    with app.app_context():
        assert told("coordinator.seated") == 0


@pytest.mark.parametrize("name", ["amina", "bilal", "efe", "fay"])
def test_nobody_but_staff(name: str, as_: Any, world: Any) -> None:
    client, page = as_(name), f"/partners/{world.here}"
    assert {client.get(path).status_code for path in ("/partners", "/partners/new", page)} == {403}
    for path, data in (("/partners", GOOD), (page + "/coordinators", {"person": "goran"}), (page + "/coordinators/removal", {})):
        assert client.post(path, data=data).status_code == 403
    assert as_("dana").get("/partners/999").status_code == 404


def test_a_coordinator_is_led_to_no_page_of_staff(as_: Any) -> None:
    assert "/partners" not in as_("efe").page("/people")


def test_eight_taps_at_once_make_one(either_school: Flask) -> None:
    tabs, here = eight_browsers(either_school, "dana"), either_school.extensions["world"].here
    for path, data in (("/partners", GOOD), (f"/partners/{here}/coordinators", {"person": "goran@demo.example"})):
        assert {answer.status_code for answer in at_once(partial(Browser.post, path=path, data=data), tabs)} == {303}
    with either_school.app_context():
        assert (told("partner.made"), told("coordinator.seated")) == (1, 1)
        assert db.session.scalar(select(func.count()).select_from(PartnerStaff)) == 3
