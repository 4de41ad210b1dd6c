"""A phone that may be in other hands: every sign-in ends with a reason, and the phone is told to forget all when it next asks."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.core.access import Role
from lms.core.db import db, transaction
from lms.core.facts import Fact, Kind
from lms.people import actions
from lms.people.models import User

CLEAR = '"cache", "storage"'
READS = {"Accept": "text/html"}


def lose(client: Any, world: Any, reason: str = "taken") -> Any:
    return client.post(f"/enrolments/{world.enrolment}/lost-phone", data={"reason": reason} if reason else {})


def facts(app: Flask) -> list[tuple[int | None, int, dict[str, Any]]]:
    with app.app_context():
        found = select(Fact).where(Fact.kind == Kind.PERSON_PHONES_CLEARED).order_by(Fact.id)
        return [(fact.actor_id, fact.subject_id, fact.data) for fact in db.session.scalars(found)]


@pytest.mark.parametrize("name", ["bilal", "dana"])
def test_a_mentor_and_staff_sign_out_every_phone_of_a_trainee(app: Flask, as_: Any, world: Any, name: str) -> None:
    phones = [as_("amina"), as_("amina"), as_("amina", "shared")]
    helper = as_(name)
    assert "Somebody took the phone" in helper.page(f"/enrolments/{world.enrolment}")
    answer = lose(helper, world)
    assert (answer.status_code, answer.location) == (303, f"/enrolments/{world.enrolment}")
    for phone in phones:
        told = phone.get("/today", headers=READS)
        assert (told.status_code, told.headers["Clear-Site-Data"]) == (401, CLEAR)
        text = told.get_data(as_text=True)
        assert "data-lost" in text
        assert "Amina" not in text, "the phone may be in other hands"
        assert phone.get("/today", headers=READS).status_code == 302, "the cookie went with the page"
    assert facts(app) == [(getattr(world, name), world.amina, {"reason": "taken"})]


def test_scripts_and_the_queue_are_told_until_a_page_is(as_: Any, world: Any) -> None:
    phone = as_("amina")
    user = phone.get("/token").json["user"]
    lose(as_("bilal"), world)
    for _n in range(2):
        for answer in (
            phone.get("/token"),
            phone.post("/learn/tiny/rules/done", headers={"X-Request-Id": "12345678-abcd", "X-User": user}),
            phone.get("/work/tasks/1/picture"),
        ):
            assert (answer.status_code, answer.headers["Clear-Site-Data"]) == (401, CLEAR)
            assert answer.json == {"sentence": "Sign in to send."}
    with phone.get("/static/js/app.js") as file:
        assert file.status_code == 200
    assert phone.get("/sign-in", headers=READS).status_code == 401
    assert phone.get("/sign-in", headers=READS).status_code == 200


def test_a_new_password_hides_and_a_lost_phone_clears_also_afterwards(app: Flask, as_: Any, stranger: Any, world: Any) -> None:
    phone = as_("amina")
    with app.app_context(), transaction(write=True):
        code = actions.make_code(db.session.get_one(User, world.amina), by=None)
    stranger.post("/sign-in/code", data={"identifier": "amina@demo.example", "code": code, "password": "a new long word"})
    assert "Clear-Site-Data" not in phone.get("/token").headers
    lose(as_("bilal"), world)
    assert phone.get("/token").headers["Clear-Site-Data"] == CLEAR


def test_her_own_sign_out_everywhere_clears_the_other_phone(app: Flask, as_: Any, world: Any) -> None:
    here, there, hana = as_("amina"), as_("amina"), as_("hana")
    assert here.post("/sign-out/everywhere").headers["Clear-Site-Data"] == CLEAR
    assert there.get("/today", headers=READS).status_code == 401
    assert here.get("/today", headers=READS).status_code == 302
    assert hana.get("/token").json["user"]
    assert facts(app) == [(world.amina, world.amina, {"reason": "asked"})]


def test_she_signs_in_again_and_stays(as_: Any, world: Any) -> None:
    lose(as_("bilal"), world)
    assert as_("amina").get("/today", headers=READS).status_code == 200


def test_without_a_reason_nothing_ends(app: Flask, as_: Any, world: Any) -> None:
    phone, bilal = as_("amina"), as_("bilal")
    for reason in ("", "because"):
        lose(bilal, world, reason)
    assert phone.get("/token").json["user"]
    assert facts(app) == []


def test_a_mentor_signs_out_nobody_with_more_rights(app: Flask, as_: Any, world: Any) -> None:
    with app.app_context(), transaction(write=True):
        db.session.get_one(User, world.amina).roles |= {Role.FINANCE}
    phone = as_("amina")
    lose(as_("bilal"), world)
    assert phone.get("/token").json["user"]
    assert facts(app) == []
