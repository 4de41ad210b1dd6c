"""Me: the name on a certificate, the language, and who may not look."""

from __future__ import annotations

from typing import Any

from flask import Flask

from lms.core.db import db
from lms.people.models import User


def test_the_name_is_saved_as_typed(app: Flask, as_: Any, world: Any) -> None:
    answer = as_("amina").post("/me/name", data={"latin_name": " Amina Haddad ", "own_name": "أمينة حداد"})
    assert answer.status_code == 303
    with app.app_context():
        amina, hana = db.session.get_one(User, world.amina), db.session.get_one(User, world.hana)
    assert (amina.latin_name, amina.own_name) == ("Amina Haddad", "أمينة حداد")
    assert hana.latin_name is None


def test_roles_and_names_from_the_request_change_nothing_else(app: Flask, as_: Any, world: Any) -> None:
    as_("amina").post("/me/name", data={"latin_name": "A", "roles": "staff", "role": "staff", "adult": "1", "id": str(world.hana)})
    with app.app_context():
        amina = db.session.get_one(User, world.amina)
    assert {str(role) for role in amina.roles} == {"trainee"}


def test_a_name_too_long_is_kept_on_the_page(as_: Any) -> None:
    answer = as_("amina").post("/me/name", data={"latin_name": "x" * 200, "own_name": ""})
    assert answer.status_code == 422
    assert "x" * 200 in answer.get_data(as_text=True)


def test_the_language_turns_the_page_round(as_: Any) -> None:
    amina = as_("amina")
    assert amina.post("/language", data={"lang": "ar", "next": "/me"}).location == "/me"
    text = amina.page("/me")
    assert 'lang="ar"' in text
    assert 'dir="rtl"' in text


def test_the_language_follows_the_person_to_another_phone(app: Flask, as_: Any) -> None:
    as_("amina").post("/language", data={"lang": "ar"})
    assert 'dir="rtl"' in as_("amina").page("/me")


def test_a_language_we_do_not_offer_is_not_found(as_: Any) -> None:
    assert as_("amina").post("/language", data={"lang": "xx"}).status_code == 404


def test_strangers_are_sent_to_the_door(stranger: Any) -> None:
    assert stranger.get("/me").location == "/sign-in?next=/me"
