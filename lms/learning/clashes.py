"""Two cohorts that clash in time: somebody leads both, or learns in both, and what of both is on the same days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import aliased, contains_eager, defer

from lms.catalogue import queries as catalogue
from lms.catalogue.courses import ItemKind
from lms.catalogue.models import CourseVersion
from lms.cohorts.models import Cohort, CohortCourse, Enrolment, EnrolmentState, MentorSeat, Session
from lms.core.db import db
from lms.learning.calendar import OVER, events
from lms.people.models import User

CLASSES = 5  # shown


@dataclass(slots=True)
class Clash:
    """Another cohort in the same weeks. `learners` are the places, in this cohort, of those who learn in both.

    `tasks` are the days on which there is time for tasks of both, `classes` the last days on which both had a class.
    """

    cohort: Cohort
    mentors: list[User] = field(default_factory=list)
    learners: list[Enrolment] = field(default_factory=list)
    tasks: Sequence[date] = ()
    classes: Sequence[date] = ()


def clashes(cohort: Cohort, visible: Select[Cohort]) -> list[Clash]:
    """The other cohorts in the same weeks with people of this one, of those that may be seen. Five statements at the most."""
    if cohort.state in OVER:
        return []
    found: dict[int, Clash] = {}
    for mentor, other in db.session.execute(_led_twice(cohort, visible)):
        found.setdefault(other.id, Clash(other)).mentors.append(mentor)
    for place, other in db.session.execute(_learnt_twice(cohort, visible)):
        found.setdefault(other.id, Clash(other)).learners.append(place)
    if found:
        tasks, classes = _task_days([cohort, *(one.cohort for one in found.values())]), _class_days([cohort.id, *found])
        for id, one in found.items():
            one.tasks, one.classes = sorted(tasks[cohort.id] & tasks[id]), sorted(classes[cohort.id] & classes[id])[-CLASSES:]
    return sorted(found.values(), key=lambda one: (one.cohort.starts_on, one.cohort.id))


def learning_twice(cohort: Cohort, visible: Select[Cohort]) -> int:
    """How many people of this cohort learn in another one in the same weeks, of those that may be seen."""
    places = _learnt_twice(cohort, visible).with_only_columns(Enrolment.id).order_by(None).distinct().subquery()
    return 0 if cohort.state in OVER else db.session.scalar(select(func.count()).select_from(places)) or 0


def _led_twice(cohort: Cohort, visible: Select[Cohort]) -> Select[User, Cohort]:
    here = aliased(MentorSeat)
    return (
        select(User, Cohort)
        .join(here, here.user_id == User.id)
        .join(MentorSeat, MentorSeat.user_id == here.user_id)
        .join(Cohort, Cohort.id == MentorSeat.cohort_id)
        .where(here.cohort_id == cohort.id, _beside(cohort, visible))
        .order_by(User.name, User.id)
    )


def _learnt_twice(cohort: Cohort, visible: Select[Cohort]) -> Select[Enrolment, Cohort]:
    there = aliased(Enrolment)
    return (
        select(Enrolment, Cohort)
        .join(Enrolment.user)
        .join(there, there.user_id == Enrolment.user_id)
        .join(Cohort, Cohort.id == there.cohort_id)
        .where(Enrolment.cohort_id == cohort.id, _beside(cohort, visible))
        .where(Enrolment.state == EnrolmentState.ACTIVE, there.state == EnrolmentState.ACTIVE)
        .options(contains_eager(Enrolment.user))
        .order_by(User.name, Enrolment.id)
    )


def _beside(cohort: Cohort, visible: Select[Cohort]) -> ColumnElement[bool]:
    return and_(
        Cohort.id != cohort.id,
        Cohort.id.in_(visible.with_only_columns(Cohort.id)),
        Cohort.state.not_in(OVER),
        Cohort.starts_on <= cohort.ends_on,
        Cohort.ends_on >= cohort.starts_on,
    )


def _task_days(some: Collection[Cohort]) -> dict[int, set[date]]:
    """Cohort id -> the days on which a task of it is due."""
    known = {cohort.id: cohort for cohort in some}
    pins = db.session.execute(
        select(CohortCourse.cohort_id, CourseVersion)
        .join(CourseVersion, CourseVersion.id == CohortCourse.version_id)
        .where(CohortCourse.cohort_id.in_(known))
        .options(defer(CourseVersion.body))
    )
    found: dict[int, set[date]] = {id: set() for id in known}
    for id, version in pins:
        dues = events(known[id], [catalogue.course(version.id)])
        found[id] |= {event.at.date() for event in dues if event.due and event.kind is ItemKind.ASSIGNMENT}
    return found


def _class_days(ids: Collection[int]) -> dict[int, set[date]]:
    """Cohort id -> the days on which it had a class."""
    found: dict[int, set[date]] = defaultdict(set)
    for id, day in db.session.execute(select(Session.cohort_id, Session.day).where(Session.cohort_id.in_(ids))):
        found[id].add(day)
    return found
