"""Tables that people take with them: a workbook for a spreadsheet, or CSV. Pure: cells in, bytes out. No cell of ours is ever computed."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

Cell = str | int | Decimal | None
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NOT_IN_NAMES = str.maketrans("", "", "[]:*?/\\'")
_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
_WIDEST = 40  # signs


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a workbook. The first column names the row; a cell of None stays empty."""

    name: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def workbook(sheets: Iterable[Sheet], *, rtl: bool) -> bytes:
    """The tables as .xlsx, each on its sheet with its head held in view; `rtl` begins at the right. Slow: `release()` first."""
    import xlsxwriter

    made = io.BytesIO()
    with xlsxwriter.Workbook(made, _TEXT) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        for number, sheet in enumerate(sheets, start=1):
            page = book.add_worksheet(f"{number} {sheet.name.translate(_NOT_IN_NAMES)}"[:31].strip())  # 31: Excel's limit
            if rtl:
                page.right_to_left()
            page.freeze_panes(1, 1)
            for column, words in enumerate(sheet.head):
                page.write_string(0, column, safe(words), bold)
                page.set_column(column, column, _width(column, sheet))
            for row, cells in enumerate(sheet.rows, start=1):
                for column, cell in enumerate(cells):
                    if isinstance(cell, str):
                        page.write_string(row, column, safe(cell))
                    elif cell is not None:
                        page.write_number(row, column, cell)
    return made.getvalue()


def _width(column: int, sheet: Sheet) -> int:
    longest = max((len(str(row[column])) for row in sheet.rows if row[column] is not None), default=0)
    return min(max(longest, len(sheet.head[column]) // 2, 8) + 2, _WIDEST)


def csv_text(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """CSV (RFC 4180) with a head."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([safe(words) for words in head])
    writer.writerows([safe(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return out.getvalue()


def safe(text: str) -> str:
    """The text, with an apostrophe before what a spreadsheet would compute (OWASP, CSV injection)."""
    return "'" + text if text.startswith(_FORMULA) else text
