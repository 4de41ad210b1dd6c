"""What the ledger says: balances, debts, and every transfer in the order of the journal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased

from lms.core.db import db
from lms.core.money import CURRENCIES, Money
from lms.ledger import accounts, journal
from lms.ledger.accounts import BOOK_CURRENCY, AccountType, Book
from lms.ledger.models import Account, Entry, ExchangeRate, Transfer
from lms.people.models import User

BATCH = 500


def by_key(key: str) -> Transfer | None:
    """The transfer that was posted under this key."""
    return db.session.scalars(select(Transfer).where(Transfer.key == key)).one_or_none()


def balance(code: str, currency: str | None = None, book: Book = Book.FOUNDATION) -> Money:
    """Debits less credits of one account; zero where it was never used. A debt to a worker is negative.

    The currency is the one the code ends in, else the book's, unless one is named.
    """
    currency = currency or accounts.currency_in(code) or BOOK_CURRENCY[book]
    total = db.session.scalar(
        select(func.sum(Entry.amount_minor))
        .join(Entry.account)
        .where(Account.code == code, Account.currency == currency, Account.book == book)
    )
    return Money(int(total or 0), currency)


def owed(worker: User, book: Book = Book.FOUNDATION) -> list[Money]:
    """What is owed to a person now, an amount for each currency, none of them zero."""
    rows = db.session.execute(
        select(Account.currency, func.sum(Entry.amount_minor))
        .join(Entry.account)
        .where(Account.code.in_([accounts.worker(worker.pseudonym, known) for known in CURRENCIES]), Account.book == book)
        .group_by(Account.currency)
        .order_by(Account.currency)
    )
    return [Money(-int(total), currency) for currency, total in rows if total]


def worker_accounts(currency: str, book: Book = Book.FOUNDATION) -> Select[Account, User]:
    """The accounts of workers in one currency, each with its person."""
    code = "liabilities:worker:" + User.pseudonym + ":" + currency
    return select(Account, User).join(User, Account.code == code).where(Account.currency == currency, Account.book == book)


def debts(currency: str, book: Book = Book.FOUNDATION) -> Select[int, int]:
    """(account id, minor units owed) of every worker to whom something is owed in this currency."""
    return (
        select(Entry.account_id, (-func.sum(Entry.amount_minor)).label("owed"))
        .join(Entry.account)
        .where(
            Account.type == AccountType.LIABILITIES, Account.code.startswith("liabilities:worker:"),
            Account.currency == currency, Account.book == book,
        )
        .group_by(Entry.account_id)
        .having(func.sum(Entry.amount_minor) < 0)
    )  # fmt: skip


def fund(name: str, book: Book = Book.FOUNDATION) -> tuple[Money, Money]:
    """(granted, spent) of a fund, both valued in the book's currency. Pay and fees are its spending."""
    pay, fees = accounts.spent_on(name)
    currency = BOOK_CURRENCY[book]
    cost = select(func.coalesce(func.sum(Entry.cost_minor), 0)).join(Entry.account).where(Account.book == book)
    granted = db.session.scalar(cost.where(Account.code == accounts.grants(name)))
    spent = db.session.scalar(cost.where(Account.code.startswith(pay, autoescape=True) | (Account.code == fees)))
    return Money(-int(granted or 0), currency), Money(int(spent or 0), currency)


def funds(book: Book = Book.FOUNDATION) -> list[str]:
    """Every fund that got or spent anything, by name."""
    known = Account.code.startswith("income:grants:") | Account.code.startswith("expenses:trainee-pay:")
    codes = db.session.scalars(select(Account.code).where(known, Account.book == book).distinct())
    return sorted({code.split(":")[2] for code in codes})


def banks(book: Book = Book.FOUNDATION) -> list[Money]:
    """What the bank account holds, a sum for each currency it was ever used with."""
    used = select(Account.currency).where(Account.code.startswith(f"assets:bank:{book}:"), Account.book == book).order_by(Account.currency)
    return [balance(accounts.bank(book, currency)) for currency in db.session.scalars(used)]


class Grant(NamedTuple):
    """What a transfer says of a donor's money: `reference` is the bank's number of it."""

    fund: str
    reference: str
    amount: Money


def every_grant() -> Select[Transfer]:
    """Every grant that was ever written down, those that were taken back too."""
    return select(Transfer).where(Transfer.kind == "grant", Transfer.book == Book.FOUNDATION)


def reversal_of(transfer: Transfer) -> Transfer | None:
    """What took it back."""
    return db.session.scalars(select(Transfer).where(Transfer.reverses_id == transfer.id)).one_or_none()


def grant_in(transfer: Transfer) -> Grant:
    """What a transfer says that is a grant."""
    [found] = _grants(select(Transfer.id).where(Transfer.id == transfer.id))
    return found[1]


def grants(most: int = 50) -> list[tuple[Transfer, Grant, bool]]:
    """The newest grants, each with whether it was taken back."""
    newest = every_grant().with_only_columns(Transfer.id).order_by(Transfer.date.desc(), Transfer.id.desc()).limit(most)
    return _grants(newest)


