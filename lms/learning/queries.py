"""Reading what trainees did: the facts that progress is derived from, in as few statements as there are tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from functools import cache
from typing import Any

from sqlalchemy import Boolean, ColumnElement, CompoundSelect, Integer, String, bindparam, cast, literal, null, select, union_all
from sqlalchemy.orm import InstrumentedAttribute

from lms.catalogue import queries as catalogue
from lms.catalogue.courses import Course
from lms.catalogue.models import CourseVersion
from lms.cohorts import queries as cohorts
from lms.cohorts.models import Enrolment
from lms.cohorts.queries import EnrolmentToRead, VersionToRead
from lms.core import clock
from lms.core.db import db, rows
from lms.grading.models import WAITING, Grade, State, Submission
from lms.learning.models import Completion, QuizAttempt, Reading, percent_of
from lms.learning.progress import Facts, Work, WorkState
from lms.people.models import User

READ, TRIED, SENT = "read", "tried", "sent"


@cache
def _what_was_done(alone: bool) -> CompoundSelect[*tuple[Any, ...]]:
    """Four tables in one statement, the tries in their order; put together once, because most pages of a trainee ask it.

    `place` is the one enrolment where it is `alone`, else several: the list of an `IN` is put together anew for each execution.
    """
    places: Any = bindparam("place", type_=Integer) if alone else bindparam("place", expanding=True)

    def here(column: InstrumentedAttribute[int]) -> ColumnElement[bool]:
        return column == places if alone else column.in_(places)

    number, words = cast(null(), Integer), cast(null(), String)
    state, passed = cast(null(), Submission.state.type), cast(null(), Boolean)
    reading = select(
        Reading.enrolment_id, literal(READ).label("kind"), Reading.lesson_uid.label("uid"), Reading.done_at.label("at"),
        number.label("id"), number.label("number"), words.label("points"), number.label("possible"),
        state.label("state"), passed.label("passed"),
    ).where(here(Reading.enrolment_id))  # fmt: skip
    crossed = select(
        Completion.enrolment_id, cast(Completion.kind, String), Completion.uid, Completion.at, number, number, words, number, state, passed
    ).where(here(Completion.enrolment_id))
    tried = select(
        QuizAttempt.enrolment_id, literal(TRIED), QuizAttempt.quiz_uid, QuizAttempt.submitted_at,
        QuizAttempt.id, QuizAttempt.number, QuizAttempt.points, QuizAttempt.possible, state, passed,
    ).where(here(QuizAttempt.enrolment_id))  # fmt: skip
    sent = (
        select(Submission.enrolment_id, literal(SENT), Submission.assignment_uid, Submission.submitted_at)
        .add_columns(Submission.id, Submission.attempt, cast(Grade.total, String), Grade.possible, Submission.state, Grade.passed)
        .outerjoin(Grade, Grade.submission_id == Submission.id)
        .where(here(Submission.enrolment_id))
    )
    return union_all(reading, crossed, tried, sent).order_by("number")


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt at a quiz, without its answers. `percent` and `sent_at` are empty while it is in progress."""

    id: int
    number: int
    percent: Fraction | None
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Study:
    """A course that a person learns, with everything that she did in it."""

    enrolment: EnrolmentToRead | Enrolment
    version: VersionToRead | CourseVersion
    course: Course
    facts: Facts
    tries: Mapping[str, tuple[Try, ...]] = field(default_factory=dict)
    active: tuple[datetime, ...] = ()  # when she read, sent answers, handed in

    @property
    def zone(self) -> str:
        return self.enrolment.cohort.zone


@dataclass(frozen=True, slots=True)
class OpenStudy(Study):
    """The same of one enrolment, with its rows: what she does next can be written there."""

    enrolment: Enrolment
    version: CourseVersion


@dataclass(slots=True)
class _Notes:
    read: set[str] = field(default_factory=set)
    kept: set[str] = field(default_factory=set)
    tries: dict[str, list[Try]] = field(default_factory=lambda: defaultdict(list))
    works: dict[str, Work] = field(default_factory=dict)
    active: list[datetime] = field(default_factory=list)


def studies(user: User) -> list[Study]:
    """Every course of this person, newest enrolment first, then in the cohort's order."""
    places = cohorts.places_of(user)
    notes = _notes({place.enrolment.id for place in places})
    return [Study(place.enrolment, place.version, *_done(*place, notes)) for place in places]


