"""Staff, and the coordinator who referred her, write down a trainee's new number: she comes in with a new code, and is told."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.cohorts import signing_in
from lms.cohorts.models import Enrolment, MentorSeat
from lms.core.access import Role
from lms.core.db import db, transaction
from lms.core.errors import Refused
from lms.core.facts import Fact
from lms.messages.models import Message
from lms.people import actions
from lms.people.models import User
from tests.people.test_change_identifier import NUMBER, comes_in, facts, stale

TAKEN = "Another person has this phone, email or name already."


def correct(client: Any, world: Any, typed: str = "70 123 456") -> Any:
    return client.post(f"/enrolments/{world.enrolment}/sign-in", data={"identifier": typed})


@pytest.mark.parametrize("name", ["dana", "efe"])
def test_she_comes_in_with_the_number_and_the_code_and_reads_who_did_it(name: str, app: Flask, as_: Any, stranger: Any, world: Any) -> None:
    phone, helper, path = as_("amina"), as_(name), f"/enrolments/{world.enrolment}/sign-in"
    assert f'href="{path}"' in helper.page(f"/enrolments/{world.enrolment}")
    assert "amina@demo.example" not in helper.page(path), "no more of it than must be known"
    for _tap in range(2):
        answer = correct(helper, world)
        assert answer.status_code == 200
    text = answer.get_data(as_text=True)
    assert f">{NUMBER}<" in text
    code = text.split('num" dir="ltr">', 1)[1][:6]
    assert phone.get("/me").status_code == 302, "whoever has the old phone is out"
    new = {"identifier": "٧٠ ١٢٣ ٤٥٦", "code": code, "password": "a new long word", "device": "own"}
    assert stranger.post("/sign-in/code", data=new).status_code == 303
    assert f"<dt><bdi>{name.capitalize()}</bdi></dt>" in stranger.page("/me/sign-in")
    letters = stranger.page("/messages")
    assert ("Dana" in letters) == (name == "dana")
    assert facts(app) == [(getattr(world, name), world.amina, {"field": "phone"})]
    with app.app_context():
        assert NUMBER[4:] not in repr([fact.data for fact in db.session.scalars(select(Fact))])


def test_staff_tell_her_in_her_own_language_and_never_the_number(app: Flask, as_: Any, world: Any) -> None:
    with app.app_context(), transaction(write=True):
        db.session.get_one(User, world.amina).language = "ar"
    correct(as_("dana"), world)
    with app.app_context():
        text = db.session.scalars(select(Message.text)).one()
    assert "هاتف" in text
    assert "123" not in text
    assert "Dana" in as_("amina").page("/today")


@pytest.mark.parametrize(("name", "status"), [("goran", 404), ("bilal", 403), ("chen", 403), ("amina", 403), ("hana", 403), ("fay", 403)])
def test_nobody_else_may(name: str, status: int, app: Flask, as_: Any, world: Any) -> None:
    client = as_(name)
    assert client.get(f"/enrolments/{world.enrolment}/sign-in").status_code == status
    assert correct(client, world).status_code == status
    if status == 403 and name == "bilal":
        assert "/sign-in" not in client.page(f"/enrolments/{world.enrolment}").split("<main")[1]
    assert facts(app) == []


def test_a_mentor_who_is_another_partners_coordinator_may_not(app: Flask, as_: Any, world: Any) -> None:
    """Goran sees her as her mentor, and is a coordinator: of other people."""
    with app.app_context(), transaction(write=True):
        db.session.get_one(User, world.goran).roles |= {Role.MENTOR}
        db.session.add(MentorSeat(cohort_id=world.cohort, user_id=world.goran))
    goran, path = as_("goran"), f"/enrolments/{world.enrolment}/sign-in"
    assert path not in goran.page(f"/enrolments/{world.enrolment}")
    assert [goran.get(path).status_code, correct(goran, world).status_code, goran.post(path + "/phone").status_code] == [403] * 3
    assert facts(app) == []


@pytest.mark.parametrize("name", ["dana", "efe"])
def test_nobody_takes_over_who_is_more_than_a_trainee(name: str, app: Flask, as_: Any, world: Any) -> None:
    with app.app_context(), transaction(write=True):
        db.session.get_one(User, world.amina).roles |= {Role.FINANCE}
    helper = as_(name)
    assert correct(helper, world).status_code == 403
    assert f"/enrolments/{world.enrolment}/sign-in" not in helper.page(f"/enrolments/{world.enrolment}")
    with app.app_context(), transaction(write=True):  # who became it after the page was asked
        place, by = db.session.get_one(Enrolment, world.enrolment), db.session.get_one(User, getattr(world, name))
        for act in (partial(signing_in.correct, text=NUMBER), signing_in.take_phone_away):
            with pytest.raises(Refused, match="more than a trainee"):
                act(place, by=by)
    assert facts(app) == []


def test_a_number_that_is_taken_and_a_password_that_is_old(app: Flask, as_: Any, stranger: Any, world: Any) -> None:
    with app.app_context(), transaction(write=True):
        actions.identify(db.session.get_one(User, world.hana), NUMBER)
    phone, efe = as_("amina"), as_("efe")
    for helper, sees in ((efe, False), (as_("dana"), True)):
        answer = correct(helper, world)
        text = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert TAKEN in text
        assert 'value="70 123 456"' in text
        assert ("<bdi>Hana</bdi> has it now." in text) is sees, "who sees everybody must know whose it was"
        assert (f'href="/enrolments/{world.other_enrolment}/sign-in"' in text) is sees
    assert correct(efe, world, "two words").status_code == 422
    stale(app)
    kept = correct(efe, world, "+961 3 123 456")
    assert kept.status_code == 422
    assert 'name="identifier" value="+961 3 123 456"' in kept.get_data(as_text=True)
    assert phone.get("/me").status_code == 200
    assert facts(app) == []
    assert comes_in(stranger, "amina@demo.example")


def test_a_coordinator_tries_no_list_of_numbers(app: Flask, as_: Any, world: Any) -> None:
    """Each answer tells whether a number is somebody's here. What comes through is not counted."""
    efe = as_("efe")
    assert [correct(efe, world).status_code for _n in range(2)] == [200] * 2
    tries = [correct(efe, world, f"two words {n}").status_code for n in range(61)]
    assert tries == [422] * 60 + [429]


