"""What a project lacked when it was made, given to it on its page: the fund that pays, and cohorts that came later."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.annotation import queries
from lms.annotation.models import ProjectState
from lms.core.db import db, transaction
from lms.core.facts import Fact
from tests.annotation.test_projects import FORM, found

PAGE = "/projects/short-texts"


@pytest.fixture
def dana(app: Flask, world: SimpleNamespace, as_: Any) -> Any:
    """Staff who made a paid project without a fund and without a cohort."""
    dana = as_("dana")
    assert dana.post("/projects", data=FORM | {"fund": ""}).status_code == 303
    return dana


def inside(app: Flask) -> list[int]:
    with app.app_context():
        project = queries.project_of("short-texts")
        assert project is not None
        return sorted(queries.cohort_ids(project))


def test_a_fund_is_named_later_and_once(app: Flask, dana: Any) -> None:
    assert "Name the fund that pays." in dana.page(PAGE)
    assert dana.post(PAGE + "/rate", data={"fund": "Grant A"}).status_code == 422
    for told in ("grant-a", "GRANT-A"):  # typed on a phone; then the second tap
        assert dana.post(PAGE + "/rate", data={"fund": told}).status_code == 303
        assert found(app, "short-texts").fund == "GRANT-A"
    assert "It cannot change later." not in dana.page(PAGE)
    again = dana.post(PAGE + "/rate", data={"fund": "GRANT-B"})
    assert again.status_code == 422
    assert "This project has a fund already." in again.get_data(as_text=True)
    assert found(app, "short-texts").fund == "GRANT-A"


def test_the_list_says_of_the_fund_what_is_true(app: Flask, dana: Any, as_: Any) -> None:
    less, held = "The fund holds less than this budget.", "The fund holds this budget."
    dana.post(PAGE + "/rate", data={"fund": "GRANT-A"})
    text = dana.page(PAGE)
    assert (less in text, held in text) == (True, False)
    grant = {"fund": "GRANT-A", "amount": "100", "currency": "USD", "on": "2026-01-05", "reference": "1"}
    assert as_("fay").post("/payouts/funds", data=grant).status_code == 303
    text = dana.page(PAGE)
    assert (less in text, held in text) == (False, True), "no tick stands beside what is wrong"
    unpaid = FORM | {"slug": "unpaid", "rate": "0", "fund": "", "budget": "0"}
    assert dana.post("/projects", data=unpaid).status_code == 303
    text = dana.page("/projects/unpaid")
    assert [words for words in ("Name the fund that pays.", less, held) if words in text] == []


def test_names_stand_each_for_itself(world: SimpleNamespace, dana: Any) -> None:
    assert "<dd>None</dd>" in dana.page(PAGE), "no cohort yet"
    for cohort in (world.cohort, world.other_cohort):
        dana.post(PAGE + "/cohorts", data={"cohorts": str(cohort)})
    text = dana.page(PAGE)
    assert "<dd><bdi>yes</bdi>, <bdi>no</bdi></dd>" in text
    assert "<dd><bdi>Beirut 1</bdi>, <bdi>Gaziantep 1</bdi></dd>" in text
    assert "Back to the projects" in dana.page("/projects/new"), "and the way back from a new one"


def test_a_cohort_that_came_later_is_let_in(app: Flask, world: SimpleNamespace, dana: Any) -> None:
    assert dana.post(PAGE + "/cohorts", data={}).status_code == 422
    assert dana.post(PAGE + "/cohorts", data={"cohorts": "9999"}).status_code == 422
    assert inside(app) == []
    for _tap in range(2):
        assert dana.post(PAGE + "/cohorts", data={"cohorts": str(world.cohort)}).status_code == 303
    assert inside(app) == [world.cohort]
    assert dana.post(PAGE + "/cohorts", data={"cohorts": str(world.other_cohort)}).status_code == 303
    assert inside(app) == sorted([world.cohort, world.other_cohort])
    assert "Let them work here" not in dana.page(PAGE)
    assert dana.post(PAGE + "/cohorts", data={"cohorts": str(world.other_cohort)}).status_code == 303, "the last tap of all, twice"
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(Fact.kind == "project.changed", Fact.data["cohorts"].is_not(None))) == 2


def test_a_closed_project_lets_nobody_in(app: Flask, world: SimpleNamespace, dana: Any) -> None:
    with app.app_context(), transaction(write=True):
        project = queries.project_of("short-texts")
        assert project is not None
        project.state = ProjectState.CLOSED
    answer = dana.post(PAGE + "/cohorts", data={"cohorts": str(world.cohort)})
    assert (answer.status_code, "This project is closed for good." in answer.get_data(as_text=True)) == (422, True)
    assert inside(app) == []


def test_only_staff_may(app: Flask, world: SimpleNamespace, dana: Any, as_: Any, stranger: Any) -> None:
    for name in ("amina", "bilal", "efe", "fay"):
        assert as_(name).post(PAGE + "/cohorts", data={"cohorts": str(world.cohort)}).status_code == 403
        assert as_(name).post(PAGE + "/rate", data={"fund": "GRANT-A"}).status_code == 403
    assert dana.post("/projects/none/cohorts", data={"cohorts": str(world.cohort)}).status_code == 404
    assert (inside(app), found(app, "short-texts").fund) == ([], "")
