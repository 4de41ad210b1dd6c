"""Who needs a word: the cohort's mentor sees when each person last worked, and nobody else's mentor sees anything."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from lms.cohorts.models import Attendance, Code, Cohort, Enrolment, EnrolmentState, Session
from lms.core import clock
from lms.core.access import Role
from lms.core.db import db, transaction
from lms.grading.models import State, Submission
from lms.learning import cohort_queries as queries
from lms.learning.models import Reading
from lms.learning.watching import Reason, Seen
from lms.people.models import User

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)  # a Wednesday, in the fourth week
TODAY = date(2026, 11, 25)


@pytest.fixture(autouse=True)
def _now() -> Any:
    with clock.held(NOW):
        yield


@pytest.fixture
def three(app: Flask, world: Any, course: int) -> dict[str, int]:
    """Beside amina: samira, who read 8 days ago and was away twice, and omar, who read today and the day before."""
    with app.app_context(), transaction(write=True):
        db.session.get_one(Enrolment, world.enrolment).made_at = NOW - timedelta(days=1)
        made = {}
        for name in ("Samira", "Omar"):
            person = User(name=name, roles=frozenset({Role.TRAINEE}), email=f"{name}@example.org", zone="Asia/Beirut")
            db.session.add(person)
            db.session.flush()
            place = Enrolment(cohort_id=world.cohort, user_id=person.id, made_at=NOW - timedelta(days=23))
            db.session.add(place)
            db.session.flush()
            made[name] = place.id
        for name, ago, lesson in (("Samira", 8, "tiny/labels"), ("Omar", 1, "tiny/labels"), ("Omar", 0, "tiny/rules")):
            db.session.add(Reading(enrolment_id=made[name], lesson_uid=lesson, done_at=NOW - timedelta(days=ago)))
        sent = Submission(enrolment_id=made["Omar"], version_id=course, assignment_uid="tiny/rule", attempt=1, submitted_at=NOW)
        db.session.add(sent)
        for day, code in ((date(2026, 11, 18), Code.ABSENT), (date(2026, 11, 20), Code.ABSENT)):
            held = Session(cohort_id=world.cohort, day=day, saved_by_id=world.bilal)
            db.session.add(held)
            db.session.flush()
            db.session.add(Attendance(session_id=held.id, enrolment_id=made["Samira"], code=code))
            db.session.add(Attendance(session_id=held.id, enrolment_id=made["Omar"], code=Code.PRESENT))
    return made


@pytest.mark.parametrize(
    ("seen", "reasons"),
    [
        (Seen(TODAY, TODAY, True), ()),
        (Seen(TODAY - timedelta(days=6), TODAY, True), ()),
        (Seen(TODAY - timedelta(days=7), TODAY, True), (Reason.QUIET,)),
        (Seen(TODAY - timedelta(days=7), TODAY, True, studies=False), ()),
        (Seen(TODAY, TODAY, True, codes=[Code.ABSENT, Code.ABSENT]), (Reason.AWAY,)),
        (Seen(TODAY, TODAY, True, codes=[Code.ABSENT, Code.ABSENT, Code.LATE]), ()),
        (Seen(TODAY, TODAY, True, codes=[Code.ABSENT, Code.NO_CONNECTION]), ()),
        (Seen(TODAY, TODAY, True, late=1), ()),
        (Seen(TODAY - timedelta(days=9), TODAY, True, late=2), (Reason.QUIET, Reason.LATE)),
    ],
)
def test_the_rules(seen: Seen, reasons: tuple[Reason, ...]) -> None:
    assert seen.reasons == reasons


def test_who_needs_a_word_stands_on_top(app: Flask, as_: Any, world: Any, three: dict[str, int]) -> None:
    text = as_("bilal").page(f"/cohorts/{world.cohort}").split("<main")[1]
    rows = text.split("<tbody>")[1]
    assert rows.index("Samira") < rows.index("Amina") < rows.index("Omar")
    assert "Quiet for 8 days" in rows
    assert "Away 2 times in a row" in rows
    assert "Write to 1 person who went quiet" in text
    assert "Week 4 of 8." in text
    assert "1 of 2 people studied last week" in text, "amina had no place yet"
    assert "This week so far: 1 of 3." in text


def test_on_a_monday_the_chart_says_what_is_over_and_that_this_week_is_not(as_: Any, world: Any, three: dict[str, int]) -> None:
    with clock.held(datetime(2026, 11, 30, 7, 0, tzinfo=UTC)):
        text = as_("bilal").page(f"/cohorts/{world.cohort}")
    assert "1 of 3 people studied last week" in text
    assert "This week so far: 0 of 3." in text
    assert re.findall(r'y="183">([^<]*)<', text) == ["9/11", "16/11", "23/11", "So far"]
    assert text.count("(not over)") == 1


def test_in_its_first_week_a_cohort_has_no_chart_but_a_sentence(app: Flask, as_: Any, world: Any) -> None:
    with clock.held(datetime(2026, 11, 3, 7, 0, tzinfo=UTC)):
        text = as_("bilal").page(f"/cohorts/{world.cohort}")
        cards = as_("bilal").page("/cohorts")
    assert "The first week. 0 of 1 people studied so far." in text
    assert "last week" not in text
    assert "0 people studied since the first day" in cards
    assert "last 7 days" not in cards


def test_the_figures(app: Flask, world: Any, three: dict[str, int]) -> None:
    with app.app_context():
        watch = queries.watch(db.session.get_one(Cohort, world.cohort))
        by_id = {one.enrolment.id: one for one in watch.people}
        omar, samira = by_id[three["Omar"]], by_id[three["Samira"]]
        assert (omar.seen.days, omar.seen.sent, omar.seen.checked, omar.seen.figures.percent) == (2, 1, 0, 100)
        assert (samira.seen.days, samira.seen.quiet, samira.seen.away, samira.seen.figures.percent) == (0, 8, 2, 0)
        assert omar.last == NOW
        assert by_id[world.enrolment].seen.quiet == 1, "counted from her first day here"
        assert [(week.first, week.people) for week in watch.weeks] == [
            (date(2026, 11, 2), 0), (date(2026, 11, 9), 0), (date(2026, 11, 16), 1), (date(2026, 11, 23), 1),
        ]  # fmt: skip
        assert watch.tasks == 1


def test_the_list_counts_the_quiet_ones_as_the_page_does(app: Flask, as_: Any, world: Any, three: dict[str, int]) -> None:
    assert "1 quiet" in as_("bilal").page("/cohorts")
    assert "1 quiet" in as_("dana").page("/cohorts")
    assert "quiet" not in as_("efe").page("/cohorts").split("<main")[1]
    with app.app_context():
        cohorts = db.session.scalars(db.select(Cohort).order_by(Cohort.id)).all()
        counted = queries.quiet_in(cohorts)
        assert counted[world.cohort] == sum(Reason.QUIET in one.seen.reasons for one in queries.watch(cohorts[0]).people)


def test_who_has_left_needs_no_word(app: Flask, as_: Any, world: Any, three: dict[str, int]) -> None:
    with app.app_context(), transaction(write=True):
        db.session.get_one(Enrolment, three["Samira"]).state = EnrolmentState.DROPPED
    text = as_("bilal").page(f"/cohorts/{world.cohort}")
    assert "Nobody needs a word today." in text
    assert "quiet" not in as_("bilal").page("/cohorts").split("<main")[1]


def test_whoever_had_a_word_today_is_no_next_step_any_more(as_: Any, world: Any, three: dict[str, int]) -> None:
    assert "Write to 1 person who went quiet" in as_("bilal").page(f"/cohorts/{world.cohort}")
    data = {"people": [str(three["Samira"])], "text_en": "How are you?", "text_ar": "كيف حالك؟"}
    assert as_("bilal").post(f"/cohorts/{world.cohort}/messages", data=data).status_code == 303
    text = as_("bilal").page(f"/cohorts/{world.cohort}")
    assert "Everybody who needs a word had one today." in text
    assert "Quiet for 8 days" in text, "the list still says it"
    assert ">Write<" not in as_("bilal").page(f"/enrolments/{three['Samira']}")


def test_who_finished_this_week_counts_on_both_sides(app: Flask, world: Any, three: dict[str, int]) -> None:
    with app.app_context(), transaction(write=True):
        db.session.get_one(Enrolment, three["Omar"]).state = EnrolmentState.COMPLETED
        db.session.get_one(Enrolment, three["Samira"]).state = EnrolmentState.DROPPED
    with app.app_context():
        assert queries.watch(db.session.get_one(Cohort, world.cohort)).this_week == (1, 2)


def test_one_person(app: Flask, as_: Any, world: Any, three: dict[str, int]) -> None:
    text = as_("bilal").page(f"/enrolments/{three['Samira']}")
    for words in ("Needs a word", "Quiet for 8 days", "0 of 4 study days", "0 of 2 classes", "Not sent yet"):
        assert words in text
    omar = as_("bilal").page(f"/enrolments/{three['Omar']}")
    assert "To check" in omar.split("<main")[1]
    assert 'href="/submissions/' in omar
    assert 'href="/submissions/' not in as_("dana").page(f"/enrolments/{three['Omar']}"), "staff do not read people's work"


def test_a_coordinator_sees_names_alone(as_: Any, world: Any, three: dict[str, int]) -> None:
    text = as_("efe").page(f"/cohorts/{world.cohort}")
    assert "Amina" in text
    for words in ("Samira", "Needs a word", "Attendance", "Last work"):
        assert words not in text
    person = as_("efe").page(f"/enrolments/{world.enrolment}")
    assert "Last work" not in person


def test_the_tasks(app: Flask, as_: Any, world: Any, three: dict[str, int]) -> None:
    text = as_("dana").page(f"/cohorts/{world.cohort}/tasks")
    assert "Write a rule" in text or "rule" in text
    with app.app_context():
        (count,) = queries.task_counts(db.session.get_one(Cohort, world.cohort))
        assert (count.sent, count.waiting, count.returned, count.checked) == (1, 1, 0, 0)
    with app.app_context(), transaction(write=True):
        db.session.scalars(db.select(Submission)).one().state = State.RETURNED
    with app.app_context():
        (count,) = queries.task_counts(db.session.get_one(Cohort, world.cohort))
        assert (count.sent, count.waiting, count.returned, count.checked) == (1, 0, 1, 0)


@pytest.mark.parametrize("page", ["", "/tasks", "/attendance"])
def test_another_mentor_finds_nothing(as_: Any, world: Any, page: str) -> None:
    assert as_("chen").get(f"/cohorts/{world.cohort}{page}").status_code == 404
    assert as_("amina").get(f"/cohorts/{world.cohort}{page}").status_code == 403
