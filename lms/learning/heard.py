"""What a trainee last heard from those who look after her, for Today: one statement, which every Today asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import BindParameter, bindparam, func, select
from sqlalchemy.orm import aliased

from lms.cohorts.models import Enrolment
from lms.core.db import rows
from lms.grading.models import Grade, Submission
from lms.messages.models import Message, Thread
from lms.people.models import User

_HER: BindParameter[int] = bindparam("user")
_MARKER, _WRITER = aliased(User), aliased(User)
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
    select(Submission.id, Submission.enrolment_id, Submission.assignment_uid, _MARKER.name.label("by"))
    .add_columns(Grade.feedback, Grade.returned, Grade.passed, Grade.total, Grade.possible)
    .add_columns(Message.thread_id, _WRITER.name.label("writer"))
    .select_from(User)
    .outerjoin(Grade, Grade.id == _MARK)
    .outerjoin(_MARKER, _MARKER.id == Grade.by_id)
    .outerjoin(Submission, Submission.id == Grade.submission_id)
    .outerjoin(Message, Message.id == _NEW)
    .outerjoin(_WRITER, _WRITER.id == Message.by_id)
    .where(User.id == _HER)
)


class Mark(NamedTuple):
    """A mark as Today tells it. `id`: of the submission; `by`: the mentor's name."""

    id: int
    enrolment_id: int
    assignment_uid: str
    by: str
    feedback: str
    returned: bool
    passed: bool
    total: int
    possible: int


@dataclass(frozen=True, slots=True)
class Word:
    """A message she has not read: where it stands and who wrote it. Not its words, because a phone keeps Today and no messages."""

    thread: int
    by: str


@dataclass(frozen=True, slots=True)
class Heard:
    """Her newest mark with what it is for, and the newest message that she has not read."""

    mark: Mark | None
    word: Word | None


def heard(user: User) -> Heard:
    """What this person heard last."""
    *mark, thread, by = rows(_HEARD, {"user": user.id}).one()
    return Heard(Mark._make(mark) if mark[0] is not None else None, Word(thread, by) if thread else None)
