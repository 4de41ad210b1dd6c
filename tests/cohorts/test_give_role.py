"""A role is given and taken: with the seats that hang on it, at once in every open page, by nobody for herself. Staff never runs out."""

from __future__ import annotations

from threading import Event
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.cohorts import actions as cohorts
from lms.cohorts import roles
from lms.cohorts.models import Cohort, CohortState, MentorSeat
from lms.core.access import Role
from lms.core.db import db, transaction
from lms.core.errors import Refused
from lms.core.facts import Fact
from lms.partners import actions as partners
from lms.partners.models import Partner, PartnerStaff
from lms.partners.policy import visible_people
from lms.people import changing
from lms.people.models import User
from tests.eight import eight_at_once

LAST = "This is the last person of the staff. Add another one first."


def facts(app: Flask, *kinds: str) -> list[tuple[str, int | None, int, dict[str, Any]]]:
    with app.app_context():
        found = select(Fact).where(Fact.kind.in_(kinds)).order_by(Fact.id)
        return [(fact.kind, fact.actor_id, fact.subject_id, fact.data) for fact in db.session.scalars(found)]


def change(app: Flask, do: Any, id: int, role: Role, by: int | None = None) -> Any:
    with app.app_context(), transaction(write=True):
        return do(db.session.get_one(User, id), role, by=db.session.get_one(User, by) if by else None)


def test_a_graduate_becomes_a_mentor_with_a_longer_password(app: Flask, as_: Any, stranger: Any, world: Any) -> None:
    phone = as_("amina")
    assert phone.get("/desk").status_code == 403
    code = change(app, changing.give_role, world.amina, Role.MENTOR, world.dana)
    assert phone.get("/me").status_code == 302, "the phone in use asks her to sign in"
    old = {"identifier": "amina@demo.example", "password": "demo-amina-2026", "device": "own"}
    assert stranger.post("/sign-in", data=old).status_code == 422, "8 signs were enough for a trainee"
    short = old | {"code": code, "password": "nine signs"[:9]}
    assert "Use 12 signs or more" in stranger.post("/sign-in/code", data=short).get_data(as_text=True)
    assert stranger.post("/sign-in/code", data=short | {"password": "twelve signs long"}).status_code == 303
    assert stranger.get("/desk").status_code == 200
    assert stranger.get("/today").status_code == 200, "she keeps what she learnt"
    assert change(app, changing.give_role, world.amina, Role.MENTOR, world.dana) is None
    assert stranger.get("/desk").status_code == 200, "twice is once"
    assert facts(app, "person.role_given") == [("person.role_given", world.dana, world.amina, {"role": "mentor"})]


def test_who_has_a_long_password_keeps_it(app: Flask, as_: Any, world: Any) -> None:
    assert change(app, changing.give_role, world.efe, Role.MENTOR) is None
    assert as_("efe").get("/desk").status_code == 200


def test_a_coordinator_who_leaves_sees_nobody_the_same_minute(app: Flask, as_: Any, world: Any) -> None:
    with app.app_context(), transaction(write=True):
        efe, dana = (db.session.get_one(User, id) for id in (world.efe, world.dana))
        partners.employ(db.session.get_one(Partner, world.there), efe, by=dana)
    screen, goran = as_("efe"), as_("goran")
    assert "Amina" in screen.page("/people")
    assert change(app, roles.take, world.efe, Role.PARTNER, world.dana) is True
    assert screen.get("/people").status_code == 302
    again = as_("efe")
    assert again.get("/people").status_code == 403
    assert again.get(f"/enrolments/{world.enrolment}").status_code == 403
    assert again.get("/me").status_code == 200, "and takes what is kept about her"
    assert "Hana" in goran.page("/people")
    with app.app_context():
        assert db.session.scalars(select(PartnerStaff.user_id)).all() == [world.goran]
    assert [kind for kind, *_rest in facts(app, "coordinator.unseated", "person.role_taken")] == ["coordinator.unseated"] * 2 + [
        "person.role_taken"
    ]
    assert change(app, roles.take, world.efe, Role.PARTNER, world.dana) is False
    assert change(app, changing.give_role, world.efe, Role.PARTNER), "nothing tells how long the password is of who had no role"
    with app.app_context():
        people = db.session.scalars(visible_people(db.session.get_one(User, world.efe))).all()
    assert [person.id for person in people] == [world.efe], "no seat was left that the role would open again"


