"""Completion is a fact that happens once: by the listener, after a quiz or a released task, and by many workers at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from lms import reactions
from lms.catalogue import queries as catalogue
from lms.cohorts.models import Enrolment, EnrolmentState
from lms.core.db import db, transaction
from lms.core.facts import Fact, Kind, record
from lms.grading.models import Grade, State, Submission
from lms.learning.listeners import consider_completion
from lms.learning.models import AttemptState, Completion, QuizAttempt, Reading
from tests.courses import publish_tiny


def release(app: Flask, world: SimpleNamespace, submission: int, **data: Any) -> int:
    """Say the fact of a released task; the listener's job runs when it is committed."""
    with app.app_context(), transaction(write=True):
        row = db.session.get_one(Submission, submission)
        return record(Kind.SUBMISSION_RELEASED, row, enrolment=world.enrolment, passed=True, **data).id


def kept(rows: Callable[..., Any]) -> list[tuple[str, str]]:
    return sorted((str(row.kind), row.uid) for row in rows(select(Completion)))


def facts(rows: Callable[..., Any], kind: Kind) -> list[Fact]:
    return rows(select(Fact).where(Fact.kind == str(kind)))


def test_three_kinds_of_fact_are_considered() -> None:
    listening = {kind for kind, those in reactions.LISTENERS.items() if consider_completion in those}
    assert listening == {Kind.LESSON_READ, Kind.QUIZ_PASSED, Kind.SUBMISSION_RELEASED}


def test_the_last_part_completes_the_course_and_the_enrolment(
    app: Flask, as_: Any, world: SimpleNamespace, course: int, sent: Any, handed_in: Any, rows: Any
) -> None:
    sent(as_("amina"))
    assert kept(rows) == [("lesson", "tiny/labels")]
    submission = handed_in(State.RELEASED, total=8)
    release(app, world, submission)
    assert kept(rows) == [("course", "tiny"), ("lesson", "tiny/labels"), ("lesson", "tiny/rules")]
    (done,) = facts(rows, Kind.COURSE_COMPLETED)
    assert done.data == {"enrolment": world.enrolment, "course": "tiny", "version": course}
    assert [fact.subject_id for fact in facts(rows, Kind.ENROLMENT_COMPLETED)] == [world.enrolment]
    states = {row.id: row.state for row in rows(select(Enrolment))}
    assert states == {world.enrolment: EnrolmentState.COMPLETED, world.other_enrolment: EnrolmentState.ACTIVE}
    assert "100%" in as_("amina").page("/learn/tiny")


def test_a_task_below_the_bar_completes_nothing(
    app: Flask, as_: Any, world: SimpleNamespace, course: int, sent: Any, handed_in: Any, rows: Any
) -> None:
    sent(as_("amina"))
    release(app, world, handed_in(State.RELEASED, total=4))
    assert kept(rows) == [("lesson", "tiny/labels")]
    assert facts(rows, Kind.ENROLMENT_COMPLETED) == []


def test_the_same_fact_twice_changes_nothing(
    app: Flask, as_: Any, world: SimpleNamespace, course: int, sent: Any, handed_in: Any, rows: Any
) -> None:
    sent(as_("amina"))
    fact = release(app, world, handed_in(State.RELEASED, total=8))
    before = rows(select(func.count()).select_from(Fact))
    with app.app_context(), transaction(write=True):
        consider_completion(db.session.get_one(Fact, fact))
    assert rows(select(func.count()).select_from(Fact)) == before
    assert len(kept(rows)) == 3


def test_a_fact_without_its_enrolment_is_no_work(app: Flask, rows: Any) -> None:
    with app.app_context(), transaction(write=True):
        consider_completion(Fact(kind="quiz.passed", subject_kind="quiz_attempt", subject_id=1, data={"enrolment": 999_999}))
    assert kept(rows) == []


def test_eight_workers_complete_once(either_school: Flask) -> None:
    world: SimpleNamespace = either_school.extensions["world"]
    with either_school.app_context(), transaction(write=True):
        version = publish_tiny(world)
        assert catalogue.course(version).quiz("tiny/labels-quiz") is not None
        submission = Submission(
            enrolment_id=world.enrolment, version_id=version, assignment_uid="tiny/rule", attempt=1, text="A rule.", state=State.RELEASED
        )
        attempt = QuizAttempt(
            enrolment_id=world.enrolment, quiz_uid="tiny/labels-quiz", number=1, seed="s", version_id=version, state=AttemptState.SCORED,
            points="5", possible=5, answers={}, submitted_at=None,
        )  # fmt: skip
        db.session.add_all([submission, attempt, Reading(enrolment_id=world.enrolment, lesson_uid="tiny/labels")])
        db.session.flush()
        db.session.add(Grade(
            submission_id=submission.id, by_id=world.bilal, marks={}, total=8, possible=10, passed=True, returned=False, feedback="Good.",
        ))  # fmt: skip
        fact = Fact(
            kind=str(Kind.SUBMISSION_RELEASED), subject_kind="submission", subject_id=submission.id, data={"enrolment": world.enrolment},
            at=submission.submitted_at,
        )  # fmt: skip
        db.session.add(fact)
        db.session.flush()
        assert attempt.percent == Fraction(100)
        id = fact.id

    def work(_n: int) -> None:
        with either_school.app_context(), transaction(write=True):
            consider_completion(db.session.get_one(Fact, id))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    with either_school.app_context():
        for kind in (Kind.COURSE_COMPLETED, Kind.ENROLMENT_COMPLETED):
            assert db.session.scalar(select(func.count()).where(Fact.kind == str(kind))) == 1
        assert db.session.scalar(select(func.count()).select_from(Completion)) == 3
        assert db.session.get_one(Enrolment, world.enrolment).state is EnrolmentState.COMPLETED
