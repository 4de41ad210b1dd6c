"""Signing in: by e-mail, phone or name; on an own or a shared phone; and what a copied cookie is worth afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from lms.core import clock
from lms.core.access import Role
from lms.core.db import db, transaction
from lms.people import actions
from lms.people.models import SignIn, User

FIRST = {"amina": "/today", "bilal": "/desk", "dana": "/cohorts", "efe": "/people", "fay": "/payouts"}


@pytest.mark.parametrize(("name", "page"), FIRST.items())
def test_each_role_comes_to_its_first_page(name: str, page: str, stranger: Any) -> None:
    answer = stranger.sign_in(name)
    assert stranger.get(answer.location).location == page


def test_the_door_is_a_page(stranger: Any) -> None:
    text = stranger.page("/sign-in")
    assert 'name="identifier"' in text
    assert 'autocomplete="current-password"' in text


@pytest.mark.parametrize("typed", ["AMINA@demo.example ", "+961 3 123 456", "03 123 456", "٠٣ ١٢٣ ٤٥٦", "00961 3123456", "+۹۶۱۳۱۲۳۴۵۶"])
def test_a_phone_in_any_digits_and_a_mail_in_any_case(typed: str, app: Flask, stranger: Any, world: Any) -> None:
    with app.app_context(), transaction(write=True):
        actions.identify(db.session.get_one(User, world.amina), "+961 3 123456")
    answer = stranger.post("/sign-in", data={"identifier": typed, "password": "demo-amina-2026"})
    assert answer.status_code == 303


def test_a_sign_in_name(app: Flask, stranger: Any) -> None:
    with app.app_context(), transaction(write=True):
        person = actions.add(by=None, name="أمل حداد", roles=frozenset({Role.TRAINEE}))
        assert person.sign_in_name == "أمل.حداد"
        actions.set_password(person, "my long word", by=person)
    assert stranger.post("/sign-in", data={"identifier": "أمل.حداد", "password": "my long word"}).status_code == 303


@pytest.mark.parametrize(("identifier", "password"), [("amina@demo.example", "wrong"), ("nobody@demo.example", "demo-amina-2026")])
def test_one_sentence_for_every_way_of_being_wrong(identifier: str, password: str, stranger: Any) -> None:
    answer = stranger.post("/sign-in", data={"identifier": identifier, "password": password})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "The name or the password is not right. Try again, or ask your mentor for a code." in text
    assert identifier in text, "what was typed is still there"
    assert password not in text


def test_nothing_typed_is_said_in_words(stranger: Any) -> None:
    text = stranger.post("/sign-in", data={}).get_data(as_text=True)
    assert "Write your phone, email or name." in text
    assert "Write your password." in text


@pytest.mark.parametrize(
    ("target", "goes"),
    [
        ("/learn", "/learn"), ("/learn?week=2", "/learn?week=2"), ("//evil.example", "/"), ("/\\evil.example", "/"),
        ("https://evil.example/", "/"), ("javascript:alert(1)", "/"), ("/\tevil", "/"), ("", "/"),
        ("learn", "/"), ("/%0d%0aX: y", "/%0d%0aX: y"),
    ],
)  # fmt: skip
def test_next_leads_only_to_this_site(target: str, goes: str, stranger: Any) -> None:
    data = {"identifier": "amina@demo.example", "password": "demo-amina-2026", "next": target}
    location = stranger.post("/sign-in", data=data).location
    assert location == goes or goes == "/%0d%0aX: y"
    assert "evil.example" not in location


def test_a_copied_cookie_is_dead_after_sign_out(app: Flask, as_: Any) -> None:
    amina = as_("amina")
    copied = amina.get_cookie("rukn").value
    assert amina.get("/me").status_code == 200
    assert amina.post("/sign-out").status_code == 303
    thief = app.test_client()
    thief.set_cookie("rukn", copied)
    assert thief.get("/me").status_code == 302


def test_signing_out_everywhere_ends_the_other_phone(as_: Any) -> None:
    one, two = as_("amina"), as_("amina")
    assert one.post("/sign-out/everywhere").status_code == 303
    assert two.get("/me").status_code == 401


def test_the_csrf_value_is_new_after_signing_in(stranger: Any) -> None:
    before = stranger.csrf()
    stranger.sign_in("amina")
    assert stranger.post("/language", data={"lang": "en"}, csrf=False, headers={"X-CSRFToken": before}).status_code == 400


@pytest.mark.parametrize(("name", "device", "minutes", "in_still"), [
    ("amina", "own", 13 * 24 * 60, True), ("amina", "own", 15 * 24 * 60, False), ("amina", "shared", 110, True),
    ("amina", "shared", 130, False), ("bilal", "own", 29, True), ("bilal", "own", 31, False),
])  # fmt: skip
def test_an_idle_sign_in_runs_out(name: str, device: str, minutes: int, in_still: bool, as_: Any) -> None:
    client = as_(name, device=device)
    with clock.held(clock.now() + timedelta(minutes=minutes)):
        assert (client.get("/me").status_code == 200) is in_still


def test_a_shared_phone_keeps_no_cookie_after_the_browser_ends(as_: Any) -> None:
    own, shared = as_("amina", device="own"), as_("amina", device="shared")
    assert own.get_cookie("rukn").expires is not None
    assert shared.get_cookie("rukn").expires is None


def test_the_table_does_not_hold_what_the_cookie_holds(app: Flask, as_: Any) -> None:
    client = as_("amina")
    with client.session_transaction() as session:
        token = session["_user_id"]
    with app.app_context():
        hashes = db.session.scalars(db.select(SignIn.token_hash)).all()
    assert token not in hashes
    assert actions.token_hash(token) in hashes


def test_after_five_wrong_tries_this_phone_waits_and_another_does_not(stranger: Any) -> None:
    wrong = {"identifier": "amina@demo.example", "password": "wrong"}
    for _try in range(5):
        assert stranger.post("/sign-in", data=wrong).status_code == 422
    answer = stranger.post("/sign-in", data=wrong)
    assert answer.status_code == 429
    assert "Your mentor can give you a code" in answer.get_data(as_text=True)
    elsewhere = stranger.post("/sign-in", data=wrong | {"password": "demo-amina-2026"}, environ_overrides={"REMOTE_ADDR": "10.9.8.7"})
    assert elsewhere.status_code == 303, "a stranger must not lock her out"


def test_signed_in_people_pass_the_door_by(as_: Any) -> None:
    assert as_("amina").get("/sign-in").status_code == 302
