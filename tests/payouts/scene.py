"""Money for the cast: a grant, work that was paid for, ways to get money, and batches in each state."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask import Flask

from lms.core.access import Role
from lms.core.db import db, transaction
from lms.core.money import Money
from lms.ledger import actions as books
from lms.ledger import queries as ledger
from lms.partners.models import Referral
from lms.payouts import actions, queries
from lms.payouts.models import BatchState, Channel, Payout, PayoutBatch, PayoutMethod
from lms.people.models import User

IBAN = "LB62099900000001001901229114"  # the example of the IBAN registry


def person(id: int) -> User:
    return db.session.get_one(User, id)


def usd(text: str) -> Money:
    return Money.parse(text, "USD")


def grant(text: str = "1000.00") -> None:
    books.grant(key="grant:GRANT-A:1", fund="GRANT-A", amount=usd(text), by=None)


def earn(id: int, text: str, n: int = 1) -> None:
    books.accrue(key=f"accrue:item:{id}-{n}:rev:1", worker=person(id), fund="GRANT-A", project="P1", amount=usd(text), by=None)


def by_cash(id: int) -> PayoutMethod:
    return actions.set_method(person(id), by=person(id), channel=Channel.CASH, payee_name="Payee in cash")


def by_bank(id: int) -> PayoutMethod:
    return actions.set_method(person(id), by=person(id), channel=Channel.BANK, payee_name="HANA PAYEE", account=IBAN)


def by_mobile(id: int) -> PayoutMethod:
    wallet = {"payee_name": "=Mobile", "account": "+254712345678", "operator": "M-Pesa"}
    return actions.set_method(person(id), by=person(id), channel=Channel.MOBILE, **wallet)


def newcomer(name: str, partner: int | None = None, **values: object) -> User:
    one = User(name=name, sign_in_name=name.lower(), roles=frozenset({Role.TRAINEE}), **({"adult": True, "country": "LB"} | values))
    db.session.add(one)
    db.session.flush()
    if partner is not None:
        db.session.add(Referral(user_id=one.id, partner_id=partner))
    db.session.flush()
    return one


def two_earn(world: SimpleNamespace) -> None:
    """A grant; amina earned 5.00 in cash, hana 6.00 to her bank."""
    grant()
    earn(world.amina, "5.00")
    earn(world.hana, "6.00")
    by_cash(world.amina)
    by_bank(world.hana)


def prepared(world: SimpleNamespace) -> PayoutBatch:
    two_earn(world)
    return actions.prepare(by=person(world.fay), currency="USD")


def sent(world: SimpleNamespace) -> PayoutBatch:
    batch = prepared(world)
    actions.lock(batch, by=person(world.fay))
    actions.approve(batch, by=person(world.ines))
    actions.dispatch(batch, by=person(world.fay))
    return batch


def line_of(batch: PayoutBatch, id: int) -> Payout:
    return next(line for line in queries.lines_of(batch) if line.worker_id == id)


def write(app: Flask, make: Any, *args: Any) -> Any:
    """Run something that writes in a short context of its own; the id where it gives a row."""
    with app.app_context(), transaction(write=True):
        made = make(*args)
        return getattr(made, "id", made)


def state_of(app: Flask, id: int) -> BatchState:
    with app.app_context():
        return db.session.get_one(PayoutBatch, id).state


def lines(app: Flask, id: int) -> dict[int, Payout]:
    with app.app_context():
        return {line.worker_id: line for line in queries.lines_of(db.session.get_one(PayoutBatch, id))}


def owed(app: Flask, id: int) -> list[str]:
    with app.app_context():
        return [amount.plain() for amount in ledger.owed(person(id))]
