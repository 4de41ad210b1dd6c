"""Another phone or e-mail to sign in with: she does it herself for a fresh password, and nobody learns whose a number is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from lms.core import clock
from lms.core.access import Role
from lms.core.db import db, transaction
from lms.core.errors import Refused
from lms.core.facts import Fact
from lms.core.sealing import blind
from lms.people import actions, changing
from lms.people.models import SignIn, SignInCode, User
from tests.eight import at_once, eight_at_once, eight_browsers

NUMBER = "+96170123456"
TAKEN = "Another person has this already. Is it yours? Ask our staff."


def facts(app: Flask) -> list[tuple[int | None, int, dict[str, Any]]]:
    with app.app_context():
        found = select(Fact).where(Fact.kind == "person.identifier_changed").order_by(Fact.id)
        return [(fact.actor_id, fact.subject_id, fact.data) for fact in db.session.scalars(found)]


def comes_in(client: Any, identifier: str, password: str = "demo-amina-2026") -> bool:
    return client.post("/sign-in", data={"identifier": identifier, "password": password}).status_code == 303


def stale(app: Flask) -> None:
    with app.app_context(), transaction(write=True):
        db.session.execute(update(SignIn).values(stepped_up_at=clock.now() - timedelta(minutes=6)))


@pytest.mark.parametrize("typed", ["+961 70 123 456", "70/123456", "٠٠٩٦١٧٠١٢٣٤٥٦", " ۷۰ ۱۲۳ ۴۵۶ ", "\u202a+961\u00a070 123 456\u202c"])
def test_a_new_phone_in_any_writing_signs_in_and_the_others_are_out(typed: str, app: Flask, as_: Any, stranger: Any, world: Any) -> None:
    here, there, hana = as_("amina"), as_("amina"), as_("hana")
    with app.app_context(), transaction(write=True):
        code = actions.make_code(db.session.get_one(User, world.amina), by=None)
    assert 'href="/me/sign-in"' in here.page("/me")
    for _tap in range(2):
        answer = here.post("/me/sign-in", data={"identifier": typed})
        assert (answer.status_code, answer.location) == (303, "/me/sign-in?saved=1")
    page = here.page("/me/sign-in?saved=1")
    assert f">{NUMBER}<" in page, "she looks at it once more"
    assert "Who changed it" in page
    assert NUMBER[1:-3] not in here.page("/me/sign-in"), "later only its end, for whoever looks over her shoulder"
    assert there.get("/me").status_code == 302
    assert hana.get("/me").status_code == 200
    slip = {"identifier": NUMBER, "code": code, "password": "a thief's long word"}
    assert stranger.post("/sign-in/code", data=slip).status_code == 422, "a slip that lies about is dead"
    assert comes_in(stranger, typed)
    assert facts(app) == [(world.amina, world.amina, {"field": "phone"})]


def test_a_new_email_takes_the_place_of_the_old(app: Flask, as_: Any, stranger: Any) -> None:
    assert as_("amina").post("/me/sign-in", data={"identifier": " AMINA@New.example\u200f"}).status_code == 303
    assert not comes_in(stranger, "amina@demo.example")
    assert comes_in(stranger, "amina@new.example")


def test_whose_a_number_is_nobody_learns_and_nothing_typed_is_lost(app: Flask, as_: Any, world: Any) -> None:
    with app.app_context(), transaction(write=True):
        actions.identify(db.session.get_one(User, world.hana), NUMBER)
    amina, other = as_("amina"), as_("amina")
    for typed in (NUMBER, "HANA@demo.example"):
        answer = amina.post("/me/sign-in", data={"identifier": typed})
        text = answer.get_data(as_text=True)
        assert answer.status_code == 422
        assert TAKEN in text
        assert f'value="{typed}"' in text
        assert "Hana" not in text
    assert other.get("/me").status_code == 200, "nobody is signed out by a try"
    assert facts(app) == []
    statuses = [amina.post("/me/sign-in", data={"identifier": f"+9617000000{n}x"}).status_code for n in range(10)]
    assert statuses == [422] * 8 + [429] * 2, "nobody tries a list of numbers"


@pytest.mark.parametrize("typed", ["amina", "12345678901234567890123", "not @n email", "", "961x"])
def test_what_is_no_phone_and_no_email_is_refused(typed: str, app: Flask, as_: Any, stranger: Any) -> None:
    assert as_("amina").post("/me/sign-in", data={"identifier": typed}).status_code == 422
    assert comes_in(stranger, "amina@demo.example")
    assert facts(app) == []


def test_without_a_fresh_password_it_is_asked_and_the_number_is_kept(app: Flask, as_: Any, stranger: Any) -> None:
    amina = as_("amina")
    stale(app)
    answer = amina.post("/me/sign-in", data={"identifier": NUMBER})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert f'name="identifier" value="{NUMBER}"' in text
    assert 'name="password"' in text
    assert facts(app) == []
    kept = {"identifier": NUMBER, "again": "1", "next": "/me/sign-in"}
    assert amina.post("/step-up", data=kept | {"password": "a thief's guess"}).status_code == 422
    onward = amina.post("/step-up", data=kept | {"password": "demo-amina-2026"})
    assert (onward.status_code, onward.location) == (307, "/me/sign-in")
    assert amina.post("/me/sign-in", data=kept).status_code == 303
    assert comes_in(stranger, NUMBER)


def test_everybody_may_and_a_stranger_may_not(app: Flask, as_: Any, stranger: Any) -> None:
    for n, name in enumerate(("bilal", "chen", "efe", "goran", "dana", "fay", "ines")):
        assert as_(name).post("/me/sign-in", data={"identifier": f"+9617012345{n}"}).status_code == 303, name
    assert stranger.post("/me/sign-in", data={"identifier": NUMBER}).status_code == 401
    assert len(facts(app)) == 7


def test_nobody_corrects_her_own_past_the_password(app: Flask, world: Any) -> None:
    with app.app_context(), transaction(write=True), pytest.raises(Refused, match="on your page Me"):
        changing.correct(amina := db.session.get_one(User, world.amina), NUMBER, by=amina)
    assert facts(app) == []


def test_of_eight_people_one_gets_a_number(either_school: Flask) -> None:
    app, world = either_school, either_school.extensions["world"]
    people = [world.amina, world.bilal, world.chen, world.dana, world.efe, world.fay, world.goran, world.hana]
    said = eight_at_once(app, lambda n: changing.change_own(db.session.get_one(User, people[n]), "70 123 456"), but=changing.Taken)
    assert sorted(map(str, said)) == [TAKEN] * 7 + ["True"]
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(User.phone_index == blind(NUMBER, "person.phone"))) == 1
    assert len(facts(app)) == 1


def test_eight_of_one_name_who_lose_their_numbers_at_once_get_a_name_each(either_school: Flask) -> None:
    app, role = either_school, frozenset({Role.TRAINEE})
    with app.app_context(), transaction(write=True):
        ids = [actions.add(by=None, name="Nour", roles=role, identifier=f"+9617012340{n}").id for n in range(8)]
    eight_at_once(app, lambda n: changing.take_phone_away(db.session.get_one(User, ids[n]), by=None))
    with app.app_context():
        found = db.session.scalars(select(User.sign_in_name).where(User.id.in_(ids), User.phone.is_(None)))
        assert set(found) == {"nour", *(f"nour{n}" for n in range(2, 9))}


def test_eight_taps_are_one_change_and_one_of_eight_numbers_stays(either_school: Flask) -> None:
    app, world = either_school, either_school.extensions["world"]
    tabs = eight_browsers(app, "amina")
    same = at_once(lambda tab: tab.post("/me/sign-in", data={"identifier": NUMBER}).status_code, tabs)
    assert set(same) == {303}
    assert len(facts(app)) == 1
    numbers = [f"+9617012340{n}" for n in range(8)]
    codes = eight_at_once(app, lambda n: changing.correct(db.session.get_one(User, world.amina), numbers[n], by=None))
    with app.app_context():
        kept = db.session.get_one(User, world.amina)
        assert kept.phone in numbers
        assert kept.phone_index == blind(kept.phone, "person.phone")
        assert db.session.scalar(select(func.count()).where(SignInCode.used_at.is_(None))) == 1
    assert len(set(codes)) > 1
    assert len(facts(app)) == 9
