"""Staff make a cohort, choose its course and mentor, and start it."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.cohorts import actions
from lms.cohorts.models import Cohort, CohortState
from lms.core.db import db, transaction
from lms.core.facts import Fact
from tests.client import Browser
from tests.eight import at_once, eight_browsers

GOOD = {"name": "Beirut 2", "partner": "0", "starts_on": "2027-01-04", "ends_on": "2027-02-28", "zone": "Asia/Beirut", "capacity": "٢٤"}


def test_a_cohort_is_made(app: Flask, as_: Any, world: Any) -> None:
    answer = as_("dana").post("/cohorts", data=GOOD | {"programme": str(world.programme)})
    assert answer.status_code == 303
    with app.app_context():
        cohort = db.session.scalars(select(Cohort).where(Cohort.name == "Beirut 2")).one()
    assert (str(cohort.state), cohort.capacity, cohort.zone) == ("draft", 24, "Asia/Beirut")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"ends_on": "2027-01-01"}, "The last day must come after the first day."),
        ({"ends_on": "0028-02-28"}, "We do not know this day. Choose one from the calendar."),
        ({"ends_on": "9999-12-31"}, "We do not know this day. Choose one from the calendar."),
        ({"ends_on": "2072-02-28"}, "A cohort lasts three years at most."),
        ({"zone": "Mars/Base"}, "We do not know the time zone Mars/Base."),
        ({"name": "Beirut 1"}, "Another cohort has this name. Choose another name."),
        ({"name": ""}, "Write a name."),
        ({"zone": "Europe"}, "We do not know the time zone Europe."),
        ({"zone": "../../etc/passwd"}, "We do not know the time zone ../../etc/passwd."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(change: dict[str, str], sentence: str, as_: Any, world: Any) -> None:
    answer = as_("dana").post("/cohorts", data=GOOD | {"programme": str(world.programme)} | change)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert sentence in text
    assert 'value="2027-01-04"' in text


def test_a_draft_needs_a_course_and_a_mentor(as_: Any, world: Any) -> None:
    dana = as_("dana")
    page = dana.post("/cohorts", data=GOOD | {"programme": str(world.programme)}).location
    dana.post(page + "/schedule", headers={"Referer": "http://localhost" + page})
    assert "Choose a course first." in dana.page(page)
    dana.post(page + "/start", headers={"Referer": "http://localhost" + page})
    assert "Only a scheduled cohort can start." in dana.page(page)


def test_a_draft_that_lacks_both_is_one_good_page(app: Flask, course: int, as_: Any, world: Any) -> None:
    """The first cohort of a new school: a course and a mentor wait to be chosen, each in its own form, and no id stands twice."""
    dana = as_("dana")
    url = dana.post("/cohorts", data=GOOD | {"programme": str(world.programme)}).location
    page = dana.page(url)
    assert "Choose this course" in page
    assert "Choose this mentor" in page


def test_a_choice_that_is_none_is_told(as_: Any, world: Any) -> None:
    """Such as a course of a page that stood open while a newer version of it was published."""
    dana = as_("dana")
    page = dana.post("/cohorts", data=GOOD | {"programme": str(world.programme)}).location
    for what, sentence in (("courses", "Choose a course first."), ("mentors", "Choose a mentor first.")):
        dana.post(f"{page}/{what}", data={"chosen": "999"}, headers={"Referer": "http://localhost" + page})
        assert sentence in dana.page(page)


def test_a_cohort_is_finished_when_nobody_studies_in_it(app: Flask, as_: Any, world: Any) -> None:
    dana, page = as_("dana"), f"/cohorts/{world.cohort}"
    dana.post(page + "/finish", headers={"Referer": "http://localhost" + page})
    assert "People still study in this cohort: 1." in dana.page(page)
    with app.app_context(), transaction(write=True):
        assert actions.complete(world.enrolment) is True
        assert actions.complete(world.enrolment) is False, "completion is one fact"
    dana.post(page + "/finish")
    with app.app_context():
        assert str(db.session.get_one(Cohort, world.cohort).state) == "completed"


@pytest.mark.parametrize("like", [False, True])
def test_a_second_tap_makes_no_other_cohort_and_asks_for_no_other_name(like: bool, course: int, app: Flask, as_: Any, world: Any) -> None:
    dana, data = as_("dana"), GOOD | {"programme": str(world.programme), "like": str(world.cohort if like else 0)}
    first, again = (dana.post("/cohorts", data=data) for _tap in range(2))
    assert (first.status_code, again.status_code, again.location) == (303, 303, first.location)
    assert dana.post("/cohorts", data=data | {"capacity": "25"}).status_code == 422, "another cohort of that name"
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(Fact.kind == "cohort.made")) == 1
    with app.app_context(), transaction(write=True):
        db.session.scalars(select(Cohort).where(Cohort.name == "Beirut 2")).one().state = CohortState.SCHEDULED
    assert dana.post("/cohorts", data=data).status_code == 422, "it is no draft any more: this is no second tap"


def test_eight_taps_at_once_make_one(either_school: Flask) -> None:
    data = GOOD | {"programme": str(either_school.extensions["world"].programme)}
    answers = at_once(partial(Browser.post, path="/cohorts", data=data), eight_browsers(either_school, "dana"))
    assert {answer.status_code for answer in answers} == {303}
    with either_school.app_context():
        assert db.session.scalar(select(func.count()).where(Fact.kind == "cohort.made")) == 1


@pytest.mark.parametrize("name", ["bilal", "efe", "amina", "fay"])
def test_nobody_but_staff(name: str, as_: Any, world: Any) -> None:
    client = as_(name)
    assert client.post("/cohorts", data=GOOD).status_code == 403
    for step in ("schedule", "start", "finish", "courses", "mentors"):
        assert client.post(f"/cohorts/{world.cohort}/{step}").status_code == 403
