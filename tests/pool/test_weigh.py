"""Facts from below weigh a person anew; the last part that is met makes her eligible, and it is told once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.core.db import db, transaction
from lms.core.errors import Refused
from lms.core.facts import Fact, Kind
from lms.credentials import actions as credentials
from lms.credentials.models import Credential
from lms.people import actions as people
from lms.people.models import User
from lms.pool import actions
from lms.pool.eligibility import Values
from lms.pool.models import MemberState
from tests.conftest import given_back, school_at
from tests.credentials.certified import certify, pin
from tests.eight import eight_at_once
from tests.patterns import Patterns
from tests.pool import ways
from tests.servers import Postgres
from tests.statements import counted


@pytest.fixture(scope="module")
def ground(school: Flask) -> Iterator[Flask]:
    """amina's cohort learns the real course: here her certificate is a part like the others."""
    with given_back(school):
        pin(school, "annotation-basics")
        yield school


def told(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).where(Fact.kind == Kind.POOL_ELIGIBLE)) or 0


def test_the_last_part_makes_her_eligible_whichever_it_is(app: Flask) -> None:
    ways.small_rule(app)
    steps = [lambda: certify(app), lambda: ways.practise(app), lambda: ways.say_how_to_pay(app), lambda: ways.sign_off(app)]
    for step in steps:
        assert (place := ways.place(app)) is None or place.state is MemberState.NONE
        assert told(app) == 0
        step()
    place = ways.place(app)
    assert place is not None
    assert (place.state, place.rule_version) == (MemberState.ELIGIBLE, 2)
    values = Values.from_dict(place.values)
    assert (values.certificate, values.accepted, values.sign_off, values.consent) == (True, ways.ITEMS, True, False)
    assert values.skills["choice"] == pytest.approx(0.5655, abs=1e-3)
    assert told(app) == 1


def test_wrong_answers_are_no_skill(app: Flask) -> None:
    ways.small_rule(app)
    certify(app)
    ways.practise(app, right=False)
    ways.say_how_to_pay(app)
    ways.sign_off(app)
    place = ways.place(app)
    assert place is not None
    assert place.state is MemberState.NONE


def test_under_the_default_rule_five_items_are_not_enough(app: Flask) -> None:
    certify(app)
    ways.practise(app)
    ways.say_how_to_pay(app)
    ways.sign_off(app)
    place = ways.place(app)
    assert place is not None
    assert (place.state, place.rule_version) == (MemberState.NONE, 1)


def test_who_only_says_how_to_be_paid_has_no_place(app: Flask) -> None:
    ways.say_how_to_pay(app)
    assert ways.place(app) is None


def test_a_certificate_taken_back_takes_her_off_the_list_and_tells_nothing_twice(app: Flask, world: Any) -> None:
    ways.meet_the_rule(app)
    with app.app_context(), transaction(write=True):
        credential = db.session.scalars(select(Credential)).one()
        credentials.revoke(credential, by=db.session.get_one(User, world.dana), reason="Copied.")
    place = ways.place(app)
    assert place is not None
    assert place.state is MemberState.NONE
    assert told(app) == 1


def test_age_is_weighed_when_staff_saw_the_paper(app: Flask, world: Any) -> None:
    ways.small_rule(app)
    certify(app)
    ways.practise(app)
    with app.app_context(), transaction(write=True):
        db.session.get_one(User, world.amina).adult = None
    ways.say_how_to_pay(app)
    ways.sign_off(app)
    assert told(app) == 0
    with app.app_context(), transaction(write=True):
        people.confirm_adult(db.session.get_one(User, world.amina), by=db.session.get_one(User, world.dana), adult=True)
    assert told(app) == 1


def test_eight_workers_at_once_tell_it_once(either_school: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    app, world = either_school, either_school.extensions["world"]
    with monkeypatch.context() as quiet:
        quiet.setattr(actions, "weigh", lambda person: None)
        ways.meet_the_rule(app)
    assert ways.place(app) is None
    eight_at_once(app, lambda _n: actions.weigh(db.session.get_one(User, world.amina)))
    assert told(app) == 1


@pytest.mark.parametrize(("bound", "items"), [(0.0, 5), (1.0, 5), (0.7, 0)])
def test_a_rule_that_asks_for_nothing_is_refused(bound: float, items: int, app: Flask, world: Any) -> None:
    with app.app_context(), transaction(write=True):
        dana = db.session.get_one(User, world.dana)
        with pytest.raises(Refused):
            actions.set_rules(course="annotation-basics", lower_bound=bound, items=items, reason="A small school.", by=dana)


def test_while_she_is_weighed_nobody_invites_her(postgres: Postgres, patterns: Patterns, tmp_path: Path) -> None:
    """What was read as eligible and written back would undo the invitation. SQLite has one writer at a time."""
    url, world = patterns.on_postgres(postgres)
    app = school_at(tmp_path, url)
    app.extensions["world"] = world
    ways.meet_the_rule(app)
    with app.app_context():
        with transaction(write=True), counted() as sent:
            actions.weigh(db.session.get_one(User, world.amina))
        db.engine.dispose()
    (read,) = [statement for statement in sent if "FROM pool_member" in statement]
    assert "FOR UPDATE" in read
