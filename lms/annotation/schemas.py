"""What an answer is: boxes, polygons, spans and choices, and the label schema a project asks for.

Units: pixels of the original image, as floats, origin at its top left corner; spans are half-open Unicode code-point offsets over
the NFC text. These are values only; what makes a shape fit to be scored stands in `geometry`.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Point = tuple[float, float]
Ring = tuple[Point, ...]
Part = tuple[Ring, ...]  # an outline, then its holes


class Kind(StrEnum):
    """What a project asks of its people."""

    CHOICE = "choice"
    MULTI = "multi"
    ORDINAL = "ordinal"
    BOXES = "boxes"
    POLYGONS = "polygons"
    SPANS = "spans"


DRAWN = frozenset({Kind.BOXES, Kind.POLYGONS, Kind.SPANS})
"""Kinds whose answers have parts that lie somewhere."""


@dataclass(frozen=True, slots=True)
class Box:
    """An axis-aligned rectangle: left, top, width and height. `crowd` marks gold that stands for many things at once."""

    label: str
    x: float
    y: float
    w: float
    h: float
    crowd: bool = False
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Polygon:
    """One thing of one or more parts; a part is an outline and its holes, rings are not closed by a repeated point."""

    label: str
    parts: tuple[Part, ...]
    crowd: bool = False
    id: str | None = None

    @classmethod
    def ring(cls, label: str, points: Iterable[Sequence[float]], *, crowd: bool = False, id: str | None = None) -> Polygon:
        """The usual case: one outline and no hole. A point is two numbers."""
        return cls(label, (((tuple((float(x), float(y)) for x, y in points)),),), crowd, id)


@dataclass(frozen=True, slots=True)
class Span:
    """Code points [start, end) of the item's NFC text."""

    label: str
    start: int
    end: int
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """One chosen label; a multi-choice answer is several of them, an ordinal one is a number written as text."""

    label: str
    id: str | None = None


Shape = Box | Polygon
Answer = Box | Polygon | Span | Choice


class BadAnswer(ValueError):
    """An answer that cannot be read. `shape` is its id or its number from 1, `reason` a short code (see `REASONS`)."""

    def __init__(self, shape: str | int, reason: str) -> None:
        super().__init__(f"{shape}: {reason}")
        self.shape = shape
        self.reason = reason


REASONS: Mapping[str, str] = {
    "no_area": "has no width or no height",
    "too_small": "covers less than one pixel",
    "few_points": "has fewer than three different points",
    "collinear": "has all its points on one line",
    "outside_image": "lies outside the picture",
    "empty_span": "holds no text",
    "outside_text": "reaches beyond the text",
    "rotated": "is turned, and boxes here are upright",
    "unsupported": "is of a form that is not scored here",
    "malformed": "cannot be read",
    "not_finite": "holds a number that is not finite",
    "unknown_label": "bears a label that the project does not have",
    "wrong_kind": "is not the kind of answer the project asks for",
    "too_many": "chooses more than one label",
}


@dataclass(frozen=True, slots=True)
class Label:
    """A label's name, and its id in the file it came from (COCO's category id), kept so that an export can say it again."""

    name: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class LabelSchema:
    """The kind of answer a project asks for and the labels it knows, in the order of their number keys."""

    kind: Kind
    labels: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.labels or len(set(self.labels)) != len(self.labels) or not all(label.strip() for label in self.labels):
            raise ValueError("a label schema needs labels that are named and differ")
        if self.kind is Kind.ORDINAL and any(number(label) is None for label in self.labels):
            raise ValueError("the labels of an ordinal schema are numbers")

    def objection(self, answers: Sequence[Answer]) -> BadAnswer | None:
        """The first thing in `answers` that this schema does not ask for, or None."""
        for place, answer in enumerate(answers, 1):
            name = answer.id or place
            if not isinstance(answer, ANSWER_OF[self.kind]):
                return BadAnswer(name, "wrong_kind")
            if answer.label not in self.labels:
                return BadAnswer(name, "unknown_label")
        if self.kind in {Kind.CHOICE, Kind.ORDINAL} and len(answers) > 1:
            return BadAnswer(answers[1].id or 2, "too_many")
        return None

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind.value, "labels": list(self.labels)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> LabelSchema:
        return cls(Kind(value["kind"]), tuple(value["labels"]))


