"""CSV and JSON Lines: `item`, then `file` or `text`, and if gold `label` (several joined by `|`); and the rows of any CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from lms.annotation import jsontree
from lms.annotation.batch import Drawn, Finding, Item, Reading, Unreadable, content, decoded, unreadable
from lms.annotation.schemas import Choice, nfc

DELIMITERS = (",", ";", "\t")
SEVERAL = "|"


def delimiter_of(header: str) -> str | None:
    """The delimiter by which this line is a header with a column `item`, or None. Spreadsheets of many countries write semicolons."""
    for delimiter in DELIMITERS:
        if "item" in (cell.strip().strip('"').lower() for cell in header.rstrip("\r\n").split(delimiter)):
            return delimiter
    return None


def rows_of(path: Path, required: Iterable[str]) -> list[tuple[int, dict[str, str]]]:
    """Every row of a CSV file with the line it ends on, cells stripped, column names in lower case, empty rows left out.

    Raises `Unreadable` for a missing column, a row of another length, or what is not CSV in UTF-8.
    """
    return rows_in(path, decoded(path, content(path)), required)


def rows_in(path: Path, text: str, required: Iterable[str]) -> list[tuple[int, dict[str, str]]]:
    header_line = text.lstrip("\r\n").split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(header_line) or ",", strict=True)
    rows: list[tuple[int, dict[str, str]]] = []
    findings: list[Finding] = []
    names: list[str] = []
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if not names:
                names = _header(path, reader.line_num, cells, required)
            elif len(cells) != len(names):
                findings.append(Finding(path.name, reader.line_num, f"the row has {len(cells)} cells, the header {len(names)}"))
            else:
                rows.append((reader.line_num, dict(zip(names, (cell.strip() for cell in cells), strict=True))))
    except csv.Error as error:
        raise unreadable(path, f"this is not CSV ({error})", reader.line_num) from None
    if findings:
        raise Unreadable(findings)
    return rows


def read_csv(reading: Reading, path: Path, text: str) -> Reading:
    try:
        rows = rows_in(path, text, ("item",))
    except Unreadable as error:
        reading.errors.extend(error.findings)
        return reading
    for line, row in rows:
        _add(reading, line, row)
    return reading


def read_jsonl(reading: Reading, path: Path, text: str) -> Reading:
    for line, record in _records(reading, path, text):
        if any(not isinstance(record.get(key, ""), str) for key in ("file", "text")):
            reading.error(line, "file and text are strings")
        elif isinstance(label := record.get("label"), list) and not all(isinstance(one, str) for one in label):
            reading.error(line, "label is a string, or a list of strings")
        else:
            _add(reading, line, record)
    return reading


def _header(path: Path, line: int, cells: list[str], required: Iterable[str]) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    for name in required:
        if name not in names:
            raise unreadable(path, f"the column {name} is missing", line)
    if len(set(names)) != len(names):
        raise unreadable(path, "a column stands twice", line)
    return names


def _records(reading: Reading, path: Path, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for line, written in enumerate(text.split("\n"), 1):
        if not written.strip():
            continue
        try:
            record = jsontree.parse(path, written)
        except Unreadable as error:
            reading.error(line, error.findings[0].message)
            continue
        if not isinstance(record, dict):
            reading.error(line, "a line is one JSON object")
        else:
            yield line, record


def _add(reading: Reading, line: int, row: Mapping[str, Any]) -> None:
    said = row.get("item")
    name = nfc(str(said).strip()) if isinstance(said, str | int) and not isinstance(said, bool) else ""
    if not name:
        reading.error(line, "the item has no name")
        return
    media, text = row.get("file") or None, row.get("text") or None
    if media and text:
        reading.error(line, f"item {name} has a file and a text: it can be only one of them")
        return
    drawn = [Drawn(Choice(label), line) for label in _labels(row.get("label"))]
    known = bool(drawn) or isinstance(row.get("label"), list)  # JSON can say that no label fits; an empty cell says nothing
    reading.add(Item(name, id=name, media=media, text=text), drawn if known else None, line)


def _labels(value: object) -> list[str]:
    """An empty cell is no answer; the same label twice is once."""
    written = value if isinstance(value, list) else [] if value is None or isinstance(value, dict) else str(value).split(SEVERAL)
    return list(dict.fromkeys(label for one in written if (label := nfc(one.strip()))))
