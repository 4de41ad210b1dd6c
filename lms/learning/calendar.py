"""The calendar of a cohort, week by week in its own zone: what opens, what ends, which classes were held."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from lms.catalogue import queries as catalogue
from lms.catalogue.courses import Course, ItemKind
from lms.cohorts import queries as cohorts
from lms.cohorts.actions import week_of
from lms.cohorts.models import Cohort, CohortState
from lms.core.i18n import language

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
