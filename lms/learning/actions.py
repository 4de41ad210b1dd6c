"""What a trainee does while learning: reads to the end, begins a quiz, answers, sends once. And staff: take a cohort's marks."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from lms.catalogue import quizzes
from lms.catalogue.courses import Lesson, Quiz
from lms.cohorts.models import Cohort, Enrolment
from lms.core import clock, fmt
from lms.core.db import db
from lms.core.errors import Refused
from lms.core.facts import Kind, record
from lms.core.i18n import _
from lms.learning import queries
from lms.learning.models import AttemptState, QuizAttempt, Reading
from lms.people.models import User


def read(enrolment: Enrolment, lesson: Lesson, *, by: User, at: datetime | None = None) -> bool:
    """She came to the end of a lesson, now or `at` an earlier moment without a network. Twice is once; whether it was new."""
    known = select(Reading.id).where(Reading.enrolment_id == enrolment.id, Reading.lesson_uid == lesson.uid)
    if db.session.scalar(known) is not None:
        return False
    row = Reading(enrolment_id=enrolment.id, lesson_uid=lesson.uid, done_at=at or clock.now())
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:  # the other tap was first
        return False
    record(Kind.LESSON_READ, row, actor=by, enrolment=enrolment.id, lesson=lesson.uid)
    return True


def begin(enrolment: Enrolment, lesson: Lesson, version_id: int, *, by: User) -> QuizAttempt:
    """An attempt at the lesson's quiz: the open one where there is one, else a new one. Raises Refused by the rule of retries.

    Who begins the quiz has come to the end of the text, so the lesson is read.
    """
    quiz = lesson.quiz
    if quiz is None:
        raise Refused(_("This lesson has no questions."))
    # Two taps are one attempt: the place is locked while its attempts are counted.
    db.session.execute(select(Enrolment.id).where(Enrolment.id == enrolment.id).with_for_update())
    tries = queries.tries_of(enrolment.id, quiz.uid)
    if tries and tries[-1].state is AttemptState.IN_PROGRESS:
        return tries[-1]
    if refusal := why_not_again(quiz, [attempt.submitted_at for attempt in tries if attempt.submitted_at], clock.now()):
        raise Refused(refusal)
    read(enrolment, lesson, by=by)
    attempt = QuizAttempt(
        enrolment_id=enrolment.id, quiz_uid=quiz.uid, number=len(tries) + 1, seed=secrets.token_hex(8), version_id=version_id, answers={},
        state=AttemptState.IN_PROGRESS, started_at=clock.now(),
    )  # fmt: skip
    db.session.add(attempt)
    db.session.flush()
    return attempt


def why_not_again(quiz: Quiz, sent: Sequence[datetime], now: datetime) -> str:
    """The sentence that says why she cannot begin the quiz now; empty where she can. `sent`: when each attempt was sent."""
    if quiz.attempts and len(sent) >= quiz.attempts:
        return str(_("You answered these questions %(n)s times. Ask your mentor for help.", n=fmt.num(len(sent))))
    if sent and (wait := sent[-1] + timedelta(minutes=quiz.cooldown) - now) > timedelta(0):
        return str(_("Rest first. You can try again in %(time)s.", time=fmt.waited(wait + timedelta(seconds=59))))
    return ""


def answer(attempt: QuizAttempt, question_uid: str, given: quizzes.Given) -> None:
    """Keep one answer. The attempt's row must be locked by the caller. Raises Refused once the answers were sent."""
    if attempt.state is not AttemptState.IN_PROGRESS:
        raise Refused(_("You sent these answers already."))
    attempt.answers = {**attempt.answers, question_uid: list(given) if isinstance(given, list | tuple) else given}


def send(attempt: QuizAttempt, quiz: Quiz, *, by: User, at: datetime | None = None) -> bool:
    """Send the answers and score them. Once: the second tap, on whatever server, changes nothing. Whether it was this one.

    `at`: when she tapped, where that was before it arrived; an attempt is never sent before it began.
    """
    now = max(at or clock.now(), attempt.started_at)
    once = update(QuizAttempt).where(QuizAttempt.id == attempt.id, QuizAttempt.submitted_at.is_(None))
    if cast("Any", db.session.execute(once.values(submitted_at=now, state=AttemptState.SCORED))).rowcount != 1:
        db.session.refresh(attempt)
        return False
    db.session.refresh(attempt)  # the answers as they stand under the lock
    score = quizzes.score(quiz, attempt.answers)
    attempt.points, attempt.possible = str(score.points), score.possible
    record(Kind.QUIZ_SENT, attempt, actor=by, enrolment=attempt.enrolment_id, quiz=quiz.uid)
    if score.reaches(quiz.pass_percent):
        record(Kind.QUIZ_PASSED, attempt, actor=by, enrolment=attempt.enrolment_id, quiz=quiz.uid)
    return True


def take_marks(cohort: Cohort, *, by: User, form: str) -> None:
    """Somebody takes the marks of a cohort as a file, `xlsx` or `csv`. They leave the house: the fact says who took them."""
    record(Kind.MARKS_TAKEN, cohort, actor=by, form=form)
