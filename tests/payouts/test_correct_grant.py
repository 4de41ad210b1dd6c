"""Finance corrects a grant that was typed wrong: nothing that was booked changes, and both stand in the journal."""

from __future__ import annotations

import re
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.core.db import db, transaction
from lms.core.errors import Refused
from lms.core.facts import Fact
from lms.core.money import Money
from lms.ledger import actions as books
from lms.ledger import journal
from lms.ledger import queries as ledger
from lms.ledger.models import Transfer
from lms.payouts import actions, grants, queries
from lms.payouts.models import PayoutBatch
from lms.people.models import User
from tests.eight import eight_at_once
from tests.payouts import scene

URL = "/payouts/funds"
GRANT = {"fund": "GRANT-A", "amount": "1000.00", "currency": "USD", "on": "2026-01-05", "reference": "E2E/77"}


@pytest.fixture
def where(app: Flask, world: SimpleNamespace, as_: Any) -> str:
    """Of a grant of 1000 dollars."""
    as_("fay").post(URL, data=GRANT)
    with app.app_context():
        return f"{URL}/grants/{db.session.scalars(select(Transfer.id)).one()}"


def granted(app: Flask, *funds: str) -> list[str]:
    with app.app_context():
        return [ledger.fund(fund)[0].plain() for fund in funds]


def count(app: Flask) -> tuple[int, int]:
    """How many transfers stand in the ledger, and how many facts say that a grant was corrected."""
    with app.app_context():
        told = db.session.scalar(select(func.count()).where(Fact.kind == "grant.corrected")) or 0
        return db.session.scalar(select(func.count()).select_from(Transfer)) or 0, told


def spend(app: Flask, world: SimpleNamespace, sum: str) -> None:
    with app.app_context(), transaction(write=True):
        worker, amount = db.session.get_one(User, world.amina), scene.usd(sum)
        books.accrue(key="accrue:1", worker=worker, fund="GRANT-A", project="cats", amount=amount, by=None)


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ({"amount": "١٠٠٫٠٠"}, ["100.00", "0.00"]),
        ({"fund": "grant-b"}, ["0.00", "1000.00"]),
        ({"reference": "E2E/78"}, ["1000.00", "0.00"]),
        ({"on": "2026-01-06"}, ["1000.00", "0.00"]),
        ({"fund": "GRANT-B", "amount": "9999.99", "reference": "X1", "on": "2026-02-01"}, ["0.00", "9999.99"]),
    ],
)
def test_the_wrong_one_is_taken_back_and_a_right_one_is_booked(
    change: dict[str, str], left: list[str], app: Flask, as_: Any, where: str
) -> None:
    fay = as_("fay")
    assert f'href="{where}"' in fay.page(URL)
    assert all(f'value="{words}"' in fay.page(where) for words in ("GRANT-A", "1000.00", "2026-01-05", "E2E/77"))
    for _tap in range(2):
        answer = fay.post(where, data=GRANT | change)
        assert (answer.status_code, answer.location) == (303, URL)
    assert granted(app, "GRANT-A", "GRANT-B") == left
    assert count(app) == (3, 1), "the wrong one, what took it back, and the right one"
    text = fay.page(URL)
    assert re.search(rf'href="{where}".*?</a><br><span class="tag ">Taken back', text)
    assert (text.count("Taken back"), text.count(f'href="{URL}/grants/')) == (1, 2)
    assert "This grant is taken back already. It counts no more." in fay.page(where)
    with app.app_context():
        first, back, made = db.session.scalars(select(Transfer).order_by(Transfer.id))
        assert (first.key, back.reverses_id, back.date, made.kind) == ("grant:GRANT-A:E2E/77", first.id, date(2026, 1, 5), "grant")
        assert ledger.unbalanced() == ledger.findings() == []
        told = "".join(journal.write(ledger.chart(), ledger.payees(), ledger.transfers()))
        assert told.count("(grant:") == 2
        assert "(reverse:grant:GRANT-A:E2E/77)" in told


def test_what_was_corrected_can_be_corrected_and_its_number_is_never_free(app: Flask, as_: Any, where: str) -> None:
    fay = as_("fay")
    fay.post(where, data=GRANT | {"amount": "100"})
    with app.app_context():
        second = db.session.scalars(select(Transfer.id).order_by(Transfer.id.desc())).first()
    assert fay.post(f"{URL}/grants/{second}", data=GRANT | {"amount": "10"}).status_code == 303
    assert granted(app, "GRANT-A") == ["10.00"]
    for figures in ({}, {"amount": "10"}, {"amount": "500"}):
        answer = fay.post(URL, data=GRANT | figures)
        assert answer.status_code == 422, "as it was first written down, as it stands, and otherwise"
    assert granted(app, "GRANT-A") == ["10.00"]


