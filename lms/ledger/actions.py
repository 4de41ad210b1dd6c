"""What changes the ledger: it only ever grows. A wrong transfer is reversed and posted anew."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256

from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql, sqlite

from lms.core import clock
from lms.core.db import added, db
from lms.core.errors import Refused
from lms.core.facts import Kind, record
from lms.core.i18n import _
from lms.core.money import Money
from lms.ledger import accounts, queries
from lms.ledger.accounts import BOOK_CURRENCY, Book
from lms.ledger.models import Account, Entry, ExchangeRate, Transfer
from lms.people.models import User

LARGEST = 10**14
"""In minor units: as much as anybody can type. A rate turns no sum into more, or a column could not hold what comes of it."""
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._/-]{0,159}")


@dataclass(frozen=True)
class Line:
    """One line to post: a debit is positive. `cost` is its value in the book's currency; needed only where a transfer changes money."""

    code: str
    amount: Money
    cost: Money | None = None


def post(
    *,
    key: str,
    kind: str,
    book: Book,
    lines: Sequence[Line],
    by: User | None,
    description: str,
    on: date | None = None,
    reverses: Transfer | None = None,
) -> Transfer:
    """Write a transfer once. The same key with the same book, kind and lines gives the first transfer back.

    Raises Refused for the same key with other figures, and where a foreign currency has no rate yet; ValueError for lines that do not
    sum to zero, a zero line, a code or a key that cannot stand in a journal, or an account of the other book.
    """
    if not _KEY.fullmatch(key):
        raise ValueError(f"{key!r} is no key")
    on = on or clock.now().date()
    payload = _seal(book, kind, lines, reverses)
    first = queries.by_key(key)
    if first is None:
        costed = _costed(lines, book, on)
        _check(costed, book)
        values = {"key": key, "date": on, "kind": kind, "book": book, "description": description[:200], "payload_hash": payload,
                  "reverses_id": reverses.id if reverses else None, "by_id": by.id if by else None, "made_at": clock.now()}  # fmt: skip
        # A thread that posts the same key waits here for the other's commit, and then finds the row.
        id = db.session.execute(_insert(Transfer).values(values).on_conflict_do_nothing().returning(Transfer.id)).scalar_one_or_none()
        if id is not None:
            return _fill(id, costed, book, by)
        first = queries.by_key(key)
    if first is None:
        raise Refused(_("This transfer was reversed before."))
    if first.payload_hash != payload:
        raise Refused(_("This was posted before with other figures."))
    return first


def _insert(table: type[Account] | type[Transfer]) -> sqlite.Insert | postgresql.Insert:
    return sqlite.insert(table) if db.engine.dialect.name == "sqlite" else postgresql.insert(table)


def _seal(book: Book, kind: str, lines: Sequence[Line], reverses: Transfer | None) -> str:
    rows = sorted((line.code, line.amount.currency, line.amount.minor, line.cost.minor if line.cost else None) for line in lines)
    told = [str(book), kind, reverses.id if reverses else None, rows]
    return sha256(json.dumps(told, separators=(",", ":")).encode()).hexdigest()


def _costed(lines: Sequence[Line], book: Book, on: date) -> list[Line]:
    """Every line with its value in the book's currency. A transfer in one foreign currency is valued by the rate of its day."""
    own = BOOK_CURRENCY[book]
    currencies = {line.amount.currency for line in lines}
    if len(currencies) == 1 and own not in currencies and all(line.cost is None for line in lines):
        return _valued(lines, book, on)
    costed = [line if line.cost is not None or line.amount.currency != own else replace(line, cost=line.amount) for line in lines]
    if any(line.cost is None for line in costed):
        raise ValueError("a transfer that changes money needs the cost of each foreign line")
    return costed


