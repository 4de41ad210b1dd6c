"""What a reader makes of a file: items with their gold, what was quarantined, and what is wrong with file and line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from lms.annotation import geometry
from lms.annotation.schemas import ANSWER_OF, REASONS, Answer, Box, Kind, Label, LabelSchema, Polygon, nfc, number, writable

LARGEST_SIDE = 100_000  # pixels
LONGEST_NAME = 200  # signs of an item's name, and of its id in the file


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to say about a line (from 1) of a file; `line` is None where it concerns the whole."""

    file: str
    line: int | None
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}" if self.line else f"{self.file}: {self.message}"

    def to_json(self) -> dict[str, Any]:
        return {"file": self.file, "line": self.line, "message": self.message}


class Unreadable(Exception):
    """An input that cannot be used; `findings` says where and why, in the order of the file."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("; ".join(map(str, findings)))
        self.findings = tuple(findings)


def unreadable(path: Path, message: str, line: int | None = None) -> Unreadable:
    return Unreadable([Finding(path.name, line, message)])


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A shape that was left out. `shape` is its id in the file, else its number from 1 within the item; `at`: a box as it was written."""

    item: str
    shape: str | int
    reason: str
    label: str
    file: str
    line: int | None
    at: tuple[float, ...] | None = None

    def to_json(self) -> dict[str, Any]:
        result: dict[str, Any] = {"item": self.item, "shape": self.shape, "reason": self.reason}
        result |= {"label": self.label, "file": self.file, "line": self.line}
        return result | ({"at": list(self.at)} if self.at else {})

    def __str__(self) -> str:
        at = f" ({', '.join(f'{value:g}' for value in self.at)})" if self.at else ""
        return f"{self.item}: {self.label} {self.shape}{at} {REASONS[self.reason]}"


@dataclass(frozen=True, slots=True)
class Item:
    """One picture or text. `gold` is None where the file knows no answer, and empty where the answer is that nothing is there.

    `media`: the picture's name as the file says it, never trusted as a path; `picture`: the checked file, once `importing` found it.
    `width` and `height` in pixels. `text` is NFC. `id` is the item's id in the file, if it has one.
    """

    name: str
    gold: tuple[Answer, ...] | None = None
    id: str | None = None
    media: str | None = None
    picture: Path | None = None
    text: str | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """An answer as the file has it, before it is admitted; with a `reason` it is quarantined whatever its shape.

    `at`: the numbers of the file that name it to a reader.
    """

    answer: Answer
    line: int | None = None
    reason: str | None = None
    at: tuple[float, ...] | None = None


@dataclass(slots=True)
class Reading:
    """What a reader has gathered so far from `file`; readers call `add`, `error` and `warn`."""

    file: str
    format: str
    schema: LabelSchema | None = None  # what the project asks for, where one is asked
    items: list[Item] = field(default_factory=list)
    labels: dict[str, Label] = field(default_factory=dict)
    quarantined: list[Quarantined] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    errors: list[Finding] = field(default_factory=list)
    places: dict[str, tuple[str, int | None]] = field(default_factory=dict)

    def error(self, line: int | None, message: str, file: str | None = None) -> None:
        self.errors.append(Finding(file or self.file, line, message))

    def warn(self, line: int | None, message: str, file: str | None = None) -> None:
        self.warnings.append(Finding(file or self.file, line, message))

    def label(self, name: str, id: str | None = None) -> None:
        self.labels.setdefault(name, Label(name, id))

    def add(self, item: Item, drawn: Iterable[Drawn] | None, line: int | None, file: str | None = None) -> None:
        """Take in one item; its shapes are clipped, admitted or quarantined. The same name twice is an error."""
        file = file or self.file
        item = replace(item, text=None if item.text is None else nfc(item.text))
        if max(len(item.name), len(item.id or "")) > LONGEST_NAME:
            self.error(line, f"the name or id of item {item.name[:40]}... is longer than {LONGEST_NAME} signs", file)
            return
        if not all(map(writable, (item.name, item.id or "", item.text or ""))):
            self.error(line, f"item {item.name[:40]!r} holds a sign that cannot be stored", file)
            return
        if item.name in self.places:
            first_file, first = self.places[item.name]
            where = f"line {first} of {first_file}" if first else first_file
            self.error(line, f"item {item.name} stands here a second time (first in {where})", file)
            return
        self.places[item.name] = (file, line)
        gold = None if drawn is None else tuple(self._admitted(item, drawn, file))
        if gold and len(gold) > 1 and self.schema and self.schema.kind in {Kind.CHOICE, Kind.ORDINAL}:
            self.error(line, f"item {item.name} has {len(gold)} labels, and the project asks for one", file)
        self.items.append(replace(item, gold=gold))

    def _admitted(self, item: Item, drawn: Iterable[Drawn], file: str) -> Iterable[Answer]:
        for place, one in enumerate(drawn, 1):
            answer, reason = one.answer, one.reason or self._unasked(one)
            name = answer.id or place
            admission = geometry.admit(answer, width=item.width, height=item.height, text=item.text)
            if not reason:
                self._known(answer, one.line, file)
            if reason or admission.answer is None:
                reason = reason or admission.reason or "malformed"
                self.quarantined.append(Quarantined(item.name, name, reason, answer.label, file, one.line, one.at))
                continue
            if admission.outside > geometry.TOLERATED_OUTSIDE:
                self.warn(one.line, f"shape {name} of {item.name} stood {admission.outside:g} px outside the picture and was clipped", file)
            if isinstance(answer, Polygon) and not answer.crowd and geometry.self_crossing(answer):
                self.warn(one.line, f"polygon {name} of {item.name} crosses itself and is scored as mended", file)
            yield self._as_asked(admission.answer)

    def _unasked(self, one: Drawn) -> str | None:
        if self.schema is None or isinstance(self._as_asked(one.answer), ANSWER_OF[self.schema.kind]):
            return None
        return "wrong_kind"

    def _as_asked(self, answer: Answer) -> Answer:
        """A project of polygons takes a box as one."""
        if self.schema and self.schema.kind is Kind.POLYGONS and isinstance(answer, Box):
            return geometry.as_polygon(answer)
        return answer

    def _known(self, answer: Answer, line: int | None, file: str) -> None:
        self.label(answer.label)
        if self.schema and answer.label not in self.schema.labels:
            self.error(line, f"the project has no label {answer.label}", file)


def corners(box: Box) -> tuple[float, ...]:
    return box.x, box.y, box.w, box.h


def pixels(value: object) -> int | None:
    """A side of a picture: a whole number of pixels that a picture can have, else None."""
    side = number(value)
    return int(side) if side is not None and 1 <= side <= LARGEST_SIDE and side.is_integer() else None


def decoded(path: Path, data: bytes) -> str:
    """The text of a file in UTF-8 with or without a byte order mark; line ends are left as they are. Raises `Unreadable` with the line."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise unreadable(path, f"this is not UTF-8 text (byte 0x{data[error.start]:02X}); save the file as UTF-8", line) from None
    if not text.strip():
        raise unreadable(path, "the file is empty")
    if "\0" in text:
        raise unreadable(path, "a zero byte stands here: this is not a text file", text.count("\n", 0, text.index("\0")) + 1)
    return text


def content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise unreadable(path, f"the file cannot be read ({error.strerror})") from None