def test_a_mentor_leaves_the_cohorts_and_no_cohort_is_left_alone(app: Flask, as_: Any, world: Any) -> None:
    with pytest.raises(Refused, match="A cohort needs a mentor"):
        change(app, roles.take, world.bilal, Role.MENTOR, world.dana)
    screen = as_("bilal")
    assert screen.get(f"/cohorts/{world.cohort}").status_code == 200
    with app.app_context(), transaction(write=True):
        chen, dana = db.session.get_one(User, world.chen), db.session.get_one(User, world.dana)
        cohorts.seat_mentor(db.session.get_one(Cohort, world.cohort), chen, by=dana)
    assert change(app, roles.take, world.bilal, Role.MENTOR, world.dana) is True
    assert screen.get(f"/cohorts/{world.cohort}").status_code == 302
    assert as_("bilal").get("/desk").status_code == 403
    assert as_("chen").get(f"/cohorts/{world.cohort}").status_code == 200
    assert facts(app, "mentor.unseated") == [("mentor.unseated", world.dana, world.cohort, {"mentor": world.bilal})]


@pytest.mark.parametrize(
    ("do", "who", "role", "by", "sentence"),
    [
        (roles.take, "dana", Role.STAFF, None, LAST),
        (roles.take, "dana", Role.STAFF, "dana", "Nobody changes the own roles. Ask another person of the staff."),
        (changing.give_role, "dana", Role.FINANCE, "dana", "Nobody changes the own roles. Ask another person of the staff."),
        (roles.take, "amina", Role.TRAINEE, "dana", "This person has a place in a cohort, and stays a trainee."),
    ],
)
def test_the_rule_refuses(do: Any, who: str, role: Role, by: str | None, sentence: str, app: Flask, as_: Any, world: Any) -> None:
    screen = as_(who)
    with pytest.raises(Refused, match=sentence):
        change(app, do, getattr(world, who), role, getattr(world, by) if by else None)
    assert screen.get("/me").status_code == 200
    assert facts(app, "person.role_given", "person.role_taken") == []


def test_of_eight_staff_who_all_go_at_once_one_stays(either_school: Flask) -> None:
    app, world = either_school, either_school.extensions["world"]
    people = [world.dana, world.bilal, world.chen, world.efe, world.fay, world.goran, world.hana, world.ines]
    for id in people[1:]:
        change(app, changing.give_role, id, Role.STAFF)
    said = eight_at_once(app, lambda n: roles.take(db.session.get_one(User, people[n]), Role.STAFF, by=None), but=Refused)
    assert sorted(map(str, said)) == [LAST] + ["True"] * 7
    with app.app_context():
        assert len([one for one in db.session.scalars(select(User)) if Role.STAFF in one.roles]) == 1


@pytest.mark.parametrize(("role", "seat", "kept"), [
    (Role.MENTOR, cohorts.seat_mentor, MentorSeat),
    (Role.PARTNER, partners.employ, PartnerStaff),
])  # fmt: skip
def test_nobody_is_seated_while_the_role_is_taken(role: Role, seat: Any, kept: Any, either_school: Flask) -> None:
    """Seven saw who has the role and give her seats, while one takes it: where they may wait for each other, all seven come too late."""
    app, world = either_school, either_school.extensions["world"]
    with app.app_context(), transaction(write=True):
        like = db.session.get_one(Cohort, world.cohort)
        rest = {"programme_id": like.programme_id, "zone": "UTC", "starts_on": like.starts_on, "ends_on": like.ends_on}
        made: list[Any] = [Cohort(name=f"New {n}", state=CohortState.DRAFT, **rest) for n in range(8)]
        if role is Role.PARTNER:
            made = [Partner(code=f"NEW-{n}", name=f"New {n}", country="LB") for n in range(8)]
        db.session.add_all(made)
        db.session.flush()
        house, ids = type(made[0]), [one.id for one in made]
        db.session.get_one(User, world.ines).roles |= {role}

    taken = Event()

    def act(n: int) -> Any:
        ines, dana = db.session.get_one(User, world.ines), db.session.get_one(User, world.dana)
        if n == 0:
            try:
                return roles.take(ines, role, by=dana)
            finally:
                taken.set()
        if db.engine.dialect.name == "postgresql":  # a writer of SQLite has the file alone: nobody else would ever get there
            assert taken.wait(timeout=60)
        return seat(db.session.scalars(select(house).where(house.id == ids[n]).with_for_update()).one(), ines, by=dana)

    assert eight_at_once(app, act, but=Refused)[0] is True
    with app.app_context():
        assert db.session.scalars(select(kept).where(kept.user_id == world.ines)).all() == []
