"""The law of the ledger: sums of zero, one key one transfer, nothing is ever changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from fractions import Fraction
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError

from lms.core.db import Model, db, transaction
from lms.core.errors import Refused
from lms.core.money import CURRENCIES, Money
from lms.ledger import accounts, actions, queries
from lms.ledger.accounts import Book
from lms.ledger.actions import Line
from lms.ledger.models import Account, Entry, ExchangeRate, Transfer
from tests.eight import eight_at_once
from tests.ledger.worked import kes, post_all, usd, worker


@contextmanager
def ledger(app: Flask) -> Iterator[None]:
    with app.app_context(), transaction(write=True):
        yield


def pay(text: str = "0.35", key: str = "accrue:item:17:rev:1") -> Transfer:
    one = db.session.scalars(select(actions.User).where(actions.User.pseudonym == "W001")).one_or_none() or worker("W001")
    return actions.accrue(key=key, worker=one, fund="GRANT-A", project="P1", amount=usd(text), by=None)


def test_the_same_key_twice_is_one_transfer(app: Flask) -> None:
    with ledger(app):
        first, second = pay(), pay()
        assert first.id == second.id
        assert queries.balance("liabilities:worker:W001:USD") == usd("-0.35")


def test_the_same_key_with_another_sum_is_refused(app: Flask) -> None:
    with ledger(app):
        pay()
        with pytest.raises(Refused, match="other figures"):
            pay("0.36")


def test_a_reversal_takes_back_once_and_is_not_reversed(app: Flask) -> None:
    with ledger(app):
        wrong = pay()
        back = actions.reverse(wrong, None, "reverse:accrue:item:17:rev:1")
        assert actions.reverse(wrong, None, "reverse:accrue:item:17:rev:1").id == back.id
        assert queries.owed(db.session.scalars(select(actions.User).where(actions.User.pseudonym == "W001")).one()) == []
        with pytest.raises(Refused, match="cannot be reversed"):
            actions.reverse(back, None, "reverse:again")
        with pytest.raises(Refused, match="reversed before"):
            actions.reverse(wrong, None, "reverse:other")


BANK, GRANT = "assets:bank:foundation:USD", "income:grants:GRANT-A"
WRONG = {
    "one line": [Line(BANK, usd("1.00"))],
    "a zero line": [Line(BANK, usd("0.00")), Line(GRANT, usd("0.00"))],
    "not zero": [Line(BANK, usd("1.00")), Line(GRANT, usd("-0.99"))],
    "no such type": [Line("money:bank", usd("1.00")), Line(GRANT, usd("-1.00"))],
    "a space in a code": [Line("assets:my bank", usd("1.00")), Line(GRANT, usd("-1.00"))],
    "the other entity's bank": [Line("assets:bank:company:USD", usd("1.00")), Line(GRANT, usd("-1.00"))],
    "changes money without a cost": [Line("assets:float:NGO-KE:KES", kes("129.25")), Line(BANK, usd("-1.00"))],
    "costs do not match": [Line("assets:float:NGO-KE:KES", kes("129.25"), usd("1.01")), Line(BANK, usd("-1.00"))],
}


@pytest.mark.parametrize("name", WRONG)
def test_what_does_not_sum_to_zero_never_stands(app: Flask, name: str) -> None:
    with ledger(app):
        with pytest.raises(ValueError):
            actions.post(key="wrong:1", kind="test", book=Book.FOUNDATION, lines=WRONG[name], by=None, description="wrong")
        assert queries.by_key("wrong:1") is None


@pytest.mark.parametrize("key", ["", "a b", "(x)", "x" * 161, ":x"])
def test_a_key_must_stand_in_a_journal(app: Flask, key: str) -> None:
    with ledger(app), pytest.raises(ValueError):
        pay(key=key)


@pytest.mark.parametrize("table", [Account, Transfer, Entry, ExchangeRate])
@pytest.mark.parametrize("verb", ["update", "delete"])
def test_no_row_is_ever_changed(app: Flask, table: type[Model], verb: str) -> None:
    with ledger(app):
        post_all()
        actions.set_rate(foreign=kes("129.25"), worth=usd("1.00"), source="CBK", by=None, on=date(2026, 1, 1))
        db.session.flush()
        with pytest.raises(DBAPIError, match="append-only"), db.session.begin_nested():
            db.session.execute(update(table).values(id=table.id) if verb == "update" else delete(table))  # type: ignore[attr-defined]


def test_two_books_do_not_mix(app: Flask) -> None:
    with ledger(app):
        one = worker("W001")
        pay()
        lines = [Line("expenses:worker-pay:company:P9", usd("2.00")), Line(accounts.worker("W001", "USD"), usd("-2.00"))]
        actions.post(key="company:1", kind="accrue", book=Book.COMPANY, lines=lines, by=None, description="Pool work")
        assert queries.owed(one) == [usd("0.35")]
        assert queries.owed(one, Book.COMPANY) == [usd("2.00")]
        assert queries.balance(accounts.worker("W001", "USD"), book=Book.COMPANY) == usd("-2.00")


def test_foreign_pay_is_valued_by_the_rate_of_its_day(app: Flask) -> None:
    with ledger(app):
        one = worker("W001")
        owe = {"worker": one, "fund": "F", "project": "P", "by": None, "on": date(2026, 2, 1)}
        with pytest.raises(Refused, match="no exchange rate for KES"):
            actions.accrue(key="a:1", amount=kes("100.00"), **owe)
        actions.set_rate(foreign=kes("129.25"), worth=usd("1.00"), source="CBK", by=None, on=date(2026, 1, 1))
        with pytest.raises(Refused, match="already"):
            actions.set_rate(foreign=kes("130.00"), worth=usd("1.00"), source="CBK", by=None, on=date(2026, 1, 1))
        done = actions.accrue(key="a:1", amount=kes("100.00"), **owe)
        costs = db.session.scalars(select(Entry.cost_minor).where(Entry.transfer_id == done.id).order_by(Entry.id)).all()
        assert costs == [77, -77]  # 100 / 129.25 = 0.7737
        assert queries.unbalanced() == []


def test_a_fund_that_is_overspent_is_found(app: Flask) -> None:
    with ledger(app):
        actions.grant(key="grant:GRANT-A:1", fund="GRANT-A", amount=usd("1.00"), by=None)
        pay("1.01")
        assert queries.findings() == ["Fund GRANT-A spent 1.01 of 1.00 USD."]


def test_a_partner_cannot_give_back_more_than_it_holds(app: Flask) -> None:
    with ledger(app):
        actions.grant(key="g:1", fund="F", amount=usd("10.00"), by=None)
        actions.advance(key="a:1", partner="NGO-SY", amount=usd("5.00"), by=None)
        with pytest.raises(Refused):
            actions.give_back(key="r:1", partner="NGO-SY", amount=usd("5.01"), by=None)


def test_eight_threads_with_one_key_post_one_transfer(either_school: Flask) -> None:
    with either_school.app_context(), transaction(write=True):
        id = worker("W001").id

    def post(_n: int) -> int:
        one = db.session.get_one(actions.User, id)
        return actions.accrue(key="accrue:1", worker=one, fund="F", project="P", amount=usd("0.35"), by=None).id

    assert len(set(eight_at_once(either_school, post))) == 1
    with either_school.app_context():
        assert db.session.scalar(select(func.count()).select_from(Transfer)) == 1
        assert db.session.scalar(select(func.count()).select_from(Account)) == 2
        assert queries.balance("liabilities:worker:W001:USD") == usd("-0.35")


def test_eight_threads_with_eight_keys_make_each_account_once(either_school: Flask) -> None:
    eight_at_once(either_school, lambda n: actions.grant(key=f"grant:{n}", fund="F", amount=usd("1.00"), by=None))
    with either_school.app_context():
        assert queries.balance("assets:bank:foundation:USD") == usd("8.00")
        assert db.session.scalar(select(func.count()).select_from(Account)) == 2


amounts = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 10**6)), min_size=1, max_size=5)


@given(amounts, st.sampled_from(sorted(CURRENCIES)), st.integers(1, 10**6), st.integers(1, 10**6))
def test_values_of_foreign_lines_sum_to_zero(parts: list[tuple[int, int]], currency: str, foreign: int, book: int) -> None:
    lines = [Line(f"expenses:x:{at}", Money(minor, currency)) for at, minor in parts]
    lines.append(Line("liabilities:y", Money(-sum(minor for _at, minor in parts), currency)))
    with patch.object(queries, "rate", lambda *_args: Fraction(book, foreign)):
        costed = actions._costed(lines, Book.FOUNDATION, date(2026, 1, 1))
    assert sum(line.cost.minor for line in costed if line.cost) == 0
    assert all(line.cost is not None and line.cost.currency == "USD" and line.cost.minor * line.amount.minor >= 0 for line in costed)


def test_money_of_nobody_is_zero(app: Flask, world: SimpleNamespace) -> None:
    with app.app_context():
        assert queries.balance("assets:bank:foundation:EUR") == Money.zero("EUR")
        assert queries.owed(db.session.get_one(actions.User, world.amina)) == []
