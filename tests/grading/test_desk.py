"""The desk: what waits of which cohort and task, since when, and on to the next answer at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from lms.cohorts.models import Enrolment, MentorSeat
from lms.core import clock
from lms.core.db import db, transaction
from lms.grading.models import Submission
from tests.handing_in import BEST, let_go
from tests.statements import counted


@pytest.fixture
def ids(app: Flask, world: Any, course: int) -> list[int]:
    """bilal sits in both cohorts: amina's answer is 5 days old, hana's second try 3, a third person's is of today."""
    with app.app_context(), transaction(write=True):
        db.session.add(MentorSeat(cohort_id=world.other_cohort, user_id=world.bilal))
        third = Enrolment(cohort_id=world.cohort, user_id=world.efe)
        db.session.add(third)
        db.session.flush()
        made = [
            Submission(enrolment_id=enrolment, version_id=course, assignment_uid="tiny/rule", attempt=attempt, text="Words of mine",
                       submitted_at=clock.now() - timedelta(days=days))
            for enrolment, attempt, days in ((world.enrolment, 1, 5), (world.other_enrolment, 2, 3), (third.id, 1, 0))
        ]  # fmt: skip
        db.session.add_all(made)
        db.session.flush()
        return [one.id for one in made]


def test_the_whole_desk_is_told_in_numbers(as_: Any, ids: list[int]) -> None:
    text = as_("bilal").page("/desk")
    assert "3 answers wait. The oldest waits 5 days." in text
    for words in ("<bdi>All</bdi> (3)", "<bdi>Second try</bdi> (1)", "<bdi>Beirut 1</bdi> (2)", "<bdi>Gaziantep 1</bdi> (1)"):
        assert words in text
    assert text.index("Hana") < text.index("Amina") < text.index("Efe"), "second tries on top, then the oldest"


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("cohort={cohort}", "Amina", "Hana"),
        ("cohort={other_cohort}", "Hana", "Amina"),
        ("again=1", "Hana", "Amina"),
        ("task=none", "", "Amina"),
    ],
)
def test_a_part_of_the_desk(as_: Any, world: Any, ids: list[int], query: str, shown: str, hidden: str) -> None:
    main = as_("bilal").page("/desk?" + query.format(**vars(world))).split("<main")[1]
    assert shown in main
    assert hidden not in main


def test_an_empty_part_says_so(as_: Any, ids: list[int]) -> None:
    assert "Nothing waits here now." in as_("bilal").page("/desk?task=none")


def test_a_foreign_cohort_in_the_address_shows_nothing(as_: Any, world: Any, ids: list[int]) -> None:
    text = as_("chen").page(f"/desk?cohort={world.cohort}")
    assert "Amina" not in text
    assert "1 answer waits." in text


def test_sending_takes_the_next_one(app: Flask, as_: Any, world: Any, ids: list[int]) -> None:
    bilal = as_("bilal")
    bilal.post(f"/submissions/{ids[1]}/claim")
    assert "Send and next" in bilal.page(f"/submissions/{ids[1]}")
    assert bilal.post(f"/submissions/{ids[1]}/grade", data=BEST).location == f"/submissions/{ids[0]}", "the oldest of what is left"
    let_go(app)
    with app.app_context():
        taken = db.session.get_one(Submission, ids[0])
        assert taken.claimed_by_id == world.bilal
    assert "Half of yours in the last 30 days came within 3 days." in bilal.page("/desk")


def test_the_next_one_is_never_what_another_mentor_holds(as_: Any, ids: list[int]) -> None:
    chen, bilal = as_("chen"), as_("bilal")
    chen.post(f"/submissions/{ids[1]}/claim")
    text = bilal.page("/desk?again=1")
    assert "Chen is checking this now" in text
    assert "Other mentors are checking all of these now." in text
    bilal.post(f"/submissions/{ids[0]}/claim")
    assert bilal.post(f"/submissions/{ids[0]}/grade", data=BEST).location == f"/submissions/{ids[2]}"


def test_an_empty_row_is_linked(as_: Any, ids: list[int]) -> None:
    bilal = as_("bilal")
    bilal.post(f"/submissions/{ids[0]}/claim")
    text = bilal.post(f"/submissions/{ids[0]}/grade", data={"level-clear": "full"}).get_data(as_text=True)
    assert '<a href="#level-short">' in text
    assert '<a href="#level-clear">' not in text
    assert 'id="level-short"' in text


def test_a_longer_desk_asks_no_more(app: Flask, as_: Any, world: Any, course: int, ids: list[int]) -> None:
    bilal = as_("bilal")
    bilal.page("/desk")
    asked = []
    for more in (0, 9):
        with app.app_context(), transaction(write=True):
            db.session.add_all(
                Submission(enrolment_id=world.enrolment, version_id=course, assignment_uid="tiny/rule", attempt=2 + n, text="More words")
                for n in range(more)
            )
        with counted() as sent:
            bilal.page("/desk")
        asked.append(len(sent))
    assert asked[0] == asked[1]
