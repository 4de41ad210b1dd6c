"""News for graduates: staff look at a piece, publish it, take it back; graduates read it until its last day, and nobody else does."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.core import clock
from lms.core.db import db, transaction
from lms.core.facts import Fact, Kind
from lms.credentials.models import Credential, State
from lms.people.models import User
from lms.pool import actions, policy, queries
from lms.pool.models import MemberState, News, PoolMember
from tests.client import Browser
from tests.eight import at_once, eight_at_once, eight_browsers

TITLE = "Six places to draw boxes"


def form(**changes: str) -> dict[str, str]:
    soon = clock.now().date() + timedelta(days=3)
    words = "Work starts on Monday.\r\nBring <b>nothing</b>.\r\n\r\nAsk Dana."
    return {"title": TITLE, "text": words, "language": "en", "until": soon.isoformat()} | changes


def how_many(kind: Kind) -> int:
    return db.session.scalar(select(func.count()).where(Fact.kind == kind)) or 0


def test_staff_look_at_it_publish_it_and_take_it_back(app: Flask, as_: Any) -> None:
    dana, amina, hana = as_("dana"), as_("amina"), as_("hana")
    assert 'href="/pool/news"' in dana.page("/pool")
    looked = dana.post("/pool/news/preview", data=form())
    assert looked.status_code == 200
    piece = f'<h3 lang="en" dir="ltr">{TITLE}</h3>'
    lines = "<p>Work starts on Monday.<br>Bring &lt;b&gt;nothing&lt;/b&gt;.</p><p>Ask Dana.</p>"
    assert piece in looked.get_data(as_text=True)
    assert lines in looked.get_data(as_text=True)
    assert "News for graduates" not in amina.page("/work/pool"), "to look is not to publish, and an empty part is absent"
    for _tap in range(2):
        assert dana.post("/pool/news", data=form()).status_code == 303
    read = amina.page("/work/pool")
    assert read.count(piece) == 1
    assert lines in read
    assert TITLE not in hana.page("/work/pool"), "she has no certificate and is not in the pool"
    with app.app_context():
        id = db.session.scalars(select(News.id)).one()
    for _tap in range(2):
        assert dana.post(f"/pool/news/{id}/removal").status_code == 303
    assert TITLE not in amina.page("/work/pool")
    listed = dana.page("/pool/news")
    assert "Not shown any more" in listed
    assert "Bring &lt;b&gt;nothing" in dana.page(f"/pool/news?like={id}"), "its words are there to be put right"
    assert [dana.get(f"/pool/news?like={odd}").status_code for odd in ("9", "9" * 30, "-1", "x", "")] == [404] * 5
    with app.app_context():
        assert (how_many(Kind.POOL_NEWS_PUBLISHED), how_many(Kind.POOL_NEWS_TAKEN_BACK)) == (1, 1)


def test_words_that_were_changed_after_the_look_are_looked_at_first(app: Flask, as_: Any) -> None:
    """Enter in the title publishes: the first button of the form does."""

    def looked(text: str) -> dict[str, str]:
        return {"looked": re.search(r'name="looked" type="hidden" value="(\w+)"', text)[1]}  # type: ignore[index]

    dana, asked = as_("dana"), "You changed the words. Look once more, then publish."
    first = looked(dana.post("/pool/news/preview", data=form()).text)
    for change in ({"title": "Seven places"}, {"text": "Other words."}, {"language": "ar"}):
        answer = dana.post("/pool/news", data=form(**change) | first)
        assert (answer.status_code, asked in answer.text) == (200, True)
    assert dana.post("/pool/news", data=form(title="") | first).status_code == 422
    with app.app_context():
        assert db.session.scalars(select(News.id)).all() == []
    again = dana.post("/pool/news", data=form(title="Seven places") | first).text
    for _tap in range(2):
        answer = dana.post("/pool/news", data=form(title="Seven places", until=str(clock.now().date())) | looked(again))
        assert answer.status_code == 303, "the last day is told beside the words, and needs no second look"
    with app.app_context():
        assert db.session.scalars(select(News.title)).all() == ["Seven places"]


@pytest.mark.parametrize(("zone", "at", "reads"), [
    ("Asia/Beirut", datetime(2026, 11, 24, 21, 59, tzinfo=UTC), True),
    ("Asia/Beirut", datetime(2026, 11, 24, 22, 1, tzinfo=UTC), False),
    ("Europe/London", datetime(2026, 11, 24, 22, 1, tzinfo=UTC), True),
])  # fmt: skip
def test_it_ends_by_itself_after_its_last_day_where_the_reader_is(app: Flask, world: Any, zone: str, at: datetime, reads: bool) -> None:
    with app.app_context(), clock.held(datetime(2026, 11, 20, 9, 0, tzinfo=UTC)), transaction(write=True):
        dana, last = db.session.get_one(User, world.dana), date(2026, 11, 24)
        actions.publish_news(by=dana, title=TITLE, text="Today.", language="en", until=last)
        db.session.get_one(User, world.amina).zone = zone
    with app.app_context(), clock.held(at):
        news = policy.news_for(db.session.get_one(User, world.amina))
        assert (db.session.scalars(news).first() is not None) is reads


@pytest.mark.parametrize(("member", "certificate", "reads"), [(True, False, True), (False, True, True), (False, False, False)])
def test_members_and_people_with_a_certificate_read_it(
    app: Flask, as_: Any, world: Any, member: bool, certificate: bool, reads: bool
) -> None:
    with app.app_context(), transaction(write=True):
        dana = db.session.get_one(User, world.dana)
        actions.publish_news(by=dana, title=TITLE, text="Now.", language="en", until=policy.today_of(dana))
        place = PoolMember(id=world.amina, rule_version=1, values={}, weighed_at=clock.now())
        place.state = MemberState.ACTIVE if member else MemberState.EXITED
        place.exited_at = None if member else clock.now()
        db.session.merge(place)
        if not certificate:
            for one in db.session.scalars(select(Credential)):
                one.state = State.REVOKED
    with app.app_context():
        assert (db.session.scalars(policy.news_for(db.session.get_one(User, world.amina))).first() is not None) is reads
    assert (TITLE in as_("amina").page("/work/pool")) is reads


def test_her_own_languages_stand_first(app: Flask, as_: Any, world: Any) -> None:
    with app.app_context(), transaction(write=True):
        dana, until = db.session.get_one(User, world.dana), clock.now().date() + timedelta(days=3)
        for language, title in (("ar", "عمل جديد"), ("en", TITLE)):
            actions.publish_news(by=dana, title=title, text=title, language=language, until=until)
    amina = as_("amina")
    english = amina.page("/work/pool")
    assert english.index(TITLE) < english.index("In other languages") < english.index('<h3 lang="ar" dir="rtl">عمل جديد</h3>')
    amina.post("/language", data={"lang": "ar"})
    arabic = amina.page("/work/pool")
    assert arabic.index("عمل جديد") < arabic.index("<details") < arabic.index(TITLE)
    with app.app_context(), transaction(write=True):
        reader = db.session.get_one(User, world.amina)
        reader.language = "fa"  # no page is made in it
        db.session.add(News(title="خبر", text="خبر", language="fa", until=until, made_by_id=world.dana))
        read, others = queries.news_for(reader, "en")
        assert ([one.language for one in read], [one.language for one in others]) == (["fa", "en"], ["ar"])


@pytest.mark.parametrize("wrong", [
    {"until": "2020-01-01"}, {"until": "2999-01-01"}, {"until": "soon"}, {"until": ""}, {"title": " "}, {"text": ""},
    {"text": "x" * 1001}, {"title": "x" * 121}, {"language": "xx"},
])  # fmt: skip
def test_what_cannot_be_shown_is_refused_and_the_words_stay(app: Flask, as_: Any, wrong: dict[str, str]) -> None:
    dana = as_("dana")
    for path in ("/pool/news", "/pool/news/preview"):
        answer = dana.post(path, data=form(**wrong))
        assert answer.status_code == 422
        assert ("Ask Dana." if "text" not in wrong else TITLE) in answer.get_data(as_text=True)
    with app.app_context():
        assert db.session.scalars(select(News.id)).all() == []


def test_only_staff_write(app: Flask, as_: Any) -> None:
    for name in ("amina", "bilal", "efe", "fay"):
        client = as_(name)
        assert client.get("/pool/news").status_code == 403
        assert client.post("/pool/news", data=form()).status_code == 403
        assert client.post("/pool/news/preview", data=form()).status_code == 403
    with app.app_context():
        assert db.session.scalars(select(News.id)).all() == []


def test_eight_who_publish_and_take_back_at_once_do_it_once(either_school: Flask) -> None:
    app, dana, until = either_school, either_school.extensions["world"].dana, clock.now().date() + timedelta(days=2)

    def publish(_n: int) -> int:
        by = db.session.get_one(User, dana)
        return actions.publish_news(by=by, title=TITLE, text="Now.", language="en", until=until).id

    (id,) = set(eight_at_once(app, publish))

    answers = at_once(partial(Browser.post, path=f"/pool/news/{id}/removal"), eight_browsers(app, "dana"))
    assert {answer.status_code for answer in answers} == {303}
    with app.app_context():
        assert (how_many(Kind.POOL_NEWS_PUBLISHED), how_many(Kind.POOL_NEWS_TAKEN_BACK)) == (1, 1)
