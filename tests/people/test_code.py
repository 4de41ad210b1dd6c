"""A new password with six digits from the mentor: one use, five tries, a day's life."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from lms.core import clock
from lms.core.db import db, transaction
from lms.people import actions
from lms.people.models import User


@pytest.fixture
def code(app: Flask, world: Any) -> str:
    with app.app_context(), transaction(write=True):
        return actions.make_code(db.session.get_one(User, world.amina), by=db.session.get_one(User, world.bilal))


def send(client: Any, code: str, password: str = "a new long word", identifier: str = "amina@demo.example") -> Any:
    return client.post("/sign-in/code", data={"identifier": identifier, "code": code, "password": password})


def test_the_code_opens_the_door_once(stranger: Any, code: str, as_: Any) -> None:
    old = as_("amina")
    assert send(stranger, code).status_code == 303
    assert stranger.post("/sign-in", data={"identifier": "amina@demo.example", "password": "a new long word"}).status_code == 303
    assert old.get("/me").status_code == 302, "every older sign-in ended with the old password"
    assert send(stranger, code, "another long word").status_code == 422


def test_no_name_is_taken_from_an_address(stranger: Any) -> None:
    assert "amina" not in stranger.page("/sign-in/code?name=amina")


def test_digits_of_any_script(stranger: Any, code: str) -> None:
    assert send(stranger, code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))).status_code == 303


def test_five_wrong_tries_kill_the_code(stranger: Any, code: str) -> None:
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _try in range(5):
        assert send(stranger, wrong).status_code == 422
    assert send(stranger, code).status_code == 422


def test_an_old_code_is_dead(stranger: Any, code: str) -> None:
    with clock.held(clock.now() + timedelta(hours=25)):
        answer = send(stranger, code)
    assert answer.status_code == 422
    assert "Ask your mentor for a new one" in answer.get_data(as_text=True)


def test_nobody_learns_who_is_here(stranger: Any, code: str) -> None:
    known = send(stranger, "000000" if code != "000000" else "000001").get_data(as_text=True)
    unknown = send(stranger, "000000", identifier="nobody@demo.example").get_data(as_text=True)
    sentence = "The name or the code is not right, or it is old. Ask your mentor for a new one."
    assert sentence in known
    assert sentence in unknown


def test_a_short_password_is_refused_and_the_code_lives(stranger: Any, code: str) -> None:
    answer = send(stranger, code, "short")
    assert answer.status_code == 422
    assert "Use 8 signs or more" in answer.get_data(as_text=True)
    assert send(stranger, code).status_code == 303


def test_a_newer_code_ends_the_older(app: Flask, stranger: Any, world: Any, code: str) -> None:
    with app.app_context(), transaction(write=True):
        newer = actions.make_code(db.session.get_one(User, world.amina), by=None)
    if newer != code:
        assert send(stranger, code).status_code == 422
    assert send(stranger, newer).status_code == 303


def test_the_code_is_not_in_the_database(app: Flask, code: str) -> None:
    with app.app_context():
        dump = repr(db.session.execute(db.text("SELECT * FROM sign_in_code")).all())
    assert code not in dump
