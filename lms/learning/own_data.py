"""What this room holds about one person, for her to take: lessons read, quizzes with every answer, what she finished.

The notes of staff and mentors on a person are theirs, to talk about her among themselves (`models.Note`): the page says that there are
such notes, and whom she may ask for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.catalogue import queries as catalogue
from lms.catalogue.courses import Course
from lms.catalogue.models import CourseVersion
from lms.cohorts.models import Enrolment
from lms.core import fmt
from lms.core.db import db
from lms.core.i18n import _, language
from lms.core.own_data import Row, Said, Share
from lms.learning import naming
from lms.learning.models import CalendarKey, Completion, CompletionKind, QuizAttempt, Reading
from lms.people.models import User


def give(person: User) -> Iterator[Share]:
    """What she read, tried and finished, in the order in which she did."""
    hers, course = select(Enrolment.id).where(Enrolment.user_id == person.id), lru_cache(maxsize=None)(_newest)
    read = db.session.scalars(select(Reading).where(Reading.enrolment_id.in_(hers)).order_by(Reading.id))
    yield Share(
        "lessons_read", _("Lessons you read"),
        [{"lesson": Said(row.lesson_uid, _lesson(course(_course_of(row.lesson_uid)), row.lesson_uid)), "done_at": row.done_at}
         for row in read],
        {"lesson": _("Lesson"), "done_at": _("Time")},
    )  # fmt: skip
    tries = select(QuizAttempt).where(QuizAttempt.enrolment_id.in_(hers)).order_by(QuizAttempt.id)
    tried = db.session.scalars(tries.options(joinedload(QuizAttempt.version).defer(CourseVersion.body)))
    labels = {"quiz": _("Questions"), "number": _("Try"), "answers": _("Your answers"), "points": _("Points"), "submitted_at": _("Sent")}
    yield Share("quizzes", _("Questions you answered"), [_attempt(row) for row in tried], labels)
    done = db.session.scalars(select(Completion).where(Completion.enrolment_id.in_(hers)).order_by(Completion.id))
    yield Share(
        "finished", _("What you finished"),
        [{"kind": row.kind, "what": Said(row.uid, _finished(course(_course_of(row.uid)), row)), "at": row.at} for row in done],
        {"what": _("Lesson or course"), "at": _("Time")},
    )  # fmt: skip
    keys = db.session.scalars(select(CalendarKey).where(CalendarKey.user_id == person.id))
    yield Share("calendar_address", _("Your calendar"), [{"made_at": row.made_at} for row in keys], {"made_at": _("Address made")})


def _course_of(uid: str) -> str:
    return uid.partition("/")[0]


def _newest(uid: str) -> Course | None:
    version = catalogue.latest(uid)
    return catalogue.course(version.id) if version else None


def _lesson(course: Course | None, uid: str) -> str:
    lesson = course.lesson(uid) if course else None
    return lesson.title.in_language(language()) if lesson else uid


def _finished(course: Course | None, row: Completion) -> str:
    if row.kind is CompletionKind.LESSON:
        return _lesson(course, row.uid)
    return course.title.in_language(language()) if course else row.uid


def _attempt(row: QuizAttempt) -> Row:
    quiz = catalogue.course(row.version_id).quiz(row.quiz_uid)
    asked = quiz.questions if quiz else ()
    given = [f"{one.text.in_language(language())}\n- {naming.shown(one, row.answers.get(one.uid))}" for one in asked]
    return {
        "quiz": Said(row.quiz_uid, quiz.title.in_language(language()) if quiz else row.quiz_uid), "number": row.number,
        "started_at": row.started_at, "submitted_at": row.submitted_at, "answers": Said(row.answers, "\n".join(given)),
        "points": Said({"points": row.points, "possible": row.possible}, _points(row)), "state": row.state,
    }  # fmt: skip


def _points(row: QuizAttempt) -> str:
    if row.points is None or row.possible is None:
        return ""
    return fmt.out_of(naming.points(Fraction(row.points)), row.possible)
