"""Staff mend a cohort: before it starts all of it, afterwards only what moves no date that people work towards."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from lms.cohorts.models import Cohort, CohortState, Enrolment, Programme
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.facts import Fact
from lms.intake import deciding
from lms.intake.models import Round, RoundCohort
from tests.client import Browser
from tests.eight import at_once, eight_browsers
from tests.intake import rounds
from tests.learning.conftest import WEEK_1
from tests.mending import shown

AFTER = {"name": "Beirut 1", "ends_on": "2026-12-27", "capacity": "30"}
BEFORE = AFTER | {"starts_on": "2026-11-02", "zone": "Asia/Beirut"}


@pytest.fixture
def where(world: Any) -> Iterator[str]:
    """The page, in the cohort's first week."""
    with clock.held(WEEK_1):
        yield f"/cohorts/{world.cohort}/details"


def become(app: Flask, world: Any, state: CohortState, *, empty: bool = False) -> None:
    with app.app_context(), transaction(write=True):
        db.session.get_one(Cohort, world.cohort).state = state
        if empty:
            db.session.execute(delete(Enrolment).where(Enrolment.cohort_id == world.cohort))


def told(app: Flask, world: Any) -> list[Any]:
    with app.app_context():
        kept = select(Fact.data).where(Fact.kind == "cohort.changed", Fact.subject_id == world.cohort).order_by(Fact.id)
        return list(db.session.scalars(kept))


def row(app: Flask, world: Any) -> Cohort:
    with app.app_context():
        return db.session.get_one(Cohort, world.cohort)


@pytest.mark.usefixtures("course")
def test_before_it_starts_all_its_dates_move(app: Flask, as_: Any, world: Any, where: str) -> None:
    become(app, world, CohortState.SCHEDULED)
    dana, page = as_("dana"), f"/cohorts/{world.cohort}"
    assert f'href="{where}"' in dana.page(page)
    assert "Sunday, 15 November 2026, 23:59" in dana.page(page + "/calendar")
    typed = shown(dana, where, **BEFORE | {"name": "Beirut 2", "starts_on": "2026-11-09", "zone": "Europe/Istanbul", "capacity": "٢٤"})
    for _tap in range(2):
        assert (answer := dana.post(where, data=typed)).status_code == 303
    assert answer.location == page
    assert "Sunday, 22 November 2026, 23:59" in dana.page(page + "/calendar")
    assert "9 November 2026" in as_("amina").page("/learn/tiny")
    found = row(app, world)
    assert (found.name, found.starts_on, found.zone, found.capacity) == ("Beirut 2", date(2026, 11, 9), "Europe/Istanbul", 24)
    assert told(app, world) == [{"changed": {
        "name": ["Beirut 1", "Beirut 2"], "capacity": [30, 24], "starts_on": ["2026-11-02", "2026-11-09"],
        "zone": ["Asia/Beirut", "Europe/Istanbul"],
    }}], "written down once, with what stood before"  # fmt: skip


def test_after_it_started_its_dates_stay(app: Flask, as_: Any, world: Any, where: str) -> None:
    dana = as_("dana")
    text = dana.page(where)
    assert "People work towards its dates, so they stay." in text
    assert not re.search(r'name="(starts_on|zone|programme_id|partner_id)"', text)
    new = AFTER | {"name": "Beirut One", "ends_on": "2027-01-03", "starts_on": "2027-01-01", "zone": "UTC"}
    assert dana.post(where, data=shown(dana, where, **new)).status_code == 303
    found = row(app, world)
    assert (found.name, found.starts_on, found.ends_on, found.zone) == ("Beirut One", date(2026, 11, 2), date(2027, 1, 3), "Asia/Beirut")


