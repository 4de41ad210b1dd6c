"""Those who lead a cohort plan its classes; Today tells the next one, and the calendar carries them all."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import func, select

from lms.cohorts import planning
from lms.cohorts.classes import ClassTime
from lms.cohorts.models import Cohort, CohortState, Enrolment, EnrolmentState
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.facts import Fact
from lms.people.models import User
from tests.client import Browser
from tests.eight import at_once, eight_browsers
from tests.learning.conftest import WEEK_1

pytestmark = pytest.mark.usefixtures("first_week", "course")
TUESDAY, SUNDAY = ("1", "18:00", "60"), ("6", "١٧:٣٠", "٩٠")


def rows(*given: tuple[str, str, str]) -> dict[str, str]:
    return {f"rows-{n}-{name}": word for n, row in enumerate(given) for name, word in zip(("weekday", "at", "minutes"), row, strict=True)}


def planned(app: Flask, cohort: int) -> list[Any]:
    with app.app_context():
        return db.session.get_one(Cohort, cohort).class_times


def plan(app: Flask, world: Any, *times: ClassTime, **changes: Any) -> None:
    with app.app_context(), transaction(write=True):
        cohort = db.session.get_one(Cohort, world.cohort)
        planning.set_classes(cohort, times, by=db.session.get_one(User, world.bilal))
        for name, value in changes.items():
            setattr(cohort, name, value)


@pytest.mark.parametrize("name", ["bilal", "dana"])
def test_mentor_and_staff_set_the_class_times(name: str, app: Flask, as_: Any, world: Any) -> None:
    where, leader = f"/cohorts/{world.cohort}/calendar", as_(name)
    assert "No class is planned yet." in leader.page(where)
    for _tap in range(2):
        answer = leader.post(f"/cohorts/{world.cohort}/classes", data=rows(SUNDAY, ("", "", "60"), TUESDAY))
        assert (answer.status_code, answer.location) == (303, where)
    assert planned(app, world.cohort) == [{"weekday": 1, "at": "18:00", "minutes": 60}, {"weekday": 6, "at": "17:30", "minutes": 90}]
    assert re.search(r"Tuesday, 18:00.*60 minutes.*Sunday, 17:30.*90 minutes", leader.page(where), re.DOTALL)
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(Fact.kind == "cohort.changed")) == 1, "a second tap changes nothing"
    leader.post(f"/cohorts/{world.cohort}/classes", data=rows(("", "", "")))
    assert planned(app, world.cohort) == []


def test_no_class_takes_one_away_whatever_else_its_row_says(app: Flask, as_: Any, world: Any) -> None:
    plan(app, world, ClassTime(1, time(18), 60), ClassTime(6, time(17, 30), 90))
    bilal = as_("bilal")
    text = bilal.page(f"/cohorts/{world.cohort}/calendar")
    assert text.count('<option value="-">No class</option>') == 2
    assert text.count('value="">No class</option>') == 2, "an empty row says nothing, and a time alone in it lacks its day"
    for at, minutes in (("18:00", "60"), ("25:00", "long")):
        plan(app, world, ClassTime(1, time(18), 60), ClassTime(6, time(17, 30), 90))
        answer = bilal.post(f"/cohorts/{world.cohort}/classes", data=rows(("-", at, minutes), SUNDAY))
        assert answer.status_code == 303
        assert [one["weekday"] for one in planned(app, world.cohort)] == [6]
    answer = bilal.post(f"/cohorts/{world.cohort}/classes", data=rows(("-", "18:00", "60"), ("1", "", "60")))
    assert answer.status_code == 422
    assert '<option selected value="-">No class</option>' in answer.get_data(as_text=True), "what was chosen stays chosen"


def test_who_saves_second_saves_over_nobody(app: Flask, as_: Any, world: Any) -> None:
    def seen(text: str) -> dict[str, str]:
        return {"seen": re.search(r'name="seen" type="hidden" value="([^"]*)"', text)[1]}  # type: ignore[index]

    where, bilal, dana = f"/cohorts/{world.cohort}/classes", as_("bilal"), as_("dana")
    old = seen(bilal.page(f"/cohorts/{world.cohort}/calendar"))
    for _tap in range(2):
        assert dana.post(where, data=old | rows(TUESDAY)).status_code == 303, "the second tap of one person is no other person's"
    wrong = bilal.post(where, data=old | rows(("6", "17:30", "x")))
    assert seen(wrong.get_data(as_text=True)) == old, "he was not told yet"
    answer = bilal.post(where, data=old | rows(SUNDAY))
    text = answer.get_data(as_text=True)
    assert (answer.status_code, "Somebody changed the class times meanwhile." in text) == (422, True)
    assert "Tuesday, 18:00" in text
    assert [one["weekday"] for one in planned(app, world.cohort)] == [1]
    assert bilal.post(where, data=seen(text) | rows(SUNDAY)).status_code == 303
    assert [one["weekday"] for one in planned(app, world.cohort)] == [6]


@pytest.mark.parametrize("number", ["²", "9" * 5000, "-1", "7", "x"])
def test_a_row_that_no_page_has_is_passed_over(number: str, app: Flask, as_: Any, world: Any) -> None:
    data = rows(TUESDAY) | {f"rows-{number}-weekday": "2", f"rows-{number}-at": "18:00", f"rows-{number}-minutes": "60"}
    assert as_("bilal").post(f"/cohorts/{world.cohort}/classes", data=data).status_code == 303
    assert [one["weekday"] for one in planned(app, world.cohort)] == [1]


def test_only_those_who_lead_it(app: Flask, as_: Any, world: Any) -> None:
    where, data = f"/cohorts/{world.cohort}/classes", rows(TUESDAY)
    told = {name: as_(name).post(where, data=data).status_code for name in ("chen", "amina", "efe", "fay")}
    assert told == {"chen": 404, "amina": 403, "efe": 403, "fay": 403}
    assert planned(app, world.cohort) == []


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ([TUESDAY, ("1", "18:30", "60")], "Two classes are at the same time: Tuesday, 18:00; Tuesday, 18:30."),
        ([("6", "23:30", "60"), ("0", "00:00", "60")], "Two classes are at the same time: Sunday, 23:30; Monday, 00:00."),
        ([("1", "25:00", "60")], "Write the time like this: 18:00."),
        ([("1", "", "60")], "Write the time like this: 18:00."),
        ([("1", "18:00", "")], "Write how many minutes."),
        ([("1", "18:00", "long")], "Write how many minutes."),
        ([("1", "18:00", "5")], "A class lasts from 15 to 300 minutes."),
        ([("1", "18:00", "9999999999")], "A class lasts from 15 to 300 minutes."),
        ([("", "18:00", "60")], "Choose the day."),
        ([("9", "18:00", "60")], "Choose the day."),
    ],
)
def test_what_cannot_be_is_refused_and_stays_typed(given: Any, sentence: str, app: Flask, as_: Any, world: Any) -> None:
    answer = as_("bilal").post(f"/cohorts/{world.cohort}/classes", data=rows(*given))
    text = answer.get_data(as_text=True)
    assert (answer.status_code, sentence in text) == (422, True)
    assert f'value="{given[0][2]}"' in text
    assert planned(app, world.cohort) == []


def test_a_cohort_that_is_over_plans_nothing(app: Flask, as_: Any, world: Any) -> None:
    plan(app, world, ClassTime(1, time(18), 60), state=CohortState.COMPLETED)
    bilal = as_("bilal")
    text = bilal.post(f"/cohorts/{world.cohort}/classes", data=rows(SUNDAY)).get_data(as_text=True)
    assert "This cohort plans no classes any more." in text
    assert len(planned(app, world.cohort)) == 1
    assert "Next class" not in as_("amina").page("/today")


def test_today_tells_the_next_class_by_her_own_clock(app: Flask, as_: Any, world: Any) -> None:
    amina = as_("amina")
    assert "Next class" not in amina.page("/today")
    plan(app, world, ClassTime(6, time(18), 90))
    text = amina.page("/today").partition("Next class")[2]
    assert "Sunday, 8 November 2026, 18:00" in text
    assert "Times are those of" not in text
    assert 'href="/calendar"' in text
    assert "Next class" not in as_("hana").page("/today"), "the other half has none"
    with app.app_context(), transaction(write=True):
        db.session.get_one(User, world.amina).zone = "Asia/Kabul"
    text = amina.page("/today").partition("Next class")[2]
    assert "Sunday, 8 November 2026, 20:30" in text
    assert "Times are those of Kabul." in text
    with app.app_context(), transaction(write=True):
        db.session.get_one(Enrolment, world.enrolment).state = EnrolmentState.COMPLETED
    assert "Next class" not in amina.page("/today")


def test_the_calendar_carries_every_class_with_its_length(app: Flask, as_: Any, world: Any, stranger: Any) -> None:
    plan(app, world, ClassTime(6, time(18), 90), ends_on=date(2026, 11, 16))
    where = re.search(r"/calendar/[\w-]{32}\.ics", as_("amina").post("/calendar").get_data(as_text=True))[0]  # type: ignore[index]
    text = stranger.get(where).data
    found = [one for one in Calendar.from_ical(text).events if one["summary"] == "Live class"]
    assert [(one.start.isoformat(), one.end - one.start) for one in found] == [
        ("2026-11-08T18:00:00+02:00", timedelta(minutes=90)), ("2026-11-15T18:00:00+02:00", timedelta(minutes=90)),
    ]  # fmt: skip
    assert b"Beirut 1" not in text
    with clock.held(WEEK_1 + timedelta(weeks=1)):
        assert len([one for one in Calendar.from_ical(stranger.get(where).data).events if one["summary"] == "Live class"]) == 2


def test_a_class_in_the_night_when_clocks_go_back_is_as_long_in_the_calendar(app: Flask, as_: Any, world: Any, stranger: Any) -> None:
    """At midnight before 25 October 2026 it is 23:00 again in Beirut: an end at the second 23:30 would be read as the first one."""
    plan(app, world, ClassTime(5, time(23), 90), starts_on=date(2026, 10, 24), ends_on=date(2026, 10, 25))
    where = re.search(r"/calendar/[\w-]{32}\.ics", as_("bilal").post("/calendar").get_data(as_text=True))[0]  # type: ignore[index]
    [found] = [one for one in Calendar.from_ical(stranger.get(where).data).events if one["summary"] == "Live class"]
    assert (found["dtstart"].dt.isoformat(), found["duration"].dt) == ("2026-10-24T23:00:00+03:00", timedelta(minutes=90))
    assert "dtend" not in found


def test_eight_taps_at_once_change_it_once(either_school: Flask) -> None:
    where = f"/cohorts/{either_school.extensions['world'].cohort}/classes"

    def act(tab: Browser) -> int:
        with clock.held(WEEK_1):  # the day is held in each thread by itself
            return int(tab.post(where, data=rows(TUESDAY)).status_code)

    assert set(at_once(act, eight_browsers(either_school, "bilal"))) == {303}
    with either_school.app_context():
        assert db.session.scalar(select(func.count()).where(Fact.kind == "cohort.changed")) == 1
