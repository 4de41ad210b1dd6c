"""What a phone kept and sends by itself: it counts once, for the person it is from, and says in words what is wrong with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from lms.core import clock
from lms.core.db import db, transaction
from lms.core.facts import Fact, Kind
from lms.grading.models import Submission
from lms.learning.models import Completion, CompletionKind, QuizAttempt, Reading
from lms.people.models import Arrival
from tests.client import Browser
from tests.courses import publish_tiny
from tests.eight import at_once

ID = "0b5c7e2a-6f0e-4d0e-9d59-6b6f8a3a1c11"
DONE = "/learn/tiny/rules/done"
TASK = "/learn/tiny/rules/task"
WORDS = "A label is right when another person gives the same one. I wrote down three rules and two examples of each of them for you."
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def open_task(world: SimpleNamespace) -> None:
    """The lesson before the task is done. Inside an app context and a writing transaction."""
    db.session.add(Completion(enrolment_id=world.enrolment, kind=CompletionKind.LESSON, uid="tiny/labels", at=NOON))


@pytest.fixture
def course(app: Flask, world: SimpleNamespace) -> int:
    with app.app_context(), transaction(write=True):
        open_task(world)
        return publish_tiny(world)


def queued(browser: Browser, url: str, data: dict[str, Any] | None = None, *, id: str = ID, user: str = "", **more: Any) -> TestResponse:
    """As static/js/queue.js sends it."""
    headers = {"X-Request-Id": id, "X-User": user or browser.get("/token").json["user"], **more.pop("headers", {})}
    return browser.post(url, data=data or {}, headers=headers, **more)


def count(app: Flask, table: Any) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_an_answer_arrives_and_its_id_is_named(app: Flask, as_: Any, course: int) -> None:
    amina = as_("amina")
    answer = queued(amina, TASK, {"text": WORDS, "attempt": "1"})
    assert (answer.status_code, answer.headers["X-Arrived"]) == (200, ID)
    assert answer.json["next"].startswith("/submissions/")
    assert count(app, Submission) == count(app, Arrival) == 1


def test_the_same_id_again_changes_nothing(app: Flask, as_: Any, course: int) -> None:
    amina = as_("amina")
    for words in (WORDS, WORDS + " And more."):
        answer = queued(amina, TASK, {"text": words, "attempt": "1"})
        assert (answer.status_code, answer.headers["X-Arrived"]) == (200, ID)
    with app.app_context():
        assert [row.text for row in db.session.scalars(select(Submission))] == [WORDS]


def test_other_words_for_a_try_that_is_here_are_kept_on_the_phone(app: Flask, as_: Any, course: int) -> None:
    amina = as_("amina")
    queued(amina, TASK, {"text": WORDS, "attempt": "1"})
    answer = queued(amina, TASK, {"text": WORDS + " And more.", "attempt": "1"}, id="another-id-of-hers")
    assert answer.status_code == 422
    assert answer.json["sentence"].startswith("Your mentor has another answer")
    assert "X-Arrived" not in answer.headers


def test_what_is_wrong_comes_as_a_sentence_and_is_not_taken(app: Flask, as_: Any, course: int) -> None:
    answer = queued(as_("amina"), TASK, {"text": "", "attempt": "1"})
    assert (answer.status_code, answer.json["sentence"]) == (422, "Your answer is empty. Write it or choose a file.")
    assert count(app, Arrival) == count(app, Submission) == 0


def test_nobody_another_person_and_a_stale_value_are_401(app: Flask, as_: Any, stranger: Browser, course: int) -> None:
    amina, hana = as_("amina"), as_("hana")
    hers = amina.get("/token").json["user"]
    for answer in (
        queued(stranger, TASK, {"text": WORDS}, user=hers),
        queued(hana, TASK, {"text": WORDS}, user=hers),
        queued(amina, TASK, {"text": WORDS}, csrf=False, headers={"X-CSRFToken": "of-yesterday"}),
    ):
        assert (answer.status_code, answer.json["sentence"]) == (401, "Sign in to send.")
        assert "Location" not in answer.headers
    assert count(app, Submission) == 0


def test_a_fresh_value_mends_a_stale_one(app: Flask, as_: Any, course: int) -> None:
    amina = as_("amina")
    fresh = amina.get("/token").json["csrf"]
    assert queued(amina, DONE, csrf=False, headers={"X-CSRFToken": fresh}).headers["X-Arrived"] == ID


def test_eight_at_once_are_one(either_school: Flask) -> None:
    app, world = either_school, either_school.extensions["world"]
    with app.app_context(), transaction(write=True):
        publish_tiny(world)
        open_task(world)
    clients = [app.test_client() for _n in range(8)]
    for client in clients:
        client.sign_in("amina")  # type: ignore[attr-defined]
    user = clients[0].get("/token").json["user"]

    def send(client: Any) -> tuple[int, str | None]:
        answer = queued(client, TASK, {"text": WORDS, "attempt": "1"}, user=user)
        return answer.status_code, answer.headers.get("X-Arrived")

    assert set(at_once(send, clients)) == {(200, ID)}
    assert count(app, Submission) == count(app, Arrival) == 1
    with app.app_context():
        assert db.session.scalar(select(func.count(Fact.id)).where(Fact.kind == Kind.SUBMISSION_SENT)) == 1


@pytest.mark.parametrize(
    ("ago", "kept"),
    [(timedelta(hours=5), True), (timedelta(hours=71), True), (timedelta(hours=73), False), (timedelta(hours=-2), False)],
    ids=["today", "three days", "too long ago", "a clock that is ahead"],
)
def test_the_phones_time_counts_within_72_hours(app: Flask, as_: Any, course: int, ago: timedelta, kept: bool) -> None:
    with clock.held(NOON):
        amina = as_("amina")
        written = (NOON - ago).isoformat().replace("+00:00", "Z")
        queued(amina, DONE, headers={"X-Written-At": written})
        queued(amina, TASK, {"text": WORDS, "attempt": "1"}, id="second-answer", headers={"X-Written-At": written})
    with app.app_context():
        assert db.session.scalars(select(Reading.done_at)).one() == (NOON - ago if kept else NOON)
        sent = db.session.scalars(select(Submission)).one()
        assert (sent.written_at, sent.submitted_at) == (NOON - ago if kept else None, NOON)


def test_a_quiz_is_never_sent_before_it_began(app: Flask, as_: Any, course: int) -> None:
    amina = as_("amina")
    with clock.held(NOON):
        first = amina.post("/learn/tiny/labels/quiz").location
    with clock.held(NOON + timedelta(minutes=5)):
        queued(amina, first.rpartition("/")[0] + "/answers", headers={"X-Written-At": "2026-11-21T12:00:00Z"})
    with app.app_context():
        assert db.session.scalars(select(QuizAttempt.submitted_at)).one() == NOON


def test_a_shared_phone_is_told_to_keep_nothing(as_: Any, course: int) -> None:
    shared, own = as_("amina", "shared"), as_("amina")
    for page in ("/today", "/learn/tiny", "/learn/tiny/labels", TASK):
        kept, not_kept = own.get(page), shared.get(page)
        assert kept.headers["X-Offline"] == "keep"
        assert kept.headers["X-User"] == own.get("/token").json["user"]
        assert not {"X-Offline", "X-User"} & set(not_kept.headers.keys())
        assert not_kept.headers["Cache-Control"] == "no-store"
        assert "phone.js" not in not_kept.get_data(as_text=True)


def test_pay_and_lists_of_people_are_kept_nowhere(as_: Any, course: int) -> None:
    for name, page in (("amina", "/work"), ("amina", "/me"), ("bilal", "/desk"), ("dana", "/people")):
        assert "X-Offline" not in as_(name).get(page).headers
