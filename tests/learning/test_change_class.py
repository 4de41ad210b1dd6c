"""One class is cancelled, moved or put back by those who lead the cohort: Today, the calendar and the feed say so."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import func, select

from lms.cohorts import planning
from lms.cohorts.classes import ClassTime
from lms.cohorts.models import Cohort, CohortState
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.facts import Fact
from lms.people.models import User
from tests.eight import at_once, eight_browsers
from tests.learning.conftest import WEEK_1

AT = "2026-11-08T18:00"  # a Sunday


@pytest.fixture
def where(app: Flask, world: Any, first_week: Any, course: int) -> str:
    """The page of the class that comes next, in the first week: every Tuesday and Sunday there is one."""
    plan(app, world, ClassTime(6, time(18), 90), ClassTime(1, time(18), 60))
    return f"/cohorts/{world.cohort}/class"


def plan(app: Flask, world: Any, *times: ClassTime) -> None:
    with app.app_context(), transaction(write=True):
        planning.set_classes(db.session.get_one(Cohort, world.cohort), times, by=db.session.get_one(User, world.bilal))


def said(how: str, *, at: str = AT, seen: int = 0, on: str = "", when: str = "") -> dict[str, str]:
    return {"at": at, "seen": str(seen), "how": how, "on": on, "time": when}


def kept(app: Flask, world: Any) -> list[Any]:
    """What is kept of the Sundays."""
    with app.app_context():
        return db.session.get_one(Cohort, world.cohort).class_times[-1].get("changes", [])


def facts(app: Flask) -> list[Any]:
    with app.app_context():
        found = list(db.session.scalars(select(Fact.data).where(Fact.kind == "cohort.changed").order_by(Fact.id)))
    return [data["began"] for data in found if "began" in data]


def test_a_class_that_the_clocks_move_is_cancelled_and_moved_too(app: Flask, as_: Any, world: Any, where: str) -> None:
    """In Beirut 00:30 of 28 March 2027 is left out: the class of that night is planned at 01:30, and so it is named."""
    plan(app, world, ClassTime(6, time(0, 30), 60))
    with app.app_context(), transaction(write=True):
        db.session.get_one(Cohort, world.cohort).ends_on = date(2027, 4, 30)
    bilal, at = as_("bilal"), "2027-03-28T01:30"
    assert bilal.post(where, data=said("cancelled", at=at)).status_code == 303
    assert kept(app, world) == [{"day": "2027-03-28", "to": None, "number": 1}]
    assert bilal.post(where, data=said("moved", at=at, seen=1, on="2027-03-29", when="18:00")).status_code == 303
    assert kept(app, world) == [{"day": "2027-03-28", "to": "2027-03-29T18:00", "number": 2}]


def test_what_overlaps_is_known_in_the_night_when_clocks_go_back(app: Flask, as_: Any, world: Any, where: str) -> None:
    """In Beirut 23:00 comes twice on 30 October 2027: 90 minutes from the first end at the second 23:30, and so after the first."""
    plan(app, world, ClassTime(5, time(23), 90), ClassTime(1, time(18), 60))
    with app.app_context(), transaction(write=True):
        db.session.get_one(Cohort, world.cohort).ends_on = date(2027, 11, 30)
    answer = as_("bilal").post(where, data=said("moved", at="2027-10-26T18:00", on="2027-10-30", when="23:45"))
    assert answer.status_code == 422
    assert "Another class is at this time: Saturday, 30 October 2027, 23:00." in answer.text


def test_a_class_beyond_a_new_last_day_is_seen_cancelled_and_put_back(app: Flask, as_: Any, world: Any, where: str) -> None:
    at, dana = "2026-12-20T18:00", as_("dana")
    assert dana.post(where, data=said("moved", at=at, on="2026-12-26", when="10:00")).status_code == 303
    with app.app_context(), transaction(write=True):
        db.session.get_one(Cohort, world.cohort).ends_on = date(2026, 12, 23)
    assert re.search(r"Sunday, 20 December 2026, 18:00[^T]*>Cancelled<", dana.page(f"/cohorts/{world.cohort}/calendar"))
    assert re.search(r'value="cancelled" checked', dana.page(f"{where}?at={at}"))
    assert dana.post(where, data=said("planned", at=at, seen=1)).status_code == 303
    assert kept(app, world) == [{"day": "2026-12-20", "to": at, "number": 2}]


@pytest.mark.parametrize("name", ["bilal", "dana"])
def test_a_cancelled_class_is_gone_from_today_and_stands_cancelled_in_the_calendar(
    name: str, app: Flask, as_: Any, world: Any, where: str, stranger: Any
) -> None:
    leader, amina, calendar = as_(name), as_("amina"), f"/cohorts/{world.cohort}/calendar"
    feed = re.search(r"/calendar/[\w-]{32}\.ics", amina.post("/calendar").get_data(as_text=True))[0]  # type: ignore[index]
    assert "Sunday, 8 November 2026, 18:00" in amina.page("/today")
    assert f'href="{where}?at=2026-11-08T18:00"' in leader.page(calendar)
    assert "Sunday, 8 November 2026, 18:00" in leader.page(where)
    for _tap in range(2):
        answer = leader.post(where, data=said("cancelled"))
        assert (answer.status_code, answer.location) == (303, calendar)
    assert "Sunday, 8 November 2026, 18:00" not in (today := amina.page("/today"))
    assert "Tuesday, 10 November 2026, 18:00" in today
    assert re.search(r"Sunday, 8 November 2026, 18:00<br><span class=\"tag bad\">Cancelled", leader.page(calendar))
    told = {one["uid"]: one for one in Calendar.from_ical(stranger.get(feed).data).events if one["summary"] == "Live class"}
    off = told.pop(f"{world.cohort}/class/{AT}")
    assert (str(off["status"]), off["sequence"], f"{off.start:%Y-%m-%dT%H:%M}") == ("CANCELLED", 1, AT)
    assert not any("status" in one or "sequence" in one for one in told.values())
    assert facts(app) == [[AT, None]], "a second tap changes nothing"
    with clock.held(WEEK_1 + timedelta(days=33)):
        assert b"CANCELLED" in stranger.get(feed).data
    with clock.held(WEEK_1 + timedelta(days=36)):
        assert b"CANCELLED" not in stranger.get(feed).data, "a month after it nobody needs to know"


def test_a_class_moves_under_its_own_name_and_is_put_back(app: Flask, as_: Any, world: Any, where: str, stranger: Any) -> None:
    bilal, amina = as_("bilal"), as_("amina")
    feed = re.search(r"/calendar/[\w-]{32}\.ics", amina.post("/calendar").get_data(as_text=True))[0]  # type: ignore[index]

    def in_feed() -> Any:
        return next(one for one in Calendar.from_ical(stranger.get(feed).data).events if one["uid"].endswith(AT))

    assert bilal.post(where, data=said("moved", on="2026-11-06", when="١٠:٣٠")).status_code == 303
    assert "Friday, 6 November 2026, 10:30" in amina.page("/today").partition("Next class")[2]
    text = bilal.page(f"{where}?at={AT}")
    assert "Planned: Sunday, 8 November 2026, 18:00." in text
    assert re.search(r'value="moved" checked', text)
    one = in_feed()
    assert (f"{one.start:%d %H:%M}", one.duration, one["sequence"]) == ("06 10:30", timedelta(minutes=90), 1)
    assert bilal.post(where, data=said("planned", seen=1)).status_code == 303
    assert "Sunday, 8 November 2026, 18:00" in amina.page("/today")
    one = in_feed()
    assert (f"{one.start:%d %H:%M}", one["sequence"], "status" in one) == ("08 18:00", 2, False)
    assert facts(app) == [[AT, "2026-11-06T10:30"], ["2026-11-06T10:30", AT]]


def test_what_was_said_of_a_class_stands_while_its_time_of_the_week_does(app: Flask, as_: Any, world: Any, where: str) -> None:
    as_("dana").post(where, data=said("cancelled"))
    plan(app, world, ClassTime(6, time(18), 60))
    assert kept(app, world) == [{"day": "2026-11-08", "to": None, "number": 1}]
    plan(app, world, ClassTime(6, time(19), 60))
    assert kept(app, world) == []
    assert as_("dana").get(f"{where}?at={AT}").status_code == 404
    answer = as_("dana").post(where, data=said("moved", on="2026-11-09", when="09:00"))
    assert answer.status_code == 422
    assert "This class is not planned any more. Look at the calendar." in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (said("moved", on="2026-11-03", when="18:00"), "This time is over. Choose a later one."),
        (said("moved", on="2026-12-28", when="18:00"), "Choose a day from the first to the last day of the cohort."),
        (said("moved", on="2026-11-10", when="18:30"), "Another class is at this time: Tuesday, 10 November 2026, 18:00."),
        (said("moved", on="2026-11-10", when="16:45"), "Another class is at this time: Tuesday, 10 November 2026, 18:00."),
        (said("moved", on="", when="18:30"), "Choose the day."),
        (said("moved", on="0026-11-10", when="18:30"), "We do not know this day. Choose one from the calendar."),
        (said("moved", on="2026-11-10", when="25:00"), "Write the time like this: 18:00."),
        (said("moved", on="2026-11-10", when=""), "Write the time like this: 18:00."),
        (said(""), "Choose one."),
        (said("cancelled", seen=3), "Somebody changed this class meanwhile. Look, then save again."),
        (said("cancelled", at="2026-11-03T18:00"), "This class has begun. It stays as it was."),
        (said("cancelled", at="2026-11-09T18:00"), "This class is not planned any more. Look at the calendar."),
    ],
)
def test_what_cannot_be_is_said(data: dict[str, str], sentence: str, app: Flask, as_: Any, world: Any, where: str) -> None:
    answer = as_("bilal").post(where, data=data)
    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert data["how"] != "moved" or re.search(r'<a href="#(on|time)">', answer.text), "it is told at the field too"
    assert (kept(app, world), facts(app)) == ([], [])


def test_nobody_reads_the_day_of_a_class_that_does_not_move(app: Flask, as_: Any, world: Any, where: str) -> None:
    assert as_("bilal").post(where, data=said("cancelled", on="never", when="soon")).status_code == 303
    assert kept(app, world) == [{"day": "2026-11-08", "to": None, "number": 1}]


def test_the_second_of_two_tabs_is_told_what_stands(app: Flask, as_: Any, world: Any, where: str) -> None:
    bilal, dana = as_("bilal"), as_("dana")
    assert bilal.post(where, data=said("moved", on="2026-11-06", when="10:30")).status_code == 303
    answer = dana.post(where, data=said("cancelled"))
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Friday, 6 November 2026, 10:30" in text
    assert re.search(r'value="cancelled" checked', text), "what was chosen stays"
    assert re.search(r'name="seen" type="hidden" value="1"', text), "who saves again has seen it"
    assert dana.post(where, data=said("cancelled", seen=1)).status_code == 303
    assert kept(app, world) == [{"day": "2026-11-08", "to": None, "number": 2}]


def test_only_those_who_lead_it(app: Flask, as_: Any, world: Any, where: str) -> None:
    asked = {name: as_(name).get(where).status_code for name in ("chen", "amina", "efe", "fay")}
    told = {name: as_(name).post(where, data=said("cancelled")).status_code for name in asked}
    assert asked == told == {"chen": 404, "amina": 403, "efe": 403, "fay": 403}
    assert kept(app, world) == []


@pytest.mark.parametrize("at", ["", "x", "2026-11-08", "2026-11-08T18:00:00+02:00", "9999-12-31T23:59", "0001-01-01T00:00"])
def test_a_time_that_is_none(at: str, app: Flask, as_: Any, world: Any, where: str) -> None:
    bilal = as_("bilal")
    assert bilal.get(where, query_string={"at": at}).status_code == 404
    assert bilal.post(where, data=said("cancelled", at=at)).status_code in {409, 422}
    assert (kept(app, world), facts(app)) == ([], [])


def test_a_cohort_without_classes(app: Flask, as_: Any, world: Any, where: str) -> None:
    with app.app_context(), transaction(write=True):
        db.session.get_one(Cohort, world.cohort).state = CohortState.COMPLETED
    assert "No class is planned." in as_("bilal").page(where)
    assert as_("bilal").post(where, data=said("cancelled")).status_code == 422


def test_of_eight_taps_at_once_one_cancels_or_moves_it(either_school: Flask) -> None:
    """Through the page, whose lock it is."""
    app, world = either_school, either_school.extensions["world"]
    plan(app, world, ClassTime(6, time(18), 90))
    first = datetime.fromisoformat(AT)
    tabs, where = eight_browsers(app, "bilal"), f"/cohorts/{world.cohort}/class"

    def act(n: int) -> int:
        to = first + timedelta(days=1, minutes=n)
        data = said("moved" if n % 2 else "cancelled", on=f"{to:%Y-%m-%d}", when=f"{to:%H:%M}")
        with clock.held(WEEK_1):  # the day is held in each thread by itself
            return int(tabs[n].post(where, data=data).status_code)

    answers = at_once(act, range(8))
    assert {303} < set(answers) <= {303, 422}
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(Fact.kind == "cohort.changed")) == 2, "the plan, and one change"
