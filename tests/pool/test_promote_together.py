"""Staff tick several people who meet the rule and promote them at once: all or none, each with the reason and told it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.core import clock
from lms.core.db import db, transaction
from lms.core.errors import Refused
from lms.core.facts import Fact, Kind
from lms.messages.models import Message
from lms.people.models import User
from lms.pool import actions, queries
from lms.pool.models import MemberState, PoolMember
from tests.eight import eight_at_once
from tests.pool import ways

WHY = "You work with care."


def state(app: Flask, id: int) -> str:
    with app.app_context():
        return str(db.session.get_one(PoolMember, id).state)


def look_ready(app: Flask, id: int) -> None:
    """Somebody who met the rule once, and does not today."""
    with app.app_context(), transaction(write=True):
        met = {"state": MemberState.ELIGIBLE, "values": {}, "rule_version": 0, "weighed_at": clock.now(), "eligible_at": clock.now()}
        db.session.add(PoolMember(id=id, **met))


def test_who_is_ticked_is_invited_with_the_reason(app: Flask, as_: Any, world: Any) -> None:
    ways.meet_the_rule(app)
    dana, sent = as_("dana"), {"person": str(world.amina), "sentence": WHY}
    text = dana.page("/pool")
    assert f'name="person" value="{world.amina}">' in text, "nobody is ticked before somebody looked"
    assert f'href="/pool/{world.amina}"' in text
    assert dana.post("/pool/promotions", data=sent).status_code == 303
    assert "1 person is invited and decides." in dana.page("/pool")
    again = dana.post("/pool/promotions", data=sent)
    assert again.status_code == 422
    assert "Amina: This person was invited already." in again.get_data(as_text=True)
    with app.app_context():
        assert db.session.get_one(PoolMember, world.amina).sentence == WHY
        assert db.session.scalars(select(Message.text).where(Message.by_id == world.dana)).all() == [WHY]


@pytest.mark.parametrize(
    ("ticked", "why", "sentence"),
    [("", WHY, "Tick one person or more."), ("both", "", "Write a sentence."), ("both", WHY, "Hana: This person does not meet the rule")],
)
def test_all_or_none_and_nothing_typed_is_lost(ticked: str, why: str, sentence: str, app: Flask, as_: Any, world: Any) -> None:
    ways.meet_the_rule(app)
    look_ready(app, world.hana)
    people = [str(world.amina), str(world.hana)] if ticked else ["none", "999999"]
    answer = as_("dana").post("/pool/promotions", data={"person": people, "sentence": why})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert sentence in text
    assert (text.count(" checked>"), why in text) == (2 if ticked else 0, True)
    assert (state(app, world.amina), state(app, world.hana)) == ("eligible", "eligible")


def test_eight_at_once_invite_her_once(either_school: Flask) -> None:
    app, world = either_school, either_school.extensions["world"]
    ways.meet_the_rule(app)

    def invite(_number: int) -> bool:
        by = db.session.get_one(User, world.dana)
        actions.promote_together(queries.locked(select(PoolMember), [world.amina]), by=by, sentence=WHY)
        return True

    assert sum(done is True for done in eight_at_once(app, invite, but=Refused)) == 1
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(Fact.kind == Kind.POOL_INVITED)) == 1
