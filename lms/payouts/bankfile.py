"""A sent batch as a table for the bank's portal, the wallet operator or the partner's cash desk. Pure: rows in, text out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields

from lms.core.tables import csv_text


@dataclass(frozen=True)
class Row:
    """One payment. `account`: an IBAN, a wallet's number with 00 before the country, or empty for cash."""

    line: str
    pseudonym: str
    payee: str
    way: str
    operator: str
    account: str
    amount: str
    currency: str
    partner: str


def text(rows: Iterable[Row]) -> str:
    """CSV (RFC 4180) with a head. No cell can start a formula in a spreadsheet."""
    return csv_text([field.name for field in fields(Row)], (astuple(row) for row in rows))


def dialled(number: str) -> str:
    """`+961...` as `00961...`: the same number, and no formula."""
    return "00" + number[1:] if number.startswith("+") else number
