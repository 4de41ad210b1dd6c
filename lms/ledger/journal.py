"""Values in, a plain-text journal out, as `hledger check -s payees ordereddates` and `ledger --strict --pedantic` accept it.

The same transfers always give the same bytes. Formats: hledger.org/1.25/hledger.html (Journal format), ledger-cli 3.3 manual, 4.7-4.8.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lms.core.money import CURRENCIES, Money
from lms.ledger import accounts
from lms.ledger.accounts import STANDING


@dataclass(frozen=True)
class Named:
    """An account as the head of the journal declares it."""

    code: str
    currency: str


@dataclass(frozen=True)
class Posting:
    """One line: a debit is positive. `cost` is in minor units of the transfer's book currency."""

    code: str
    amount: Money
    cost: int


@dataclass(frozen=True)
class Posted:
    """One transfer. `currency` is its book's."""

    date: dt.date
    key: str
    description: str
    currency: str
    lines: tuple[Posting, ...]

    @property
    def payee(self) -> str:
        return accounts.payee(line.code for line in self.lines)


def write(chart: Iterable[Named], payees: Iterable[str], transfers: Iterable[Posted]) -> Iterator[str]:
    """The lines of the journal, each with its line end. `transfers` come in order of date.

    What has a countable balance is asserted on every line, so that a changed or missing line is found by the tools.
    """
    chart = list(chart)
    for currency in sorted({account.currency for account in chart} | set(accounts.BOOK_CURRENCY.values())):
        # One line `commodity 1000.00 USD` passes hledger and fails ledger --pedantic: the name must stand alone.
        point = "" if CURRENCIES[currency].exponent else ".0"  # hledger wants a point in every format, ledger a digit after it
        sample = Money.parse("1000", currency).plain() + point
        yield f"commodity {currency}\n    format {sample} {currency}\n"
    yield "\n"
    yield from (f"account {code}\n" for code in sorted({account.code for account in chart}))
    yield "\n"
    yield from (f"payee {name}\n" for name in payees)
    totals: dict[tuple[str, str], Money] = {}
    for transfer in transfers:
        yield f"\n{transfer.date.isoformat()} * ({transfer.key}) {transfer.payee}  ; {_remark(transfer.description)}\n"
        mixed = len({line.amount.currency for line in transfer.lines}) > 1
        for line in transfer.lines:
            place = (line.code, line.amount.currency)
            totals[place] = totals.get(place, Money.zero(line.amount.currency)) + line.amount
            yield f"    {line.code}  {_sum(line.amount)}{_cost(line, transfer.currency) if mixed else ''}{_asserted(line, totals[place])}\n"


def _sum(amount: Money) -> str:
    return f"{amount.plain()} {amount.currency}"


def _cost(line: Posting, currency: str) -> str:
    return "" if line.amount.currency == currency else f" @@ {_sum(Money(abs(line.cost), currency))}"


def _asserted(line: Posting, total: Money) -> str:
    return f" = {_sum(total)}" if accounts.type_of(line.code) in STANDING else ""


def _remark(text: str) -> str:
    """A description as a comment: what hledger reads as a tag and ledger as a date or as metadata is taken out of it."""
    return re.sub(r"\s+", " ", re.sub(r"[\[\]:;{}@=|\x00-\x1f]", " ", text)).strip()
