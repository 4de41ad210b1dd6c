"""What a trainee last heard from those who look after her, for Today: one statement, which every Today asks."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BindParameter, bindparam, func, select
from sqlalchemy.orm import aliased, joinedload

from lms.cohorts.models import Enrolment
from lms.core.db import db
from lms.grading.models import Grade, Submission
from lms.messages.models import Message, Thread
from lms.people.models import User

_HER: BindParameter[int] = bindparam("user")
_WRITER = aliased(User)
_MARK = (
    select(func.max(Grade.id))
    .join(Submission, Submission.id == Grade.submission_id)
    .join(Enrolment, Enrolment.id == Submission.enrolment_id)
    .where(Enrolment.user_id == _HER)
    .scalar_subquery()
)
_NEW = (
    select(func.max(Message.id))
    .join(Thread, Thread.id == Message.thread_id)
    .where(Thread.person_id == _HER, Message.by_id != _HER, Message.id > Thread.read_by_person)
    .scalar_subquery()
)
_HEARD = (
    select(Grade, Submission, Message.thread_id, _WRITER.name)
    .select_from(User)
    .outerjoin(Grade, Grade.id == _MARK)
    .outerjoin(Submission, Submission.id == Grade.submission_id)
    .outerjoin(Message, Message.id == _NEW)
    .outerjoin(_WRITER, _WRITER.id == Message.by_id)
    .where(User.id == _HER)
    .options(joinedload(Grade.by))
)


@dataclass(frozen=True, slots=True)
class Word:
    """A message she has not read: where it stands and who wrote it. Not its words, because a phone keeps Today and no messages."""

    thread: int
    by: str


@dataclass(frozen=True, slots=True)
class Heard:
    """Her newest mark with what it is for, and the newest message that she has not read."""

    mark: tuple[Grade, Submission] | None
    word: Word | None


def heard(user: User) -> Heard:
    """What this person heard last."""
    grade, submission, thread, by = db.session.execute(_HEARD, {"user": user.id}).one()
    return Heard((grade, submission) if grade is not None else None, Word(thread, by) if thread else None)
