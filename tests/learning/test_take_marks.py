"""The marks of a cohort: who sees them, what counts, and the file in which nothing can be computed and nobody is named outside."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import select

from lms.catalogue.courses import Group
from lms.catalogue.plain import Text
from lms.cohorts.models import Enrolment
from lms.core import clock, tables
from lms.core.access import Role
from lms.core.db import db, transaction
from lms.core.facts import Fact
from lms.grading.models import State
from lms.learning import progress
from lms.learning.models import AttemptState, QuizAttempt
from lms.learning.progress import Facts
from lms.people.models import User
from tests.cast import PASSWORDS
from tests.learning.test_progress import course as made_course
from tests.learning.test_progress import lesson, quiz
from tests.statements import counted

EVIL = '=HYPERLINK("http://x","y")'


@pytest.fixture
def marked(app: Flask, world: Any, course: int, handed_in: Any) -> None:
    """amina has 8 of 10 for the task and 4 of 5 for the quiz; beside her a person whose name is a formula."""
    handed_in(State.RELEASED, total=8)
    with app.app_context(), transaction(write=True):
        db.session.add(QuizAttempt(
            enrolment_id=world.enrolment, version_id=course, quiz_uid="tiny/labels-quiz", number=1, seed=1, points="4", possible=5,
            state=AttemptState.SCORED, submitted_at=clock.now(),
        ))  # fmt: skip
        person = User(name=EVIL, roles=frozenset({Role.TRAINEE}), email="evil@example.org", zone="Asia/Beirut")
        db.session.add(person)
        db.session.flush()
        db.session.add(Enrolment(cohort_id=world.cohort, user_id=person.id))


def take(client: Any, cohort: int, form: str) -> Any:
    client.post("/step-up", data={"password": PASSWORDS["dana"]})
    return client.post(f"/cohorts/{cohort}/marks/file", data={"form": form})


@pytest.mark.usefixtures("marked")
def test_the_page_says_what_counts(app: Flask, as_: Any, world: Any) -> None:
    rows = as_("bilal").page(f"/cohorts/{world.cohort}/marks").split("<tbody>")[1]
    amina = rows.split("Amina")[1].split("</tr>")[0]
    assert [cell.split("<")[0] for cell in amina.split('<td class="r">')[1:]] == ["80", "80", "100%", "4", "8"]
    assert "Take Excel file" not in rows, "a mentor takes no file"


@pytest.mark.usefixtures("marked")
def test_a_workbook_that_leaves_a_fact(app: Flask, as_: Any, world: Any) -> None:
    dana = as_("dana")
    with clock.held(clock.now() + timedelta(minutes=6)):
        assert "/step-up" in dana.post(f"/cohorts/{world.cohort}/marks/file").location, "a file of names asks for the password again"
    answer = take(dana, world.cohort, "xlsx")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Content-Disposition"] == f"attachment; filename=marks-{world.cohort}.xlsx"
    page = load_workbook(io.BytesIO(answer.data)).worksheets[0]
    head, *rows = [[cell.value for cell in row] for row in page.rows]
    assert head[0] == "Name"
    assert rows == [["'" + EVIL, None, None, None, 0, 0], ["Amina", 4, 8, 80, 80, 100]]
    assert {cell.data_type for row in page.rows for cell in row} <= {"s", "n"}, "no formula"
    assert page.sheet_view.rightToLeft is None
    with app.app_context():
        fact = db.session.scalars(select(Fact).where(Fact.kind == "cohort.marks_taken")).one()
        assert (fact.actor_id, fact.subject_id, fact.data) == (world.dana, world.cohort, {"form": "xlsx"})


@pytest.mark.usefixtures("marked")
def test_arabic_stands_from_right_to_left(as_: Any, world: Any) -> None:
    dana = as_("dana")
    dana.post("/language", data={"lang": "ar"})
    page = load_workbook(io.BytesIO(take(dana, world.cohort, "xlsx").data)).worksheets[0]
    assert page.sheet_view.rightToLeft
    assert page["A1"].value == "الاسم"


@pytest.mark.usefixtures("marked")
def test_the_same_as_csv(as_: Any, world: Any) -> None:
    answer = take(as_("dana"), world.cohort, "csv")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert rows[0] == ["Name", "Course", "Task or quiz", "Points", "Of"]
    assert [row[3:] for row in rows if row[0] == "Amina"] == [["4", "5"], ["8", "10"]]
    assert [row[0] for row in rows[1:3]] == ["'" + EVIL] * 2


def test_a_hundred_people_cost_no_more_statements_than_two(app: Flask, as_: Any, world: Any, course: int) -> None:
    bilal = as_("bilal")
    with counted() as few:
        bilal.page(f"/cohorts/{world.cohort}/marks")
    with app.app_context(), transaction(write=True):
        people = [User(name=f"N{n}", roles=frozenset({Role.TRAINEE}), email=f"n{n}@example.org", zone="UTC") for n in range(40)]
        db.session.add_all(people)
        db.session.flush()
        db.session.add_all(Enrolment(cohort_id=world.cohort, user_id=person.id) for person in people)
    with counted() as many:
        assert "N39" in bilal.page(f"/cohorts/{world.cohort}/marks")
    assert len(many) <= len(few) <= 9


@pytest.mark.parametrize(("drop", "current"), [(0, "55.99"), (1, "63.41"), (2, "74.64")])
def test_the_total_so_far_passes_over_what_has_no_mark(drop: int, current: str) -> None:
    """The worked example of the design: 100/100, 42/91, 14/55, 3/38, none/1000."""
    scores = ((100, 100), (42, 91), (14, 55), (3, 38), (None, 1000))
    lessons = [lesson(f"c/{n}", quiz=quiz(f"c/{n}-quiz", points=possible)) for n, (_score, possible) in enumerate(scores)]
    facts = Facts(quizzes={f"c/{n}-quiz": (Fraction(100 * score, of),) for n, (score, of) in enumerate(scores) if score is not None})
    found = replace(made_course(*lessons), groups=(Group("quizzes", Text(en="Q"), 100, drop_lowest=drop),))
    totals = progress.totals(found, facts)
    assert totals.current is not None
    assert f"{float(progress.round_half_up(totals.current)):.2f}" == current
    assert totals.final is not None
    assert totals.final < totals.current


@given(st.text())
def test_no_cell_starts_a_formula(text: str) -> None:
    cells = list(csv.reader(io.StringIO(tables.csv_text([text], [[text, 1]]), newline="")))
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in cells for cell in row)
