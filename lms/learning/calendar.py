"""The calendar of a cohort, week by week in its own zone: what opens, what ends, which classes were held, and what clashes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased, defer

from lms.catalogue import queries as catalogue
from lms.catalogue.courses import Course, ItemKind
from lms.catalogue.models import CourseVersion
from lms.cohorts import queries as cohorts
from lms.cohorts.actions import week_of
from lms.cohorts.models import Cohort, CohortCourse, CohortState, MentorSeat
from lms.core.db import db
from lms.core.i18n import language
from lms.people.models import User

OVER = (CohortState.COMPLETED, CohortState.ARCHIVED, CohortState.CANCELLED)
MOST = 400  # classes: a year of every day


@dataclass(frozen=True, slots=True)
class Event:
    """A lesson that opens (`due` is false), or the moment until which there is time for a lesson, quiz or task."""

    at: datetime
    due: bool
    kind: ItemKind
    uid: str
    title: str
    course: str


@dataclass(frozen=True, slots=True)
class Week:
    """A week of the cohort, from 1; its first and last day."""

    number: int
    first: date
    last: date
    now: bool
    events: Sequence[Event]
    classes: Sequence[cohorts.Day]


@dataclass(frozen=True, slots=True)
class Clash:
    """A mentor leads another cohort at the same time; the days on which there is time for tasks of both are `days`."""

    mentor: User
    cohort: Cohort
    days: Sequence[date] = field(default_factory=tuple)


def events(cohort: Cohort, courses: Sequence[Course]) -> list[Event]:
    """What the courses say, resolved in the cohort's zone, the earliest first."""
    return sorted((event for course in courses for event in _of_course(cohort, course)), key=lambda one: (one.at, one.course, one.title))


def _of_course(cohort: Cohort, course: Course) -> Iterator[Event]:
    name = course.title.in_language(language())
    for kind, item in course.items():
        title = item.title.in_language(language())
        if item.opens and kind is ItemKind.LESSON:
            yield Event(cohorts.opens_at(cohort, item.opens), False, kind, item.uid, title, name)
        if item.due:
            yield Event(cohorts.due_at(cohort, item.due.moment), True, kind, item.uid, title, name)


def moments(cohort: Cohort) -> dict[tuple[str, bool], datetime]:
    """(uid, whether it is due) -> when, for everything that the courses of a cohort say."""
    return {(event.uid, event.due): event.at for event in _of_cohort(cohort)}


def _of_cohort(cohort: Cohort) -> list[Event]:
    return events(cohort, [catalogue.course(version.id) for version in cohorts.pinned(cohort.id)])


def weeks(cohort: Cohort) -> list[Week]:
    """Every week from the first to the last day, and on where something is due after it."""
    held = cohorts.recent_classes(cohort, MOST)
    today, by_week, classes = week_of(cohort, cohorts.today_of(cohort)), defaultdict(list), defaultdict(list)
    for event in _of_cohort(cohort):
        by_week[week_of(cohort, event.at.date())].append(event)
    for day in reversed(held):
        classes[week_of(cohort, day.day)].append(day)
    last = max([week_of(cohort, cohort.ends_on), *by_week, *classes])
    made = []
    for number in range(1, last + 1):
        first = cohort.starts_on + timedelta(weeks=number - 1)
        made.append(Week(number, first, first + timedelta(days=6), number == today, by_week[number], classes[number]))
    return made


def clashes(cohort: Cohort, visible: Select[Cohort]) -> list[Clash]:
    """The other cohorts that a mentor of this one leads in the same days, of those that may be seen. Three statements."""
    here = aliased(MentorSeat)
    rows = db.session.execute(
        select(User, Cohort)
        .join(here, here.user_id == User.id)
        .join(MentorSeat, MentorSeat.user_id == here.user_id)
        .join(Cohort, Cohort.id == MentorSeat.cohort_id)
        .where(
            here.cohort_id == cohort.id,
            Cohort.id != cohort.id,
            Cohort.id.in_(visible.with_only_columns(Cohort.id)),
            Cohort.state.not_in(OVER),
            Cohort.starts_on <= cohort.ends_on,
            Cohort.ends_on >= cohort.starts_on,
        )
        .order_by(User.name, Cohort.starts_on, Cohort.id)
    ).all()
    days = _task_days([cohort, *(other for _mentor, other in rows)]) if rows and cohort.state not in OVER else {}
    return [Clash(mentor, other, sorted(days[cohort.id] & days[other.id])) for mentor, other in rows] if days else []


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
