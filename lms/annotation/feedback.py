"""What became of an answer: hers and the right one side by side, a line for each part, and of all her work one mistake to learn from.

The known answer is in here. Nothing of this module may be shown before an answer is decided, but `feedback(..., known=False)`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from lms.annotation import mistakes, queries, schemas
from lms.annotation.answering import known_answers
from lms.annotation.mistakes import State
from lms.annotation.models import DECIDED, Annotation, Assignment, Item, Project, Score
from lms.annotation.showing import Part, part, parts
from lms.core.db import db
from lms.people.models import User

ROUND = 1.3
"""How much wider than a mistake its piece of the picture is."""


@dataclass(frozen=True)
class Line:
    """One verdict in words: `part` is hers, or the one she missed; `right` the known part it meant."""

    state: State
    part: Part
    right: Part | None = None


@dataclass(frozen=True)
class Beside:
    """Her answer and the known one. A known part bears the number of hers that meant it, a missed one the next free number."""

    mine: list[Part]
    right: list[Part]
    lines: list[Line]

    @property
    def faultless(self) -> bool:
        return all(line.state is State.RIGHT for line in self.lines)


@dataclass(frozen=True)
class Feedback:
    """What became of an answer. `beside`: the known one; else `own` alone. `corrected`: a reviewer's; `quality`: 0 to 1."""

    own: list[Part]
    beside: Beside | None
    corrected: list[Part] | None
    comments: list[dict[str, Any]]
    quality: float | None


@dataclass(frozen=True)
class Example:
    """One mistake. `view`: left, top, width and height of the piece of the picture around it; None where the item is a text."""

    task: Assignment
    line: Line
    view: tuple[float, float, float, float] | None


def feedback(task: Assignment, answered: Annotation, *, known: bool) -> Feedback:
    """Her newest answer and what was said about it; `known`: it is decided, so the known answer may be shown."""
    review = next(iter(queries.reviews_of(task)), None)
    return Feedback(
        own=parts(task.item, answered.payload),
        beside=beside(task, answered) if known else None,
        corrected=parts(task.item, review.payload) if review and review.payload is not None else None,
        comments=review.comments if review else [],
        quality=queries.scores_of(answered).get("quality") if known else None,
    )


def beside(task: Assignment, answered: Annotation) -> Beside | None:
    """Her answer beside the known one; None where nothing is known of the item. Only for a task that is decided."""
    gold = queries.approved_gold(task.item_id)
    if gold is None:
        return None
    kind = task.project.kind
    found = mistakes.verdicts(kind, schemas.from_payload(kind, answered.payload), known_answers(task.project, gold.payload))
    own = parts(task.item, answered.payload)
    names = _names(own, found)
    mine = [replace(own[one.mine], state=one.state) for one in found if one.mine is not None]
    right = {one.known: part(task.item, gold.payload[one.known], names[one], one.state) for one in found if one.known is not None}
    lines = [_line(one, mine, right) for one in found]
    return Beside(mine, list(right.values()), lines)


def example(worker: User) -> Example | None:
    """The newest mistake of hers that is decided and can be shown in a piece of a picture or in words."""
    latest = _last_missed(worker)
    shown = beside(*latest) if latest else None
    if latest is None or shown is None or shown.faultless:
        return None
    order = [State.BIG, State.SMALL, State.OFF, State.CONFUSED, State.MISSED, State.EXTRA, State.RIGHT]
    line = min(shown.lines, key=lambda one: order.index(one.state))
    return Example(latest[0], line, _around(latest[0].item, line))


def _last_missed(worker: User) -> tuple[Assignment, Annotation] | None:
    """Her newest decided answer of several parts that missed a known one."""
    mine = select(Assignment, Annotation).join(Annotation, (Annotation.assignment_id == Assignment.id) & (Annotation.rev == Assignment.rev))
    drawn = mine.join(Project, Project.id == Assignment.project_id).where(Project.kind.in_(schemas.DRAWN))
    missed = drawn.join(Score, Score.annotation_id == Annotation.id).where(Score.metric == "passed", Score.value == 0)
    decided = missed.where(Assignment.worker_id == worker.id, Assignment.state.in_(DECIDED))
    row = db.session.execute(decided.order_by(Assignment.decided_at.desc(), Assignment.id.desc()).limit(1)).first()
    return (row[0], row[1]) if row else None


def _names(own: Sequence[Part], found: Sequence[mistakes.Verdict]) -> dict[mistakes.Verdict, str]:
    last = max((int(one.name) for one in own if one.name.isdecimal()), default=0)
    missed = [one for one in found if one.mine is None]
    return {one: own[one.mine].name for one in found if one.mine is not None} | {one: str(last + n) for n, one in enumerate(missed, 1)}


def _line(one: mistakes.Verdict, mine: Sequence[Part], right: Mapping[int, Part]) -> Line:
    known = right[one.known] if one.known is not None else None
    if one.mine is not None:
        return Line(one.state, mine[one.mine], known)
    assert known is not None  # a verdict speaks of one of the two
    return Line(one.state, known, known)


def _around(item: Item, line: Line) -> tuple[float, float, float, float] | None:
    seen = [one.bounds for one in (line.part, line.right) if one is not None and one.bounds]
    if not seen or not item.width or not item.height:
        return None
    left, top = min(one[0] for one in seen), min(one[1] for one in seen)
    right, bottom = max(one[2] for one in seen), max(one[3] for one in seen)
    side = max(right - left, bottom - top) * ROUND
    width, height = min(side, item.width), min(side, item.height)
    x = min(max((left + right - width) / 2, 0), item.width - width)
    y = min(max((top + bottom - height) / 2, 0), item.height - height)
    return round(x, 1), round(y, 1), round(width, 1), round(height, 1)
