"""What a page shows of a task: the workbench's data, shapes over a picture, and after the decision what was right and what was not."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for

from lms.annotation import plain, queries, schemas, scoring
from lms.annotation.answering import known_answers
from lms.annotation.models import Annotation, Assignment, AssignmentState, Item
from lms.people.models import User

PREFETCHED = 3


@dataclass(frozen=True)
class Part:
    """One shape, span or choice on a page. `state`: right, extra, missed, confused, or "" where nothing is judged; `points`: for SVG."""

    name: str
    label: str
    words: str
    state: str = ""
    box: tuple[float, float, float, float] | None = None
    points: str = ""


def begun(task: Assignment) -> tuple[list[dict[str, Any]], int]:
    """What is drawn so far and the draft's version: the draft, else the answer that was returned, else nothing."""
    draft = queries.draft_of(task)
    if draft is not None:
        return draft.payload, draft.version
    answered = queries.latest_annotation(task) if task.state is AssignmentState.RETURNED else None
    return (answered.payload if answered else []), 0


def bench(task: Assignment, worker: User) -> str:
    """The JSON that stands in `data-task` of the workbench. Nothing in it says whether the answer is known.

    Lengths are pixels of the original picture, offsets are code points (a browser counts UTF-16: convert). `tokens` are [start, end).
    """
    answers, version = begun(task)
    item = task.item
    coming = [one for one in queries.to_do(task.project_id, worker) if one.position > task.position and one.id != task.id]
    said = [comment for review in queries.reviews_of(task)[:1] for comment in review.comments]
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
        "prefetch": [url for one in coming[:PREFETCHED] if (url := picture_url(one))],
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
    return [_part(item, answer, str(answer.get("id") or place), state) for place, answer in enumerate(payload, 1)]


def compared(task: Assignment, answered: Annotation) -> list[Part] | None:
    """Her answer beside the known one: right, extra, confused, and what was missed. None where nothing is known of the item.

    Only for a task that is decided.
    """
    gold = queries.approved_gold(task.item_id)
    if gold is None:
        return None
    kind, item = task.project.kind, task.item
    mine, known = list(schemas.from_payload(kind, answered.payload)), list(known_answers(task.project, gold.payload))
    result = scoring.score_item(kind, mine, known)
    right = {match.submission for match in result.matches}
    found = {match.gold for match in result.matches}
    confused = {match.submission for match in result.confusions}
    ignored = set(result.ignored)
    states = ["right" if n in right or n in ignored else "confused" if n in confused else "extra" for n in range(len(mine))]
    own = [_part(item, one, str(one.get("id") or n + 1), states[n]) for n, one in enumerate(answered.payload)]
    missed = [_part(item, one, "", "missed") for n, one in enumerate(gold.payload) if n not in found and not one.get("crowd")]
    return own + missed


@dataclass(frozen=True)
class Feedback:
    """What became of an answer. `judged`: beside the known one; else `own` alone. `corrected`: a reviewer's; `quality`: 0 to 1."""

    own: list[Part]
    judged: list[Part] | None
    corrected: list[Part] | None
    comments: list[dict[str, Any]]
    quality: float | None


def feedback(task: Assignment, answered: Annotation, *, known: bool) -> Feedback:
    """Her newest answer and what was said about it; `known`: it is decided, so the known answer may be shown."""
    review = next(iter(queries.reviews_of(task)), None)
    item = task.item
    return Feedback(
        own=parts(item, answered.payload),
        judged=compared(task, answered) if known else None,
        corrected=parts(item, review.payload) if review and review.payload is not None else None,
        comments=review.comments if review else [],
        quality=queries.scores_of(answered).get("quality") if known else None,
    )


def new_op() -> str:
    """An id for one sending of one page."""
    return secrets.token_urlsafe(16)


def _part(item: Item, answer: dict[str, Any], name: str, state: str) -> Part:
    label = answer["label"]
    if "start" in answer:
        return Part(name, label, (item.text or "")[answer["start"] : answer["end"]], state)
    if "w" in answer:
        return Part(name, label, "", state, box=(answer["x"], answer["y"], answer["w"], answer["h"]))
    if "parts" in answer:
        ring = answer["parts"][0][0]
        return Part(name, label, "", state, points=" ".join(f"{x:g},{y:g}" for x, y in ring))
    return Part(name, label, "", state)