def _valued(lines: Sequence[Line], book: Book, on: date) -> list[Line]:
    currency = lines[0].amount.currency
    rate = queries.rate(currency, on, book)
    if rate is None:
        raise Refused(_("There is no exchange rate for %(currency)s yet.", currency=currency))
    valued = list(lines)
    for side in (1, -1):  # each side is valued whole and then split, so that both sides stay equal to the minor unit
        at = [n for n, line in enumerate(lines) if line.amount.minor * side > 0]
        weights = [abs(lines[n].amount.minor) for n in at]
        total = Money(side * round(sum(weights) * rate), BOOK_CURRENCY[book])
        if abs(total.minor) > LARGEST:
            raise Refused(_("At this rate the sum is too large. Look at the rate."))
        for n, cost in zip(at, total.allocate(weights) if at else (), strict=True):
            valued[n] = replace(lines[n], cost=cost)
    return valued


def _check(lines: Sequence[Line], book: Book) -> None:
    if len(lines) < 2 or any(not line.amount for line in lines):
        raise ValueError("a transfer has two lines or more, none of them zero")
    foreign = [line.code for line in lines if not accounts.belongs(accounts.checked(line.code), book)]
    if foreign:
        raise ValueError(f"{foreign[0]} is no account of the {book}")
    if sum(line.cost.minor for line in lines if line.cost is not None) != 0:
        raise ValueError("the values do not sum to zero")
    if len({line.amount.currency for line in lines}) == 1 and sum(line.amount.minor for line in lines) != 0:
        raise ValueError("the amounts do not sum to zero")


def _fill(id: int, lines: Sequence[Line], book: Book, by: User | None) -> Transfer:
    known = _accounts({(line.code, line.amount.currency) for line in lines}, book)
    rows = [
        {
            "transfer_id": id, "account_id": known[line.code, line.amount.currency].id, "amount_minor": line.amount.minor,
            "cost_minor": line.cost.minor if line.cost is not None else 0,
        }
        for line in lines
    ]  # fmt: skip
    db.session.execute(insert(Entry), rows)  # in the order of the lines, which the journal keeps
    transfer = db.session.get_one(Transfer, id)
    record(Kind.MONEY_POSTED, transfer, actor=by)
    return transfer


def _accounts(wanted: Iterable[tuple[str, str]], book: Book) -> dict[tuple[str, str], Account]:
    """The accounts, made where missing. Two transfers that need the same new account make it once."""
    wanted = sorted(wanted)
    asked = select(Account).where(Account.code.in_([code for code, _currency in wanted]), Account.book == book)
    found = {(row.code, row.currency): row for row in db.session.scalars(asked)}
    missing = [pair for pair in wanted if pair not in found]
    for code, currency in missing:  # sorted, so that two transactions wait for each other in one order only
        values = {"code": code, "type": accounts.type_of(code), "currency": currency, "book": book}
        db.session.execute(_insert(Account).values(values).on_conflict_do_nothing())
    return {(row.code, row.currency): row for row in db.session.scalars(asked)} if missing else found


def reverse(transfer: Transfer, by: User | None, key: str, description: str = "", on: date | None = None) -> Transfer:
    """Take a transfer back by its mirror image. Raises Refused for a reversal, and for what was reversed under another key."""
    if transfer.reverses_id is not None:
        raise Refused(_("A reversal cannot be reversed. Post a new transfer."))
    entries = db.session.scalars(select(Entry).where(Entry.transfer_id == transfer.id).order_by(Entry.id))
    own = BOOK_CURRENCY[transfer.book]
    lines = [Line(entry.account.code, -entry.amount(), Money(-entry.cost_minor, own)) for entry in entries]
    return post(
        key=key, kind="reverse", book=transfer.book, lines=lines, by=by, on=on, reverses=transfer,
        description=description or f"Takes back {transfer.key}",
    )  # fmt: skip