def test_who_pays_and_who_cares_change_while_nobody_relies_on_them(app: Flask, as_: Any, world: Any, where: str) -> None:
    with app.app_context(), transaction(write=True):
        db.session.add(other := Programme(name="English", track="Language", fund="GRANT-B"))
        db.session.flush()
        house = {"programme_id": str(other.id), "partner_id": "0"}
    become(app, world, CohortState.DRAFT)
    assert "People rely on its programme and its partner, so both stay." in as_("dana").page(where)
    become(app, world, CohortState.DRAFT, empty=True)
    dana = as_("dana")
    old = shown(dana, where, **BEFORE | house)
    with app.app_context(), transaction(write=True):
        days = {"opens_on": date(2026, 10, 1), "closes_on": date(2026, 10, 31)}
        db.session.add(round := Round(programme_id=world.programme, partner_id=world.here, languages=["en"], countries=["LB"],
                                      zone="Asia/Beirut", **days))  # fmt: skip
        db.session.flush()
        db.session.add(RoundCohort(round_id=round.id, cohort_id=world.cohort))
    answer = dana.post(where, data=old)
    assert answer.status_code == 422, "a round gives its places away now"
    assert "Somebody changed this meanwhile." in answer.get_data(as_text=True)
    with app.app_context(), transaction(write=True):
        db.session.execute(delete(RoundCohort))
    assert dana.post(where, data=shown(dana, where, **BEFORE | house)).status_code == 303
    found = row(app, world)
    assert (str(found.programme_id), found.partner_id) == (house["programme_id"], None)


@pytest.mark.parametrize(
    ("state", "typed", "sentence"),
    [
        (CohortState.SCHEDULED, {"name": "Gaziantep 1"}, "Another cohort has this name. Choose another name."),
        (CohortState.SCHEDULED, {"name": " "}, "Write a name."),
        (CohortState.SCHEDULED, {"starts_on": "2026-11-03"}, "People are here already. Choose a first day that is not over."),
        (CohortState.SCHEDULED, {"starts_on": "2026-12-27"}, "The last day must come after the first day."),
        (CohortState.SCHEDULED, {"ends_on": "2031-01-01"}, "A cohort lasts three years at most."),
        (CohortState.SCHEDULED, {"starts_on": "0026-11-03"}, "We do not know this day. Choose one from the calendar."),
        (CohortState.SCHEDULED, {"zone": "Asia/Nowhere"}, "We do not know the time zone Asia/Nowhere."),
        (CohortState.RUNNING, {"ends_on": "2026-11-03"}, "This last day is over. Choose a later one."),
        (CohortState.RUNNING, {"capacity": "0"}, " 500"),
        (CohortState.COMPLETED, {"name": "Other"}, "This cohort is over. It stays as it was."),
    ],
)
def test_what_cannot_be_is_said_and_stays_typed(
    state: CohortState, typed: dict[str, str], sentence: str, app: Flask, as_: Any, world: Any, where: str
) -> None:
    become(app, world, CohortState.SCHEDULED)
    dana = as_("dana")
    data = shown(dana, where, **(BEFORE if state is CohortState.SCHEDULED else AFTER) | typed)
    become(app, world, state)
    if state is CohortState.RUNNING:
        data = shown(dana, where, **AFTER | typed)
    answer = dana.post(where, data=data)
    text = answer.get_data(as_text=True)
    assert (answer.status_code, sentence in text) == (422, True)
    assert (row(app, world).name, told(app, world)) == ("Beirut 1", [])


def test_there_are_never_fewer_places_than_people(app: Flask, as_: Any, world: Any, where: str) -> None:
    with app.app_context(), transaction(write=True):
        db.session.add(Enrolment(cohort_id=world.cohort, user_id=world.hana))
    dana = as_("dana")
    answer = dana.post(where, data=shown(dana, where, **AFTER | {"capacity": "1"}))
    assert answer.status_code == 422
    assert "2 places are taken or promised. Write more." in answer.get_data(as_text=True)
    assert row(app, world).capacity == 30


