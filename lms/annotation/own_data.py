"""What this room holds about one person, for her to take: each item she was given, all her answers, what was decided of them.

Never the known answers, nor figures of an answer that is not decided: they would tell the known answer to who still works on it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from lms.annotation import wording
from lms.annotation.models import DECIDED, Activity, Annotation, Assignment, Draft, GuidelineReading, Project, Review, Score
from lms.core.db import db
from lms.core.i18n import _
from lms.core.own_data import Row, Said, Share
from lms.people.models import User


def give(person: User) -> Iterator[Share]:
    """Her work item by item. Who reviewed it is not named."""
    labels = {"item": _("Item"), "state": _("State"), "price": _("Price")}
    yield Share("work", _("Items you worked on"), list(_items(person)), labels)
    read = (
        select(GuidelineReading, Project.name)
        .join(Project, Project.id == GuidelineReading.project_id)
        .where(GuidelineReading.user_id == person.id)
    )
    yield Share(
        "guidelines_read", _("Guidelines you read"),
        [{"project": name, "version": row.version, "at": row.at} for row, name in db.session.execute(read.order_by(GuidelineReading.at))],
        {"project": _("Project"), "version": _("Version"), "at": _("Time")},
    )  # fmt: skip
    moments = select(Activity).where(Activity.worker_id == person.id).order_by(Activity.id)
    yield Share(
        "work_moments", _("Moments in which you worked"), [{"item": one.assignment_id, "at": one.at} for one in db.session.scalars(moments)]
    )


def _items(person: User) -> Iterator[Row]:
    hers = select(Assignment.id).where(Assignment.worker_id == person.id)
    answers, drafts = _by_task(select(Annotation).where(Annotation.assignment_id.in_(hers)).order_by(Annotation.id)), _drafts(hers)
    reviews = {
        one.annotation_id: one
        for one in db.session.scalars(select(Review).join(Review.annotation).where(Annotation.assignment_id.in_(hers)))
    }
    figures = _figures(hers)
    given = select(Assignment).where(Assignment.worker_id == person.id).options(joinedload(Assignment.project), joinedload(Assignment.item))
    for task in db.session.scalars(given.order_by(Assignment.id)):
        looked = [reviews[one.id] for one in answers[task.id] if one.id in reviews]
        comments = [remark for review in looked for remark in review.comments]
        became = [wording.task_state(task.state), wording.skip_reason(task.skip_reason) if task.skip_reason else ""]
        became += [str(remark.get("text", "")) for remark in comments]
        yield {
            "id": task.id, "project": task.project.name, "item": Said(task.item.name, f"{task.project.name}\n{task.item.name}"),
            "state": Said(task.state, "\n".join(words for words in became if words)), "comments": comments,
            "price": task.price, "times_paid": task.times_paid, "leased_at": task.leased_at, "lease_until": task.lease_until,
            "answered_at": task.answered_at, "decided_at": task.decided_at, "skip_reason": task.skip_reason,
            "decisions": [{"decision": review.decision, "at": review.at} for review in looked],
            "draft": drafts.get(task.id),
            "answers": [
                {"rev": one.rev, "at": one.received_at, "answer": one.payload, "figures": figures[one.id] if task.state in DECIDED else {}}
                for one in answers[task.id]
            ],
        }  # fmt: skip


def _by_task(asked: Select[Annotation]) -> dict[int, list[Annotation]]:
    found: dict[int, list[Annotation]] = defaultdict(list)
    for one in db.session.scalars(asked):
        found[one.assignment_id].append(one)
    return found


def _drafts(hers: Select[int]) -> dict[int, dict[str, Any]]:
    kept = db.session.scalars(select(Draft).where(Draft.assignment_id.in_(hers)))
    return {one.assignment_id: {"answer": one.payload, "saved_at": one.saved_at} for one in kept}


def _figures(hers: Select[int]) -> dict[int, dict[str, float | None]]:
    """The newest figures of each answer, by metric, as `queries.scores_of` reads those of one."""
    found: dict[int, dict[str, float | None]] = defaultdict(dict)
    scored = select(Score).join(Annotation, Annotation.id == Score.annotation_id).where(Annotation.assignment_id.in_(hers))
    for one in db.session.scalars(scored.order_by(Score.id)):
        found[one.annotation_id][one.metric] = one.value
    return found
