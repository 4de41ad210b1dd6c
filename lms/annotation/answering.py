"""Saving a draft and sending an answer: judged, kept once, scored at once where the answer is known, reviewed where it is not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from lms.annotation import claiming, judging, queries, reviewing, schemas, scoring
from lms.annotation.models import (
    HELD,
    OPEN,
    Activity,
    Annotation,
    Assignment,
    AssignmentState,
    Draft,
    Gold,
    Phase,
    Project,
    Score,
)
from lms.core import clock, facts
from lms.core.db import db
from lms.core.errors import Refused
from lms.core.i18n import _
from lms.people.models import User


class Conflict(Refused):
    """The draft was saved from somewhere else meanwhile; `draft` is what stands there."""

    def __init__(self, draft: Draft | None) -> None:
        super().__init__(_("You changed this on another phone. Look at it and go on."))
        self.draft = draft


def save_draft(task: Assignment, *, by: User, payload: object, version: int) -> Draft:
    """Keep what is drawn so far and lengthen the lease. `version`: of the draft this one follows, 0 where there was none.

    Raises Conflict for another version, Unfit for what cannot be read at all. Shapes without area are kept: they are still being drawn.
    Read the row FOR UPDATE before.
    """
    if task.state not in OPEN:
        raise Refused(_("You sent this item already. Take the next one."))
    answers = judging.read(task.project, payload)
    draft = queries.draft_of(task)
    if version != (draft.version if draft else 0):
        raise Conflict(draft)
    if draft is None:
        draft = Draft(assignment_id=task.id, version=0, payload=[])
        db.session.add(draft)
    draft.version, draft.payload, draft.saved_at = version + 1, schemas.to_payload(answers), clock.now()
    if task.state in HELD:
        task.state = AssignmentState.DRAFTED
        task.lease_until = max(task.lease_until, clock.now() + claiming.lease_length(task.est_seconds))
    db.session.add(Activity(worker_id=by.id, assignment_id=task.id))
    return draft


def answer(task: Assignment, *, by: User, payload: object, op: str) -> Annotation:
    """Take an answer once. The same `op` again gives the first answer back, whatever it holds. Read the row FOR UPDATE before.

    Raises Unfit with the shape that is wrong; Refused where this item was sent or skipped. An answer after the lease ran out is
    taken: with its slot where that is still free, else as late, which is paid like any other.
    """
    key = f"{by.id}:{op}"
    if (first := _by_op(key)) is not None:
        if first.assignment_id != task.id:
            raise Refused(_("This page is old. Open the item again."))
        return first
    if task.state is AssignmentState.RELEASED:
        raise Refused(_("You skipped this item. Take the next one."))
    if task.state not in OPEN:
        raise Refused(_("You sent this item already. Take the next one."))
    answers = judging.admitted(task.project, task.item, payload)
    if task.state is AssignmentState.EXPIRED:
        claiming.take_slot(task)
    if task.answered_at is not None:  # it came back: also where its time ran out after that
        task.rev += 1
    return _keep(task, by, answers, key)


def score(project: Project, annotation: Annotation, gold: Gold) -> bool:
    """Write the figures of an answer against its gold; whether it meets the project's mark."""
    given = schemas.from_payload(project.kind, annotation.payload)
    result = scoring.score_item(project.kind, given, known_answers(project, gold.payload))
    passed = scoring.skill([result.quality], project.pass_percent / 100).right == 1
    total = result.total
    figures = {"quality": result.quality, "f1": total.f1, "mean_iou": total.mean_iou, "passed": float(passed)}
    figures |= {"tp": float(total.tp), "fp": float(total.fp), "fn": float(total.fn)}
    db.session.add_all(
        Score(
            annotation_id=annotation.id, metric=metric, value=value, reason=_reason(metric, value, result), gold_version=gold.version,
            scorer_version=scoring.SCORER_VERSION,
        )
        for metric, value in figures.items()
    )  # fmt: skip
    facts.record(facts.Kind.ITEM_SCORED, annotation, passed=passed)
    return passed


def known_answers(project: Project, payload: Sequence[dict[str, Any]]) -> tuple[schemas.Answer, ...]:
    """Gold as the scorer takes it, crowds included, which a browser could never say."""
    plain = schemas.from_payload(project.kind, list(payload))
    return tuple(
        _crowd(one) if kept.get("crowd") else one for one, kept in zip(plain, payload, strict=True)
    )


def _keep(task: Assignment, by: User, answers: tuple[schemas.Answer, ...], key: str) -> Annotation:
    annotation = Annotation(
        assignment_id=task.id, rev=task.rev, payload=schemas.to_payload(answers), schema_version=task.project.schema_version,
        client_op_id=key, received_at=clock.now(),
    )  # fmt: skip
    db.session.add(annotation)
    db.session.add(Activity(worker_id=by.id, assignment_id=task.id))
    if (draft := queries.draft_of(task)) is not None:
        db.session.delete(draft)
    task.state, task.answered_at = AssignmentState.IN_REVIEW, annotation.received_at
    facts.record(facts.Kind.ITEM_SUBMITTED, task, actor=by, rev=task.rev)
    reviewing.one_by_one(by.id)
    gold = queries.approved_gold(task.item_id)
    if gold is not None:
        score(task.project, annotation, gold)
    if gold is not None and task.project.phase is Phase.PRACTICE:
        reviewing.accept(task, by=None)  # it is for learning: no second pair of eyes where the answer is known, and told at once
    else:
        reviewing.decide_within_a_week(annotation.received_at)
    reviewing.accept_met_gold(task.project_id, by.id)
    return annotation


def _by_op(key: str) -> Annotation | None:
    return db.session.scalars(select(Annotation).where(Annotation.client_op_id == key)).one_or_none()


def _reason(metric: str, value: float | None, result: scoring.ItemScore) -> str | None:
    if value is None:
        return "no_match" if result.kind in {schemas.Kind.BOXES, schemas.Kind.POLYGONS} else "not_applicable"
    return result.reason if metric in {"quality", "f1"} else None


def _crowd(one: schemas.Answer) -> schemas.Answer:
    if isinstance(one, schemas.Box):
        return schemas.Box(one.label, one.x, one.y, one.w, one.h, True, one.id)
    if isinstance(one, schemas.Polygon):
        return schemas.Polygon(one.label, one.parts, True, one.id)
    return one
