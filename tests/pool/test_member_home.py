"""A member's own page: paid work she can start, available or not now, what she can do, and a page before leaving. Staff see her words."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from lms.annotation import claiming
from lms.annotation.models import Project
from lms.annotation.starting import paid_work
from lms.core.db import db, transaction
from lms.core.errors import Refused
from lms.core.facts import Fact, Kind
from lms.people.models import User
from lms.pool import actions
from lms.pool.models import PoolMember
from tests.annotation import rooms
from tests.eight import at_once, eight_browsers
from tests.pool import ways
from tests.pool.test_join import invite, state
from tests.statements import counted


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


def test_eight_who_say_it_at_once_leave_one_word_and_a_fact_for_each_change(either_school: Flask) -> None:
    """Four say yes and four no. A fact says what changed, so between two facts that agree one change was lost."""
    app = either_school
    invite(app)
    amina = app.extensions["world"].amina
    with app.app_context(), transaction(write=True):
        actions.agree(db.session.get_one(PoolMember, amina), by=db.session.get_one(User, amina), purposes=(), language="en")

    clients = eight_browsers(app, "amina")

    def say(n: int) -> int:
        return clients[n].post("/work/pool/available", data={"available": ("yes", "no")[n % 2]}).status_code

    assert at_once(say, range(8)) == [303] * 8
    with app.app_context():
        facts = db.session.scalars(select(Fact).where(Fact.kind == Kind.POOL_AVAILABLE).order_by(Fact.id))
        said = [fact.data["available"] for fact in facts]
        assert said == [n % 2 == 1 for n in range(len(said))], "she was available before: the first change is a no"
        assert db.session.get_one(PoolMember, amina).available is (said[-1] if said else True)


def test_paid_work_asks_no_more_for_ten_projects_than_for_one(app: Flask, world: Any) -> None:
    asked = []
    for more in (range(1), range(1, 10)):
        with app.app_context(), transaction(write=True):
            for n in more:
                rooms.make(world, slug=f"work-{n}", items=3, rate=8)
        with app.app_context(), transaction(write=False):
            amina = db.session.get_one(User, world.amina)
            with counted() as sent:
                found = paid_work(amina)
        asked.append((len(found.starts), len(sent)))
    assert asked == [(1, 5), (10, 5)]


def test_paid_work_stands_with_its_pay_before_it_is_begun(app: Flask, as_: Any, world: Any) -> None:
    invite(app)
    amina = as_("amina")
    amina.post("/work/pool/consent", data={})
    assert "No paid work now. New paid work stands on this page." in amina.page("/work/pool")
    with app.app_context(), transaction(write=True):
        rooms.make(world, slug="rivers", items=30, rate=8).est_seconds = 45
        rooms.make(world, slug="free", items=30, rate=0)
    page = amina.page("/work/pool")
    for words in ("0.08 USD", "For 5 items", "0.40 USD", "6.40 USD", "4 minutes", 'href="/work/rivers"'):
        assert words in page, words
    assert 'href="/work/free"' not in page
    with app.app_context(), transaction(write=True):
        me, rivers = db.session.get_one(User, world.amina), db.session.scalars(select(Project).where(Project.slug == "rivers")).one()
        claiming.read_guideline(rivers, by=me)
        claiming.claim(rivers, by=me, block=1)
        rivers.est_seconds = 20 * 3600  # another item fits into no week of hers
    page = amina.page("/work/pool")
    assert 'href="/work/rivers"' in page, "what she has begun is still hers"
    assert "For 5 items" not in page


def test_what_a_claim_would_refuse_is_not_offered(app: Flask, as_: Any, world: Any) -> None:
    invite(app)
    amina = as_("amina")
    amina.post("/work/pool/consent", data={})
    with app.app_context(), transaction(write=True):
        rooms.make(world, slug="long", items=5, rate=8).est_seconds = 30 * 3600
    page = amina.page("/work/pool")
    assert "You worked your hours of this week. New work starts on Monday." in page
    assert 'href="/work/long"' not in page


def test_staff_read_what_she_can_do_and_nobody_else(app: Flask, as_: Any, world: Any) -> None:
    ways.meet_the_rule(app)
    words, amina = "I speak Kurdish and Arabic.", as_("amina")
    assert amina.post("/work/pool/skills", data={"words": "x" * 401}).status_code == 422
    for _tap in range(2):
        assert amina.post("/work/pool/skills", data={"words": words}).status_code == 303
    for page in (amina.page("/work/pool"), as_("dana").page(f"/pool/{world.amina}")):
        for line in (words, "Data annotation and ethics", "Choose one label", "Test answers are right often enough."):
            assert line in page, line
    assert words not in as_("dana").page("/pool")
    assert as_("bilal").get(f"/pool/{world.amina}").status_code == 403
    assert as_("bilal").post("/work/pool/skills", data={"words": "x"}).status_code == 403
    assert as_("hana").post("/work/pool/skills", data={"words": "x"}).status_code == 404
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(Fact.kind == Kind.POOL_SKILLS_SAID)) == 1
        assert words not in str(db.session.execute(text("SELECT skills FROM pool_member")).all())
    with app.app_context(), transaction(write=True), pytest.raises(Refused, match="Only you can say this"):
        actions.say_skills(db.session.get_one(PoolMember, world.amina), by=db.session.get_one(User, world.dana), words="Mine")


def test_who_leaves_takes_her_words_along(app: Flask, as_: Any, world: Any) -> None:
    invite(app)
    amina = as_("amina")
    assert "We delete what you wrote" not in amina.page("/work/pool/exit")
    amina.post("/work/pool/skills", data={"words": "I speak Kurdish."})
    assert "We delete what you wrote about your skills." in amina.page("/work/pool/exit")
    amina.post("/work/pool/exit")
    assert "Kurdish" not in as_("dana").page(f"/pool/{world.amina}")
    assert amina.post("/work/pool/skills", data={"words": "I speak Kurdish."}).status_code == 422
