"""Finance writes down the money that comes in: grants by the bank's number, and what foreign money is worth."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.core import clock
from lms.core.db import db, transaction
from lms.core.money import Money
from lms.ledger import queries as ledger
from lms.ledger.models import ExchangeRate, Transfer
from lms.payouts import queries
from lms.payouts.models import BatchState, PayoutBatch
from tests.client import Browser
from tests.eight import at_once, eight_browsers
from tests.payouts import scene

URL, WORTH = "/payouts/funds", "/payouts/funds/worth"
GRANT = {"fund": "GRANT-A", "amount": "1000.00", "currency": "USD", "on": "2026-01-05", "reference": "E2E/77"}
RATE = {"worth-foreign": "90000", "worth-currency": "LBP", "worth-worth": "1.00", "worth-on": "2026-01-05", "worth-source": "The bank"}


def held(app: Flask, currency: str = "USD") -> Money:
    with app.app_context():
        return queries.bank(currency)


def count(app: Flask, table: Any) -> int:
    with app.app_context():
        return int(db.session.scalar(select(func.count()).select_from(table)) or 0)


def test_a_grant_is_written_down_once(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    fay = as_("fay")
    assert URL in fay.page("/payouts")
    assert "No money came in yet." in fay.page(URL)
    assert fay.post(URL, data=GRANT).status_code == 303
    assert fay.post(URL, data=GRANT | {"amount": "١٠٠٠٫٠٠"}).status_code == 303  # the second tap, and in other digits
    assert (held(app), count(app, Transfer)) == (Money(1000_00, "USD"), 1)
    page = fay.page(URL)
    assert "E2E/77" in page
    assert "5 January 2026" in page
    with app.app_context():
        assert ledger.fund("GRANT-A") == (Money(1000_00, "USD"), Money.zero("USD"))
        assert ledger.by_key("grant:GRANT-A:E2E/77").by_id == world.fay  # type: ignore[union-attr]
    for change in ({"fund": "grant-a"}, {"reference": "e2e/77"}):  # what a phone makes of capitals is no other fund and no other grant
        assert fay.post(URL, data=GRANT | change).status_code == 303
        assert (held(app), count(app, Transfer)) == (Money(1000_00, "USD"), 1)
    again = fay.post(URL, data=GRANT | {"amount": "900"})
    assert again.status_code == 422
    assert "This was posted before with other figures." in again.get_data(as_text=True)
    assert held(app) == Money(1000_00, "USD")


@pytest.mark.parametrize(
    "wrong",
    [{"fund": ""}, {"fund": "Grant A"}, {"fund": "A:B"}, {"amount": "0"}, {"amount": "-5"}, {"amount": "9" * 40}, {"amount": "1.234"},
     {"currency": "XXX"}, {"on": ""}, {"on": "0026-01-05"}, {"on": "2999-01-01"}, {"reference": ""}, {"reference": "a:b"}],
)  # fmt: skip
def test_what_is_no_grant_is_said_and_kept(app: Flask, world: SimpleNamespace, as_: Any, wrong: dict[str, str]) -> None:
    answer = as_("fay").post(URL, data=GRANT | wrong)
    assert answer.status_code == 422
    assert "There is a problem" in (page := answer.get_data(as_text=True))
    assert "E2E/77" in page or "reference" in wrong
    assert count(app, Transfer) == 0


def test_foreign_money_needs_its_worth_first(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    fay, lira = as_("fay"), GRANT | {"currency": "LBP", "amount": "9000000"}
    told = fay.post(URL, data=lira)
    assert told.status_code == 422
    assert "There is no exchange rate for LBP yet." in told.get_data(as_text=True)
    assert fay.post(WORTH, data=RATE).status_code == 303
    assert "The bank" in fay.page(URL)
    assert fay.post(URL, data=lira).status_code == 303
    assert held(app, "LBP") == Money(9000000, "LBP")
    with app.app_context():
        assert ledger.fund("GRANT-A")[0] == Money(100_00, "USD")
    assert fay.post(WORTH, data=RATE).status_code == 303, "a second tap"
    assert fay.post(WORTH, data=RATE | {"worth-worth": "1.01"}).status_code == 422  # a day has one
    assert count(app, ExchangeRate) == 1


def test_eight_who_tell_the_worth_at_once_tell_it_once(either_school: Flask) -> None:
    answers = at_once(partial(Browser.post, path=WORTH, data=RATE), eight_browsers(either_school, "fay"))
    assert {answer.status_code for answer in answers} == {303}
    assert count(either_school, ExchangeRate) == 1


def test_eight_who_write_down_one_grant_at_once_write_one(either_school: Flask) -> None:
    answers = at_once(partial(Browser.post, path=URL, data=GRANT), eight_browsers(either_school, "fay"))
    assert {answer.status_code for answer in answers} == {303}
    assert (held(either_school), count(either_school, Transfer)) == (Money(1000_00, "USD"), 1)


def test_no_rate_makes_more_of_a_sum_than_the_books_hold(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    fay = as_("fay")
    assert fay.post(WORTH, data=RATE | {"worth-foreign": "1", "worth-worth": "9" * 12}).status_code == 303
    told = fay.post(URL, data=GRANT | {"currency": "LBP", "amount": "9" * 12})
    assert told.status_code == 422
    assert "At this rate the sum is too large. Look at the rate." in told.get_data(as_text=True)
    assert count(app, Transfer) == 0


@pytest.mark.parametrize(("zone", "day", "status"), [("Asia/Kabul", 24, 303), ("UTC", 24, 422), ("America/Bogota", 23, 303)])
def test_a_grant_of_today_where_finance_is(app: Flask, world: SimpleNamespace, as_: Any, zone: str, day: int, status: int) -> None:
    """At nine in the evening in Greenwich the next day has begun in Kabul."""
    with app.app_context(), transaction(write=True):
        scene.person(world.fay).zone = zone
    with clock.held(datetime(2026, 11, 23, 21, 0, tzinfo=UTC)):
        fay = as_("fay")
        assert ('value="2026-11-24"' in fay.page(URL)) is (zone == "Asia/Kabul")
        assert fay.post(URL, data=GRANT | {"on": f"2026-11-{day}"}).status_code == status


@pytest.mark.parametrize(
    "wrong",
    [{"worth-foreign": "0"}, {"worth-worth": "x"}, {"worth-currency": "USD"}, {"worth-currency": ""}, {"worth-on": "2999-01-01"},
     {"worth-source": ""}, {"worth-worth": "9" * 30}],
)  # fmt: skip
def test_what_is_no_worth_is_said(app: Flask, world: SimpleNamespace, as_: Any, wrong: dict[str, str]) -> None:
    assert as_("fay").post(WORTH, data=RATE | wrong).status_code == 422
    assert count(app, ExchangeRate) == 0


def test_a_batch_waits_for_money_and_goes_when_it_came(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    """What stopped the first payout of a new school: nobody could write down that the donor paid."""
    with app.app_context(), transaction(write=True):
        scene.person(world.amina).adult = True
        scene.earn(world.amina, "12.00")
        scene.by_bank(world.amina)
    fay, ines = as_("fay"), as_("ines")
    batch = fay.post("/payouts", data={"partner": "", "currency": "USD"}).headers["Location"]
    for who, step in ((fay, "lock"), (ines, "approval"), (fay, "dispatch")):
        who.post(f"{batch}/{step}")
    told = fay.page(batch)
    assert "The bank account holds" in told
    assert URL in told
    fay.post(URL, data=GRANT)
    fay.post(f"{batch}/dispatch")
    with app.app_context():
        assert db.session.scalars(select(PayoutBatch.state)).one() is BatchState.SENT


def test_only_finance_may(app: Flask, world: SimpleNamespace, as_: Any, stranger: Any) -> None:
    tomorrow = (clock.now() + timedelta(days=2)).date()
    for name in ("amina", "bilal", "dana", "efe"):
        assert as_(name).get(URL).status_code == 403
        assert as_(name).post(URL, data=GRANT | {"on": f"{tomorrow}"}).status_code == 403
        assert as_(name).post(WORTH, data=RATE).status_code == 403
    assert stranger.get(URL).status_code in {302, 303}
    assert stranger.post(URL, data=GRANT).status_code in {302, 303, 401}
    assert (count(app, Transfer), count(app, ExchangeRate)) == (0, 0)
