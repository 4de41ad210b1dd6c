"""The trainee's side: the rule with her own values, joining by her own consent, leaving."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.core.db import db, transaction
from lms.core.errors import Refused
from lms.people.models import Consent, User
from lms.pool import actions
from lms.pool.models import PoolMember
from tests.pool import ways


def invite(app: Flask) -> None:
    ways.meet_the_rule(app)
    world = app.extensions["world"]
    with app.app_context(), transaction(write=True):
        member = db.session.get_one(PoolMember, world.amina)
        actions.promote(member, by=db.session.get_one(User, world.dana), sentence="You work with care.")


def state(app: Flask) -> str:
    place = ways.place(app)
    return str(place.state) if place else "none"


def consents(app: Flask) -> set[str]:
    with app.app_context():
        return set(
            db.session.scalars(
                select(Consent.purpose).where(Consent.user_id == app.extensions["world"].amina, Consent.withdrawn_at.is_(None))
            )
        )


def test_she_sees_every_part_with_her_own_value(app: Flask, as_: Any) -> None:
    ways.small_rule(app)
    text = as_("amina").page("/work/pool")
    for words in ("You have the certificate: Data annotation and ethics.", "Your accepted items: 0. You need 5.",
                  "You have no test answers yet. For example, 9 of 10 right is enough.", "Ask your mentor to say that you are ready.",
                  "You are 18 or over.", "Tell us how you get your money.", "You agree when we invite you."):  # fmt: skip
        assert words in text
    assert text.count("Not yet.") == 4
    assert "/me/payout-method" in text


def test_somebody_new_sees_the_whole_rule(as_: Any) -> None:
    assert "Your accepted items: 0. You need 40." in as_("hana").page("/work/pool")


def test_once_she_meets_it_she_waits_for_staff(app: Flask, as_: Any) -> None:
    ways.meet_the_rule(app)
    assert "You meet the rule" in as_("amina").page("/work/pool")


def test_she_joins_with_what_she_ticked(app: Flask, as_: Any) -> None:
    invite(app)
    amina = as_("amina")
    assert "You work with care." in amina.page("/work/pool")
    assert amina.post("/work/pool/consent", data={"share_scores": "y"}).status_code == 303
    assert state(app) == "active"
    assert consents(app) == {"pool.join", "pool.share_scores"}
    assert "You are in the pool" in amina.page("/work/pool")
    assert "Member" in as_("dana").page("/pool?show=members")


def test_joining_twice_is_once(app: Flask, as_: Any) -> None:
    invite(app)
    amina = as_("amina")
    for _tap in range(2):
        assert amina.post("/work/pool/consent", data={}).status_code == 303
    assert consents(app) == {"pool.join"}


def test_without_an_invitation_she_cannot_join(app: Flask, as_: Any) -> None:
    ways.meet_the_rule(app)
    amina = as_("amina")
    amina.post("/work/pool/consent", headers={"Referer": "http://localhost/work/pool"})
    assert "You can join when we invite you." in amina.page("/work/pool")
    assert (state(app), consents(app)) == ("eligible", set())


def test_nobody_joins_or_leaves_for_her(app: Flask, as_: Any, world: Any) -> None:
    invite(app)
    assert as_("hana").post("/work/pool/consent").status_code == 404
    assert as_("hana").post("/work/pool/exit").status_code == 404
    for name in ("dana", "bilal", "efe", "fay"):
        assert as_(name).post("/work/pool/consent").status_code == 403
        assert as_(name).get("/work/pool").status_code == 403
    with app.app_context(), transaction(write=True):
        member, dana = db.session.get_one(PoolMember, world.amina), db.session.get_one(User, world.dana)
        with pytest.raises(Refused, match="Only you can agree"):
            actions.agree(member, by=dana, purposes=(), language="en")
        with pytest.raises(Refused, match="Only you can leave"):
            actions.leave(member, by=dana)
    assert state(app) == "invited"


@pytest.mark.parametrize("joined", [True, False])
def test_leaving_ends_every_consent(joined: bool, app: Flask, as_: Any) -> None:
    invite(app)
    amina = as_("amina")
    if joined:
        amina.post("/work/pool/consent", data={"share_name": "y", "keep_samples": "y"})
    assert amina.post("/work/pool/exit").status_code == 303
    assert (state(app), consents(app)) == ("exited", set())
    assert "You left the pool on" in amina.page("/work/pool")
    assert amina.post("/work/pool/exit").status_code == 303


def test_who_left_comes_back_when_staff_invite_again(app: Flask, as_: Any, world: Any) -> None:
    """As the page says before she leaves: by herself never, and also staff only while she meets the rule."""
    invite(app)
    amina, dana = as_("amina"), as_("dana")
    amina.post("/work/pool/consent", data={"share_name": "y"})
    assert "Ask the staff." in amina.page("/work/pool/exit")
    amina.post("/work/pool/exit")
    assert amina.post("/work/pool/consent").status_code == 409
    assert (state(app), consents(app)) == ("exited", set())
    assert "Left on" in dana.page(f"/pool/{world.amina}")
    again = {"sentence": "You asked to come back, and your work was good."}
    assert dana.post(f"/pool/{world.amina}/promotion", data=again).status_code == 303
    assert state(app) == "invited"
    assert again["sentence"] in amina.page("/work/pool")
    amina.post("/work/pool/consent")
    place = ways.place(app)
    assert place is not None
    assert (state(app), consents(app), place.exited_at) == ("active", {"pool.join"}, None)


def test_who_is_not_in_cannot_leave(app: Flask, as_: Any) -> None:
    ways.meet_the_rule(app)
    amina = as_("amina")
    amina.post("/work/pool/exit", headers={"Referer": "http://localhost/work/pool"})
    assert "You are not in the pool." in amina.page("/work/pool")


def test_in_arabic_too(app: Flask, as_: Any) -> None:
    invite(app)
    amina = as_("amina")
    amina.post("/language", data={"lang": "ar"})
    assert 'dir="rtl"' in amina.page("/work/pool")
    amina.post("/work/pool/consent", data={})
    with app.app_context():
        assert set(db.session.scalars(select(Consent.language).where(Consent.purpose == "pool.join"))) == {"ar"}
