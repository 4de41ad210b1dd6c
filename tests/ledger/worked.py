"""The worked journal of the design (annotation, section 8), posted through the actions."""

from __future__ import annotations

from datetime import date

from lms.core.access import Role
from lms.core.db import db
from lms.core.money import Money
from lms.ledger import accounts, actions, queries
from lms.ledger.accounts import Book
from lms.ledger.actions import Line
from lms.people.models import User


def usd(text: str) -> Money:
    return Money.parse(text, "USD")


def kes(text: str) -> Money:
    return Money.parse(text, "KES")


def worker(pseudonym: str) -> User:
    person = User(name=pseudonym, pseudonym=pseudonym, sign_in_name=pseudonym.lower(), roles=frozenset({Role.TRAINEE}), adult=True)
    db.session.add(person)
    db.session.flush()
    return person


def post_all() -> tuple[User, User]:
    """Thirteen transfers of January and February 2026; the two workers."""
    one, two = worker("W001"), worker("W002")
    january, close, paid = date(2026, 1, 12), date(2026, 1, 31), date(2026, 2, 5)
    pay = {"fund": "GRANT-A", "project": "P1", "by": None}
    actions.grant(key="grant:GRANT-A:1", fund="GRANT-A", amount=usd("1000.00"), by=None, on=date(2026, 1, 2))
    actions.accrue(key="accrue:item:17:rev:1", worker=one, amount=usd("0.35"), on=january, **pay)
    wrong = actions.accrue(key="accrue:item:18:rev:1", worker=two, amount=usd("0.35"), on=january, **pay)
    actions.reverse(wrong, by=None, key="reverse:accrue:item:18:rev:1", on=date(2026, 1, 14))
    actions.accrue(key="appeal:item:18:upheld", worker=two, amount=usd("0.35"), on=date(2026, 1, 20), **pay)
    actions.accrue(key="topup:W001:2026-01", worker=one, amount=usd("4.65"), on=close, **pay)
    actions.accrue(key="topup:W002:2026-01", worker=two, amount=usd("5.65"), on=close, **pay)
    actions.advance(key="advance:NGO-SY:B7", partner="NGO-SY", amount=usd("10.00"), by=None, on=date(2026, 2, 2))
    actions.advance(key="advance:NGO-KE:B7", partner="NGO-KE", amount=usd("10.00"), cash=kes("1292.50"), by=None, on=date(2026, 2, 2))
    held = accounts.cash_float("NGO-KE", "KES")
    common = {"kind": "pay", "book": Book.FOUNDATION, "by": None, "on": paid}
    actions.post(key="pay:PB7:L1:cash:R-0001", description="Payment, line 1", **common, lines=[
        Line(accounts.worker("W001", "USD"), usd("5.00")), Line(accounts.cash_float("NGO-SY", "USD"), usd("-5.00")),
    ])  # fmt: skip
    actions.post(key="pay:PB7:L2:mm:QX12", description="Payment, line 2", **common, lines=[
        Line(accounts.worker("W002", "USD"), usd("6.00")), Line(held, kes("-774.00"), usd("-5.99")),
        Line(accounts.exchange("USD", "KES"), usd("-0.01")),
    ])  # fmt: skip
    actions.fee(key="fee:PB7:L2", fund="GRANT-A", source=held, amount=kes("12.92"), cost=usd("0.10"), by=None, on=paid)
    actions.give_back(key="return:NGO-SY:B7", partner="NGO-SY", amount=usd("5.00"), by=None, on=date(2026, 2, 9))
    return one, two


END = {
    ("assets:bank:foundation:USD", "USD"): "985.00",
    ("assets:float:NGO-KE:KES", "KES"): "505.58",
    ("assets:float:NGO-SY:USD", "USD"): "0.00",
    ("expenses:trainee-pay:GRANT-A:P1", "USD"): "11.00",
    ("expenses:fees:GRANT-A", "USD"): "0.10",
    ("expenses:fx:USD-KES", "USD"): "-0.01",
    ("income:grants:GRANT-A", "USD"): "-1000.00",
    ("liabilities:worker:W001:USD", "USD"): "0.00",
    ("liabilities:worker:W002:USD", "USD"): "0.00",
}


def end_balances() -> dict[tuple[str, str], str]:
    return {(code, currency): queries.balance(code, currency).plain() for code, currency in END}
