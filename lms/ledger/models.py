"""Accounts, transfers and their entries: append-only, in whole minor units. And the rates money was changed at."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.core import clock
from lms.core.db import Model, choice
from lms.core.money import Money
from lms.ledger.accounts import BOOK_CURRENCY, CODE_LENGTH, AccountType, Book

APPEND_ONLY = {"info": {"append_only": True}}


class Account(Model):
    """One account in one currency of one book. Made by the first transfer that names it."""

    __tablename__ = "account"
    __table_args__ = (UniqueConstraint("code", "currency", "book"), APPEND_ONLY)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(CODE_LENGTH))
    type: Mapped[AccountType] = mapped_column(choice(AccountType))
    currency: Mapped[str] = mapped_column(String(3))
    book: Mapped[Book] = mapped_column(choice(Book))


class Transfer(Model):
    """Money that moved, on a day, for a reason. `key` says it once and for all; `payload_hash` seals book, kind and lines."""

    __tablename__ = "transfer"
    __table_args__ = (APPEND_ONLY,)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(160), unique=True)
    date: Mapped[date] = mapped_column(index=True)
    kind: Mapped[str] = mapped_column(String(20))
    book: Mapped[Book] = mapped_column(choice(Book))
    description: Mapped[str] = mapped_column(String(200))
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("transfer.id"), unique=True)
    payload_hash: Mapped[str] = mapped_column(String(64))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)


class Entry(Model):
    """One line of a transfer. A debit is positive. `cost_minor` is the same value in the book's currency."""

    __tablename__ = "entry"
    __table_args__ = (
        CheckConstraint("amount_minor <> 0", name="not_zero"),
        CheckConstraint("(amount_minor > 0 AND cost_minor >= 0) OR (amount_minor < 0 AND cost_minor <= 0)", name="same_side"),
        APPEND_ONLY,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    transfer_id: Mapped[int] = mapped_column(ForeignKey("transfer.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    cost_minor: Mapped[int] = mapped_column(BigInteger)

    account: Mapped[Account] = relationship()

    def amount(self) -> Money:
        return Money(self.amount_minor, self.account.currency)


class ExchangeRate(Model):
    """What one sum was worth on a day: `foreign_minor` of `currency` for `book_minor` of the book's currency. Two whole
    numbers, because a rate is a fraction and no float comes near money."""

    __tablename__ = "exchange_rate"
    __table_args__ = (
        UniqueConstraint("book", "currency", "date"),
        CheckConstraint("foreign_minor > 0 AND book_minor > 0", name="positive"),
        APPEND_ONLY,
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    book: Mapped[Book] = mapped_column(choice(Book))
    currency: Mapped[str] = mapped_column(String(3))
    date: Mapped[date]
    foreign_minor: Mapped[int] = mapped_column(BigInteger)
    book_minor: Mapped[int] = mapped_column(BigInteger)
    source: Mapped[str] = mapped_column(String(200))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    def foreign(self) -> Money:
        return Money(self.foreign_minor, self.currency)

    def worth(self) -> Money:
        return Money(self.book_minor, BOOK_CURRENCY[self.book])
