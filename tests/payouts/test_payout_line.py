"""One payment: its proof, its fee, its failure, what of it is shown, and the cash that was not collected."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from lms.core import clock
from lms.core.db import db, transaction
from lms.core.errors import Refused
from lms.core.facts import Fact
from lms.ledger import queries as ledger
from lms.partners.models import Partner
from lms.payouts import actions
from lms.payouts.models import BatchState, PayoutBatch, PayoutState
from lms.people.models import SignIn
from tests.payouts import scene
from tests.payouts.scene import lines, owed, person, state_of, usd, write


def test_a_proof_stands_for_one_payment(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    def scene_of_banks() -> PayoutBatch:
        scene.grant()
        for who in (world.amina, world.hana):
            scene.earn(who, "3.00")
            scene.by_bank(who)
        batch = actions.prepare(by=person(world.fay), currency="USD")
        actions.lock(batch, by=person(world.fay))
        actions.approve(batch, by=person(world.ines))
        actions.dispatch(batch, by=person(world.fay))
        return batch

    id = write(app, scene_of_banks)
    fay = as_("fay")
    assert fay.post(f"/payouts/{id}/lines/1/payment", data={"reference": "SAME"}).status_code == 303
    answer = fay.post(f"/payouts/{id}/lines/2/payment", data={"reference": "SAME"})
    assert answer.status_code == 422
    assert "already proves another payment" in answer.get_data(as_text=True)
    assert "SAME" in answer.get_data(as_text=True)  # nothing typed is lost
    assert state_of(app, id) is BatchState.SENT


def test_what_did_not_arrive_is_owed_again_and_a_later_batch_takes_it(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    id = write(app, scene.sent, world)
    fay, number = as_("fay"), lines(app, id)[world.hana].number
    assert fay.post(f"/payouts/{id}/lines/{number}/failure", data={"reason": ""}).status_code == 422
    assert fay.post(f"/payouts/{id}/lines/{number}/failure", data={"reason": "Account closed"}).status_code == 303
    assert lines(app, id)[world.hana].state is PayoutState.FAILED
    assert owed(app, world.hana) == ["6.00"]
    answer = fay.post("/payouts", data={"partner": "", "currency": "USD"})
    assert set(lines(app, int(answer.headers["Location"].rsplit("/", 1)[1]))) == {world.hana}


def test_what_came_back_after_it_was_paid_is_reversed(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    id = write(app, scene.sent, world)
    fay, number = as_("fay"), lines(app, id)[world.hana].number
    fay.post(f"/payouts/{id}/lines/{number}/payment", data={"reference": "E9"})
    assert owed(app, world.hana) == []
    fay.post(f"/payouts/{id}/lines/{number}/failure", data={"reason": "The bank sent it back"})
    assert lines(app, id)[world.hana].state is PayoutState.RETURNED
    assert owed(app, world.hana) == ["6.00"]
    with app.app_context():
        assert ledger.balance("assets:bank:foundation:USD") == usd("995.00")  # 1000 less the cash advance


def test_the_account_number_is_shown_by_post_and_remembered(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    id = write(app, scene.prepared, world)
    fay, number = as_("fay"), lines(app, id)[world.hana].number
    url = f"/payouts/{id}/lines/{number}"
    assert "0122 9114" not in fay.page(url)
    assert "0999" not in fay.page(f"/payouts/{id}")
    assert "0122 9114" in fay.post(url + "/details").get_data(as_text=True)
    with app.app_context():
        fact = db.session.scalars(select(Fact).where(Fact.kind == "payout.details_shown")).one()
        assert fact.actor_id == world.fay


def test_finance_never_sees_a_persons_phone(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    write(app, lambda: setattr(person(world.amina), "phone", "+9613123456"))
    id = write(app, scene.sent, world)
    fay = as_("fay")
    seen = [fay.page("/payouts"), fay.page(f"/payouts/{id}"), fay.post(f"/payouts/{id}/file").get_data(as_text=True)]
    for number in (1, 2):
        seen += [fay.page(f"/payouts/{id}/lines/{number}"), fay.post(f"/payouts/{id}/lines/{number}/details").get_data(as_text=True)]
    assert not any("3123456" in text or "amina@" in text for text in seen)


def test_the_file_has_no_formula_and_needs_a_fresh_password(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    def mobile() -> PayoutBatch:
        scene.grant()
        scene.earn(world.hana, "6.00")
        scene.by_mobile(world.hana)
        batch = actions.prepare(by=person(world.fay), currency="USD")
        actions.lock(batch, by=person(world.fay))
        return batch

    id = write(app, mobile)
    fay, ines = as_("fay"), as_("ines")
    assert ines.post(f"/payouts/{id}/file").status_code == 409  # not sent yet
    ines.post(f"/payouts/{id}/approval")
    ines.post(f"/payouts/{id}/dispatch")
    answer = fay.post(f"/payouts/{id}/file")
    assert answer.mimetype == "text/csv"
    head, row = answer.get_data(as_text=True).splitlines()
    assert head == "line,pseudonym,payee,way,operator,account,amount,currency,partner"
    cells = row.split(",")
    assert cells[0] == f"PB{id}-L1"
    assert cells[2:8] == ["'=Mobile", "mobile", "M-Pesa", "00254712345678", "6.00", "USD"]
    write(app, lambda: db.session.execute(update(SignIn).values(stepped_up_at=clock.now() - timedelta(minutes=6))))
    assert fay.post(f"/payouts/{id}/file").headers["Location"].startswith("/step-up")


def test_cash_that_nobody_collected_goes_back_to_the_bank(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    id = write(app, scene.sent, world)
    fay, number = as_("fay"), lines(app, id)[world.amina].number
    fay.post(f"/payouts/{id}/lines/{number}/failure", data={"reason": "Nobody came"})
    assert "Cash that partners hold" in fay.page(f"/payouts/{id}")
    url = f"/payouts/{id}/returns/{world.here}"
    assert fay.post(url, data={"amount": "7.00", "token": "a" * 16}).status_code == 422
    answer = fay.post(url, data={"amount": "x", "token": "a" * 16})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Error: Write a sum like 12.50." in text, "beside its field too"
    assert "Somebody changed this meanwhile" not in text, "nobody did"
    for _tap in range(2):
        assert fay.post(url, data={"amount": "2.00", "token": "b" * 16}).status_code == 303
    with app.app_context():
        assert ledger.balance("assets:float:NGO-LB:USD") == usd("3.00")
    for _tap in range(2):
        assert fay.post(url, data={"amount": "3.00", "token": "c" * 16}).status_code == 303, "all of it, and the same tap again"
    with app.app_context():
        assert ledger.balance("assets:float:NGO-LB:USD") == usd("0.00")


def test_cash_nobody_collected_is_carried_to_the_next_batch(app: Flask, world: SimpleNamespace) -> None:
    with app.app_context(), transaction(write=True):
        fay, ines = person(world.fay), person(world.ines)
        first = scene.sent(world)
        actions.fail(scene.line_of(first, world.amina), by=fay, reason="Nobody came")
        scene.earn(world.amina, "2.50", n=2)
        second = actions.prepare(by=fay, currency="USD")
        actions.lock(second, by=fay)
        actions.approve(second, by=ines)
        actions.dispatch(second, by=fay)
        assert ledger.balance("assets:float:NGO-LB:USD") == usd("7.50")  # 5.00 lay there, 2.50 more came
        with pytest.raises(Refused, match="people who wait"):
            actions.give_back(second, db.session.get_one(Partner, world.here), amount=usd("0.01"), by=fay, token="t" * 8)


def test_money_that_is_on_its_way_is_not_sent_twice(app: Flask, world: SimpleNamespace) -> None:
    with app.app_context(), transaction(write=True):
        fay, ines = person(world.fay), person(world.ines)
        scene.grant("10.00")
        for who in (world.amina, world.hana):
            scene.earn(who, "6.00")
            scene.by_bank(who)
        here = db.session.get_one(Partner, world.here)
        first = actions.prepare(by=fay, currency="USD", partner=here)
        second = actions.prepare(by=fay, currency="USD")
        for batch in (first, second):
            actions.lock(batch, by=fay)
            actions.approve(batch, by=ines)
        actions.dispatch(first, by=fay)
        with pytest.raises(Refused, match=r"12\.00 USD"):
            actions.dispatch(second, by=fay)


def test_a_fee_is_borne_by_the_fund(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    id = write(app, scene.sent, world)
    fay, number = as_("fay"), lines(app, id)[world.hana].number
    url = f"/payouts/{id}/lines/{number}"
    assert "The fund pays it, never the person." in fay.page(url)
    for wrong in ("x", "0", "-1", "0.001"):
        assert fay.post(url + "/payment", data={"reference": "E1", "fee": wrong}).status_code == 422
    assert fay.post(url + "/payment", data={"reference": "E1", "fee": "٠٫١٠"}).status_code == 303
    with app.app_context():
        assert ledger.balance("expenses:fees:GRANT-A") == usd("0.10")
        assert ledger.balance("assets:bank:foundation:USD") == usd("988.90")
        assert ledger.owed(person(world.hana)) == []
        assert ledger.fund("GRANT-A") == (usd("1000.00"), usd("11.10"))
