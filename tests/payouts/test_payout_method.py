"""A trainee says how she gets her money."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from lms.core import clock
from lms.core.db import db, transaction
from lms.payouts import iban, queries
from lms.payouts.models import Channel, PayoutMethod
from lms.people.models import SignIn
from tests.payouts import scene
from tests.payouts.scene import person

URL = "/me/payout-method"
BANK = {"way": "bank", "payee_name": "Amina Haddad", "account": "lb62 0999 0000 0001 0019 0122 9114"}


def kept(app: Flask, id: int) -> PayoutMethod | None:
    with app.app_context():
        return queries.method_of(person(id))


def test_she_chooses_a_bank_account(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    amina = as_("amina")
    assert "You have no way to get money yet." in amina.page(URL)
    assert "IBAN" in amina.page(URL + "?way=bank")
    assert amina.post(URL, data=BANK).status_code == 303
    method = kept(app, world.amina)
    assert method is not None
    assert (method.channel, method.account, method.payee_name) == (Channel.BANK, scene.IBAN, "Amina Haddad")
    assert method.usable_from <= clock.now()  # the first way works at once
    page = amina.page(URL)
    assert "9114" in page
    assert "0122" not in page


def test_cash_and_mobile_money(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    amina, hana = as_("amina"), as_("hana")
    assert amina.post(URL, data={"way": "cash", "payee_name": "أمينة حداد"}).status_code == 303
    given = {"way": "mobile", "payee_name": "Hana", "operator": "Whish", "account": "٠٣ ١٢٣ ٤٥٦"}
    assert hana.post(URL, data=given).status_code == 303
    first, second = kept(app, world.amina), kept(app, world.hana)
    assert first is not None
    assert second is not None
    assert (first.channel, first.account) == (Channel.CASH, None)
    assert (second.channel, second.account, second.operator) == (Channel.MOBILE, "+9613123456", "Whish")


@pytest.mark.parametrize(
    "change",
    [{"account": "LB62099900000001001901229115"}, {"account": ""}, {"account": "12345"}, {"payee_name": ""}, {"payee_name": "أمينة"}],
)
def test_what_cannot_be_right_is_asked_again(app: Flask, world: SimpleNamespace, as_: Any, change: dict[str, str]) -> None:
    answer = as_("amina").post(URL, data=BANK | change)
    assert answer.status_code == 422
    assert "There is a problem" in answer.get_data(as_text=True)
    assert kept(app, world.amina) is None


def test_a_wallet_number_must_be_a_number(world: SimpleNamespace, as_: Any) -> None:
    given = {"way": "mobile", "payee_name": "Amina", "operator": "Whish", "account": "my phone"}
    assert as_("amina").post(URL, data=given).status_code == 422


def test_a_change_waits_72_hours_and_asks_for_the_password(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    amina = as_("amina")
    amina.post(URL, data=BANK)
    with app.app_context(), transaction(write=True):
        db.session.execute(update(SignIn).values(stepped_up_at=clock.now() - timedelta(minutes=6)))
    cash = {"way": "cash", "payee_name": "Amina Haddad"}
    assert amina.get(URL + "?way=cash").headers["Location"] == "/step-up?next=/me/payout-method?way%3Dcash"
    asked = amina.post(URL, data=cash)
    assert asked.status_code == 422
    assert "Write your password again" in asked.get_data(as_text=True)
    method = kept(app, world.amina)
    assert method is not None
    assert method.channel is Channel.BANK
    amina.post("/step-up", data={"password": "demo-amina-2026", "next": URL})
    assert amina.post(URL, data=cash).status_code == 303
    method = kept(app, world.amina)
    assert method is not None
    assert method.channel is Channel.CASH
    assert method.usable_from - method.made_at == timedelta(hours=72)
    assert "Your money waits until then." in amina.page(URL)
    with clock.held(clock.now() + timedelta(hours=73)):
        assert "Your money waits until then." not in amina.page(URL), "it waits no more"


def test_what_was_written_outlasts_an_old_password(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    amina = as_("amina")
    amina.post(URL, data=BANK)
    with app.app_context(), transaction(write=True):
        db.session.execute(update(SignIn).values(stepped_up_at=clock.now() - timedelta(minutes=6)))
    page = amina.post(URL, data={"way": "cash", "payee_name": "Amina <Haddad>"}).get_data(as_text=True)
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))
    assert hidden["payee_name"] == "Amina &lt;Haddad&gt;"
    sent = {name: unescape(value) for name, value in hidden.items() if name != "csrf_token"}
    wrong = amina.post("/step-up", data={**sent, "password": "no"})
    assert wrong.status_code == 422
    assert "Amina &lt;Haddad&gt;" in wrong.get_data(as_text=True), "a wrong password loses nothing either"
    right = amina.post("/step-up", data={**sent, "password": "demo-amina-2026"})
    assert (right.status_code, right.location) == (307, URL)
    assert amina.post(right.location, data={**sent, "password": "demo-amina-2026"}).status_code == 303
    method = kept(app, world.amina)
    assert method is not None
    assert (method.channel, method.payee_name) == (Channel.CASH, "Amina <Haddad>")


def test_the_same_way_again_is_no_change(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    amina = as_("amina")
    for _tap in range(2):
        assert amina.post(URL, data=BANK).status_code == 303
    with app.app_context():
        assert len(db.session.scalars(select(PayoutMethod)).all()) == 1


@pytest.mark.parametrize("name", ["bilal", "dana", "efe", "fay"])
def test_only_trainees_have_one(as_: Any, name: str) -> None:
    as_(name).page(URL, 403)
    assert as_(name).post(URL, data=BANK).status_code == 403


def test_an_unknown_way_is_404(as_: Any) -> None:
    as_("amina").page(URL + "?way=gold", 404)
    assert as_("amina").post(URL, data={"way": "gold"}).status_code == 404


def test_the_stored_row_gives_nothing_away(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    as_("amina").post(URL, data=BANK)
    with app.app_context():
        raw = db.session.execute(text("SELECT * FROM payout_method")).one()
    assert not any(b"Amina" in value or b"0999" in value for value in raw if isinstance(value, bytes))
    assert not any("Amina" in value or "0999" in value for value in raw if isinstance(value, str))


def test_the_page_is_there_in_arabic(as_: Any) -> None:
    amina = as_("amina")
    amina.post("/language", data={"lang": "ar"})
    assert 'dir="rtl"' in amina.page(URL + "?way=bank")


IBANS = [
    "GB29NWBK60161331926819", "DE89370400440532013000", "TR330006100519786457841326", "IQ98NBIQ850123456789012",
    "BG80BNBG96611020345678", "JO94CBJO0010000000000131000302", "LB62099900000001001901229114", "EG380019000500000000263180002",
]  # fmt: skip


@pytest.mark.parametrize("number", IBANS)
def test_ibans_of_the_registry_are_right_and_one_wrong_sign_is_found(number: str) -> None:
    assert iban.right(number)
    assert iban.right(iban.in_fours(number).lower())
    assert iban.tidy(iban.in_fours(number)) == number
    for at in range(2, len(number)):
        if number[at].isdigit():
            assert not iban.right(number[:at] + str((int(number[at]) + 1) % 10) + number[at + 1 :])
    assert not iban.right(number[:-1])
    assert not iban.right(number + "0")


@pytest.mark.parametrize("number", ["", "LB", "ZZ00", "1234567890123456", "DE00370400440532013000", "LB6209990000000100190122911\u0664"])
def test_what_is_no_iban(number: str) -> None:
    assert not iban.right(number)
