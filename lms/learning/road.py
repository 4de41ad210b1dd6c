"""The map of a course: its weeks, and in each the lessons and tasks with their state and one quiet line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from lms.catalogue.courses import Assignment, ItemKind, Lesson, Quiz
from lms.cohorts import queries as cohorts
from lms.core import clock, fmt
from lms.core.i18n import _
from lms.learning import naming, progress
from lms.learning.opening import opens
from lms.learning.progress import Step, WorkState
from lms.learning.queries import Study


@dataclass(frozen=True, slots=True)
class Row:
    """A step of the road. `state` is done, now or later; `word` replaces its word where it has one of its own."""

    state: str
    name: str
    meta: str
    href: str
    word: str | None = None


@dataclass(frozen=True, slots=True)
class Week:
    number: int
    first: date
    last: date
    rows: tuple[Row, ...]

    @property
    def done(self) -> bool:
        return all(row.state == "done" for row in self.rows)


def weeks(study: Study, now: Step | None) -> Iterator[Week]:
    """The course by weeks, as dates of the cohort. `now` is the step that the page frames."""
    start = study.enrolment.cohort.starts_on
    shown = [step for step in progress.steps(study.course, study.facts) if not _told_by_lesson(step)]
    for number, steps in groupby(shown, key=lambda step: step.lesson.week):
        first = start + timedelta(weeks=number - 1)
        yield Week(number, first, first + timedelta(days=6), tuple(_row(study, step, now) for step in steps))


def _told_by_lesson(step: Step) -> bool:
    """A quiz that makes its lesson done has no row of its own: one thing to do, one row."""
    return step.kind is ItemKind.QUIZ and step.lesson.complete.item == step.item.uid


def _row(study: Study, step: Step, now: Step | None) -> Row:
    framed = now is not None and step.lesson.uid == now.lesson.uid and (step.kind is now.kind or _framed_by_quiz(step, now))
    state = "done" if step.done else "now" if framed else "later"
    work = study.facts.works.get(step.item.uid)
    words = {WorkState.WAITING: _("With your mentor"), WorkState.BELOW: _("Not yet"), WorkState.RETURNED: _("Came back")}
    word = str(words[work.state]) if work and work.state in words and not step.done else None
    return Row(state, naming.name_of(study.course, step), _meta(study, step), naming.address_of(study.course, step), word)


def _framed_by_quiz(step: Step, now: Step) -> bool:
    return step.kind is ItemKind.LESSON and now.kind is ItemKind.QUIZ and _told_by_lesson(now)


def _meta(study: Study, step: Step) -> str:
    """How long it takes; what she reached; when it opens or until when there is time."""
    cohort, item = study.enrolment.cohort, step.item
    if step.done and (reached := _reached(study, item)):
        return reached
    said = [fmt.minutes(item.minutes)] if item.minutes else []
    if not step.done and (moment := opens(cohort, step.lesson, item)):
        said.append(str(_("opens on %(date)s", date=fmt.date(moment))))
    elif not step.done and item.due:
        due = cohorts.due_at(cohort, item.due.moment)
        until = _("you have time until %(date)s", date=fmt.date(due))
        said.append(str(until if clock.now() <= due else _("the time ended on %(date)s", date=fmt.date(due))))
    line = str(_(", ")).join(said)
    return line[:1].upper() + line[1:]


def _reached(study: Study, item: Lesson | Quiz | Assignment) -> str:
    if not isinstance(item, Assignment):
        return ""
    work = study.facts.works.get(item.uid)
    if work is None or work.percent is None:
        return ""
    return str(_("Good. %(score)s", score=fmt.out_of(naming.points(work.percent * item.points / 100), item.points)))
