"""What a trainee leaves behind while learning: texts read, quizzes tried, and the crossings that stay."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.catalogue.models import CourseVersion
from lms.cohorts.models import Enrolment
from lms.core import clock
from lms.core.db import Model, choice
from lms.core.sealing import Sealed
from lms.people.models import User


class AttemptState(StrEnum):
    """All our kinds of question are scored by rule, so an attempt that was sent is scored at once."""

    IN_PROGRESS = "in_progress"
    SCORED = "scored"


class CompletionKind(StrEnum):
    LESSON = "lesson"
    COURSE = "course"


class CalendarKey(Model):
    """That somebody's calendar can be read by a private address. The secret in the address is kept as its SHA-256 alone."""

    __tablename__ = "calendar_key"

    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime] = mapped_column(default=clock.now)


class Reading(Model):
    """She read this lesson to its end. Kept by the lesson's uid, so a new version of the course does not undo it."""

    __tablename__ = "reading"
    __table_args__ = (UniqueConstraint("enrolment_id", "lesson_uid"), {"info": {"append_only": True}})

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    lesson_uid: Mapped[str] = mapped_column(String(120))
    done_at: Mapped[datetime] = mapped_column(default=clock.now)

    enrolment: Mapped[Enrolment] = relationship()


class QuizAttempt(Model):
    """One try at a quiz. The seed orders its questions; `answers` maps a question's uid to what was given (`quizzes.Given`).

    `points` is an exact fraction as text, such as `7/2`, of `possible`; both are empty until the answers were sent.
    """

    __tablename__ = "quiz_attempt"
    __table_args__ = (UniqueConstraint("enrolment_id", "quiz_uid", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    quiz_uid: Mapped[str] = mapped_column(String(120))
    number: Mapped[int]
    seed: Mapped[str] = mapped_column(String(16))
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[AttemptState] = mapped_column(choice(AttemptState), default=AttemptState.IN_PROGRESS)
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    submitted_at: Mapped[datetime | None]
    points: Mapped[str | None] = mapped_column(String(40))
    possible: Mapped[int | None]

    enrolment: Mapped[Enrolment] = relationship()
    version: Mapped[CourseVersion] = relationship()

    @property
    def percent(self) -> Fraction | None:
        """0 to 100, exact; None until the answers were sent."""
        return percent_of(self.points, self.possible)


def percent_of(points: str | None, possible: int | None) -> Fraction | None:
    """The share in per cent of what two columns hold."""
    if points is None:
        return None
    return Fraction(points) * 100 / possible if possible else Fraction(0)


class Completion(Model):
    """A lesson or a course that was done. Done stays done (rule C5), whatever a later version asks for."""

    __tablename__ = "completion"
    __table_args__ = (UniqueConstraint("enrolment_id", "kind", "uid"), {"info": {"append_only": True}})

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    kind: Mapped[CompletionKind] = mapped_column(choice(CompletionKind))
    uid: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(default=clock.now)

    enrolment: Mapped[Enrolment] = relationship()


class Note(Model):
    """What staff and the mentors of a cohort tell each other about one person of it. Her own pages never show it.

    Sealed, so that a stolen database tells nothing. A note is added and never changed: a wrong one is answered by another.
    """

    __tablename__ = "person_note"

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(Sealed("person_note.text"))
    at: Mapped[datetime] = mapped_column(default=clock.now)

    enrolment: Mapped[Enrolment] = relationship()
    by: Mapped[User] = relationship()
