"""A sent batch as a table for the bank's portal, the wallet operator or the partner's cash desk. Pure: rows in, text out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


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
    """CSV (RFC 4180) with a head. No cell can start a formula in a spreadsheet (OWASP, CSV injection)."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([field.name for field in fields(Row)])
    writer.writerows([safe(cell) for cell in astuple(row)] for row in rows)
    return out.getvalue()


def safe(cell: str) -> str:
    """The cell, with an apostrophe before what a spreadsheet would compute."""
    return "'" + cell if cell.startswith(_FORMULA) else cell


def dialled(number: str) -> str:
    """`+961...` as `00961...`: the same number, and no formula."""
    return "00" + number[1:] if number.startswith("+") else number
