"""Names no column, page or paper could hold."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from lms.core.access import Role
from lms.core.db import db, transaction
from lms.core.errors import Refused
from lms.people import actions
from lms.people.models import User


@pytest.mark.parametrize("name", ["", "  \t ", "\x00\x01", "\ud800", "x" * 121])
def test_a_name_that_is_none_is_refused(app: Flask, world: Any, name: str) -> None:
    with app.app_context(), transaction(write=True), pytest.raises(Refused, match="The name is"):
        actions.add(by=None, name=name, roles=frozenset({Role.TRAINEE}))


def test_control_signs_leave_a_name_and_joiners_stay(app: Flask, world: Any, as_: Any) -> None:
    with app.app_context(), transaction(write=True):
        assert actions.add(by=None, name="Am\x01ina\udcff", roles=frozenset({Role.TRAINEE})).name == "Amina"
        assert actions.add(by=None, name="علی\u200cرضا", roles=frozenset({Role.TRAINEE})).name == "علی\u200cرضا"
    assert as_("amina").post("/me/name", data={"latin_name": "Am\x1bina", "own_name": "\x7f"}).status_code == 303
    with app.app_context():
        amina = db.session.get_one(User, world.amina)
        assert (amina.latin_name, amina.own_name) == ("Amina", None)


@pytest.mark.parametrize("identifier", ["   ", "\ud800", "\t"])
def test_an_identifier_of_no_signs_is_none(app: Flask, world: Any, identifier: str) -> None:
    with app.app_context(), transaction(write=True):
        assert actions.add(by=None, name="Noor", roles=frozenset({Role.TRAINEE}), identifier=identifier).sign_in_name == "noor"
