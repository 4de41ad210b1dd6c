"""One's own dates in one's own calendar: a private address that can be taken back, and that names nobody."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select

from lms.cohorts.models import Cohort, CohortState
from lms.core import clock, jobs
from lms.core.db import db, transaction
from lms.core.facts import Fact
from lms.learning.feed import make_address, owner_of
from lms.learning.listeners import end_calendar
from lms.learning.models import CalendarKey
from lms.people.models import User
from tests.eight import eight_at_once
from tests.learning.conftest import WEEK_1

at_work = pytest.mark.usefixtures("first_week", "course")


def address(client: Any) -> str:
    return re.search(r"/calendar/[\w-]{32}\.ics", client.post("/calendar").get_data(as_text=True))[0]  # type: ignore[index]


@at_work
@pytest.mark.parametrize("name", ["amina", "bilal"])
def test_a_calendar_without_an_account_reads_it(name: str, app: Flask, as_: Any, stranger: Any) -> None:
    where = address(as_(name))
    answer = stranger.get(where)
    assert answer.content_type == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-store"
    read = Calendar.from_ical(answer.data)
    assert read.timezones[0].tz_name == "Asia/Beirut"
    opens, event = read.events
    assert opens["summary"] == "Opens: What a label is"
    assert event["summary"] == "Last day: Write one rule"
    assert (event.start.isoformat(), event.start.utcoffset()) == ("2026-11-15T23:59:00+02:00", timedelta(hours=2))
    assert event["uid"] == Calendar.from_ical(stranger.get(where).data).events[1]["uid"]
    assert not re.search("amina|bilal|hana|beirut 1", answer.get_data(as_text=True).lower()), "no names"
    with app.app_context():
        assert where.split("/")[2][:-4] not in db.session.scalars(select(CalendarKey.token_hash)).one(), "the secret is not kept"


@at_work
def test_the_dates_speak_the_persons_language(app: Flask, as_: Any, world: Any, stranger: Any) -> None:
    with app.app_context(), transaction(write=True):
        db.session.get_one(User, world.amina).language = "ar"
    assert "آخر يوم" in Calendar.from_ical(stranger.get(address(as_("amina"))).data).events[1]["summary"]


@at_work
def test_a_new_address_ends_the_old_one_and_each_can_be_ended(app: Flask, as_: Any, world: Any, stranger: Any) -> None:
    amina = as_("amina")
    old, new = address(amina), address(amina)
    assert [stranger.get(where).status_code for where in (old, new, "/calendar/none.ics")] == [404, 200, 404]
    assert "You made an address on" in amina.page("/calendar")
    for _tap in range(2):
        amina.post("/calendar/end")
    assert stranger.get(new).status_code == 404
    with app.app_context():
        facts = db.session.scalars(select(Fact.kind).where(Fact.kind.startswith("person.calendar")).order_by(Fact.id)).all()
    assert facts == ["person.calendar_opened", "person.calendar_closed", "person.calendar_opened", "person.calendar_closed"]


@at_work
def test_who_left_and_what_is_over_say_nothing(app: Flask, as_: Any, world: Any, stranger: Any) -> None:
    where = address(as_("amina"))
    with app.app_context(), transaction(write=True):
        db.session.get_one(Cohort, world.cohort).state = CohortState.CANCELLED
    assert Calendar.from_ical(stranger.get(where).data).events == []
    with app.app_context(), transaction(write=True):
        db.session.get_one(User, world.amina).active = False
    assert stranger.get(where).status_code == 404
    assert as_("dana").get("/calendar").status_code == 403


@at_work
def test_a_lost_phone_ends_the_address_it_may_hold(app: Flask, as_: Any, world: Any, stranger: Any) -> None:
    old = address(as_("amina"))
    as_("bilal").post(f"/enrolments/{world.enrolment}/lost-phone", data={"reason": "lost"})
    with app.app_context():
        jobs.drain()
    assert stranger.get(old).status_code == 404
    with clock.held(WEEK_1 + timedelta(hours=1)):
        new = address(as_("amina"))
        with app.app_context(), transaction(write=True):
            end_calendar(db.session.scalars(select(Fact).where(Fact.kind == "person.phones_cleared")).one())
        assert stranger.get(new).status_code == 200, "made after the loss"


def test_eight_taps_at_once_leave_one_address(either_school: Flask) -> None:
    app, world = either_school, either_school.extensions["world"]
    made = eight_at_once(app, lambda _n: make_address(db.session.get_one(User, world.amina)))
    with app.app_context():
        assert [owner_of(token) is not None for token in made].count(True) == 1
        assert len(made) == 8
