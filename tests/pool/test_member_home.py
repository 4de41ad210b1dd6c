"""A member's own page: available or not now, and a page before leaving. Her word alone, and staff see it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from lms.core.db import db, transaction
from lms.core.errors import Refused
from lms.people.models import User
from lms.pool import actions
from lms.pool.models import PoolMember
from tests.pool.test_join import invite, state


def test_she_says_not_now_and_available_again(app: Flask, as_: Any, world: Any) -> None:
    invite(app)
    amina = as_("amina")
    amina.post("/work/pool/available", data={"available": "no"}, headers={"Referer": "http://localhost/work/pool"})
    assert "You are not in the pool." in amina.page("/work/pool")
    amina.post("/work/pool/consent", data={})
    assert "Yes, you are available." in amina.page("/work/pool")
    for _tap in range(2):
        assert amina.post("/work/pool/available", data={"available": "no"}).status_code == 303
    assert "You stay in the pool." in amina.page("/work/pool")
    assert "Not available now" in as_("dana").page("/pool?show=members")
    amina.post("/work/pool/available", data={"available": "yes"})
    assert "Not available now" not in as_("dana").page("/pool?show=members")
    assert amina.post("/work/pool/available", data={"available": "maybe"}).status_code == 400


def test_nobody_says_it_for_her(app: Flask, as_: Any, world: Any) -> None:
    invite(app)
    as_("amina").post("/work/pool/consent", data={})
    assert as_("hana").post("/work/pool/available", data={"available": "no"}).status_code == 404
    assert as_("hana").get("/work/pool/exit").status_code == 404
    for name in ("dana", "bilal"):
        assert as_(name).post("/work/pool/available", data={"available": "no"}).status_code == 403
        assert as_(name).get("/work/pool/exit").status_code == 403
    with app.app_context(), transaction(write=True):
        member, dana = db.session.get_one(PoolMember, world.amina), db.session.get_one(User, world.dana)
        with pytest.raises(Refused, match="Only you can say this"):
            actions.say_available(member, by=dana, available=False)
        assert member.available


def test_leaving_has_a_page_of_its_own_that_changes_nothing(app: Flask, as_: Any) -> None:
    invite(app)
    amina = as_("amina")
    amina.post("/work/pool/consent", data={})
    asked = amina.page("/work/pool/exit")
    assert "Leave the pool?" in asked
    assert "We pay all that you earned." in asked
    assert state(app) == "active"
    amina.post("/work/pool/exit")
    assert state(app) == "exited"
    assert amina.get("/work/pool/exit").location == "/work/pool"