def test_a_place_that_is_promised_is_taken(app: Flask, as_: Any, world: Any, where: str) -> None:
    become(app, world, CohortState.SCHEDULED)
    with app.app_context(), transaction(write=True):
        sent = rounds.sent(rounds.make([world.cohort]))
        deciding.accept(sent, db.session.get_one(Cohort, world.cohort), by=rounds.staff(), reason="Yes.")
    dana = as_("dana")
    assert "2 places are taken or promised." in dana.post(where, data=shown(dana, where, **BEFORE | {"capacity": "1"})).text
    assert dana.post(where, data=shown(dana, where, **BEFORE | {"capacity": "2"})).status_code == 303


def test_a_cohort_that_nobody_waits_for_may_have_days_that_are_over(app: Flask, as_: Any, world: Any, where: str) -> None:
    become(app, world, CohortState.SCHEDULED, empty=True)
    dana, over = as_("dana"), {"starts_on": "2026-10-05", "ends_on": "2026-10-30"}
    house = {"programme_id": str(world.programme), "partner_id": str(world.here)}
    assert dana.post(where, data=shown(dana, where, **BEFORE | house | over)).status_code == 303
    assert row(app, world).ends_on == date(2026, 10, 30)


def test_the_second_of_two_tabs_is_told_and_loses_nothing(app: Flask, as_: Any, world: Any, where: str) -> None:
    first, second = as_("dana"), as_("dana")
    old = shown(second, where, **AFTER | {"name": "Beirut A"})
    assert first.post(where, data=shown(first, where, **AFTER | {"ends_on": "2027-01-03"})).status_code == 303
    answer = second.post(where, data=old)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Somebody changed this meanwhile. Look, then save again." in text
    assert "Sunday, 3 January 2027" in text
    assert re.search(r'name="name"[^>]*value="Beirut A"', text), "what was typed stays"
    assert re.search(r'name="ends_on"[^>]*value="2027-01-03"', text), "what was left alone is what stands"
    again = shown(second, where, **AFTER | {"name": "Beirut A", "ends_on": "2027-01-03"})
    assert second.post(where, data=again).status_code == 303
    for odd in ("", "[", '"x"', "{}", "[" * 100_000):  # no form of ours
        assert second.post(where, data=AFTER | {"seen": odd, "name": "Beirut B"}).status_code == 422
    assert [list(fact["changed"]) for fact in told(app, world)] == [["ends_on"], ["name"]]


def test_a_form_from_before_the_start_moves_no_date_after_it(app: Flask, as_: Any, world: Any, where: str) -> None:
    become(app, world, CohortState.SCHEDULED)
    dana = as_("dana")
    old = shown(dana, where, **BEFORE | {"starts_on": "2026-11-09"})
    become(app, world, CohortState.RUNNING)
    answer = dana.post(where, data=old)
    assert answer.status_code == 422
    assert "Somebody changed this meanwhile." in answer.get_data(as_text=True)
    assert row(app, world).starts_on == date(2026, 11, 2)


@pytest.mark.parametrize("name", ["amina", "bilal", "efe", "fay", "goran"])
def test_nobody_but_staff(name: str, as_: Any, where: str) -> None:
    client = as_(name)
    assert (client.get(where).status_code, client.post(where, data=AFTER).status_code) == (403, 403)
    assert as_("dana").get("/cohorts/999/details").status_code == 404
    if name in ("bilal", "efe"):
        assert where not in client.page(where.removesuffix("/details"))


def test_eight_taps_at_once_change_it_once(either_school: Flask) -> None:
    app, world = either_school, either_school.extensions["world"]
    tabs, where = eight_browsers(app, "dana"), f"/cohorts/{world.cohort}/details"
    data = shown(tabs[0], where, **AFTER | {"name": "Beirut A"})
    answers = at_once(partial(Browser.post, path=where, data=data), tabs)
    assert {answer.status_code for answer in answers} == {303}
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(Fact.kind == "cohort.changed")) == 1
