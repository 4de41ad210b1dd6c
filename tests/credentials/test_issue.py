"""Who finishes gets a certificate: one for each course, once, with its sheet."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.cohorts.models import Enrolment, EnrolmentState
from lms.core import jobs
from lms.core.db import db, transaction
from lms.core.facts import Fact, Kind
from lms.credentials import actions, codes, rendering, sheets
from lms.credentials.listeners import issue_once
from lms.credentials.models import Credential, Trouble
from lms.people.models import User
from tests.credentials.certified import certify, credentials, finish, pin
from tests.eight import eight_at_once


def test_each_course_gives_one_with_everything_it_said_that_day(app: Flask, world: Any) -> None:
    certify(app, "annotation-basics", "english-a2")
    first, second = credentials(app)
    assert [first.course_uid, second.course_uid] == ["annotation-basics", "english-a2"]
    assert first.title == {"en": "Data annotation and ethics", "ar": "توسيم البيانات وأخلاقياته"}
    assert (first.user_id, first.latin_name, first.signer, first.issuer) == (world.amina, "Amina", "Bilal", "Rukn")
    assert (first.hours, first.lessons, first.tasks, first.level) == (5, 4, 2, "A2")
    assert len(first.skills) == 4
    assert codes.parse(first.code) == first.code
    assert first.code != second.code


def test_the_name_on_it_is_hers_and_not_that_of_who_ran_the_job(app: Flask) -> None:
    certify(app)
    with app.app_context():
        for credential in db.session.scalars(select(Credential)):
            assert credential.latin_name == credential.user.certificate_name()


def test_the_sheet_is_a_pdf_in_the_store_with_her_name_on_it(app: Flask, as_: Any) -> None:
    [id] = certify(app)
    answer = as_("amina").get(f"/certificates/{id}.pdf")
    assert answer.status_code == 200
    assert answer.data.startswith(b"%PDF-")
    assert answer.mimetype == "application/pdf"


@pytest.mark.parametrize(
    ("own", "language", "told"), [("زهرا", "fa", "fa"), ("زهرا", "en", ""), ("Олена", "ar", ""), (None, "ar", "")]
)  # fmt: skip
def test_the_language_of_the_own_name_is_told_where_its_script_agrees(
    own: str | None, language: str, told: str, app: Flask, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "render", lambda *args, **kwargs: b"%PDF-")
    with app.app_context(), transaction(write=True):
        amina = db.session.get_one(User, world.amina)
        amina.own_name, amina.language = own, language
    certify(app)
    assert credentials(app)[0].name_language == told


def test_said_again_it_gives_nothing_more(app: Flask, world: Any) -> None:
    certify(app)
    with app.app_context(), transaction(write=True):
        fact = db.session.scalars(select(Fact).where(Fact.kind == Kind.ENROLMENT_COMPLETED)).one()
        issue_once(fact)
    assert len(credentials(app)) == 1
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(Fact.kind == Kind.CREDENTIAL_ISSUED)) == 1


@pytest.mark.parametrize("state", [state for state in EnrolmentState if state is not EnrolmentState.COMPLETED])
def test_who_has_not_finished_gets_none(state: EnrolmentState, app: Flask, world: Any) -> None:
    pin(app, "annotation-basics")
    with app.app_context(), transaction(write=True):
        db.session.get_one(Enrolment, world.enrolment).state = state
        assert actions.issue(world.enrolment) == []


def test_eight_workers_at_once_give_one(either_school: Flask) -> None:
    app, world = either_school, either_school.extensions["world"]
    pin(app, "annotation-basics")
    with app.app_context(), transaction(write=True):
        place = db.session.get_one(Enrolment, world.enrolment)
        place.state = EnrolmentState.COMPLETED
    eight_at_once(app, lambda _n: actions.issue(world.enrolment))
    assert len(credentials(app)) == 1


def test_another_person_writes_while_a_sheet_is_being_printed(own_school: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    app, world = own_school, own_school.extensions["world"]
    printing, go_on, real = threading.Event(), threading.Event(), sheets.render

    def slow(*args: Any, **kwargs: Any) -> bytes:
        printing.set()
        assert go_on.wait(30)
        return real(*args, **kwargs)

    monkeypatch.setattr(sheets, "render", slow)
    pin(app, "annotation-basics")
    printer = threading.Thread(target=finish, args=(app,))
    printer.start()
    try:
        assert printing.wait(30)
        hana = app.test_client()
        hana.sign_in("hana")  # this and the next write: they would wait for ever behind a lock
        assert hana.post("/language", data={"lang": "ar"}).status_code == 303
        assert printer.is_alive()
        with app.app_context():
            assert db.session.get_one(User, world.hana).language == "ar"
    finally:
        go_on.set()
        printer.join(60)
    assert credentials(app)[0].sheet_id is not None


def test_a_name_the_fonts_cannot_print_waits_and_says_so(app: Flask, as_: Any, world: Any) -> None:
    with app.app_context(), transaction(write=True):
        db.session.get_one(User, world.amina).latin_name = "Amina 王"
    [id] = certify(app)
    [credential] = credentials(app)
    assert (credential.sheet_id, credential.trouble, credential.trouble_with) == (None, Trouble.LETTERS, "王")
    amina, dana = as_("amina"), as_("dana")
    assert "We cannot print these signs of the name: 王." in amina.page(f"/certificates/{id}")
    assert "The fonts of the sheet lack these signs: 王." in dana.page(f"/certificates/{id}")
    assert "Not printed" in dana.page("/certificates")
    assert amina.get(f"/certificates/{id}.pdf").status_code == 404


def test_a_long_name_that_fits_no_page_waits_too(app: Flask, as_: Any, world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def too_long(*args: Any, **kwargs: Any) -> bytes:
        raise sheets.DoesNotFit

    monkeypatch.setattr(sheets, "render", too_long)
    [id] = certify(app)
    assert "Your name is too long for the paper." in as_("amina").page(f"/certificates/{id}")


def test_the_same_sheet_is_printed_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    [id] = certify(app)
    monkeypatch.setattr(sheets, "render", lambda *args, **kwargs: pytest.fail("printed twice"))
    with app.app_context(), transaction(write=True):
        rendering.render({"credential": id})
        actions.print_sheet(db.session.get_one(Credential, id))
        assert db.session.scalar(select(func.count()).where(jobs.Job.name == rendering.RENDER)) == 1


def test_the_square_code_leads_to_this_installation(app: Flask) -> None:
    certify(app)
    with app.app_context():
        [credential] = db.session.scalars(select(Credential))
        assert rendering.sheet_of(credential).url == f"http://localhost/v/{credential.printed}"


def test_a_fact_about_nothing_is_no_work(app: Flask) -> None:
    with app.app_context(), transaction(write=True):
        assert actions.issue(999_999) == []
