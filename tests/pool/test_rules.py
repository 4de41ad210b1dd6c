"""The pool's rule: staff change it with a reason and in time, trainees read what is coming, everybody is weighed when it begins."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.app import ROOT
from lms.catalogue.actions import publish
from lms.core import clock, jobs
from lms.core.db import db, transaction
from lms.core.errors import Refused
from lms.core.facts import Fact, Kind
from lms.people.models import User
from lms.pool import actions, queries
from lms.pool.models import MemberState, RuleSet
from tests.client import Browser
from tests.eight import at_once, eight_at_once, eight_browsers
from tests.pool import ways
from tests.statements import counted

WHY = "Clients ask for more practice."
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TODAY = NOON.date()


def version(n: int, made: int, starts: int | None, items: int = 5) -> RuleSet:
    first = None if starts is None else date(2026, 11, 1) + timedelta(days=starts)
    return RuleSet(
        version=n,
        course="c",
        lower_bound=0.5,
        items=items,
        starts_on=first,
        made_at=datetime(2026, 11, 1, 9, tzinfo=UTC) + timedelta(days=made),
    )


@pytest.mark.parametrize(
    ("made", "day", "holds", "waits"),
    [
        ([], 0, 1, None),
        ([(2, 0, None)], 0, 2, None),
        ([(2, 0, 7)], 6, 1, 2),
        ([(2, 0, 7)], 7, 2, None),
        ([(2, 0, 7), (3, 3, None)], 3, 3, None),  # a newer one takes the place of one that had not begun
        ([(2, 0, 7), (3, 3, None)], 8, 3, None),
        ([(2, 0, 7), (3, 3, 10)], 8, 1, 3),
        ([(2, 0, 7), (3, 8, 15)], 9, 2, 3),
        ([(2, 0, 7), (3, 8, 15), (4, 9, 16)], 15, 2, 4),
        ([(2, 0, 7), (3, 8, 15), (4, 15, 22)], 16, 3, 4),
    ],
)
def test_which_version_holds_on_a_day(made: list[tuple[int, int, int | None]], day: int, holds: int, waits: int | None) -> None:
    rules, coming = queries.standing([version(*one) for one in made], date(2026, 11, 1) + timedelta(days=day))
    assert (rules.version, coming.version if coming else None) == (holds, waits)


def test_what_was_replaced_before_its_day_never_began() -> None:
    made = [version(2, 0, 7), version(3, 3, 10), version(4, 12, None), version(5, 13, None), version(6, 13, 20)]
    assert queries.never_began(made) == {2}


def fill_in(client: Any, **changed: Any) -> dict[str, Any]:
    """The form as the page shows it, with these changes."""
    page = client.page("/pool/rules")
    seen = re.search(r'name="seen"[^>]*value="(\d+)"', page)
    assert seen is not None
    given = {"course": "annotation-basics", "items": "40", "share": "70", "seen": seen[1]}
    return {**given, "starts_on": TODAY.isoformat(), "reason": WHY, **changed}


@pytest.fixture
def ruled(app: Flask, as_: Any) -> Any:
    """Dana, at noon of a day."""
    with clock.held(NOON):
        yield as_("dana")


def test_staff_ease_the_rule_at_once_with_a_reason_that_trainees_read(ruled: Any, app: Flask, as_: Any) -> None:
    assert ruled.post("/pool/rules", data=fill_in(ruled, items="٣٠", share="60")).status_code == 303
    page = ruled.page("/pool/rules")
    assert ("Accepted items: 30 or more." in page, WHY in page, "Version 2, from 23 November 2026" in page) == (True, True, True)
    assert "You need 30." in as_("amina").page("/work/pool")
    with app.app_context():
        (fact,) = db.session.scalars(select(Fact).where(Fact.kind == Kind.POOL_RULES_SET)).all()
        assert (fact.data, db.session.get_one(User, fact.actor_id).name) == ({"version": 2}, "Dana")


def test_a_harder_rule_is_told_a_week_before_and_weighs_everybody_when_it_begins(ruled: Any, app: Flask, as_: Any) -> None:
    ways.meet_the_rule(app)
    assert ways.place(app).state is MemberState.ELIGIBLE
    harder = {"items": "6", "share": "50"}
    soon = ruled.post("/pool/rules", data=fill_in(ruled, **harder, starts_on="2026-11-29"))
    assert (soon.status_code, "It can start on Monday, 30 November 2026." in soon.get_data(as_text=True)) == (422, True)
    assert WHY in soon.get_data(as_text=True), "nothing typed is lost"
    assert ruled.post("/pool/rules", data=fill_in(ruled, **harder, starts_on="2026-11-30")).status_code == 303
    assert "From Monday, 30 November 2026" in ruled.page("/pool/rules")
    told = as_("amina").page("/work/pool")
    assert ("The rule changes on Monday, 30 November 2026." in told, WHY in told, "Accepted items: 6 or more." in told) == (
        True,
        True,
        True,
    )
    assert ways.place(app).state is MemberState.ELIGIBLE
    with clock.held(NOON + timedelta(days=7)), app.app_context():
        actions_run(app)
        assert "The rule changes" not in as_("amina").page("/work/pool")
    assert ways.place(app).state is MemberState.NONE


def test_what_was_announced_is_taken_back_by_a_newer_version(ruled: Any, as_: Any) -> None:
    assert ruled.post("/pool/rules", data=fill_in(ruled, items="60", starts_on="2026-12-07")).status_code == 303
    assert "From Monday, 7 December 2026" in ruled.page("/pool/rules")
    assert ruled.post("/pool/rules", data=fill_in(ruled, reason="It was too much.")).status_code == 303
    page = ruled.page("/pool/rules")
    assert ("From Monday, 7 December 2026" in page, page.count("Never began")) == (False, 1)
    assert "The rule changes" not in as_("amina").page("/work/pool")


def actions_run(app: Flask) -> None:
    """The job of the day on which the newest version begins."""
    with transaction(write=True):
        (waiting,) = db.session.scalars(
            select(jobs.Job).where(jobs.Job.name == actions.WEIGH, jobs.Job.payload["version"].as_integer() == 3)
        )
        assert waiting.run_after > 0
        actions.weigh_everyone(waiting.payload)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"reason": " "}, "Write why."),
        ({"share": "100"}, "Write a number from 1 to 99."),
        ({"items": "0"}, "Write a number from 1 to 5,000."),
        ({"items": "many"}, "Write a number from 1 to 5,000."),
        ({"starts_on": "2026-11-22"}, "It can start on Monday, 23 November 2026."),
        ({"course": "nowhere"}, "Not a valid choice"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_set(ruled: Any, app: Flask, wrong: dict[str, str], said: str) -> None:
    answer = ruled.post("/pool/rules", data=fill_in(ruled, **{"items": "30", **wrong}))
    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)
    with app.app_context():
        assert db.session.scalar(select(func.count(RuleSet.id))) == 0


def test_a_second_tap_is_one_version_and_an_old_page_changes_nothing(ruled: Any, app: Flask) -> None:
    typed = fill_in(ruled, items="30")
    for _tap in range(2):
        assert ruled.post("/pool/rules", data=typed).status_code == 303
    old = ruled.post("/pool/rules", data={**typed, "items": "20"})
    assert (old.status_code, "Somebody changed the rule meanwhile." in old.get_data(as_text=True)) == (422, True)
    assert 'name="seen" type="hidden" value="2"' in old.get_data(as_text=True), "now it was looked at"
    with app.app_context():
        assert [one.version for one in queries.versions()] == [2]


def test_only_staff_come_in(app: Flask, as_: Any, stranger: Any) -> None:
    for name in ("amina", "bilal", "efe", "fay"):
        assert as_(name).get("/pool/rules").status_code == 403
        assert as_(name).post("/pool/rules", data={"items": "1"}).status_code == 403
    assert stranger.get("/pool/rules").status_code == 302


def test_eight_at_once_make_one_version(either_school: Flask) -> None:
    world = either_school.extensions["world"]

    def change(n: int) -> None:
        dana = db.session.get_one(User, world.dana)
        actions.set_rules(course="annotation-basics", lower_bound=0.5, items=10 + n, reason=WHY, by=dana, seen=1)

    eight_at_once(either_school, change, but=Refused)
    with either_school.app_context():
        assert [one.version for one in queries.versions()] == [2]


def test_eight_taps_at_once_are_one_version_and_no_quarrel(either_school: Flask) -> None:
    tabs, today = eight_browsers(either_school, "dana"), clock.now().astimezone(UTC).date()
    typed = fill_in(tabs[0], items="30", starts_on=str(today))
    assert {answer.status_code for answer in at_once(partial(Browser.post, path="/pool/rules", data=typed), tabs)} == {303}
    with either_school.app_context():
        assert [one.version for one in queries.versions()] == [2]


def test_the_page_asks_no_more_for_more_courses_and_versions(ruled: Any, app: Flask) -> None:
    asked = []
    for course in ("english-a2", "freelancing"):
        with app.app_context(), transaction(write=True):
            publish(ROOT / "courses" / course, by=None)
        for items in (30, 31, 32):
            typed = fill_in(ruled, items=str(items), course=course, starts_on=str(TODAY + timedelta(days=7)))
            assert ruled.post("/pool/rules", data=typed).status_code == 303
        with counted() as sent:
            page = ruled.page("/pool/rules")
        asked.append((page.count("<option"), page.count("Never began"), len(sent)))
    assert asked == [(2, 2, 5), (3, 5, 5)]