ANSWER_OF: Mapping[Kind, type[Box] | type[Polygon] | type[Span] | type[Choice]] = {
    Kind.CHOICE: Choice,
    Kind.MULTI: Choice,
    Kind.ORDINAL: Choice,
    Kind.BOXES: Box,
    Kind.POLYGONS: Polygon,
    Kind.SPANS: Span,
}


def to_payload(answers: Iterable[Answer]) -> list[dict[str, Any]]:
    """The JSON form in which answers are stored and sent: flat objects, `None` and false left out."""
    return [{key: value for key, value in _fields(answer).items() if value is not None and value is not False} for answer in answers]


def from_payload(kind: Kind, payload: object) -> tuple[Answer, ...]:
    """Answers as a browser sends them: a list of objects as `to_payload` writes them, the kind's own keys only.

    Raises `BadAnswer` for the first one that cannot be read (`malformed`, `not_finite`). Nothing a browser says makes a crowd.
    """
    if not isinstance(payload, list):
        raise BadAnswer(1, "malformed")
    return tuple(_answer(kind, place, value) for place, value in enumerate(payload, 1))


def number(value: object) -> float | None:
    """`value` (a number, or text that writes one) as a finite float, else None. True and false are not numbers."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        result = float(value)
    except (ValueError, OverflowError):
        return None
    return result if math.isfinite(result) else None


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def writable(text: str) -> bool:
    """Whether a text can stand on a page and in a database: half a surrogate pair and NUL, which JSON can say, cannot."""
    return not any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in text)


def _fields(answer: Answer) -> dict[str, Any]:
    common = {"id": answer.id, "label": answer.label}
    match answer:
        case Box():
            return common | {"x": answer.x, "y": answer.y, "w": answer.w, "h": answer.h, "crowd": answer.crowd}
        case Polygon():
            return common | {"parts": [[[list(point) for point in ring] for ring in part] for part in answer.parts], "crowd": answer.crowd}
        case Span():
            return common | {"start": answer.start, "end": answer.end}
        case Choice():
            return common


def _answer(kind: Kind, place: int, value: object) -> Answer:
    if not isinstance(value, dict):
        raise BadAnswer(place, "malformed")
    id = str(value["id"])[:64] if value.get("id") not in (None, "") else None
    if not writable(id or ""):
        raise BadAnswer(place, "malformed")
    name, label = id or place, value.get("label")
    if not isinstance(label, str) or not label or not writable(label):
        raise BadAnswer(name, "malformed")
    form = ANSWER_OF[kind]
    if form is Choice:
        return Choice(label, id)
    if form is Span:
        start, end = value.get("start"), value.get("end")
        if type(start) is not int or type(end) is not int:
            raise BadAnswer(name, "malformed")
        return Span(label, start, end, id)
    if form is Box:
        x, y, w, h = (_coordinate(name, value.get(key)) for key in "xywh")
        return Box(label, x, y, w, h, id=id)
    return Polygon(label, _parts(name, value.get("parts")), id=id)


def _parts(name: str | int, value: object) -> tuple[Part, ...]:
    try:
        parts = tuple(tuple(tuple((_coordinate(name, x), _coordinate(name, y)) for x, y in ring) for ring in part) for part in value)  # type: ignore[attr-defined]
    except (TypeError, ValueError) as error:
        if isinstance(error, BadAnswer):
            raise
        raise BadAnswer(name, "malformed") from None
    if not all(parts):  # a part without its outline
        raise BadAnswer(name, "malformed")
    return parts


def _coordinate(name: str | int, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadAnswer(name, "malformed")
    result = number(value)
    if result is None:
        raise BadAnswer(name, "not_finite")
    return result
