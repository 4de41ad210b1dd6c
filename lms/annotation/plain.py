"""Answers from the plain fields of a page, for whom no script runs: radios, words to tick, boxes as numbers, outlines as points.

A page with a script fills the one field `payload` instead; where that is filled, it alone counts.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from werkzeug.datastructures import MultiDict

from lms.annotation.judging import Unfit
from lms.annotation.schemas import Kind
from lms.core.forms import tidy_number

ROWS_TO_SPARE = 3
MOST_ROWS = 200
LONGEST_PAYLOAD = 1_000_000
LONGEST_NAME = 64

Token = tuple[int, int]


def payload(kind: Kind, form: MultiDict[str, str], text: str | None = None) -> object:
    """What a form says, as `schemas.from_payload` takes it. Raises Unfit naming the row that cannot be read."""
    sent = form.get("payload", "").strip()
    if sent:
        return parsed(sent)
    match kind:
        case Kind.BOXES:
            return [row for n in _rows(form) if (row := _box(form, n)) is not None]
        case Kind.POLYGONS:
            return [row for n in _rows(form) if (row := _outline(form, n)) is not None]
        case Kind.SPANS:
            return _kept(form) + _marked(form, text or "")
        case _:
            return [{"label": label} for label in form.getlist("label")]


def tokens(text: str) -> list[Token]:
    """The words of a text as half-open code-point ranges; punctuation at their edges stands alone, so that it can be left out."""
    found: list[Token] = []
    for match in re.finditer(r"\S+", text):
        start, end = match.span()
        first, last = start, end
        while first < last and _edge(text[first]):
            first += 1
        while last > first and _edge(text[last - 1]):
            last -= 1
        found += [part for part in ((start, first), (first, last), (last, end)) if part[0] < part[1]]
    return found


def rows(answers: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of a page of boxes or outlines: what is there, and a few empty ones. Each bears the number it is spoken of by."""
    filled = [dict(answer, id=str(answer.get("id") or place), points=_points(answer)) for place, answer in enumerate(answers, 1)]
    last = max((int(row["id"]) for row in filled if row["id"].isdecimal()), default=0)
    return [*filled, *({"id": str(last + more)} for more in range(1, ROWS_TO_SPARE + 1))]


def span_value(answer: dict[str, Any]) -> str:
    """The value of the tick that keeps a marked part."""
    return json.dumps([answer["start"], answer["end"], answer["label"]], ensure_ascii=False)


def parsed(sent: str) -> object:
    """JSON as a browser sends it. Raises Unfit for what is none, is too long, or is nested too deep to read."""
    if len(sent) > LONGEST_PAYLOAD:
        raise Unfit(1, "malformed")
    try:
        return json.loads(sent)
    except (ValueError, RecursionError):
        raise Unfit(1, "malformed") from None


def _rows(form: MultiDict[str, str]) -> range:
    return range(min(form.get("rows", 0, type=int), MOST_ROWS))


def _name(form: MultiDict[str, str], n: int) -> str:
    """The number of a row, which comments and sentences use; by its place where the form says none."""
    return form.get(f"id-{n}", "").strip()[:LONGEST_NAME] or str(n + 1)


def _box(form: MultiDict[str, str], n: int) -> dict[str, Any] | None:
    typed = {side: form.get(f"{side}-{n}", "").strip() for side in "xywh"}
    if not any(typed.values()):
        return None
    name = _name(form, n)
    numbers = {side: _number(name, value) for side, value in typed.items()}
    return {"id": name, "label": form.get(f"label-{n}", ""), **numbers}


def _outline(form: MultiDict[str, str], n: int) -> dict[str, Any] | None:
    typed = (tidy_number(form.get(f"points-{n}", "").replace(",", " ")) or "").split()
    if not typed:
        return None
    name = _name(form, n)
    numbers = [_number(name, value) for value in typed]
    if len(numbers) % 2:
        raise Unfit(name, "malformed")
    points = [list(point) for point in zip(numbers[::2], numbers[1::2], strict=True)]
    return {"id": name, "label": form.get(f"label-{n}", ""), "parts": [[points]]}


def _kept(form: MultiDict[str, str]) -> list[dict[str, Any]]:
    found = []
    for place, value in enumerate(form.getlist("keep"), 1):
        match parsed(value):
            case [int() as start, int() as end, str() as label]:
                found.append({"id": str(place), "label": label, "start": start, "end": end})
            case _:
                raise Unfit(place, "malformed")
    return found


def _marked(form: MultiDict[str, str], text: str) -> list[dict[str, Any]]:
    """Ticked words that stand beside each other are one part."""
    ticked, label = set(form.getlist("word", type=int)), form.get("label", "")
    parts: list[list[int]] = []
    before = None
    for place, (start, end) in enumerate(tokens(text)):
        if place not in ticked:
            continue
        if before is not None and place == before + 1:
            parts[-1][1] = end
        else:
            parts.append([start, end])
        before = place
    return [{"label": label, "start": start, "end": end} for start, end in parts]


def _number(name: str, typed: str) -> float:
    try:
        return float(tidy_number(typed) or "")
    except ValueError:
        raise Unfit(name, "malformed") from None


def _points(answer: dict[str, Any]) -> str:
    parts = answer.get("parts") or [[[]]]
    return " ".join(f"{x:g},{y:g}" for x, y in parts[0][0])


def _edge(sign: str) -> bool:
    return unicodedata.category(sign).startswith("P")