def accrue(*, key: str, worker: User, fund: str, project: str, amount: Money, by: User | None, on: date | None = None) -> Transfer:
    """The foundation owes a worker for work: an accepted item, a top-up, an appeal that was upheld. Raises ValueError unless > 0."""
    if amount.minor <= 0:
        raise ValueError("pay is more than zero")
    lines = [
        Line(accounts.trainee_pay(fund, project), amount),
        Line(accounts.worker(worker.pseudonym, amount.currency), -amount),
    ]
    return post(key=key, kind="accrue", book=Book.FOUNDATION, lines=lines, by=by, on=on, description=f"Pay for work in {project}")


def grant(*, key: str, fund: str, amount: Money, by: User | None, on: date | None = None) -> Transfer:
    """A donor's money arrived in the foundation's bank account. Raises Refused for one that was taken back since."""
    lines = [Line(accounts.bank(Book.FOUNDATION, amount.currency), amount), Line(accounts.grants(fund), -amount)]
    made = post(key=key, kind="grant", book=Book.FOUNDATION, lines=lines, by=by, on=on, description=f"Grant {fund}")
    if queries.reversal_of(made) is not None:
        raise Refused(_("This grant was corrected before. Look at the list."))
    return made


def advance(*, key: str, partner: str, amount: Money, by: User | None, on: date | None = None, cash: Money | None = None) -> Transfer:
    """Cash for payments goes from the bank to a partner, named by its code.

    `cash`: what it became, where the partner gets another currency; the bank's side is then in the book's.
    """
    held = cash or amount
    lines = [
        Line(accounts.cash_float(partner, held.currency), held, amount if held.currency != amount.currency else None),
        Line(accounts.bank(Book.FOUNDATION, amount.currency), -amount),
    ]
    return post(key=key, kind="advance", book=Book.FOUNDATION, lines=lines, by=by, on=on, description=f"Cash to {partner}")


def give_back(*, key: str, partner: str, amount: Money, by: User | None, on: date | None = None) -> Transfer:
    """A partner sends cash back that nobody collected. Raises Refused where it holds less."""
    held = accounts.cash_float(partner, amount.currency)
    if queries.by_key(key) is None and amount > queries.balance(held):
        raise Refused(_("%(partner)s does not hold so much of our money.", partner=partner))
    lines = [Line(accounts.bank(Book.FOUNDATION, amount.currency), amount), Line(held, -amount)]
    return post(key=key, kind="return", book=Book.FOUNDATION, lines=lines, by=by, on=on, description=f"Cash back from {partner}")


def fee(*, key: str, fund: str, source: str, amount: Money, by: User | None, on: date | None = None, cost: Money | None = None) -> Transfer:
    """What a bank or an operator took for a payment: the fund bears it. `cost`: its value, where it was taken in a foreign currency."""
    lines = [Line(accounts.fees(fund), cost or amount), Line(source, -amount, -cost if cost else None)]
    return post(key=key, kind="fee", book=Book.FOUNDATION, lines=lines, by=by, on=on, description="Fee of a payment")


def set_rate(*, foreign: Money, worth: Money, source: str, by: User | None, on: date, book: Book = Book.FOUNDATION) -> ExchangeRate:
    """Keep what a foreign sum was worth on a day, and who says so. A day has one rate: the same again is a second tap, another one is
    Refused."""
    if worth.currency != BOOK_CURRENCY[book] or foreign.currency == worth.currency or foreign.minor <= 0 or worth.minor <= 0:
        raise ValueError("a rate is a foreign sum above zero and its value in the book's currency")
    kept = select(ExchangeRate).where(ExchangeRate.book == book, ExchangeRate.currency == foreign.currency, ExchangeRate.date == on)
    rate = ExchangeRate(
        book=book, currency=foreign.currency, date=on, foreign_minor=foreign.minor, book_minor=worth.minor, source=source[:200],
        by_id=by.id if by else None,
    )  # fmt: skip
    if added(rate):
        return rate
    there = db.session.scalars(kept).one()
    if (there.foreign_minor, there.book_minor, there.source) != (rate.foreign_minor, rate.book_minor, rate.source):
        raise Refused(_("There is a rate for %(currency)s on that day already.", currency=foreign.currency))
    return there
