"""CoNLL: a line `token TAB tag` for each token, tags BIO, an empty line ends a text. Items are numbered from 1.

The text of an item is its tokens joined by one space; NFC token by token equals NFC of the whole, as a space composes with nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from lms.annotation.batch import Drawn, Item, Reading
from lms.annotation.schemas import Span, nfc

Row = tuple[int, str, str]


def looks_like(line: str) -> bool:
    """Whether this line is a token and a BIO tag."""
    cells = line.rstrip("\r").split("\t")
    return len(cells) == 2 and bool(cells[0]) and _is_tag(cells[1].strip())


def read(reading: Reading, text: str) -> Reading:
    for number, rows in enumerate(_sentences(reading, text), 1):
        tokens = [token for _, token, _ in rows]
        reading.add(Item(str(number), text=" ".join(tokens)), _spans(reading, rows), rows[0][0])
    return reading


def _sentences(reading: Reading, text: str) -> Iterator[list[Row]]:
    rows: list[Row] = []
    # Only \n ends a line: splitlines would also break at the separators that stand inside tokens of social media.
    for place, line in enumerate(text.split("\n"), 1):
        if not line.strip(" \t\r"):
            if rows:
                yield rows
            rows = []
        elif row := _row(reading, place, line.rstrip("\r")):
            rows.append(row)
    if rows:
        yield rows


def _row(reading: Reading, place: int, line: str) -> Row | None:
    cells = line.split("\t")
    if len(cells) != 2:
        reading.error(place, "a line is a token, one tab and a tag")
        return None
    token, tag = nfc(cells[0].strip()), cells[1].strip()
    if not token:
        reading.error(place, "the token is empty")
        return None
    if not _is_tag(tag):
        reading.error(place, f"the tag {tag[:40]!r} is not O, B-label or I-label")
        return None
    return place, token, tag


def _is_tag(tag: str) -> bool:
    return tag == "O" or (tag[:2] in {"B-", "I-"} and len(tag) > 2)


def _spans(reading: Reading, rows: list[Row]) -> list[Drawn]:
    spans: list[Drawn] = []
    at, inside = 0, ""
    for place, token, tag in rows:
        end, label = at + len(token), nfc(tag[2:])
        if tag[0] == "I" and label == inside:
            begun = spans[-1]
            spans[-1] = Drawn(Span(label, begun.answer.start, end), begun.line)  # type: ignore[union-attr]
        elif label:
            if tag[0] == "I":
                reading.warn(place, f"I-{label} follows no {label}: it starts a new span")
            spans.append(Drawn(Span(label, at, end), place))
        at, inside = end + 1, label
    return spans
