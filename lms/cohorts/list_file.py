"""A file with a list of people, as the text somebody would have pasted: a workbook (.xlsx), or CSV. Pure, and no cell is ever computed."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import Any
from xml.parsers import expat

from lms.cohorts import pasting
from lms.cohorts.failed_imports import NothingIn, Why
from lms.core import fmt
from lms.core.errors import Refused
from lms.core.i18n import _

LIMIT = 1_000_000  # bytes, as sent
UNPACKED = 20_000_000  # bytes: of a list, there is never more
PARTS = 200  # files inside a workbook
ROWS = 1000  # looked at, empty ones too
COLUMNS = 20


def text_of(content: bytes) -> str:
    """The rows as `pasting.read` takes them, line n for row n of the sheet. Raises Refused in words. Slow: `release()` first."""
    if len(content) > LIMIT:
        said = _("The file is too big (%(size)s). The limit is %(limit)s.", size=fmt.size(len(content)), limit=fmt.size(LIMIT))
        raise NothingIn(Why.BIG, len(content), said)
    if content.startswith(b"PK\x03\x04"):
        _look_inside(content)
        return _lines(_table(content))
    return _plain(content)


def _plain(content: bytes) -> str:
    try:
        text = content.decode("utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError:
        raise _unreadable() from None
    if any(ord(sign) < 32 and sign not in "\t\n\r" for sign in text):
        raise _unreadable()
    return text


def _unreadable() -> Refused:
    return NothingIn(Why.UNREADABLE)


def _look_inside(content: bytes) -> None:
    """Judge the archive before anything opens it: by what it unpacks to, and by whether its XML defines entities.

    `zipfile` gives out no more bytes of a part than its head says, so a head that lies about a bomb cuts it short.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED:
                raise NothingIn(Why.UNPACKED)
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    _refuse_doctype(archive.read(part))
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError, NotImplementedError, expat.ExpatError):
        raise _unreadable() from None  # RuntimeError: sealed with a password


def _refuse_doctype(xml: bytes) -> None:
    def refuse(*_told: Any) -> None:
        raise ValueError("a workbook declares no document type")

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(xml, True)


def _table(content: bytes) -> list[Sequence[Any]]:
    """The rows of the first sheet that is shown, without the columns that are empty before the table."""
    from openpyxl import load_workbook

    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        page = next(sheet for sheet in book.worksheets if sheet.sheet_state == "visible")
        page.reset_dimensions()  # some programs write a size that is not true
        rows = list(page.iter_rows(max_row=ROWS, max_col=COLUMNS, values_only=True))
    except Exception:  # the library stumbles over a broken file in any way it likes
        raise _unreadable() from None
    filled = [n for row in rows for n, cell in enumerate(row) if _told(cell)]
    if not filled:
        raise NothingIn(Why.EMPTY)
    if sum(any(_told(cell) for cell in row) for row in rows) > pasting.MOST + 1:  # and one of headings
        raise too_long()
    return [row[min(filled) :] for row in rows]


def too_long() -> Refused:
    """What is said of a list that holds more people than can be added at once."""
    return NothingIn(Why.MANY, pasting.MOST)


def _lines(rows: Sequence[Sequence[Any]]) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter="\t", lineterminator="\n").writerows(list(_three(row)) for row in rows)
    return out.getvalue().rstrip("\t\n") + "\t\n"  # the first line holds a tab, however short it is: it says what parts the cells


def _three(row: Sequence[Any]) -> Iterator[str]:
    yield from (_told(cell) for cell in [*row, None, None, None][:3])


def _told(cell: Any) -> str:
    """A cell as it reads: on one line, a whole number without a point."""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(str(cell).split()) if cell is not None else ""
