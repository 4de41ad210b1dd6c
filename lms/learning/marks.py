"""The marks of a cohort, course by course: what counts of each person, and the table that staff take with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from lms.catalogue import queries as catalogue
from lms.catalogue.courses import Assignment, Course, Quiz
from lms.catalogue.models import CourseVersion
from lms.cohorts.models import Cohort, Enrolment
from lms.core import fmt
from lms.core.i18n import _, language
from lms.core.tables import Cell, Sheet
from lms.learning import progress
from lms.learning.progress import Facts, WorkState
from lms.learning.queries import everybody_in
from lms.people.models import User


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands for one piece of work: points, or where the work is while it has none. Neither: nothing was sent."""

    points: Decimal | None
    state: WorkState | None


@dataclass(frozen=True, slots=True)
class Line:
    """One person in one course. `current` and `final` are totals and `done` a share of the course, all in per cent."""

    place: Enrolment
    marks: Sequence[Mark]
    current: Decimal | None
    final: Decimal | None
    done: int


@dataclass(frozen=True, slots=True)
class Book:
    """The marks of one course: a column for each quiz and task that has points."""

    course: Course
    items: Sequence[Quiz | Assignment]
    lines: Sequence[Line]


def people_of(cohort: Cohort) -> Select[Enrolment]:
    """Everybody with a place, by name."""
    found = select(Enrolment).where(Enrolment.cohort_id == cohort.id).join(Enrolment.user)
    return found.options(joinedload(Enrolment.user), joinedload(Enrolment.cohort)).order_by(User.name, Enrolment.id)


def books(places: Sequence[Enrolment], versions: Sequence[CourseVersion]) -> list[Book]:
    """A book for each course, with these people in this order. Two statements, however many they are."""
    studies = everybody_in(places, versions)
    found = []
    for n, version in enumerate(versions):
        course = catalogue.course(version.id)
        items = progress.graded(course)
        found.append(Book(course, items, [_line(place, course, items, studies[place.id][n].facts) for place in places]))
    return found


def titles(versions: Sequence[CourseVersion]) -> list[tuple[str, str]]:
    """(uid, title) of each course."""
    return [(version.uid, catalogue.course(version.id).title.in_language(language())) for version in versions]


def _line(place: Enrolment, course: Course, items: Sequence[Quiz | Assignment], facts: Facts) -> Line:
    totals = progress.totals(course, facts)
    marks = [_mark(item, facts) for item in items]
    return Line(place, marks, _rounded(totals.current), _rounded(totals.final), progress.percent(course, facts))


def _mark(item: Quiz | Assignment, facts: Facts) -> Mark:
    score, work = progress.score_of(item, facts), facts.works.get(item.uid)
    return Mark(_rounded(score * item.points / 100 if score is not None else None), work.state if work else None)


def _rounded(value: Fraction | None) -> Decimal | None:
    """Rule R1: half up, to two places, once."""
    return Decimal(int(progress.round_half_up(value) * 100)) / 100 if value is not None else None


def sheets(found: Sequence[Book]) -> list[Sheet]:
    """A sheet for each course: figures as numbers, the words of what has none yet."""
    return [Sheet(book.course.uid, _head(book), [_cells(line) for line in book.lines]) for book in found]


def _head(book: Book) -> list[str]:
    items = [_("%(title)s (of %(points)s)", title=item.title.in_language(language()), points=fmt.num(item.points)) for item in book.items]
    return [_("Name"), *items, _("Total so far (of 100)"), _("Total of the whole course (of 100)"), _("Done (of 100)")]


def _cells(line: Line) -> list[Cell]:
    return [line.place.user.name, *(_cell(mark) for mark in line.marks), line.current, line.final, line.done]


def _cell(mark: Mark) -> Cell:
    words = {None: None, WorkState.WAITING: _("To check"), WorkState.RETURNED: _("To change")}
    return mark.points if mark.points is not None else words.get(mark.state)


def table(found: Sequence[Book]) -> tuple[list[str], list[list[Cell]]]:
    """All courses in one table, a line for each person and piece of work: (head, rows)."""
    head = [_("Name"), _("Course"), _("Task or quiz"), _("Points"), _("Of")]
    rows: list[list[Cell]] = [
        [line.place.user.name, book.course.uid, item.title.in_language(language()), _cell(mark), item.points]
        for book in found for line in book.lines for item, mark in zip(book.items, line.marks, strict=True)
    ]  # fmt: skip
    return head, rows
