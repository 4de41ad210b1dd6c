"""The first visit: a code leads in at once, then three short pages. And the languages on a page of their own."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.core.db import db, transaction
from lms.people import actions
from lms.people.models import Consent, SignIn, User
from tests.people.test_code import send

PAGES = ("/welcome", "/welcome/language", "/welcome/name")


@pytest.fixture
def code(app: Flask, world: Any) -> str:
    with app.app_context(), transaction(write=True):
        return actions.make_code(db.session.get_one(User, world.amina), by=db.session.get_one(User, world.bilal))


def test_a_code_leads_in_and_the_first_time_through_three_pages(app: Flask, stranger: Any, code: str, world: Any) -> None:
    assert send(stranger, code).location == "/welcome"
    assert "We do not show them to other people." in stranger.page("/welcome")
    assert stranger.post("/welcome").location == "/welcome/language"
    assert "العربية" in stranger.page("/welcome/language")
    assert stranger.post("/welcome/language", data={"lang": "ar", "digits": "latin", "calendar": "afghan"}).location == "/welcome/name"
    page = stranger.page("/welcome/name")
    assert '<html lang="ar" dir="rtl" class="latin">' in page
    assert 'value="Amina"' in page
    assert stranger.post("/welcome/name", data={"latin_name": "Amina Haddad", "own_name": "أمينة حداد"}).location == "/"
    assert stranger.get("/").location == "/today"
    with app.app_context():
        amina = db.session.get_one(User, world.amina)
        assert (amina.latin_digits, amina.afghan_calendar) == (True, True)
        assert (amina.language, amina.latin_name, amina.own_name) == ("ar", "Amina Haddad", "أمينة حداد")
        (kept,) = db.session.scalars(select(Consent).where(Consent.user_id == world.amina))
        assert (kept.purpose, kept.version, kept.language) == ("learning", "1", "en")


def test_who_agreed_before_goes_to_her_first_page(app: Flask, stranger: Any, code: str, world: Any) -> None:
    with app.app_context(), transaction(write=True):
        actions.consent(db.session.get_one(User, world.amina), purpose=actions.LEARNING, version="1", language="en")
    assert send(stranger, code).location == "/"
    assert "Your new password is saved." in stranger.page("/today")


def test_others_are_not_welcomed(app: Flask, stranger: Any, world: Any) -> None:
    with app.app_context(), transaction(write=True):
        code = actions.make_code(db.session.get_one(User, world.bilal), by=None)
    assert send(stranger, code, "a new long word", "bilal@demo.example").location == "/"
    assert [stranger.get(page).status_code for page in PAGES] == [403, 403, 403]
    assert [stranger.post(page).status_code for page in PAGES] == [403, 403, 403]


@pytest.mark.parametrize(("device", "kept"), [("own", "own"), ("shared", "shared"), ("", "shared")])
def test_a_shared_phone_is_assumed(app: Flask, stranger: Any, code: str, device: str, kept: str) -> None:
    data = {"identifier": "amina@demo.example", "code": code, "password": "a new long word", "device": device}
    assert stranger.post("/sign-in/code", data=data).status_code == 303
    with app.app_context():
        assert db.session.scalars(select(SignIn.device).order_by(SignIn.id.desc())).first() == kept


def test_agreeing_twice_is_agreeing_once(app: Flask, as_: Any) -> None:
    amina = as_("amina")
    for _tap in range(2):
        assert amina.post("/welcome").location == "/welcome/language"
    with app.app_context():
        assert len(db.session.scalars(select(Consent)).all()) == 1


def test_what_is_no_answer_is_refused(as_: Any) -> None:
    amina = as_("amina")
    assert amina.post("/welcome/language", data={"lang": "xx"}).status_code == 404
    answer = amina.post("/welcome/name", data={"latin_name": "A" * 121, "own_name": "أمينة"})
    assert answer.status_code == 422
    assert "أمينة" in answer.get_data(as_text=True)


def test_a_lesson_leads_to_the_languages_and_back(as_: Any, course: int) -> None:
    amina = as_("amina")
    assert 'href="/language?next=/learn/tiny/labels"' in amina.page("/learn/tiny/labels")
    assert 'name="next" value="/learn/tiny/labels"' in amina.page("/language?next=/learn/tiny/labels")
    assert amina.post("/language", data={"lang": "ar", "next": "/learn/tiny/labels"}).location == "/learn/tiny/labels"


@pytest.mark.parametrize("target", ["https://bad.example/", "//bad.example", "/sign-out", "/me/name", "/nowhere", ""])
def test_a_choice_never_leads_to_what_cannot_be_read(stranger: Any, target: str) -> None:
    assert stranger.post("/language", data={"lang": "ar", "next": target}).location == "/"
    assert 'name="next" value=""' in stranger.page(f"/language?next={target}")


@pytest.mark.parametrize(
    ("known", "field"), [("Çiğdem O'Neill-Şahin", "latin_name"), ("نور الخطيب", "own_name"), ("Nour الخطيب", "own_name")]
)
def test_a_name_stands_in_the_field_whose_letters_it_has(app: Flask, as_: Any, world: Any, known: str, field: str) -> None:
    with app.test_request_context(), transaction(write=True):
        db.session.get_one(User, world.amina).name = known
    page = unescape(as_("amina").page("/welcome/name"))
    assert [name for name in ("latin_name", "own_name") if re.search(rf'name="{name}"[^>]* value="{re.escape(known)}"', page)] == [field]


def test_the_door_speaks_the_language_of_who_left(app: Flask, as_: Any, world: Any) -> None:
    amina = as_("amina")
    with app.test_request_context(), transaction(write=True):
        db.session.get_one(User, world.amina).language = "ar"
    amina.post("/sign-out")
    assert '<html lang="ar"' in amina.page("/sign-in")
