"""What leads a mentor to write: people who went quiet, a task not sent, an answer late for want of a network; notes; and a question."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.catalogue import queries as catalogue
from lms.cohorts.models import Enrolment, MentorSeat
from lms.core import clock
from lms.core.access import Role
from lms.core.db import db, transaction
from lms.grading import queries as grading
from lms.grading.models import State, Submission
from lms.learning.models import Note, Reading
from lms.messages.models import Message, Thread
from lms.people.models import User

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
BEFORE_DUE = datetime(2026, 11, 14, 10, 0, tzinfo=UTC)  # the tiny task: time until Sunday of week 2
NOTE = {"note": "Calls best after six."}


@pytest.fixture
def omar(app: Flask, world: Any, course: int) -> int:
    """Beside amina, who worked the day before: omar, who reads Arabic and has done nothing for two weeks; his place."""
    with app.app_context(), transaction(write=True):
        person = User(name="Omar", roles=frozenset({Role.TRAINEE}), email="o@example.org", zone="Asia/Beirut", language="ar")
        db.session.add(person)
        db.session.flush()
        place = Enrolment(cohort_id=world.cohort, user_id=person.id, made_at=NOW - timedelta(days=14))
        db.session.add_all([place, Reading(enrolment_id=world.enrolment, lesson_uid="tiny/labels", done_at=NOW - timedelta(days=1))])
        db.session.flush()
        return place.id


def hand_in(app: Flask, world: Any, course: int, at: datetime, written: datetime | None = None) -> int:
    with app.app_context(), transaction(write=True):
        row = Submission(
            enrolment_id=world.enrolment, version_id=course, assignment_uid="tiny/rule", attempt=1, text="A rule.", submitted_at=at,
            written_at=written,
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        return row.id


def test_who_went_quiet_is_written_to_in_her_own_language(app: Flask, as_: Any, world: Any, omar: int) -> None:
    with clock.held(NOW):
        bilal = as_("bilal")
        page = bilal.page(f"/cohorts/{world.cohort}")
        assert "Write to 1 person who went quiet" in page
        address = f"/cohorts/{world.cohort}/messages/new?why=quiet"
        assert f'href="{address}"' in page
        letter = bilal.page(address)
        assert "Write to 1 person" in letter
        assert f'value="{omar}" checked' in letter
        assert f'value="{world.enrolment}">' in letter, "amina is offered, and not ticked"
        ready = letter.split('name="text_ar"')[1].split(">", 1)[1].split("</textarea>")[0].strip()
        assert ready
        assert ready.isascii() is False
        assert "Omar" not in ready
        bilal.post(f"/cohorts/{world.cohort}/messages", data={"people": [str(omar)], "text_ar": ready, "text_en": ""})
    with app.app_context():
        assert db.session.scalars(select(Message.text)).all() == [ready]


def test_an_empty_desk_reminds_of_the_task_not_sent(app: Flask, as_: Any, world: Any, course: int, omar: int) -> None:
    hand_in(app, world, course, BEFORE_DUE)
    with app.app_context(), transaction(write=True):
        due = catalogue.course(course).assignment("tiny/rule").due
        moment = grading.due_at(db.session.get_one(Enrolment, omar).cohort, due.moment)
        db.session.scalars(select(Submission)).one().state = State.RELEASED
    for at, words in ((moment - timedelta(days=1), "You have time until"), (moment + timedelta(days=1), "You can still send it.")):
        with clock.held(at):
            bilal = as_("bilal")
            desk = bilal.page("/desk")
            assert "All checked. 1 person has not sent" in desk
            assert "Times are those of" not in desk
            address = f"/cohorts/{world.cohort}/messages/new?task=tiny/rule"
            assert f'href="{address}"' in desk
            letter = bilal.page(address)
            assert words in letter
            assert f'value="{omar}" checked' in letter
    with app.app_context(), transaction(write=True):
        db.session.get_one(User, world.bilal).zone = "Asia/Kabul"
    with clock.held(moment + timedelta(days=1)):
        assert "Times are those of Beirut." in as_("bilal").page("/desk")
    with clock.held(moment + timedelta(days=15)):
        assert "All checked. Nobody waits for you." in as_("bilal").page("/desk")
    assert "Beirut 1" not in as_("chen").page("/desk")
    assert as_("bilal").get(f"/cohorts/{world.cohort}/messages/new?task=none/none").status_code == 404
    assert as_("bilal").get(f"/cohorts/{world.cohort}/messages/new?person={world.other_enrolment}").status_code == 404


def test_a_reminder_leads_to_its_task(app: Flask, as_: Any, world: Any, course: int, omar: int) -> None:
    data = {"people": [str(world.enrolment)], "text_en": "The task waits."}
    assert as_("bilal").post(f"/cohorts/{world.cohort}/messages?task=tiny/rule", data=data).status_code == 303
    with app.app_context():
        id = db.session.scalars(select(Thread.id)).one()
    assert 'href="/learn/tiny/rules/task"' in as_("amina").page(f"/messages/{id}")


@pytest.mark.parametrize(("sent", "written", "late", "net"), [
    (-1, None, False, False), (1, None, True, False), (1, -1, False, True), (2, 1, True, False),
])  # fmt: skip
def test_late_only_by_when_it_was_written(
    app: Flask, as_: Any, world: Any, course: int, sent: int, written: int | None, late: bool, net: bool
) -> None:
    with app.app_context():
        due = catalogue.course(course).assignment("tiny/rule").due
        moment = grading.due_at(db.session.get_one(Enrolment, world.enrolment).cohort, due.moment)
    hand_in(app, world, course, moment + timedelta(hours=sent), moment + timedelta(hours=written) if written else None)
    desk = as_("bilal").page("/desk")
    assert (">Late<" in desk, "Late: no internet" in desk) == (late, net)


def test_ask_about_this(app: Flask, as_: Any, world: Any, course: int) -> None:
    id = hand_in(app, world, course, BEFORE_DUE)
    amina, address = as_("amina"), f"/submissions/{id}/question"
    assert f'href="{address}"' in amina.page(f"/submissions/{id}/feedback")
    assert "Only you and <bdi>Bilal</bdi> read this." in amina.page(address)
    assert amina.post(address, data={"text": ""}).status_code == 422
    assert amina.post(address, data={"text": "Why two points?"}).status_code == 303
    with app.app_context():
        thread = db.session.scalars(select(Thread.id)).one()
    told = as_("bilal").page(f"/messages/{thread}")
    assert "Why two points?" in told
    assert f'href="/submissions/{id}"' in told
    assert as_("hana").get(address).status_code == 404
    assert as_("bilal").get(address).status_code == 403
    with app.app_context(), transaction(write=True):
        db.session.delete(db.session.get_one(MentorSeat, (world.cohort, world.bilal)))
    without = amina.get(address)
    assert without.status_code == 409
    assert "You have no mentor now." in without.get_data(as_text=True)


def test_a_note_is_read_by_those_who_look_after_her(app: Flask, as_: Any, world: Any) -> None:
    bilal, address = as_("bilal"), f"/enrolments/{world.enrolment}/notes"
    for _tap in range(2):
        assert bilal.post(address, data=NOTE).status_code == 303
    for name in ("bilal", "dana"):
        page = as_(name).page(f"/enrolments/{world.enrolment}")
        assert page.count(NOTE["note"]) == 1
        assert "Write nothing about health, family or legal status." in page
    assert NOTE["note"] not in as_("efe").page(f"/enrolments/{world.enrolment}"), "not the partner"
    assert as_("chen").post(address, data=NOTE).status_code == 404
    for name in ("amina", "efe", "fay"):
        assert as_(name).post(address, data=NOTE).status_code == 403
    amina = as_("amina")
    assert all(NOTE["note"] not in amina.page(url) for url in ("/today", "/me", "/messages", "/learn"))
    with app.app_context():
        assert NOTE["note"].encode() not in bytes(db.session.execute(db.text("SELECT text FROM person_note")).scalar_one())


@pytest.mark.parametrize("text", ["", " ", "x" * 601])
def test_a_note_needs_words(app: Flask, as_: Any, world: Any, text: str) -> None:
    answer = as_("dana").post(f"/enrolments/{world.enrolment}/notes", data={"note": text})
    assert answer.status_code == 422
    assert text in answer.get_data(as_text=True), "what was typed is given back"
    with app.app_context():
        assert db.session.scalars(select(Note)).all() == []


def test_nobody_reads_or_writes_notes_about_herself(app: Flask, as_: Any, world: Any) -> None:
    as_("bilal").post(f"/enrolments/{world.enrolment}/notes", data=NOTE)
    with app.app_context(), transaction(write=True):
        db.session.get_one(User, world.amina).roles = frozenset({Role.TRAINEE, Role.STAFF})
    amina = as_("amina")
    assert NOTE["note"] not in amina.page(f"/enrolments/{world.enrolment}")
    assert amina.post(f"/enrolments/{world.enrolment}/notes", data=NOTE).status_code == 404
