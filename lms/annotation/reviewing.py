"""Deciding about an answer, and paying for it: the first decision of any kind posts the pay, once, in the same transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import exists, select, update

from lms.annotation import claiming, judging, queries, schemas
from lms.annotation.models import (
    DECIDED,
    HELD,
    Annotation,
    Assignment,
    AssignmentState,
    Decision,
    Item,
    ItemState,
    Review,
)
from lms.core import clock, facts, jobs
from lms.core.db import db
from lms.core.errors import Refused
from lms.core.i18n import _
from lms.ledger import actions as ledger
from lms.people.models import User

DECIDE_WITHIN = timedelta(days=7)
REDO_WITHIN = timedelta(days=7)
SWEEP = "annotation.sweep_decisions"
LONGEST_COMMENT = 1000


def decide(
    task: Assignment,
    *,
    by: User,
    decision: Decision,
    comments: Sequence[dict[str, Any]] = (),
    payload: object = None,
    guideline_fault: bool = False,
) -> Review:
    """Accept, fix or return an answer; read the row FOR UPDATE before.

    `comments`: {"shape": id or None, "text"}. `payload`: the whole corrected answer, for a fix. Raises Refused where it is decided
    already, where the reviewer is the author, for a return without a word and for a fix that changes nothing.
    """
    if task.worker_id == by.id:
        raise Refused(_("You cannot decide about your own work."))
    if task.state is not AssignmentState.IN_REVIEW:
        raise Refused(_("Somebody decided this already."))
    annotation = _answered(task)
    said = [{"shape": one.get("shape") or None, "text": one["text"].strip()[:LONGEST_COMMENT]} for one in comments if one["text"].strip()]
    corrected = _corrected(task, annotation, payload) if decision is Decision.FIX else None
    if decision is Decision.RETURN and not said:
        raise Refused(_("Say what to change. Then return it."))
    review = Review(
        annotation_id=annotation.id, reviewer_id=by.id, decision=decision, comments=said, payload=corrected,
        guideline_fault=guideline_fault,
    )  # fmt: skip
    db.session.add(review)
    if decision is Decision.RETURN:
        _return(task, by)
    else:
        accept(task, by=by, fixed=decision is Decision.FIX)
    return review


def accept(task: Assignment, *, by: User | None, fixed: bool = False) -> None:
    """The answer stands, as it is or with a correction; `by` None: gold or the calendar decided. Pays where it was not paid yet."""
    task.state, task.decided_at = AssignmentState.FIXED if fixed else AssignmentState.ACCEPTED, clock.now()
    pay(task, by=by)
    db.session.flush()
    _complete(task.item_id)
    kind = facts.Kind.ITEM_FIXED if fixed else facts.Kind.ITEM_ACCEPTED
    facts.record(kind, task, actor=by, worker=task.worker_id, rev=task.rev)


def accept_met_gold(project_id: int, worker_id: int) -> None:
    """Accept her answers that met gold, once no lease of the project is in her hands.

    Before, an item that is accepted at once would be known for gold, and with it by and by all of them.
    """
    held = exists().where(Assignment.project_id == project_id, Assignment.worker_id == worker_id, Assignment.state.in_(HELD))
    db.session.flush()
    one_by_one(worker_id)
    if db.session.scalar(select(held)):
        return
    for task in db.session.scalars(queries.met_gold(project_id, worker_id).with_for_update()).all():
        accept(task, by=None)


def one_by_one(worker_id: int) -> None:
    """What this person sends is looked at one after the other, and before anything is paid.

    Of the last answers of a block that arrive at once each would else see the others still in her hands, and nobody would look again.
    """
    db.session.execute(select(User.id).where(User.id == worker_id).with_for_update(key_share=True))


def pay(task: Assignment, *, by: User | None) -> None:
    """Post the price of this item, once however often it is decided; once more where it was redone because the guideline was unclear."""
    if task.times_paid > queries.faults(task):
        return
    task.times_paid += 1
    if task.price_minor:
        ledger.accrue(
            key=f"accrue:item:{task.id}:rev:{task.rev}", worker=task.worker, fund=task.project.fund, project=task.project.slug,
            amount=task.price, by=by,
        )  # fmt: skip


def decide_within_a_week(answered: datetime) -> None:
    """Make sure that the calendar decides what nobody decided: one job for each day on which answers came in.

    It runs when the seventh day after that day begins, so that no answer waits longer than seven times 24 hours.
    """
    due = answered.date() + DECIDE_WITHIN
    start = datetime(due.year, due.month, due.day, tzinfo=answered.tzinfo)
    wait = max(0.0, (start - clock.now()).total_seconds())
    jobs.enqueue(SWEEP, {"day": due.isoformat()}, key=f"{SWEEP}:{due.isoformat()}", delay=max(wait, 1.0))


def sweep_decisions(payload: dict[str, Any]) -> None:
    """Accept every answer that came in a week before the day of `payload` or earlier and is still undecided; end overdue leases."""
    day = date.fromisoformat(payload["day"]) - DECIDE_WITHIN + timedelta(days=1)
    before = datetime(day.year, day.month, day.day, tzinfo=clock.now().tzinfo)
    waiting = (
        select(Assignment)
        .where(Assignment.state == AssignmentState.IN_REVIEW, Assignment.answered_at < before)
        .order_by(Assignment.id)
        .with_for_update()
    )
    for task in db.session.scalars(waiting):
        accept(task, by=None)
    claiming.expire_overdue()


def _return(task: Assignment, by: User) -> None:
    task.state, task.decided_at = AssignmentState.RETURNED, clock.now()
    task.lease_until = clock.now() + REDO_WITHIN
    pay(task, by=by)
    facts.record(facts.Kind.ITEM_RETURNED, task, actor=by, worker=task.worker_id, rev=task.rev)


def _answered(task: Assignment) -> Annotation:
    annotation = queries.latest_annotation(task)
    if annotation is None:
        raise Refused(_("There is no answer here yet."))
    return annotation


def _corrected(task: Assignment, annotation: Annotation, payload: object) -> list[dict[str, Any]]:
    corrected = schemas.to_payload(judging.admitted(task.project, task.item, payload))
    if corrected == annotation.payload:
        raise Refused(_("You changed nothing. Accept it, or change it first."))
    return corrected


def _complete(item_id: int) -> None:
    """An item is complete once all its slots are taken and every answer in them is decided."""
    undecided = exists().where(Assignment.item_id == Item.id, Assignment.slot_held, Assignment.state.not_in(DECIDED))
    done = update(Item).where(Item.id == item_id, Item.open_slots == 0, Item.state == ItemState.READY, ~undecided)
    db.session.execute(done.values(state=ItemState.COMPLETE).execution_options(synchronize_session=False))
