"""A donor's money as finance writes it down: once by the bank's number, and again where it was typed wrong.

A wrong grant is taken back and a right one is booked. Both stand in the journal, and nothing that was booked changes.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import aliased

from lms.core.db import db
from lms.core.errors import Refused
from lms.core.facts import Fact, Kind, record
from lms.core.i18n import _
from lms.core.money import Money
from lms.ledger import actions as books
from lms.ledger import queries as ledger
from lms.ledger.models import Transfer
from lms.ledger.queries import Grant
from lms.payouts import queries
from lms.people.models import User


def write_down(*, fund: str, reference: str, amount: Money, on: date, by: User) -> Transfer:
    """Money that arrived, once for the bank's number. Raises Refused for other figures, and for one that was taken back since."""
    return books.grant(key=_key(fund, reference), fund=fund, amount=amount, by=by, on=on)


def correct(first: Transfer, *, fund: str, reference: str, amount: Money, on: date, by: User) -> Transfer:
    """Take a grant back on its own day, and write down what it should have been. The same correction again is a second tap.

    Raises Refused where it was corrected before, where the bank's number is another grant's, and where its money was spent or paid out.
    """
    _lock_grants()
    was, wanted = ledger.grant_in(first), (fund, reference, amount, on)
    if ledger.reversal_of(first) is not None:
        made = _made_of(first)
        if made is None or (*ledger.grant_in(made), made.date) != wanted:
            raise Refused(_("This grant was corrected before. Look at the list."))
        return made
    if (*was, first.date) == wanted:
        return first
    key = _key(fund, reference)
    if ledger.by_key(key) is not None:  # a number that was written down once is never free again
        key = f"{key}:{first.id}"
    if _stands_beside(first, fund, reference):  # asked after its key: who writes it down this moment is met here, or at that key
        raise Refused(_("Another grant of this fund has this number. Look at the list."), at="reference")
    _take_back(first, by)
    made = books.grant(key=key, fund=fund, amount=amount, by=by, on=on)
    _check_left(was, {fund, was.fund})
    record(Kind.GRANT_CORRECTED, first, actor=by, into=made.id)
    return made


def take_back(first: Transfer, *, by: User) -> None:
    """A grant that never arrived, or was written down twice. Twice is once. Raises Refused where its money was spent or paid out, and
    where it was corrected before.
    """
    _lock_grants()
    if ledger.reversal_of(first) is not None:
        if _made_of(first) is not None:
            raise Refused(_("This grant was corrected before. Look at the list."))
        return
    was = ledger.grant_in(first)
    _take_back(first, by)
    _check_left(was, {was.fund})
    record(Kind.GRANT_CORRECTED, first, actor=by, into=None)


def _key(fund: str, reference: str) -> str:
    return f"grant:{fund}:{reference}"


def _lock_grants() -> None:
    """One correction after the other: two at once would each count on the money of the other's grant."""
    db.session.scalars(ledger.every_grant().order_by(Transfer.id).with_for_update()).all()


def _made_of(first: Transfer) -> Transfer | None:
    """What stands in the place of a grant that was corrected."""
    told = select(Fact).where(Fact.kind == Kind.GRANT_CORRECTED, Fact.subject_kind == "transfer", Fact.subject_id == first.id)
    fact = db.session.scalars(told).one_or_none()
    return db.session.get(Transfer, fact.data["into"]) if fact is not None and fact.data["into"] else None


def _stands_beside(first: Transfer, fund: str, reference: str) -> bool:
    """Whether another grant of the fund has this number and nobody took it back."""
    key, back = _key(fund, reference), aliased(Transfer)
    named = ledger.every_grant().where(Transfer.id != first.id, (Transfer.key == key) | Transfer.key.startswith(f"{key}:", autoescape=True))
    standing = named.where(~select(back.id).where(back.reverses_id == Transfer.id).exists())
    return db.session.scalars(standing.limit(1)).one_or_none() is not None


def _take_back(first: Transfer, by: User) -> None:
    books.reverse(first, by, f"reverse:{first.key}", on=first.date)


def _check_left(was: Grant, funds: set[str]) -> None:
    """After it: no fund spent more than it got, and the bank account still holds what is on its way to people.

    Whoever sends a batch locks the bank's account, and a line in it waits for that: of both at once the second counts the first.
    """
    for fund in sorted(funds):
        granted, spent = ledger.fund(fund)
        if spent > granted:
            raise Refused(_("The fund %(fund)s spent this money already. Write down its other grants first.", fund=fund))
    if queries.bank(was.amount.currency) < queries.on_its_way(was.amount.currency):
        raise Refused(_("This money left the bank account already. It cannot be taken back."))
