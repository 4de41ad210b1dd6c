"""What a trainee handed in, and what her mentor said of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.catalogue.models import CourseVersion
from lms.cohorts.models import Enrolment
from lms.core import clock
from lms.core.db import Model, choice
from lms.core.files import StoredFile
from lms.people.models import User


class State(StrEnum):
    """submitted -> in_marking (claimed, with a lease) -> sending (the mark can be taken back) -> released or returned.

    A lease that runs out gives it back to the desk.
    """

    SUBMITTED = "submitted"
    IN_MARKING = "in_marking"
    SENDING = "sending"
    RELEASED = "released"
    RETURNED = "returned"


ON_DESK = (State.SUBMITTED, State.IN_MARKING)
WAITING = (*ON_DESK, State.SENDING)  # as the trainee sees it: her mentor has it


class Submission(Model):
    """One try at one assignment. A returned one opens the next try, which is never late."""

    __tablename__ = "submission"
    __table_args__ = (UniqueConstraint("enrolment_id", "assignment_uid", "attempt"), Index("ix_submission_desk", "state", "submitted_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    assignment_uid: Mapped[str] = mapped_column(String(120))
    attempt: Mapped[int]
    text: Mapped[str | None]
    link: Mapped[str | None] = mapped_column(String(500))
    state: Mapped[State] = mapped_column(choice(State), default=State.SUBMITTED)
    submitted_at: Mapped[datetime] = mapped_column(default=clock.now)  # when it arrived here
    written_at: Mapped[datetime | None]  # by the phone's clock, where it waited there for a network
    claimed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    lease_until: Mapped[datetime | None]

    enrolment: Mapped[Enrolment] = relationship()
    version: Mapped[CourseVersion] = relationship()
    claimed_by: Mapped[User | None] = relationship()


class SubmissionFile(Model):
    """A file of a submission, in the order it was chosen."""

    __tablename__ = "submission_file"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))

    file: Mapped[StoredFile] = relationship()


class Grade(Model):
    """A mark with its levels, once for each try. Rows are added and never changed."""

    __tablename__ = "grade"
    __table_args__ = ({"info": {"append_only": True}},)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), unique=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    marks: Mapped[dict[str, Any]]  # criterion uid -> level uid
    total: Mapped[int]
    possible: Mapped[int]
    passed: Mapped[bool]
    returned: Mapped[bool]
    feedback: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=clock.now)

    by: Mapped[User] = relationship()


class HeldMark(Model):
    """A mark on its way: nobody but its mentor sees it before `send_at`. None there: taken back, and in the mentor's form again."""

    __tablename__ = "held_mark"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    marks: Mapped[dict[str, Any]]  # criterion uid -> level uid
    feedback: Mapped[str]
    returned: Mapped[bool]
    send_at: Mapped[datetime | None]

    submission: Mapped[Submission] = relationship()
    by: Mapped[User] = relationship()


class SavedPhrase(Model):
    """Words that a mentor writes often, for that mentor alone; beside them, where they were written down, the same in another language."""

    __tablename__ = "saved_phrase"

    id: Mapped[int] = mapped_column(primary_key=True)
    mentor_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    text: Mapped[str] = mapped_column(String(400))
    other: Mapped[str | None] = mapped_column(String(400))
    other_language: Mapped[str | None] = mapped_column(String(3))


class VoiceNote(Model):
    """What a mentor said of an answer instead of writing it. It belongs to the mark of that try, and is heard when the mark is read."""

    __tablename__ = "voice_note"

    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    seconds: Mapped[int]

    file: Mapped[StoredFile] = relationship()
