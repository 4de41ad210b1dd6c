"""A trainee hands in: once, in time to read what is asked, and nothing she wrote is lost."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import func, select

from lms.catalogue import queries as catalogue
from lms.catalogue.models import CourseVersion
from lms.cohorts.models import Enrolment
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.facts import Fact
from lms.grading import actions
from lms.people.models import User
from tests.courses import publish_tiny
from tests.eight import eight_at_once
from tests.handing_in import ANSWER, TASK, hand_in, submissions

pytestmark = pytest.mark.usefixtures("course")


def test_the_page_says_what_to_do_and_how_it_is_checked(as_: Any) -> None:
    with clock.held(datetime(2026, 11, 3, 12, tzinfo=UTC)):
        text = as_("amina").page(TASK)
    assert '<div class="read" lang="en" dir="ltr"><p>Write one rule. It says which label is right.' in text  # the look of a lesson
    assert "The rule is clear" in text
    assert "You have time until" in text


def test_after_the_date_nobody_is_told_that_there_is_time(as_: Any) -> None:
    with clock.held(clock.now() + timedelta(days=40)):
        text = as_("amina").page(TASK)
    assert "You have time" not in text
    assert "The time ended on" in text
    assert "You can still send it." in text


def test_an_answer_reaches_the_mentor(app: Flask, as_: Any, world: Any) -> None:
    answer = hand_in(as_("amina"))
    (made,) = submissions(app)
    assert answer.location == f"/submissions/{made.id}/feedback"
    assert (made.text, made.attempt, made.enrolment_id, str(made.state)) == (ANSWER, 1, world.enrolment, "submitted")
    assert "Your mentor has your answer" in as_("amina").page(answer.location)
    assert "Amina" in as_("bilal").page("/desk")
    assert "Amina" not in as_("chen").page("/desk")


def test_an_answer_keeps_its_lines_and_the_spaces_before_them(as_: Any) -> None:
    program = "while rules:\n    read()\n\nprint(rules)"
    mine = hand_in(as_("amina"), text=program).location
    for name, address in (("amina", mine), ("bilal", mine.removesuffix("/feedback"))):
        page = as_(name).page(address)
        assert f'<div class="answer" dir="auto">{program}</div>' in page.replace("\r\n", "\n")
        assert re.search(r"\.answer\s*{[^}]*white-space:\s*pre-wrap", page)


def test_the_second_tap_hands_in_once(app: Flask, as_: Any) -> None:
    amina = as_("amina")
    first, second = hand_in(amina), hand_in(amina)
    assert first.location == second.location
    assert len(submissions(app)) == 1
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(Fact.kind == "submission.submitted")) == 1


def test_a_new_try_waits_for_the_first(app: Flask, as_: Any) -> None:
    amina = as_("amina")
    hand_in(amina)
    answer = hand_in(amina, text="Another rule for cups.", attempt=2)
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert "Your mentor has your answer. Wait for it to come back." in text
    assert "Another rule for cups." in text, "what she wrote is still there"
    assert len(submissions(app)) == 1


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("", "Your answer is empty. Write it or choose a file."),
        ("Too short", "Write 3 words or more. You have 2."),
        ("word " * 101, "Write 100 words or fewer. You have 101."),
        ("x" * 60_000, "Your answer is too long."),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_lost(written: str, sentence: str, app: Flask, as_: Any) -> None:
    answer = hand_in(as_("amina"), text=written)
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    assert written.strip() in answer.get_data(as_text=True)
    assert submissions(app) == []


def test_a_script_in_an_answer_is_text(as_: Any, app: Flask) -> None:
    hand_in(as_("amina"), text="<script>alert(1)</script> is my rule")
    (made,) = submissions(app)
    bilal = as_("bilal")
    bilal.post(f"/submissions/{made.id}/claim")
    assert "<script>alert(1)" not in bilal.page(f"/submissions/{made.id}")
    assert "&lt;script&gt;alert(1)" in bilal.page(f"/submissions/{made.id}")


@pytest.mark.parametrize("path", ["/learn/tiny/labels/task", "/learn/tiny/nothing/task", "/learn/other/rules/task"])
def test_a_task_that_is_not_there_is_not_found(path: str, as_: Any) -> None:
    assert as_("amina").get(path).status_code == 404
    assert as_("amina").post(path, data={"text": ANSWER}).status_code == 404


@pytest.mark.parametrize("name", ["bilal", "dana", "efe", "fay"])
def test_only_trainees_hand_in(name: str, as_: Any) -> None:
    assert hand_in(as_(name)).status_code == 403


def test_another_trainee_finds_nothing(app: Flask, as_: Any) -> None:
    hand_in(as_("amina"))
    (made,) = submissions(app)
    assert as_("hana").get(f"/submissions/{made.id}/feedback").status_code == 404
    assert as_("hana").get(f"/submissions/{made.id}/files/0").status_code == 404


def test_her_mentor_does_not_read_her_page(app: Flask, as_: Any) -> None:
    hand_in(as_("amina"))
    (made,) = submissions(app)
    assert as_("bilal").get(f"/submissions/{made.id}/feedback").status_code == 403


def test_eight_taps_at_once_are_one_answer(either_school: Flask) -> None:
    app, world = either_school, either_school.extensions["world"]
    with app.app_context(), transaction(write=True):
        version_id = publish_tiny(world)

    def tap(_n: int) -> None:
        enrolment = db.session.scalars(select(Enrolment).where(Enrolment.id == world.enrolment).with_for_update()).one()
        version = db.session.get_one(CourseVersion, version_id)
        task = catalogue.course(version_id).assignment("tiny/rule")
        actions.hand_in(enrolment, version, task, attempt=1, by=db.session.get_one(User, world.amina), text=ANSWER)

    eight_at_once(app, tap)
    assert len(submissions(app)) == 1


def picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (800, 600), "white").save(made, "JPEG")
    return made.getvalue()


def test_a_file_where_none_is_asked_is_left_out(app: Flask, as_: Any) -> None:
    data = {"text": ANSWER, "attempt": "1", "files": (io.BytesIO(picture()), "page.jpg")}
    assert as_("amina").post(TASK, data=data, content_type="multipart/form-data").status_code == 303
    (made,) = submissions(app)
    assert as_("amina").get(f"/submissions/{made.id}/files/0").status_code == 404