def study(user: User, course_uid: str) -> OpenStudy | None:
    """One course of this person, or None where she does not learn it."""
    found = cohorts.place_for(user, course_uid)
    return in_place(*found) if found else None


def in_place(enrolment: Enrolment, version: CourseVersion) -> OpenStudy:
    """What was done in one place and version."""
    return OpenStudy(enrolment, version, *_done(enrolment, version, _notes({enrolment.id})))


def all_in(enrolment: Enrolment) -> list[OpenStudy]:
    """Every course that the enrolment's cohort pinned, with what was done in it."""
    notes = _notes({enrolment.id})
    return [OpenStudy(enrolment, version, *_done(enrolment, version, notes)) for version in cohorts.pinned(enrolment.cohort_id)]


def everybody_in(places: Sequence[Enrolment], versions: Sequence[CourseVersion]) -> dict[int, list[OpenStudy]]:
    """Enrolment id -> each of these courses with what that person did in it: one statement, however many people."""
    notes = _notes(place.id for place in places)
    return {place.id: [OpenStudy(place, version, *_done(place, version, notes)) for version in versions] for place in places}


def _done(
    enrolment: EnrolmentToRead | Enrolment, version: VersionToRead | CourseVersion, notes: Mapping[int, _Notes]
) -> tuple[Course, Facts, Mapping[str, tuple[Try, ...]], tuple[datetime, ...]]:
    """What stands behind the rows in a study."""
    noted = notes[enrolment.id]
    sent = {uid: tuple(one.percent for one in tries if one.percent is not None) for uid, tries in noted.tries.items()}
    facts = Facts(
        read=frozenset(noted.read),
        quizzes={uid: percents for uid, percents in sent.items() if percents},
        works=noted.works,
        kept=frozenset(noted.kept),
        day=clock.today(enrolment.cohort.zone),
        cohort=str(enrolment.cohort.state),
    )
    tries = {uid: tuple(each) for uid, each in noted.tries.items()}
    return catalogue.course_with(version.content_hash), facts, tries, tuple(noted.active)


def _notes(enrolment_ids: Iterable[int]) -> Mapping[int, _Notes]:
    ids = list(enrolment_ids)
    notes: dict[int, _Notes] = defaultdict(_Notes)
    if not ids:
        return notes
    alone = len(ids) == 1
    for row in rows(_what_was_done(alone), {"place": ids[0] if alone else ids}):
        noted = notes[row.enrolment_id]
        if row.kind == SENT:
            mark = percent_of(row.points, row.possible) if row.possible else None
            _note_work(noted.works, row.uid, row.state, mark, passed=row.passed)
        elif row.kind == TRIED:
            noted.tries[row.uid].append(Try(row.id, row.number, percent_of(row.points, row.possible), row.at))
        else:
            (noted.read if row.kind == READ else noted.kept).add(row.uid)
        if row.at and row.kind in (READ, TRIED, SENT):
            noted.active.append(row.at)
    return notes


def _note_work(works: dict[str, Work], uid: str, state: State, mark: Fraction | None, *, passed: bool | None) -> None:
    """The newest hand-in of each assignment, asked with the older ones first. What was passed once stays passed."""
    before = works.get(uid)
    share = mark if state is State.RELEASED else None
    if passed and share is not None:
        best = max(share, before.percent or share) if before and before.state is WorkState.PASSED else share
        works[uid] = Work(WorkState.PASSED, best)
    elif before is None or before.state is not WorkState.PASSED:
        marked = WorkState.BELOW if state is State.RELEASED else WorkState.RETURNED
        works[uid] = Work(WorkState.WAITING if state in WAITING else marked, share)


def tries_of(enrolment_id: int, quiz_uid: str) -> list[QuizAttempt]:
    """The attempts at one quiz, oldest first."""
    found = select(QuizAttempt).where(QuizAttempt.enrolment_id == enrolment_id, QuizAttempt.quiz_uid == quiz_uid)
    return list(db.session.scalars(found.order_by(QuizAttempt.number)))


def open_try(tries: Iterable[Try]) -> Try | None:
    """The attempt that was begun and not sent."""
    return next((one for one in tries if one.sent_at is None), None)
