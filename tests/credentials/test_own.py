"""A holder's own certificates: she sees them, takes the paper, decides what others see. Nobody else does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.catalogue import queries as catalogue
from lms.core.db import db, transaction
from lms.credentials.models import Credential
from lms.grading.models import Grade, Submission
from tests.conftest import given_back
from tests.courses import publish_tiny
from tests.credentials.certified import certify, change, credentials
from tests.statements import counted


@pytest.fixture(scope="module")
def ground(school: Flask) -> Iterator[Flask]:
    with given_back(school):
        certify(school)
        yield school


@pytest.fixture
def id(app: Flask) -> int:
    return credentials(app)[0].id


def test_she_finds_it_with_its_weight_and_its_address(id: int, app: Flask, as_: Any) -> None:
    amina, [credential] = as_("amina"), credentials(app)
    listed = amina.page("/certificates")
    assert "Data annotation and ethics" in listed
    assert "Your newest certificate" in listed
    page = amina.page(f"/certificates/{id}")
    assert " KB" in page
    assert f'value="http://localhost/v/{credential.printed}"' in page


def test_without_one_she_reads_when_it_comes(as_: Any) -> None:
    assert "You have no certificate yet." in as_("hana").page("/certificates")


def test_she_reads_how_many_tasks_are_left(app: Flask, as_: Any, world: Any) -> None:
    with app.app_context(), transaction(write=True):
        version = publish_tiny(world)
        tasks = [lesson.assignment.uid for lesson in catalogue.course(version).lessons if lesson.assignment]
    hana = as_("hana")
    for at, uid in enumerate(tasks):
        left = len(tasks) - at
        assert (f"{left} tasks are left." if left > 1 else "1 task is left.") in hana.page("/certificates")
        with app.app_context(), transaction(write=True):
            sent = Submission(enrolment_id=world.other_enrolment, version_id=version, assignment_uid=uid, attempt=1, text="x")
            db.session.add(sent)
            db.session.flush()
            passed = {"total": 10, "possible": 10, "passed": True, "returned": False, "feedback": ""}
            db.session.add(Grade(submission_id=sent.id, by_id=world.chen, marks={}, **passed))
    assert " left." not in hana.page("/certificates")


def ticks(app: Flask) -> tuple[bool, bool, bool]:
    credential: Credential = credentials(app)[0]
    return credential.share_page, credential.share_name, credential.share_pdf


def test_nothing_private_is_shared_until_she_ticks_it(id: int, app: Flask, as_: Any) -> None:
    assert ticks(app) == (True, False, False)
    answer = as_("amina").post(f"/certificates/{id}/sharing", data={"page": "y", "name": "y", "pdf": "y"})
    assert answer.status_code == 303
    assert ticks(app) == (True, True, True)


def test_taking_the_tick_off_the_page_takes_the_rest_with_it(id: int, app: Flask, as_: Any, stranger: Any) -> None:
    amina = as_("amina")
    amina.post(f"/certificates/{id}/sharing", data={"name": "y", "pdf": "y"})
    assert ticks(app) == (False, False, False)
    assert "The person has stopped sharing it" in stranger.page(f"/v/{credentials(app)[0].printed}")
    amina.post(f"/certificates/{id}/sharing", data={"page": "y"})
    assert "This certificate is real" in stranger.page(f"/v/{credentials(app)[0].printed}")


def test_hana_does_not_see_aminas(id: int, app: Flask, as_: Any) -> None:
    hana = as_("hana")
    assert "Data annotation" not in hana.page("/certificates")
    assert hana.get(f"/certificates/{id}").status_code == 404
    assert hana.get(f"/certificates/{id}.pdf").status_code == 404
    assert hana.post(f"/certificates/{id}/sharing", data={"page": "y", "name": "y"}).status_code == 404
    assert ticks(app) == (True, False, False)


def test_staff_see_all_and_share_nothing(id: int, app: Flask, as_: Any) -> None:
    dana = as_("dana")
    assert "Amina" in dana.page("/certificates")
    assert dana.get(f"/certificates/{id}.pdf").status_code == 200
    assert "What others see" not in dana.page(f"/certificates/{id}")
    assert dana.post(f"/certificates/{id}/sharing", data={"name": "y"}).status_code == 403


@pytest.mark.parametrize("name", ["bilal", "efe", "fay"])
def test_mentors_partners_and_finance_have_no_business_here(name: str, id: int, as_: Any) -> None:
    client = as_(name)
    assert client.get("/certificates").status_code == 403
    assert client.get(f"/certificates/{id}").status_code == 403
    assert client.get(f"/certificates/{id}.pdf").status_code == 403


def test_a_waiting_sheet_is_no_file(id: int, app: Flask, as_: Any) -> None:
    change(app, id, sheet_id=None)
    amina = as_("amina")
    assert "We are making the PDF now." in amina.page(f"/certificates/{id}")
    assert amina.get(f"/certificates/{id}.pdf").status_code == 404


def test_the_lists_ask_the_same_however_long_they_are(app: Flask, as_: Any, world: Any) -> None:
    dana = as_("dana")
    with counted() as short:
        dana.page("/certificates")
    with app.app_context(), transaction(write=True):
        [one] = db.session.scalars(select(Credential))
        for n, person_id in enumerate((world.hana, world.bilal, world.chen)):
            copied = {column.key: getattr(one, column.key) for column in Credential.__table__.columns if column.key not in {"id", "code"}}
            db.session.add(Credential(**copied | {"user_id": person_id, "course_uid": f"other-{n}", "status_list": 2, "status_index": n}))
    with counted() as long:
        text = dana.page("/certificates")
    assert text.count('<li><a href="/certificates/') == 4
    assert len(long) == len(short)
