"""Short ways through the tiny course."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from lms.catalogue import queries as catalogue
from lms.catalogue import quizzes
from lms.core import clock
from lms.core.db import db, transaction
from lms.grading.models import Grade, State, Submission
from lms.learning.models import QuizAttempt
from tests.client import Browser

RIGHT: Mapping[str, object] = {"what": "answer", "parts": ["data", "label"], "word": "a label", "sum": "٣٠"}
WRONG: Mapping[str, object] = {"what": "phone", "parts": ["price"], "word": "picture", "sum": "14"}
QUIZ = "/learn/tiny/labels/quiz"
WEEK_1 = datetime(2026, 11, 4, 8, 0, tzinfo=UTC)  # a Wednesday morning of the cohorts' first week


@pytest.fixture
def answered(app: Flask) -> Callable[..., int]:
    """`answered(client, RIGHT)`: begin the quiz, answer page by page, and stop before sending; the attempt's id."""

    def walk(client: Browser, answers: Mapping[str, object] = RIGHT) -> int:
        where = client.post(QUIZ).location
        id = int(where.split("/")[-2])
        with app.app_context():
            attempt = db.session.get_one(QuizAttempt, id)
            quiz = catalogue.course(attempt.version_id).quiz(attempt.quiz_uid)
            assert quiz is not None
            order = [question.uid.rpartition("/")[2] for question in quizzes.questions_of(quiz, attempt.seed)]
        for uid in order:
            client.page(where)
            answer = client.post(where, data={"answer": answers[uid]} if answers.get(uid) else {})
            assert answer.status_code == 303, f"{uid}: {answer.status_code}"
            where = answer.location
        assert where == f"{QUIZ}/{id}/answers"
        return id

    return walk


@pytest.fixture
def sent(answered: Callable[..., int]) -> Callable[..., int]:
    """The same, and the answers sent."""

    def walk(client: Browser, answers: Mapping[str, object] = RIGHT) -> int:
        id = answered(client, answers)
        assert client.post(f"{QUIZ}/{id}/answers").location == f"{QUIZ}/{id}/result"
        return id

    return walk


@pytest.fixture
def handed_in(app: Flask, world: SimpleNamespace, course: int) -> Callable[..., int]:
    """`handed_in(State.RELEASED, total=8)`: the task of lesson 2 as it stands in the database; the submission's id."""

    def write(state: State = State.SUBMITTED, *, total: int | None = None, attempt: int = 1) -> int:
        with app.app_context(), transaction(write=True):
            row = Submission(
                enrolment_id=world.enrolment, version_id=course, assignment_uid="tiny/rule", attempt=attempt, text="A rule.", state=state
            )
            db.session.add(row)
            db.session.flush()
            if total is not None:
                returned = state is State.RETURNED
                db.session.add(Grade(
                    submission_id=row.id, by_id=world.bilal, marks={}, total=total, possible=10, passed=not returned and total >= 5,
                    returned=returned, feedback="Your rule is clear.",
                ))  # fmt: skip
            return row.id

    return write


@pytest.fixture
def rows(app: Flask) -> Callable[..., Any]:
    """`rows(select(...))`: read in a context of its own."""

    def read(statement: Any) -> list[Any]:
        with app.app_context():
            return list(db.session.scalars(statement))

    return read


@pytest.fixture
def first_week() -> Any:
    """The clock stands on the Wednesday of week 1."""
    with clock.held(WEEK_1):
        yield
