"""Facts: what happened, who did it, when. Written in the transaction that did it; the audit trail and the donors' history.

Higher rooms that care about a fact are named in `lms/reactions.py`; each gets one job row in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.core import clock, jobs
from lms.core.db import Model, db


class Kind(StrEnum):
    """The vocabulary of facts: subject and past participle."""

    PERSON_ADDED = "person.added"
    PERSON_SIGNED_IN = "person.signed_in"
    PERSON_CODE_MADE = "person.code_made"
    PERSON_PASSWORD_SET = "person.password_set"  # noqa: S105
    PERSON_IDENTIFIER_CHANGED = "person.identifier_changed"
    PERSON_ROLE_GIVEN = "person.role_given"
    PERSON_ROLE_TAKEN = "person.role_taken"
    PERSON_CONSENTED = "person.consented"
    PERSON_WITHDREW = "person.withdrew"
    PERSON_ADULT_CONFIRMED = "person.adult_confirmed"
    PERSON_PHONES_CLEARED = "person.phones_cleared"
    PERSON_DATA_TAKEN = "person.data_taken"
    COURSE_PUBLISHED = "course.published"
    PROGRAMME_MADE = "programme.made"
    PROGRAMME_CHANGED = "programme.changed"
    PARTNER_MADE = "partner.made"
    PARTNER_CHANGED = "partner.changed"
    COORDINATOR_SEATED = "coordinator.seated"
    COORDINATOR_UNSEATED = "coordinator.unseated"
    COHORT_MADE = "cohort.made"
    COHORT_CHANGED = "cohort.changed"
    CALENDAR_OPENED = "person.calendar_opened"
    CALENDAR_CLOSED = "person.calendar_closed"
    MARKS_TAKEN = "cohort.marks_taken"
    MENTOR_SEATED = "mentor.seated"
    MENTOR_UNSEATED = "mentor.unseated"
    ENROLMENT_MADE = "enrolment.made"
    ENROLMENT_DROPPED = "enrolment.dropped"
    ENROLMENT_RESUMED = "enrolment.resumed"
    ENROLMENT_COMPLETED = "enrolment.completed"
    ATTENDANCE_TAKEN = "attendance.taken"
    LESSON_READ = "lesson.read"
    QUIZ_PASSED = "quiz.passed"
    QUIZ_SENT = "quiz.sent"
    SUBMISSION_SENT = "submission.submitted"
    SUBMISSION_CLAIMED = "submission.claimed"
    SUBMISSION_MARKED = "submission.marked"
    SUBMISSION_UNDONE = "submission.undone"
    SUBMISSION_GRADED = "submission.graded"
    SUBMISSION_RELEASED = "submission.released"
    SUBMISSION_RETURNED = "submission.returned"
    COURSE_COMPLETED = "course.completed"
    PROJECT_MADE = "project.made"
    PROJECT_OPENED = "project.opened"
    PROJECT_CHANGED = "project.changed"
    PROJECT_PAUSED = "project.paused"
    PROJECT_CLOSED = "project.closed"
    GUIDELINE_WRITTEN = "guideline.written"
    GUIDELINE_READ = "guideline.read"
    DATASET_IMPORTED = "dataset.imported"
    IMPORT_FAILED = "import.failed"
    IMPORT_PUT_AWAY = "import.put_away"
    ITEM_CLAIMED = "item.claimed"
    ITEM_SUBMITTED = "item.submitted"
    ITEM_SKIPPED = "item.skipped"
    ITEM_SCORED = "item.scored"
    ITEM_ACCEPTED = "item.accepted"
    ITEM_FIXED = "item.fixed"
    ITEM_RETURNED = "item.returned"
    MONEY_POSTED = "money.posted"
    GRANT_CORRECTED = "grant.corrected"
    BATCH_PREPARED = "batch.prepared"
    BATCH_LOCKED = "batch.locked"
    BATCH_APPROVED = "batch.approved"
    BATCH_CANCELLED = "batch.cancelled"
    BATCH_SENT = "batch.sent"
    BATCH_SETTLED = "batch.settled"
    BATCH_FILE_TAKEN = "batch.file_taken"
    PAYOUT_PAID = "payout.paid"
    PAYOUT_FAILED = "payout.failed"
    PAYOUT_RETURNED = "payout.returned"
    PAYOUT_DETAILS_SHOWN = "payout.details_shown"
    PAYOUT_METHOD_SET = "payout.method_set"
    CREDENTIAL_ISSUED = "credential.issued"
    CREDENTIAL_REVOKED = "credential.revoked"
    CREDENTIAL_SUPERSEDED = "credential.superseded"
    CREDENTIAL_SHARED = "credential.shared"
    POOL_RULES_SET = "pool.rules_set"
    POOL_SIGNED_OFF = "pool.signed_off"
    POOL_ELIGIBLE = "pool.eligible"
    POOL_INVITED = "pool.invited"
    POOL_NOT_YET = "pool.not_yet"
    POOL_CONSENTED = "pool.consented"
    POOL_AVAILABLE = "pool.available"
    POOL_SKILLS_SAID = "pool.skills_said"
    POOL_LEFT = "pool.left"
    POOL_NEWS_PUBLISHED = "pool.news_published"
    POOL_NEWS_TAKEN_BACK = "pool.news_taken_back"
    ROUND_MADE = "round.made"
    ROUND_CHANGED = "round.changed"
    ROUND_OPENED = "round.opened"
    ROUND_CLOSED = "round.closed"
    APPLICATION_SENT = "application.submitted"
    APPLICATION_RECOMMENDED = "application.recommended"
    APPLICATION_ASKED = "application.asked"
    APPLICATION_REPLIED = "application.replied"
    APPLICATION_ACCEPTED = "application.accepted"
    APPLICATION_REJECTED = "application.rejected"
    APPLICATION_ENROLLED = "application.enrolled"
    APPLICATION_WITHDRAWN = "application.withdrawn"
    MESSAGE_SENT = "message.sent"
    NOTE_WRITTEN = "note.written"


class Fact(Model):
    """One thing that happened. Holds ids and field names, never values about a person."""

    __tablename__ = "fact"
    __table_args__ = (Index("ix_fact_subject", "subject_kind", "subject_id"), {"info": {"append_only": True}})

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), index=True)
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(index=True)
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)


_reactions: dict[str, Sequence[str]] = {}


def wire(reactions: Mapping[Kind, Sequence[str]]) -> None:
    """Say which jobs each kind of fact starts: names of handlers known to `jobs`."""
    _reactions.clear()
    _reactions.update({str(kind): tuple(names) for kind, names in reactions.items()})


def record(kind: Kind, subject: Any, *, actor: Any | None = None, **data: Any) -> Fact:
    """Write that something happened to a row, and one job for each listener. Gives new rows their ids (flush).

    `actor` is the person who did it, or None where a rule did. `data` must hold no value about a person.
    """
    db.session.flush()
    fact = Fact(
        kind=str(kind),
        subject_kind=subject.__tablename__,
        subject_id=subject.id,
        actor_id=actor.id if actor is not None else None,
        at=clock.now(),
        data=data,
    )
    db.session.add(fact)
    db.session.flush()
    for name in _reactions.get(str(kind), ()):
        jobs.enqueue(name, {"fact": fact.id}, key=f"{name}:fact:{fact.id}")
    return fact


def listening(listener: Any) -> Any:
    """A job handler that hands its fact to a listener. A fact that is gone (a restore) is no work."""

    def handle(payload: dict[str, Any]) -> None:
        fact = db.session.get(Fact, payload["fact"])
        if fact is not None:
            listener(fact)

    return handle
