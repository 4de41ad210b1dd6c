"""Reading cohorts: the versions they pinned, the place a person learns in, and when something opens or is due there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, defer

from lms.catalogue.courses import Moment
from lms.catalogue.models import CourseVersion
from lms.cohorts.models import STUDYING, Cohort, CohortCourse, CohortState, Enrolment
from lms.core.db import db
from lms.people.models import User


@dataclass(frozen=True, slots=True)
class Place:
    """A course a person learns: her enrolment (with its cohort) and the version her cohort pinned."""

    enrolment: Enrolment
    version: CourseVersion


def pinned(cohort_id: int) -> list[CourseVersion]:
    """The course versions of a cohort, in the order of study. Their bodies are not read: `catalogue.queries.course` keeps them."""
    return list(
        db.session.scalars(
            select(CourseVersion)
            .join(CohortCourse, CohortCourse.version_id == CourseVersion.id)
            .where(CohortCourse.cohort_id == cohort_id)
            .options(defer(CourseVersion.body))
            .order_by(CohortCourse.position, CourseVersion.uid)
        )
    )


def places_of(user: User) -> list[Place]:
    """Every course this person learns or has finished, newest enrolment first, then in the cohort's order. One statement."""
    rows = db.session.execute(_places(user).order_by(Enrolment.id.desc(), CohortCourse.position, CourseVersion.uid))
    return [Place(enrolment, version) for enrolment, version in rows]


def place_for(user: User, course_uid: str) -> tuple[Enrolment, CourseVersion] | None:
    """The enrolment through which this person learns a course, with its cohort, and the pinned version. One statement.

    Where she met the course in two cohorts, the newer enrolment counts.
    """
    found = db.session.execute(_places(user).where(CohortCourse.course_uid == course_uid).order_by(Enrolment.id.desc()).limit(1)).first()
    return (found[0], found[1]) if found else None


def _places(user: User) -> Select[Enrolment, CourseVersion]:
    return (
        select(Enrolment, CourseVersion)
        .join(Enrolment.cohort)
        .join(CohortCourse, CohortCourse.cohort_id == Enrolment.cohort_id)
        .join(CourseVersion, CourseVersion.id == CohortCourse.version_id)
        .where(Enrolment.user_id == user.id, Enrolment.state.in_(STUDYING), Cohort.state != CohortState.CANCELLED)
        .options(contains_eager(Enrolment.cohort), defer(CourseVersion.body))
    )


def opens_at(cohort: Cohort, moment: Moment) -> datetime:
    """When something that opens at this offset opens: an aware moment in the cohort's zone."""
    return _resolve(cohort, moment)


def due_at(cohort: Cohort, moment: Moment) -> datetime:
    """Until when there is time for something due at this offset: an aware moment in the cohort's zone.

    A limit of 23:59 lasts to the end of that minute, so that what the page calls `23:59` is still in time.
    """
    return _resolve(cohort, moment).replace(second=59, microsecond=999_999)


def _resolve(cohort: Cohort, moment: Moment) -> datetime:
    return moment.local(cohort.starts_on).replace(tzinfo=ZoneInfo(cohort.zone))
