"""What a page shows of a task: the workbench's data, and an answer as a list and as shapes over a picture."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from flask import url_for

from lms.annotation import plain, queries
from lms.annotation.models import Assignment, Item, Review

PREFETCHED = 3


@dataclass(frozen=True)
class Part:
    """One shape, span or choice on a page. `state`: of `mistakes.State`, or "" where nothing is judged; `points`: for SVG.

    `start`, `end`: of a span, in code points.
    """

    name: str
    label: str
    words: str
    state: str = ""
    box: tuple[float, float, float, float] | None = None
    points: str = ""
    start: int = 0
    end: int = 0

    @property
    def bounds(self) -> tuple[float, float, float, float] | None:
        """Left, top, right and bottom of a shape; None for what is no shape."""
        if self.box:
            x, y, w, h = self.box
            return x, y, x + w, y + h
        if not self.points:
            return None
        xs, ys = zip(*(map(float, point.split(",")) for point in self.points.split()), strict=True)
        return min(xs), min(ys), max(xs), max(ys)


def begun(task: Assignment) -> tuple[list[dict[str, Any]], int]:
    """What is drawn so far and the draft's version: the draft, else the answer that was returned, else nothing."""
    draft = queries.draft_of(task)
    if draft is not None:
        return draft.payload, draft.version
    answered = queries.latest_annotation(task) if task.answered_at is not None else None
    return (answered.payload if answered else []), 0


def bench(
    task: Assignment, answers: list[dict[str, Any]], version: int, coming: Sequence[tuple[int, bool]], reviews: Sequence[Review]
) -> str:
    """The JSON that stands in `data-task` of the workbench. Nothing in it says whether the answer is known.

    `answers` and `version` as `begun` says them; `coming`: of `queries.place`, what may be fetched ahead; `reviews`: the newest first.
    Lengths are pixels of the original picture, offsets are code points (a browser counts UTF-16: convert). `tokens` are [start, end).
    """
    item = task.item
    said = [comment for review in reviews[:1] for comment in review.comments]
    data = {
        "id": task.id,
        "kind": task.project.kind.value,
        "labels": task.project.labels,
        "picture": picture_url(task),
        "width": item.width,
        "height": item.height,
        "text": item.text,
        "tokens": plain.tokens(item.text) if item.text is not None else None,
        "answers": answers,
        "draft_version": version,
        "lease_until": task.lease_until.isoformat(),
        "comments": said,
        "prefetch": [url_for("annotation.picture", id=id) for id, pictured in coming if pictured][:PREFETCHED],
        "ahead": [url_for("annotation.task", id=id) for id, _pictured in coming],
        "urls": {
            "draft": url_for("annotation.send_draft", id=task.id),
            "answer": url_for("annotation.send_answer", id=task.id),
            "skip": url_for("annotation.send_skip", id=task.id),
        },
    }
    return json.dumps(data, ensure_ascii=False)


def picture_url(task: Assignment) -> str | None:
    """Where this person's picture is."""
    return url_for("annotation.picture", id=task.id) if task.item.file_id else None


def parts(item: Item, payload: Sequence[dict[str, Any]], state: str = "") -> list[Part]:
    """An answer as a list beside the picture or the text, in its own order; a part without an id is named by its number."""
    return [part(item, answer, str(answer.get("id") or place), state) for place, answer in enumerate(payload, 1)]


def new_op() -> str:
    """An id for one sending of one page."""
    return secrets.token_urlsafe(16)


@dataclass(frozen=True)
class Run:
    """A piece of a text: `over`: the parts it lies in; `ends`: those that end with it, to be named there."""

    words: str
    over: list[Part]
    ends: list[Part]


def runs(text: str, spans: Sequence[Part]) -> list[Run]:
    """A text cut where its marked parts begin and end."""
    edges = sorted({0, len(text), *(one.start for one in spans), *(one.end for one in spans)})
    return [
        Run(text[start:end], [one for one in spans if one.start <= start and end <= one.end], [one for one in spans if one.end == end])
        for start, end in pairwise(edges)
    ]


def part(item: Item, answer: dict[str, Any], name: str, state: str = "") -> Part:
    """One part of an answer, by the number it is spoken of."""
    label = answer["label"]
    if "start" in answer:
        start, end = answer["start"], answer["end"]
        return Part(name, label, (item.text or "")[start:end], state, start=start, end=end)
    if "w" in answer:
        return Part(name, label, "", state, box=(answer["x"], answer["y"], answer["w"], answer["h"]))
    if "parts" in answer:
        ring = answer["parts"][0][0]
        return Part(name, label, "", state, points=" ".join(f"{x:g},{y:g}" for x, y in ring))
    return Part(name, label, "", state)