def test_the_second_of_two_tabs_is_told(app: Flask, as_: Any, where: str) -> None:
    fay, ines = as_("fay"), as_("ines")
    assert fay.post(where, data=GRANT | {"amount": "100"}).status_code == 303
    for late in (GRANT | {"amount": "200"}, GRANT):
        answer = ines.post(where, data=late)
        assert answer.status_code == 422
        assert "This grant was corrected before. Look at the list." in answer.get_data(as_text=True)
    answer = ines.post(f"{where}/taking-back")
    assert "This grant was corrected before. Look at the list." in answer.get_data(as_text=True)
    assert (granted(app, "GRANT-A"), count(app)) == (["100.00"], (3, 1))


def test_a_correction_of_nothing_books_nothing_and_says_so(app: Flask, as_: Any, where: str) -> None:
    fay = as_("fay")
    assert fay.post(where, data=GRANT | {"amount": "1000"}).status_code == 303
    text = fay.page(URL)
    assert ("You changed nothing. The grant stays as it is." in text, "is corrected" in text) == (True, False)
    assert (granted(app, "GRANT-A"), count(app)) == (["1000.00"], (1, 0))


def test_one_that_never_arrived_is_taken_back_once(app: Flask, as_: Any, where: str) -> None:
    fay = as_("fay")
    for _tap in range(2):
        assert fay.post(f"{where}/taking-back").status_code == 303
    assert (granted(app, "GRANT-A"), count(app)) == (["0.00"], (2, 1))
    assert "Taken back" in fay.page(URL)
    assert fay.post(where, data=GRANT | {"amount": "5"}).status_code == 422
    answer = fay.post(URL, data=GRANT)
    assert answer.status_code == 422, "it would count for nothing, and say that it was written down"
    assert "This grant was corrected before. Look at the list." in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"amount": "399.99"}, "The fund GRANT-A spent this money already. Write down its other grants first."),
        ({"fund": "GRANT-B"}, "The fund GRANT-A spent this money already. Write down its other grants first."),
        ({"reference": "E2E/1"}, "Another grant of this fund has this number. Look at the list."),
        ({"currency": "LBP", "amount": "1000"}, "There is no exchange rate for LBP yet."),
        ({"amount": "0"}, "Write a sum like 12.50."),
        ({"fund": "A:B"}, "Write the fund in letters and digits, like GRANT-A."),
        ({"on": "2999-01-01"}, "Choose a day that is not after today."),
        ({"reference": ""}, "Write the number."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_booked(
    change: dict[str, str], sentence: str, app: Flask, world: SimpleNamespace, as_: Any, where: str
) -> None:
    fay = as_("fay")
    fay.post(URL, data=GRANT | {"amount": "0.01", "reference": "E2E/1"})
    spend(app, world, "400.01")
    before = count(app)
    answer = fay.post(where, data=GRANT | change)
    text = answer.get_data(as_text=True)
    assert (answer.status_code, sentence in text) == (422, True)
    assert (granted(app, "GRANT-A"), count(app)) == (["1000.01"], before)
    assert fay.post(where, data=GRANT).status_code == 303, "what is right already stays"
    assert count(app) == before
    assert fay.post(where, data=GRANT | {"amount": "400.00"}).status_code == 303, "as much as was spent may be left"


def test_money_that_left_the_bank_is_not_taken_back(app: Flask, as_: Any, where: str) -> None:
    with app.app_context(), transaction(write=True):
        books.advance(key="advance:1", partner="NGO-LB", amount=Money(600_00, "USD"), by=None)
    fay = as_("fay")
    fay.post(f"{where}/taking-back", headers={"Referer": f"http://localhost{where}"})
    assert "This money left the bank account already. It cannot be taken back." in fay.page(where)
    answer = fay.post(where, data=GRANT | {"amount": "599.99"})
    assert "This money left the bank account already. It cannot be taken back." in answer.get_data(as_text=True)
    assert count(app) == (2, 0)
    assert fay.post(where, data=GRANT | {"amount": "600.00"}).status_code == 303


def test_only_finance_and_only_a_grant(app: Flask, world: SimpleNamespace, as_: Any, where: str) -> None:
    for name in ("amina", "bilal", "dana", "efe"):
        client = as_(name)
        asked = [client.get(where), client.post(where, data=GRANT | {"amount": "1"}), client.post(f"{where}/taking-back")]
        assert {answer.status_code for answer in asked} == {403}
    spend(app, world, "1.00")
    with app.app_context():
        other = db.session.scalars(select(Transfer.id).where(Transfer.kind == "accrue")).one()
    for id in (other, 999, "9" * 20):
        assert as_("fay").get(f"{URL}/grants/{id}").status_code == 404
        assert as_("fay").post(f"{URL}/grants/{id}/taking-back").status_code == 404
    assert granted(app, "GRANT-A") == ["1000.00"]
    assert not re.search("Taken back", as_("fay").page(URL))


def test_eight_who_correct_at_once_take_back_once(either_school: Flask) -> None:
    app, world = either_school, either_school.extensions["world"]
    with app.app_context(), transaction(write=True):
        first = books.grant(key="grant:GRANT-A:1", fund="GRANT-A", amount=scene.usd("1000.00"), by=None).id

    def act(n: int) -> None:
        row, fay = db.session.get_one(Transfer, first), db.session.get_one(User, world.fay)
        sum = Money(100_00 + n % 2, "USD")
        grants.correct(row, fund="GRANT-A", reference="1", amount=sum, on=row.date, by=fay)

    told = eight_at_once(app, act, but=Refused)
    assert sum(isinstance(one, Refused) for one in told) == 4, "those who said something else"
    assert count(app) == (3, 1)
    with app.app_context():
        assert ledger.findings() == []


def test_two_grants_are_never_both_taken_from_under_what_was_spent(either_school: Flask) -> None:
    app, world = either_school, either_school.extensions["world"]
    with app.app_context(), transaction(write=True):
        ids = [books.grant(key=f"grant:GRANT-A:{n}", fund="GRANT-A", amount=scene.usd("10.00"), by=None).id for n in range(8)]
    spend(app, world, "30.00")

    def act(n: int) -> None:
        grants.take_back(db.session.get_one(Transfer, ids[n]), by=db.session.get_one(User, world.fay))

    told = eight_at_once(app, act, but=Refused)
    assert sum(isinstance(one, Refused) for one in told) == 3
    assert granted(app, "GRANT-A") == ["30.00"]


def a_batch(world: SimpleNamespace) -> tuple[int, int]:
    """Ids of an approved batch that sends Hana 6 dollars by bank, earned of a fund whose grant came in lira, and of the grant of
    another fund: the only dollars in the bank account.
    """
    ines, fay = (db.session.get_one(User, id) for id in (world.ines, world.fay))
    rate = {"foreign": Money(100_000, "LBP"), "worth": scene.usd("1.00"), "source": "The bank"}
    books.set_rate(**rate, by=fay, on=date(2026, 1, 5))
    books.grant(key="grant:GRANT-A:1", fund="GRANT-A", amount=Money(1_000_000, "LBP"), by=None)
    dollars = grants.write_down(fund="GRANT-B", reference="2", amount=scene.usd("6.00"), on=date(2026, 1, 5), by=fay)
    scene.earn(world.hana, "6.00")
    scene.by_bank(world.hana)
    batch = actions.prepare(by=fay, currency="USD")
    actions.lock(batch, by=fay)
    actions.approve(batch, by=ines)
    return batch.id, dollars.id


def test_money_that_is_on_its_way_to_people_is_not_taken_back(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    with app.app_context(), transaction(write=True):
        batch, dollars = a_batch(world)
        actions.dispatch(db.session.get_one(PayoutBatch, batch), by=db.session.get_one(User, world.fay))
    fay, before, where = as_("fay"), count(app), f"{URL}/grants/{dollars}"
    said = "This money left the bank account already. It cannot be taken back."
    fay.post(f"{where}/taking-back", headers={"Referer": f"http://localhost{where}"})
    assert said in fay.page(where)
    answer = fay.post(where, data=GRANT | {"fund": "GRANT-B", "amount": "5.99", "reference": "2"})
    assert (answer.status_code, said in answer.get_data(as_text=True), count(app)) == (422, True, before)


def test_what_is_sent_and_taken_back_at_once_stays_in_the_account(either_school: Flask) -> None:
    app, world = either_school, either_school.extensions["world"]
    with app.app_context(), transaction(write=True):
        batch, dollars = a_batch(world)

    def act(n: int) -> None:
        fay = db.session.get_one(User, world.fay)
        if n % 2:
            grants.take_back(db.session.get_one(Transfer, dollars), by=fay)
        else:
            sending = select(PayoutBatch).where(PayoutBatch.id == batch).with_for_update()
            actions.dispatch(db.session.scalars(sending).one(), by=fay)

    eight_at_once(app, act, but=Refused)
    with app.app_context():
        assert queries.bank("USD") == queries.on_its_way("USD"), "it was sent and stands, or was taken back and not sent"
