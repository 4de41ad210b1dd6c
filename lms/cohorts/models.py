"""Programmes, cohorts, and who has a place in one."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.catalogue.models import CourseVersion
from lms.core import clock
from lms.core.db import Model, choice
from lms.partners.models import Partner
from lms.people.models import User


class CohortState(StrEnum):
    """The life of a cohort (design: learning, section 2); recruiting and selecting belong to intake."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    RUNNING = "running"
    GRADING = "grading"
    COMPLETED = "completed"
    ARCHIVED = "archived"
    CANCELLED = "cancelled"


class EnrolmentState(StrEnum):
    INVITED = "invited"
    ACTIVE = "active"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    DROPPED = "dropped"
    REMOVED = "removed"


class Code(StrEnum):
    """What was seen of a person in a class (design: learning, section 4). C is counted like E, up to a cap."""

    PRESENT = "P"
    LATE = "L"
    ABSENT = "A"
    NO_CONNECTION = "C"
    EXCUSED = "E"


STUDYING = (EnrolmentState.ACTIVE, EnrolmentState.COMPLETED)  # may read lessons and hand in


class Programme(Model):
    """What a donor funds: a track that cohorts go through. `fund` is the ledger's name of the money."""

    __tablename__ = "programme"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    track: Mapped[str] = mapped_column(String(40))
    fund: Mapped[str] = mapped_column(String(40))


class Cohort(Model):
    """People who learn together. Dates of its courses are offsets, resolved in the cohort's own zone."""

    __tablename__ = "cohort"

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"), index=True)
    name: Mapped[str] = mapped_column(String(120), unique=True)
    zone: Mapped[str] = mapped_column(String(40))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    capacity: Mapped[int] = mapped_column(default=30)
    state: Mapped[CohortState] = mapped_column(choice(CohortState), default=CohortState.DRAFT)
    class_times: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")  # of `classes.ClassTime`, in its own zone

    programme: Mapped[Programme] = relationship()
    partner: Mapped[Partner | None] = relationship()


class CohortCourse(Model):
    """A course version pinned by a cohort, in order."""

    __tablename__ = "cohort_course"
    __table_args__ = (UniqueConstraint("cohort_id", "course_uid"),)

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"), primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"), primary_key=True)
    course_uid: Mapped[str] = mapped_column(String(60))
    position: Mapped[int] = mapped_column(default=0)

    version: Mapped[CourseVersion] = relationship()


class MentorSeat(Model):
    """A mentor's place in a cohort: the right to see and grade its trainees."""

    __tablename__ = "mentor_seat"

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)

    cohort: Mapped[Cohort] = relationship()
    user: Mapped[User] = relationship()


class Enrolment(Model):
    """A trainee's place in a cohort. Everything she makes hangs on it."""

    __tablename__ = "enrolment"
    __table_args__ = (UniqueConstraint("cohort_id", "user_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    state: Mapped[EnrolmentState] = mapped_column(choice(EnrolmentState), default=EnrolmentState.ACTIVE)
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    completed_at: Mapped[datetime | None]

    cohort: Mapped[Cohort] = relationship()
    user: Mapped[User] = relationship()


class Session(Model):
    """A class of a cohort on one day, as its mentor saw it. The day is one of the cohort's zone."""

    __tablename__ = "class_session"
    __table_args__ = (UniqueConstraint("cohort_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    day: Mapped[date]
    saved_at: Mapped[datetime] = mapped_column(default=clock.now)
    saved_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    saved_by: Mapped[User] = relationship()


class Attendance(Model):
    """One person in one class. The reason of an absence is kept as its code alone: nobody needs to know more."""

    __tablename__ = "attendance"

    session_id: Mapped[int] = mapped_column(ForeignKey("class_session.id"), primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"), primary_key=True, index=True)
    code: Mapped[Code] = mapped_column(choice(Code))
