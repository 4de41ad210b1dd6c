"""A grant that was typed wrong: it is taken back and written down anew. Both stand in the journal, and nothing that was booked changes."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from lms.core.db import db
from lms.core.errors import Refused
from lms.core.facts import Fact, Kind, record
from lms.core.i18n import _
from lms.core.money import Money
from lms.ledger import accounts, actions, queries
from lms.ledger.accounts import Book
from lms.ledger.models import Transfer
from lms.ledger.queries import Grant
from lms.people.models import User


def correct_grant(first: Transfer, *, fund: str, reference: str, amount: Money, on: date, by: User) -> Transfer:
    """Take a grant back on its own day, and write down what it should have been. The same correction again is a second tap.

    Raises Refused where it was corrected before, where the bank's number is another grant's, and where its money was spent or paid out.
    """
    _lock_grants()
    was, wanted = queries.grant_in(first), (fund, reference, amount, on)
    if queries.reversal_of(first) is not None:
        made = _made_of(first)
        if made is None or (*queries.grant_in(made), made.date) != wanted:
            raise Refused(_("This grant was corrected before. Look at the list."))
        return made
    if (*was, first.date) == wanted:
        return first
    key = f"grant:{fund}:{reference}"
    if any(other.id != first.id for other in queries.standing_grants(fund, reference)):
        raise Refused(_("Another grant of this fund has this number. Look at the list."), at="reference")
    _take_back(first, by)
    key = key if queries.by_key(key) is None else f"{key}:{first.id}"  # a number that was written down once is never free again
    made = actions.post_grant(key=key, fund=fund, amount=amount, by=by, on=on)
    _check_left(was, {fund, was.fund})
    record(Kind.GRANT_CORRECTED, first, actor=by, into=made.id)
    return made


def take_back(first: Transfer, *, by: User) -> None:
    """A grant that never arrived, or was written down twice. Twice is once. Raises Refused where its money was spent or paid out, and
    where it was corrected before.
    """
    _lock_grants()
    if queries.reversal_of(first) is not None:
        if _made_of(first) is not None:
            raise Refused(_("This grant was corrected before. Look at the list."))
        return
    was = queries.grant_in(first)
    _take_back(first, by)
    _check_left(was, {was.fund})
    record(Kind.GRANT_CORRECTED, first, actor=by, into=None)


def _lock_grants() -> None:
    """One correction after the other: two at once would each count on the money of the other's grant."""
    db.session.scalars(queries.every_grant().order_by(Transfer.id).with_for_update()).all()


def _made_of(first: Transfer) -> Transfer | None:
    """What stands in the place of a grant that was corrected."""
    told = select(Fact).where(Fact.kind == Kind.GRANT_CORRECTED, Fact.subject_kind == "transfer", Fact.subject_id == first.id)
    fact = db.session.scalars(told).one_or_none()
    return db.session.get(Transfer, fact.data["into"]) if fact is not None and fact.data["into"] else None


def _take_back(first: Transfer, by: User) -> None:
    actions.reverse(first, by, f"reverse:{first.key}", on=first.date)


def _check_left(was: Grant, funds: set[str]) -> None:
    """After it: no fund spent more than it got, and the bank account did not pay out more than came in."""
    for fund in sorted(funds):
        granted, spent = queries.fund(fund)
        if spent > granted:
            raise Refused(_("The fund %(fund)s spent this money already. Write down its other grants first.", fund=fund))
    if queries.balance(accounts.bank(Book.FOUNDATION, was.amount.currency)).minor < 0:
        raise Refused(_("This money left the bank account already. It cannot be taken back."))
