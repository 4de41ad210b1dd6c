"""Who sees which cohort, and the people in it: the two halves of the school never meet."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask

from lms.core.db import db
from lms.core.facts import Fact
from lms.people.models import SignInCode

SEES = [
    ("bilal", "Beirut 1", "Gaziantep 1"),
    ("chen", "Gaziantep 1", "Beirut 1"),
    ("efe", "Beirut 1", "Gaziantep 1"),
    ("goran", "Gaziantep 1", "Beirut 1"),
]


@pytest.mark.parametrize(("name", "own", "other"), SEES)
def test_a_list_holds_the_own_cohorts_only(name: str, own: str, other: str, as_: Any) -> None:
    text = as_(name).page("/cohorts")
    assert own in text
    assert other not in text


def test_staff_see_all(as_: Any) -> None:
    text = as_("dana").page("/cohorts")
    assert "Beirut 1" in text
    assert "Gaziantep 1" in text


@pytest.mark.parametrize(("name", "own", "other"), [("bilal", "cohort", "other_cohort"), ("chen", "other_cohort", "cohort"),
                                                    ("efe", "cohort", "other_cohort"), ("goran", "other_cohort", "cohort")])  # fmt: skip
def test_a_foreign_cohort_is_not_found(name: str, own: str, other: str, as_: Any, world: Any) -> None:
    client = as_(name)
    assert client.get(f"/cohorts/{getattr(world, own)}").status_code == 200
    assert client.get(f"/cohorts/{getattr(world, other)}").status_code == 404


@pytest.mark.parametrize(("name", "seen", "hidden"), [("efe", "Amina", "Hana"), ("goran", "Hana", "Amina")])
def test_a_partner_sees_its_own_people(name: str, seen: str, hidden: str, as_: Any) -> None:
    text = as_(name).page("/people")
    assert seen in text
    assert hidden not in text
    assert "<td>Partner</td>" not in text, "nobody looks for herself"


@pytest.mark.parametrize(("name", "path", "word"), [("bilal", "/enrolments/{}", "/cohorts"), ("efe", "/enrolments/{}", "/cohorts")])
def test_the_menu_says_where_a_person_stands(name: str, path: str, word: str, as_: Any, world: Any) -> None:
    assert re.search(f'<a[^>]*href="{word}"[^>]*aria-current', as_(name).page(path.format(world.enrolment)))


@pytest.mark.parametrize("name", ["bilal", "efe", "dana"])
def test_a_code_for_a_trainee_of_ones_own(name: str, app: Flask, as_: Any, world: Any) -> None:
    answer = as_(name).post(f"/enrolments/{world.enrolment}/codes")
    assert "It is shown this once" in answer.get_data(as_text=True)
    with app.app_context():
        code = db.session.scalars(db.select(SignInCode).order_by(SignInCode.id.desc())).first()
        fact = db.session.scalars(db.select(Fact).where(Fact.kind == "person.code_made").order_by(Fact.id.desc())).first()
    assert code.user_id == world.amina
    assert fact.actor_id == getattr(world, name), "the fact names who made it"


@pytest.mark.parametrize("name", ["chen", "goran"])
def test_no_code_for_somebody_elses_trainee(name: str, as_: Any, world: Any) -> None:
    assert as_(name).post(f"/enrolments/{world.enrolment}/codes").status_code == 404
    assert as_(name).get(f"/enrolments/{world.enrolment}").status_code == 404


def test_a_mentor_cannot_make_a_code_for_staff_in_disguise(app: Flask, as_: Any, world: Any) -> None:
    from lms.core.access import Role
    from lms.core.db import transaction
    from lms.people.models import User

    with app.app_context(), transaction(write=True):
        db.session.get_one(User, world.amina).roles = frozenset({Role.TRAINEE, Role.STAFF})
    bilal = as_("bilal")
    bilal.post(f"/enrolments/{world.enrolment}/codes", headers={"Referer": f"http://localhost/enrolments/{world.enrolment}"})
    assert "Only staff can make a code for this person." in bilal.page(f"/enrolments/{world.enrolment}")


def test_staff_confirm_an_age(app: Flask, as_: Any, world: Any) -> None:
    from lms.people.models import User

    dana = as_("dana")
    assert dana.post(f"/enrolments/{world.other_enrolment}/adult").status_code == 303
    with app.app_context():
        assert db.session.get_one(User, world.hana).adult is True
    assert as_("chen").post(f"/enrolments/{world.other_enrolment}/adult").status_code == 403

def test_staff_choose_among_the_mentors_without_a_seat(as_: Any, world: Any) -> None:
    text = as_("dana").page(f"/cohorts/{world.cohort}")
    options = text.split('id="mentor"')[1].split("</select>")[0]
    assert "Chen" in options
    assert "Bilal" not in options, "he has a seat here"
    assert "Amina" not in options


@pytest.mark.parametrize("name", ["dana", "efe"])
def test_a_name_in_the_list_leads_to_the_person(name: str, as_: Any, world: Any) -> None:
    assert f'href="/enrolments/{world.enrolment}"' in as_(name).page("/people")