@pytest.mark.parametrize("name", ["dana", "efe"])
def test_a_number_that_was_sold_again_goes_to_who_has_it_now(name: str, app: Flask, as_: Any, stranger: Any, world: Any) -> None:
    with app.app_context(), transaction(write=True):
        amina = db.session.get_one(User, world.amina)
        actions.identify(amina, NUMBER)
        amina.email = None
    helper, path = as_(name), f"/enrolments/{world.enrolment}/sign-in"
    assert as_("goran").post(path + "/phone").status_code == 404
    assert "Take the number away" in helper.page(path)
    stale(app)
    assert helper.post(path + "/phone").location == f"/step-up?next={path}"
    helper.post("/step-up", data={"password": f"demo-{name}-2026", "next": path})
    text = helper.post(path + "/phone").get_data(as_text=True)
    assert "<bdi class=\"ltr num\">amina</bdi>" in text, "a name to sign in with is made of hers"
    assert NUMBER not in text
    again = helper.post(path + "/phone")
    assert again.location == f"/enrolments/{world.enrolment}"
    assert "You can make a code." in helper.page(again.location)
    assert "Take the number away" not in helper.page(path)
    assert as_("hana").post("/me/sign-in", data={"identifier": NUMBER}).status_code == 303
    assert comes_in(stranger, NUMBER, "demo-hana-2026")
    new = {"identifier": "Amina", "code": text.split('num" dir="ltr">', 1)[1][:6], "password": "a new long word"}
    assert stranger.post("/sign-in/code", data=new).status_code == 303
    assert facts(app)[0] == (getattr(world, name), world.amina, {"field": "phone", "gone": True})
