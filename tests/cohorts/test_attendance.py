"""A mentor writes down who was in class: once a day, changed by a second save, never for another cohort or a day to come."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.cohorts import actions, policy
from lms.cohorts.attendance import Figures, figures
from lms.cohorts.models import Attendance, Code, Cohort, CohortState, Enrolment, EnrolmentState, Session
from lms.core import clock
from lms.core.access import one_or_404
from lms.core.db import db, transaction
from lms.core.facts import Fact
from lms.people.models import User
from tests.eight import eight_at_once

NOON = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
DAY = "2026-11-22"


@pytest.fixture(autouse=True)
def _noon() -> Any:
    with clock.held(NOON):
        yield


def address(world: Any) -> str:
    return f"/cohorts/{world.cohort}/attendance"


def kept(app: Flask) -> list[tuple[date, int, Code]]:
    with app.app_context():
        rows = select(Session.day, Attendance.enrolment_id, Attendance.code).join(Session, Session.id == Attendance.session_id)
        return [tuple(row) for row in db.session.execute(rows.order_by(Session.day, Attendance.enrolment_id))]


def facts(app: Flask) -> list[dict[str, Any]]:
    with app.app_context():
        return [fact.data for fact in db.session.scalars(select(Fact).where(Fact.kind == "attendance.taken").order_by(Fact.id))]


@pytest.mark.parametrize(
    ("codes", "came", "held", "percent"),
    [
        ("", 0, 0, None),
        ("PPPP", 4, 4, 100),
        ("PLLA", 3, 4, 75),
        ("PE", 1, 1, 100),
        ("EE", 0, 0, None),
        ("PPCCCC", 2, 2, 100),
        ("PPCCCCC", 2, 3, 66),
        ("AAA", 0, 3, 0),
        ("PPAAA", 2, 5, 40),
    ],
)
def test_the_share_follows_from_the_codes(codes: str, came: int, held: int, percent: int | None) -> None:
    found = figures(Code(sign) for sign in codes)
    assert found == Figures(came, held)
    assert found.percent == percent


def test_everybody_stands_on_here(as_: Any, world: Any) -> None:
    text = as_("bilal").page(address(world))
    assert f'name="mark-{world.enrolment}" value="P" checked' in text
    assert "Hana" not in text
    assert "data-queue" in text
    assert "Sunday, 22 November 2026" in text


@pytest.mark.parametrize("name", ["bilal", "dana"])
def test_one_save(app: Flask, as_: Any, world: Any, name: str) -> None:
    client = as_(name)
    answer = client.post(address(world), data={"on": DAY, "drawn": DAY, f"mark-{world.enrolment}": "P"})
    assert answer.status_code == 303
    assert answer.location == f"{address(world)}?on={DAY}"
    assert kept(app) == [(date(2026, 11, 22), world.enrolment, Code.PRESENT)]
    assert facts(app) == [{"changed": [world.enrolment]}]
    page = client.page(answer.location)
    assert (f"{name.capitalize()}</bdi> saved this day on Sunday" in page, "Times are those of" in page) == (True, False)
    with app.app_context(), transaction(write=True):
        db.session.get_one(User, getattr(world, name)).zone = "Asia/Kabul"
    assert "Times are those of Beirut." in client.page(answer.location), "the hour is not that of who reads it"


def late(browser: Any, url: str, data: dict[str, str], *, written: datetime, id: str = "a-class-of-this-morning") -> Any:
    """As a phone sends what it kept while there was no network."""
    user = browser.get("/token").json["user"]
    return browser.post(url, data=data, headers={"X-Request-Id": id, "X-User": user, "X-Written-At": written.isoformat()})


def test_a_phone_sends_it_later_and_twice(app: Flask, as_: Any, world: Any) -> None:
    bilal, data = as_("bilal"), {"on": "2026-11-21", "drawn": "2026-11-21", f"mark-{world.enrolment}": "L"}
    for _time in range(2):
        answer = late(bilal, address(world), data, written=NOON - timedelta(hours=20))
        assert (answer.status_code, answer.headers["X-Arrived"]) == (200, "a-class-of-this-morning")
    assert kept(app) == [(date(2026, 11, 21), world.enrolment, Code.LATE)]
    assert len(facts(app)) == 1


def test_what_was_written_before_another_mentors_save_does_not_undo_it(app: Flask, as_: Any, world: Any) -> None:
    data = {"on": DAY, "drawn": DAY, f"mark-{world.enrolment}": "P"}
    dana, bilal = as_("dana"), as_("bilal")
    dana.post(address(world), data=data | {f"mark-{world.enrolment}": "A"})
    answer = late(bilal, address(world), data, written=NOON - timedelta(hours=1))
    assert answer.status_code == 422
    assert answer.json["sentence"] == "Dana saved this day after you wrote it. Look at it first."
    assert [row[2] for row in kept(app)] == [Code.ABSENT]
    assert bilal.post(address(world), data=data).status_code == 303, "who sees the page may change it"
    assert late(bilal, address(world), data, written=NOON - timedelta(hours=1), id="his-own-earlier-one").status_code == 200


@pytest.mark.parametrize(
    ("mark", "why", "code"),
    [("L", "", "L"), ("A", "", "A"), ("A", "C", "C"), ("A", "E", "E"), ("P", "E", "P"), ("A", "nonsense", "A")],
)
def test_a_reason_makes_the_code(app: Flask, as_: Any, world: Any, mark: str, why: str, code: str) -> None:
    data = {"on": DAY, "drawn": DAY, f"mark-{world.enrolment}": mark, f"why-{world.enrolment}": why}
    bilal = as_("bilal")
    bilal.post(address(world), data=data)
    assert [row[2] for row in kept(app)] == [Code(code)]
    if code in "CE":
        assert f'value="{code}" selected' in bilal.page(address(world))


def test_a_second_save_changes_and_doubles_nothing(app: Flask, as_: Any, world: Any) -> None:
    bilal = as_("bilal")
    for mark in ("P", "P", "L", "L"):
        assert bilal.post(address(world), data={"on": DAY, "drawn": DAY, f"mark-{world.enrolment}": mark}).status_code == 303
    assert kept(app) == [(date(2026, 11, 22), world.enrolment, Code.LATE)]
    assert len(facts(app)) == 2, "saving what stands already is no fact"


def test_a_day_nobody_looked_at_is_not_written_over(app: Flask, as_: Any, world: Any) -> None:
    bilal = as_("bilal")
    bilal.post(address(world), data={"on": "2026-11-20", "drawn": "2026-11-20", f"mark-{world.enrolment}": "A"})
    answer = bilal.post(address(world), data={"on": "2026-11-20", "drawn": DAY, f"mark-{world.enrolment}": "L"})
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "This day is saved already." in text
    assert f'name="mark-{world.enrolment}" value="L" checked' in text, "what was tapped stays"
    assert [row[2] for row in kept(app)] == [Code.ABSENT]
    assert bilal.post(address(world), data={"on": "2026-11-19", "drawn": DAY, f"mark-{world.enrolment}": "P"}).status_code == 303


@pytest.mark.parametrize(("day", "words"), [("2026-11-23", "This day has not come yet."), ("2026-11-01", "The cohort starts on"),
                                            ("", "Choose the day."), ("2026-13-40", "We do not know this day.")])  # fmt: skip
def test_a_wrong_day_is_refused_and_nothing_is_lost(app: Flask, as_: Any, world: Any, day: str, words: str) -> None:
    data = {"on": day, "drawn": DAY, f"mark-{world.enrolment}": "A", f"why-{world.enrolment}": "C"}
    answer = as_("bilal").post(address(world), data=data)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in text
    assert 'value="C" selected' in text
    assert kept(app) == []


def test_the_day_is_the_cohorts_own(app: Flask, as_: Any, world: Any) -> None:
    """At 22:30 UTC it is tomorrow in Beirut: the class of that evening may be written down there."""
    with clock.held(datetime(2026, 11, 22, 22, 30, tzinfo=UTC)):
        bilal = as_("bilal")
        assert "Monday, 23 November 2026" in bilal.page(address(world))
        assert bilal.post(address(world), data={"on": "2026-11-23", "drawn": DAY, f"mark-{world.enrolment}": "P"}).status_code == 303


def test_a_day_to_come_in_the_address_shows_today(as_: Any, world: Any) -> None:
    for asked in ("2027-01-01", "soon"):
        assert "Sunday, 22 November 2026" in as_("bilal").page(f"{address(world)}?on={asked}")


def test_people_from_elsewhere_are_passed_over(app: Flask, as_: Any, world: Any) -> None:
    bilal, other = as_("bilal"), world.other_enrolment
    odd = {f"mark-{other}": "A", "mark-x": "P", "mark-": "P"}
    bilal.post(address(world), data={"on": DAY, "drawn": DAY, f"mark-{world.enrolment}": "P", **odd})
    assert [row[1] for row in kept(app)] == [world.enrolment]
    assert bilal.post(address(world), data={"on": DAY, "drawn": DAY, f"mark-{other}": "A"}).status_code == 422


def test_who_left_stays_on_her_days(app: Flask, as_: Any, world: Any) -> None:
    bilal = as_("bilal")
    bilal.post(address(world), data={"on": "2026-11-20", "drawn": "2026-11-20", f"mark-{world.enrolment}": "L"})
    with app.app_context(), transaction(write=True):
        db.session.get_one(Enrolment, world.enrolment).state = EnrolmentState.DROPPED
    assert "Amina" in bilal.page(f"{address(world)}?on=2026-11-20")
    assert "No trainees yet." in bilal.page(address(world))


@pytest.mark.parametrize("method", ["get", "post"])
def test_another_mentor_finds_nothing_and_others_may_not(as_: Any, world: Any, method: str) -> None:
    for name, status in (("chen", 404), ("amina", 403), ("efe", 403), ("fay", 403)):
        assert getattr(as_(name), method)(address(world)).status_code == status, name


def test_a_cohort_that_does_not_run_has_no_classes(app: Flask, as_: Any, world: Any) -> None:
    with app.app_context(), transaction(write=True):
        db.session.get_one(Cohort, world.cohort).state = CohortState.SCHEDULED
    bilal = as_("bilal")
    assert "The cohort does not run now." in bilal.page(address(world))
    assert bilal.post(address(world), data={"on": DAY, "drawn": DAY, f"mark-{world.enrolment}": "P"}).status_code == 422
    assert kept(app) == []


def test_eight_saves_at_once_are_one_class(either_school: Flask) -> None:
    app, world = either_school, either_school.extensions["world"]

    def save(n: int) -> None:
        with clock.held(NOON):
            by = db.session.get_one(User, world.bilal)
            cohort = one_or_404(policy.led_cohorts(by), world.cohort, lock=True)
            actions.take_attendance(cohort, date(2026, 11, 22), {world.enrolment: (Code.PRESENT, Code.LATE)[n % 2]}, by=by)

    eight_at_once(app, save)
    rows = kept(app)
    assert len(rows) == 1
    last = facts(app)
    assert 1 <= len(last) <= 8
