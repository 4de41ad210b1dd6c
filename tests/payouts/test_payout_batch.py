"""A batch from draft to settled, through the pages: two people, one seal, one proof for each payment."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from lms.core import clock
from lms.core.db import db, transaction
from lms.core.errors import Refused
from lms.core.i18n import force_locale
from lms.core.money import Money
from lms.ledger import actions as books
from lms.ledger import queries as ledger
from lms.ledger.models import Transfer
from lms.payouts import actions, queries
from lms.payouts.models import BatchState, LeftOut, Payout, PayoutBatch, PayoutMethod, PayoutState
from lms.people.models import SignIn
from tests.payouts import scene
from tests.payouts.scene import lines, owed, person, state_of, usd, write
from tests.statements import counted


def test_without_debts_the_page_says_so(as_: Any) -> None:
    page = as_("fay").page("/payouts")
    assert "We owe nothing to anyone now." in page
    assert "No batch yet." in page
    answer = as_("fay").post("/payouts", data={"partner": "", "currency": "USD"})
    assert answer.status_code == 422
    assert "We owe nothing to anyone now." in answer.get_data(as_text=True)


def test_a_batch_walks_from_draft_to_settled(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    write(app, scene.two_earn, world)
    fay, ines = as_("fay"), as_("ines")
    assert "11.00" in fay.page("/payouts")
    answer = fay.post("/payouts", data={"partner": "", "currency": "USD"})
    url = answer.headers["Location"]
    id = int(url.rsplit("/", 1)[1])
    assert "Lock the batch" in fay.page(url)
    assert fay.post(url + "/lock").status_code == 303
    assert "A second person must approve it." in fay.page(url)
    assert "Open the batch" not in fay.page("/payouts"), "nothing there waits for her"
    assert "Open the batch" in ines.page("/payouts")
    assert "Approve the batch" in ines.page(url)
    assert ines.post(url + "/approval").headers["Location"] == url
    assert state_of(app, id) is BatchState.APPROVED
    assert fay.post(url + "/dispatch").status_code == 303
    numbers = {who: line.number for who, line in lines(app, id).items()}
    cash, bank = f"{url}/lines/{numbers[world.amina]}", f"{url}/lines/{numbers[world.hana]}"
    assert "Receipt number" in fay.page(cash)
    assert fay.post(cash + "/payment", data={"reference": "R-0001"}).status_code == 422  # no witness
    assert fay.post(cash + "/payment", data={"reference": "R-0001", "witness": "Efe"}).status_code == 303
    assert state_of(app, id) is BatchState.SENT
    assert fay.post(bank + "/payment", data={"reference": "E2E 77"}).status_code == 303
    assert state_of(app, id) is BatchState.SETTLED
    assert "E2E 77" in fay.page(bank)
    with app.app_context():
        keys = set(db.session.scalars(select(Transfer.key).where(Transfer.kind.in_(["pay", "advance"]))))
        assert keys == {
            f"advance:NGO-LB:PB{id}", f"pay:PB{id}:L{numbers[world.amina]}:cash:R-0001", f"pay:PB{id}:L{numbers[world.hana]}:bank:E2E-77",
        }  # fmt: skip
        assert ledger.balance("assets:bank:foundation:USD") == usd("989.00")
        assert ledger.balance("assets:float:NGO-LB:USD") == usd("0.00")
        assert ledger.unbalanced() == []
    assert owed(app, world.amina) == owed(app, world.hana) == []


def test_the_one_who_prepared_may_not_approve(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    id = write(app, scene.prepared, world)
    fay = as_("fay")
    fay.post(f"/payouts/{id}/lock")
    assert fay.post(f"/payouts/{id}/approval", headers={"Referer": f"http://localhost/payouts/{id}"}).status_code == 303
    assert state_of(app, id) is BatchState.LOCKED
    assert "You prepared this batch." in fay.page(f"/payouts/{id}")
    with app.app_context(), pytest.raises(IntegrityError), transaction(write=True):
        db.session.execute(update(PayoutBatch).where(PayoutBatch.id == id).values(approved_by_id=world.fay))


def test_approval_asks_for_the_password_again(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    id = write(app, scene.prepared, world)
    as_("fay").post(f"/payouts/{id}/lock")
    ines = as_("ines")
    write(app, lambda: db.session.execute(update(SignIn).values(stepped_up_at=clock.now() - timedelta(minutes=6))))
    answer = ines.post(f"/payouts/{id}/approval")
    assert answer.headers["Location"] == f"/step-up?next=/payouts/{id}"
    assert state_of(app, id) is BatchState.LOCKED
    ines.post("/step-up", data={"password": "demo-ines-2026", "next": f"/payouts/{id}"})
    ines.post(f"/payouts/{id}/approval")
    assert state_of(app, id) is BatchState.APPROVED


@pytest.mark.parametrize("name", ["amina", "bilal", "dana", "efe"])
def test_other_roles_get_403(app: Flask, world: SimpleNamespace, as_: Any, name: str) -> None:
    id = write(app, scene.prepared, world)
    other = as_(name)
    for url in ("/payouts", f"/payouts/{id}", f"/payouts/{id}/lines/1"):
        other.page(url, 403)
    ends = ["lock", "approval", "dispatch", "cancellation", "file", f"returns/{world.here}"]
    for end in (*ends, "lines/1/payment", "lines/1/failure", "lines/1/details"):
        assert other.post(f"/payouts/{id}/{end}").status_code == 403
    assert other.post("/payouts", data={"currency": "USD"}).status_code == 403


def test_what_is_not_there_is_404(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    id = write(app, scene.prepared, world)
    fay = as_("fay")
    fay.page("/payouts/999", 404)
    fay.page(f"/payouts/{id}/lines/99", 404)
    assert fay.post(f"/payouts/{id}/returns/999", data={"amount": "1.00"}).status_code == 404


def test_who_is_left_out_is_listed_with_the_reason(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    def several() -> PayoutBatch:
        scene.two_earn(world)
        young, wayless, alone = scene.newcomer("Young", adult=None), scene.newcomer("Wayless"), scene.newcomer("Alone")
        for one in (young, wayless, alone):
            scene.earn(one.id, "2.50")
        scene.by_cash(alone.id)
        scene.by_mobile(young.id)
        scene.by_bank(world.amina)  # a change: 72 hours
        return actions.prepare(by=person(world.fay), currency="USD")

    id = write(app, several)
    with app.app_context():
        reasons = {row.worker.name: str(row.reason) for row in queries.left_out(db.session.get_one(PayoutBatch, id))}
    assert reasons == {"Young": "not_adult", "Wayless": "no_method", "Alone": "no_partner", "Amina": "on_hold"}
    page = as_("fay").page(f"/payouts/{id}")
    assert "This person changed the way to get money." in page
    assert "This person has no way to get money yet." in page


def test_a_debt_stands_in_one_open_batch_only(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    first = write(app, scene.prepared, world)
    fay = as_("fay")
    answer = fay.post("/payouts", data={"partner": "", "currency": "USD"}, headers={"Referer": "http://localhost/payouts"})
    assert answer.headers["Location"] == "/payouts"
    assert "Nobody can be paid now." in fay.page("/payouts")
    with app.app_context():
        assert len(db.session.scalars(select(PayoutBatch)).all()) == 1
    write(app, lambda: scene.by_cash(scene.newcomer("New", partner=world.here).id))
    write(app, lambda: scene.earn(db.session.scalars(select(PayoutMethod.user_id).order_by(PayoutMethod.id.desc())).first(), "1.00"))
    answer = fay.post("/payouts", data={"partner": "", "currency": "USD"})
    assert answer.headers["Location"] == f"/payouts/{first + 1}"
    assert "The money of 2 people stands in another open batch." in fay.page(f"/payouts/{first + 1}")


def test_the_database_refuses_a_second_open_line(app: Flask, world: SimpleNamespace) -> None:
    id = write(app, scene.prepared, world)
    with app.app_context(), transaction(write=True):
        line = scene.line_of(db.session.get_one(PayoutBatch, id), world.amina)
        other = PayoutBatch(currency="USD", prepared_by_id=world.ines)
        db.session.add(other)
        db.session.flush()
        again = Payout(batch_id=other.id, number=1, worker_id=world.amina, method_id=line.method_id, amount_minor=1, currency="USD")
        with pytest.raises(IntegrityError), db.session.begin_nested():
            db.session.add(again)


def test_a_long_batch_comes_in_pages(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    def many() -> PayoutBatch:
        for n in range(51):
            scene.earn(scene.newcomer(f"Worker {n}", partner=world.here).id, "1.00")
        for one in queries.owed_people("USD"):
            scene.by_cash(one.person.id)
        return actions.prepare(by=person(world.fay), currency="USD")

    id = write(app, many)
    fay = as_("fay")
    with counted() as sent:
        first = fay.page(f"/payouts/{id}")
    assert len(sent) <= 14  # as many for two lines as for fifty
    second = fay.page(f"/payouts/{id}?page=2")
    assert first.count("/lines/") == 50
    assert second.count("/lines/") == 1
    assert "51.00 USD" in first.replace(",", "")
    assert "51.00 USD" in second


def test_a_batch_of_one_partner_takes_only_its_people(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    write(app, scene.two_earn, world)
    answer = as_("fay").post("/payouts", data={"partner": str(world.here), "currency": "USD"})
    assert set(lines(app, int(answer.headers["Location"].rsplit("/", 1)[1]))) == {world.amina}


def test_a_cancelled_batch_frees_its_people(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    id = write(app, scene.prepared, world)
    fay = as_("fay")
    assert fay.post(f"/payouts/{id}/cancellation", data={"reason": ""}).status_code == 422
    assert fay.post(f"/payouts/{id}/cancellation", data={"reason": "Wrong month"}).status_code == 303
    assert "Wrong month" in fay.page(f"/payouts/{id}")
    assert fay.post("/payouts", data={"partner": "", "currency": "USD"}).headers["Location"] == f"/payouts/{id + 1}"


def test_an_approved_batch_cannot_be_cancelled_and_a_second_tap_does_nothing(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    id = write(app, scene.sent, world)
    fay = as_("fay")
    for end in ("cancellation", "lock", "approval", "dispatch"):
        assert fay.post(f"/payouts/{id}/{end}", data={"reason": "x"}).status_code == 409
    assert state_of(app, id) is BatchState.SENT
    number = lines(app, id)[world.hana].number
    assert fay.post(f"/payouts/{id}/lines/{number}/payment", data={"reference": "E1"}).status_code == 303
    assert fay.post(f"/payouts/{id}/lines/{number}/payment", data={"reference": "E1"}).status_code == 422
    with app.app_context():
        assert len(db.session.scalars(select(Transfer).where(Transfer.kind == "pay")).all()) == 1


def test_lines_that_were_changed_after_the_lock_are_refused(app: Flask, world: SimpleNamespace) -> None:
    id = write(app, scene.prepared, world)
    with app.app_context(), force_locale("en"), transaction(write=True):
        batch = db.session.get_one(PayoutBatch, id)
        actions.lock(batch, by=person(world.fay))
        scene.line_of(batch, world.amina).amount_minor = 499
        db.session.flush()
        with pytest.raises(Refused, match="changed after they were locked"):
            actions.approve(batch, by=person(world.ines))


def test_a_debt_that_shrank_stops_the_batch(app: Flask, world: SimpleNamespace) -> None:
    id = write(app, scene.prepared, world)
    with app.app_context(), transaction(write=True):
        batch = db.session.get_one(PayoutBatch, id)
        books.reverse(ledger.by_key(f"accrue:item:{world.amina}-1:rev:1"), by=None, key="reverse:one")
        with pytest.raises(Refused, match="less than this batch pays"):
            actions.lock(batch, by=person(world.fay))


def test_an_empty_bank_account_stops_the_sending(app: Flask, world: SimpleNamespace) -> None:
    with app.app_context(), transaction(write=True):
        scene.grant("10.99")
        scene.earn(world.amina, "5.00")
        scene.earn(world.hana, "6.00")
        scene.by_cash(world.amina)
        scene.by_bank(world.hana)
        batch = actions.prepare(by=person(world.fay), currency="USD")
        actions.lock(batch, by=person(world.fay))
        actions.approve(batch, by=person(world.ines))
        with pytest.raises(Refused, match=r"10\.99 USD"):
            actions.dispatch(batch, by=person(world.fay))


def test_who_chose_another_way_meanwhile_is_not_paid_to_the_old_one(app: Flask, world: SimpleNamespace) -> None:
    with app.app_context(), transaction(write=True):
        batch = scene.prepared(world)
        actions.lock(batch, by=person(world.fay))
        actions.approve(batch, by=person(world.ines))
        scene.by_mobile(world.hana)
        actions.dispatch(batch, by=person(world.fay))
        assert scene.line_of(batch, world.hana).state is PayoutState.FAILED
        assert scene.line_of(batch, world.amina).state is PayoutState.SENT
        assert ledger.owed(person(world.hana)) == [usd("6.00")]


def test_cash_is_paid_in_notes_and_the_rest_stays_owed(app: Flask, world: SimpleNamespace) -> None:
    with app.app_context(), transaction(write=True):
        books.set_rate(foreign=Money(89_500, "LBP"), worth=usd("1.00"), source="bank", by=None, on=date(2026, 1, 1))
        amount = Money(448_700, "LBP")
        books.accrue(key="accrue:1", worker=person(world.amina), fund="F", project="P", amount=amount, by=None)
        scene.by_cash(world.amina)
        batch = actions.prepare(by=person(world.fay), currency="LBP")
        assert scene.line_of(batch, world.amina).amount == Money(448_000, "LBP")


def test_the_three_words_of_a_workers_money(app: Flask, world: SimpleNamespace) -> None:
    def words() -> tuple[list[str], ...]:
        money = queries.money_of(person(world.hana))
        return tuple([amount.plain() for amount in part] for part in (money.earned, money.approved, money.paid))

    with app.app_context(), transaction(write=True):
        assert words() == ([], [], [])
        batch = scene.prepared(world)
        assert words() == (["6.00"], [], [])
        actions.lock(batch, by=person(world.fay))
        actions.approve(batch, by=person(world.ines))
        scene.earn(world.hana, "1.25", n=2)
        assert words() == (["1.25"], ["6.00"], [])
        actions.dispatch(batch, by=person(world.fay))
        actions.pay(scene.line_of(batch, world.hana), by=person(world.fay), reference="E1")
        assert words() == (["1.25"], [], ["6.00"])


def test_the_pages_are_there_in_arabic(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    id = write(app, scene.prepared, world)
    fay = as_("fay")
    fay.post("/language", data={"lang": "ar"})
    for url in ("/payouts", f"/payouts/{id}", f"/payouts/{id}/lines/1"):
        assert 'dir="rtl"' in fay.page(url)


def test_left_out_rows_are_kept(app: Flask, world: SimpleNamespace) -> None:
    with app.app_context(), transaction(write=True):
        scene.earn(scene.newcomer("Wayless").id, "2.50")
        batch = scene.prepared(world)
        kept = db.session.scalars(select(LeftOut).where(LeftOut.batch_id == batch.id)).all()
        assert [row.amount_minor for row in kept] == [250]
