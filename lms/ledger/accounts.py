"""The chart of accounts: how each account is called, and what its first word says about it. No database here.

An asset or an expense grows by a debit (a positive amount), a liability or an income by a credit (a negative one).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from lms.core.money import CURRENCIES


class Book(StrEnum):
    """Two legal entities, two books. No transfer ever stands in both."""

    COMPANY = "company"
    FOUNDATION = "foundation"


class AccountType(StrEnum):
    ASSETS = "assets"
    LIABILITIES = "liabilities"
    INCOME = "income"
    EXPENSES = "expenses"


BOOK_CURRENCY = {Book.COMPANY: "USD", Book.FOUNDATION: "USD"}
"""What each book is kept in: `cost_minor` of an entry counts in its minor units."""

STANDING = (AccountType.ASSETS, AccountType.LIABILITIES)
"""What has a balance that someone can count: these carry the journal's balance assertions."""

_PART = r"[A-Za-z0-9][A-Za-z0-9._-]*"
_CODE = re.compile(rf"(assets|liabilities|income|expenses)(:{_PART})+")
_ENTITY = re.compile(r"(?:assets:bank|expenses:worker-pay):(company|foundation)(?::|$)")
CODE_LENGTH = 120


def checked(code: str) -> str:
    """The code itself; ValueError where a part could not stand in a plain-text journal."""
    if len(code) > CODE_LENGTH or not _CODE.fullmatch(code):
        raise ValueError(f"{code!r} is no account")
    return code


def part(name: str) -> str:
    """The name itself; ValueError where it could not stand as one part of a code: with a colon it would be two."""
    if not re.fullmatch(_PART, name):
        raise ValueError(f"{name!r} is no part of an account")
    return name


def type_of(code: str) -> AccountType:
    """What the first word of a code says."""
    return AccountType(checked(code).partition(":")[0])


def belongs(code: str, book: Book) -> bool:
    """Whether an account may stand in this book: a bank account of the other entity may not."""
    named = _ENTITY.match(code)
    return named is None or named[1] == book


def bank(book: Book, currency: str) -> str:
    return checked(f"assets:bank:{book}:{currency}")


def cash_float(partner: str, currency: str) -> str:
    """Cash that a partner holds for us until each receipt is signed."""
    return checked(f"assets:float:{partner}:{currency}")


def worker(pseudonym: str, currency: str) -> str:
    """What is owed to one person."""
    return checked(f"liabilities:worker:{pseudonym}:{currency}")


def grants(fund: str) -> str:
    return checked(f"income:grants:{fund}")


def trainee_pay(fund: str, project: str) -> str:
    return checked(f"expenses:trainee-pay:{fund}:{project}")


def fees(fund: str) -> str:
    """What a bank or an operator takes: ours to bear, never the worker's."""
    return checked(f"expenses:fees:{fund}")


def exchange(one: str, other: str) -> str:
    """Gain and loss of changing money, one account for each pair."""
    return checked(f"expenses:fx:{one}-{other}")


def spent_on(fund: str) -> tuple[str, str]:
    """Beginning of the pay accounts of a fund, and its fee account: what was spent of it."""
    return checked(f"expenses:trainee-pay:{fund}") + ":", fees(fund)


def currency_in(code: str) -> str | None:
    """The currency a code ends in, where it does."""
    last = code.rpartition(":")[2]
    return last if last in CURRENCIES else None


def payee(codes: Iterable[str]) -> str:
    """Whom a transfer is about, as the journal's payee: the worker, else the partner, else the fund, else the house itself."""
    found = {":".join(code.split(":")[:2]): code.split(":")[2] for code in codes if code.count(":") >= 2}
    for kind in ("liabilities:worker", "assets:float", "income:grants", "expenses:fees", "expenses:trainee-pay"):
        if kind in found:
            return found[kind]
    return "house"
