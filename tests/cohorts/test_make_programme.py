"""Staff make a programme: what is taught, and the fund that pays; a new cohort needs one first."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select

from lms.cohorts.models import Cohort, Enrolment, MentorSeat, Programme
from lms.core.db import db, transaction
from lms.core.facts import Fact
from tests.client import Browser
from tests.eight import at_once, eight_browsers

GOOD = {"name": "English for work", "track": "Language", "fund": "GRANT-B"}


def made() -> tuple[int, int]:
    """How many programmes of that name are here, and how many facts say that one was made."""
    named = db.session.scalar(select(func.count()).select_from(Programme).where(Programme.name == GOOD["name"]))
    told = db.session.scalar(select(func.count()).select_from(Fact).where(Fact.kind == "programme.made"))
    return named or 0, told or 0


def test_a_programme_is_made_once_and_can_have_a_cohort(app: Flask, as_: Any, world: Any) -> None:
    dana = as_("dana")
    assert dana.page("/cohorts").count('href="/programmes"') == 1
    assert 'href="/programmes/new"' in dana.page("/programmes")
    for _tap in range(2):
        answer = dana.post("/programmes", data=GOOD)
        assert (answer.status_code, answer.location) == (303, "/programmes")
    alike = {"name": "\u200bEnglish\u00a0 for  work \u202e", "track": "Langu\u00adage", "fund": "grant-b"}
    assert dana.post("/programmes", data=alike).status_code == 303, "what looks the same is the same"
    text = dana.page("/programmes")
    assert [text.count(f">{words}</bdi>") for words in GOOD.values()] == [2, 1, 1], "the link that changes it says its name too"
    assert ">English for work</option>" in dana.page("/cohorts/new")
    with app.app_context():
        assert made() == (1, 1)
        fact = db.session.scalars(select(Fact).where(Fact.kind == "programme.made")).one()
        assert (fact.actor_id, fact.subject_kind) == (world.dana, "programme")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": "Digital skills"}, "Another programme has this name. Choose another name."),
        ({"name": " "}, "Write a name."),
        ({"name": "\u200b\u200d\u202e"}, "Write a name."),
        ({"track": ""}, "Write what is taught."),
        ({"fund": ""}, "Write the name of the fund."),
        ({"fund": "GRANT A"}, "Use letters, digits and hyphens for the name of the fund."),
        ({"fund": "GRANT:A"}, "Use letters, digits and hyphens for the name of the fund."),
        ({"fund": "-A"}, "Use letters, digits and hyphens for the name of the fund."),
        ({"fund": "منحة"}, "Use letters, digits and hyphens for the name of the fund."),
        ({"name": "n" * 121}, "Field cannot be longer than 120 characters."),
        ({"fund": "F" * 41}, "Field cannot be longer than 40 characters."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(change: dict[str, str], sentence: str, app: Flask, as_: Any) -> None:
    answer = as_("dana").post("/programmes", data=GOOD | change)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert sentence in text
    assert all(f'value="{words}"' in text for name, words in GOOD.items() if name not in change)
    with app.app_context():
        assert made() == (0, 0)


def test_a_new_cohort_leads_to_the_first_programme_and_back(app: Flask, as_: Any) -> None:
    with app.app_context(), transaction(write=True):
        for model in (MentorSeat, Enrolment, Cohort, Programme):
            db.session.execute(delete(model))
    dana, there = as_("dana"), "/programmes/new?next=/cohorts/new"
    text = dana.page("/cohorts/new")
    assert "A cohort belongs to a programme. Make the programme first." in text
    assert f'href="{there}"' in text
    assert 'name="starts_on"' not in text, "what could not be sent is not asked"
    assert 'name="next" type="hidden" value="/cohorts/new"' in dana.page(there)
    assert dana.post("/programmes", data=GOOD | {"next": "//elsewhere.example"}).location == "/programmes"
    assert dana.post("/programmes", data=GOOD | {"next": "/cohorts/new"}).location == "/cohorts/new"
    assert 'name="starts_on"' in dana.page("/cohorts/new")


@pytest.mark.parametrize("name", ["amina", "bilal", "efe", "fay"])
def test_nobody_but_staff(name: str, as_: Any) -> None:
    client = as_(name)
    assert [client.get(path).status_code for path in ("/programmes", "/programmes/new")] == [403, 403]
    assert client.post("/programmes", data=GOOD).status_code == 403


def test_eight_taps_at_once_make_one(either_school: Flask) -> None:
    answers = at_once(partial(Browser.post, path="/programmes", data=GOOD), eight_browsers(either_school, "dana"))
    assert {answer.status_code for answer in answers} == {303}
    with either_school.app_context():
        assert made() == (1, 1)