def _grants(asked: Select[int]) -> list[tuple[Transfer, Grant, bool]]:
    back = aliased(Transfer)
    taken_back = select(back.id).where(back.reverses_id == Transfer.id).exists()
    rows = db.session.execute(
        select(Transfer, Account.code, Account.currency, Entry.amount_minor, taken_back)
        .join(Entry, Entry.transfer_id == Transfer.id)
        .join(Account, Account.id == Entry.account_id)
        .where(Transfer.id.in_(asked), Account.code.startswith("income:grants:"))
        .order_by(Transfer.date.desc(), Transfer.id.desc())
    )
    return [
        (row, Grant(code.split(":")[2], (row.key.split(":") + [""] * 2)[2], Money(-minor, currency)), gone)
        for row, code, currency, minor, gone in rows
    ]


def rates(most: int = 50) -> list[ExchangeRate]:
    """What foreign money was worth in the foundation's book, the newest first."""
    asked = select(ExchangeRate).where(ExchangeRate.book == Book.FOUNDATION)
    return list(db.session.scalars(asked.order_by(ExchangeRate.date.desc(), ExchangeRate.id.desc()).limit(most)))


def fund_of(worker: User, currency: str) -> str:
    """The fund that paid this worker last in a currency. Raises LookupError where none ever did."""
    own = accounts.worker(worker.pseudonym, currency)
    paid = select(Entry.transfer_id).join(Entry.account).where(Account.code == own, Entry.amount_minor < 0)
    code = db.session.scalars(
        select(Account.code)
        .join(Entry, Entry.account_id == Account.id)
        .where(Account.code.startswith("expenses:trainee-pay:"), Entry.transfer_id.in_(paid))
        .order_by(Entry.id.desc())
        .limit(1)
    ).one_or_none()
    if code is None:
        raise LookupError("no fund paid this worker")
    return code.split(":")[2]


def rate(currency: str, on: date, book: Book) -> Fraction | None:
    """Minor units of the book for one of `currency`, by the newest rate of that day or before; None where there is none."""
    found = db.session.scalars(
        select(ExchangeRate)
        .where(ExchangeRate.currency == currency, ExchangeRate.book == book, ExchangeRate.date <= on)
        .order_by(ExchangeRate.date.desc())
        .limit(1)
    ).one_or_none()
    return Fraction(found.book_minor, found.foreign_minor) if found else None


def chart(book: Book | None = None) -> list[journal.Named]:
    """Every account of one book or both, for the head of the journal."""
    asked = select(Account.code, Account.currency).distinct().order_by(Account.code, Account.currency)
    rows = db.session.execute(asked.where(Account.book == book) if book else asked)
    return [journal.Named(code, currency) for code, currency in rows]


def payees(book: Book | None = None) -> list[str]:
    """Everybody the journal speaks about, in order."""
    return sorted({transfer.payee for transfer in transfers(book)})


def transfers(book: Book | None = None) -> Iterator[journal.Posted]:
    """Every transfer by date and then as posted, read in pieces so that a long ledger needs little memory."""
    asked = select(Transfer).order_by(Transfer.date, Transfer.id)
    for some in db.session.scalars(asked.where(Transfer.book == book) if book else asked).partitions(BATCH):
        yield from _with_lines(some)


def _with_lines(rows: Sequence[Transfer]) -> Iterator[journal.Posted]:
    lines: dict[int, list[journal.Posting]] = {}
    asked = (
        select(Entry.transfer_id, Account.code, Account.currency, Entry.amount_minor, Entry.cost_minor)
        .join(Entry.account)
        .where(Entry.transfer_id.in_([row.id for row in rows]))
        .order_by(Entry.id)
    )
    for id, code, currency, amount, cost in db.session.execute(asked):
        lines.setdefault(id, []).append(journal.Posting(code, Money(amount, currency), cost))
    for row in rows:
        yield journal.Posted(row.date, row.key, row.description, BOOK_CURRENCY[row.book], tuple(lines.get(row.id, ())))


def unbalanced() -> list[str]:
    """Keys of transfers that do not sum to zero: by value, or in their currency where there is only one. Must be empty."""
    rows = db.session.execute(
        select(Transfer.key)
        .outerjoin(Entry, Entry.transfer_id == Transfer.id)
        .outerjoin(Account, Account.id == Entry.account_id)
        .group_by(Transfer.id, Transfer.key)
        .having(
            (func.coalesce(func.sum(Entry.cost_minor), 1) != 0)
            | ((func.count(Account.currency.distinct()) == 1) & (func.sum(Entry.amount_minor) != 0))
        )
        .order_by(Transfer.id)
    )
    return [key for (key,) in rows]


def findings() -> list[str]:
    """For `lms check`: a sentence for each transfer that is not whole and each fund that was overspent."""
    found = [f"Transfer {key} does not sum to zero." for key in unbalanced()]
    names = db.session.scalars(select(Account.code).where(Account.code.startswith("income:grants:")).distinct())
    for name in sorted(code.split(":")[2] for code in names):
        granted, spent = fund(name)
        if spent > granted:
            found.append(f"Fund {name} spent {spent.plain()} of {granted.plain()} {granted.currency}.")
    return found
