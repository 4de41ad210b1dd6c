"""The files of a cohort: its mentors open them, staff hear how many there are, and the other half hears nothing."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from lms.cohorts.models import Cohort
from lms.core.db import db, transaction
from lms.core.files import Accepted, keep
from lms.grading.models import SubmissionFile
from tests.statements import counted


@pytest.fixture
def sent(app: Flask, handed_in: Any) -> str:
    """amina handed in two files; the address of the second."""
    id = handed_in()
    with app.app_context(), transaction(write=True):
        for position, name in enumerate(("page one.txt", "page two.txt")):
            file = keep(Accepted(b"words " * 200, "text/plain", name))
            db.session.add(file)
            db.session.flush()
            db.session.add(SubmissionFile(submission_id=id, position=position, file_id=file.id))
    return f"/submissions/{id}/files/1"


def test_a_mentor_opens_them(as_: Any, world: Any, sent: str) -> None:
    bilal = as_("bilal")
    with counted() as asked:
        text = bilal.page(f"/cohorts/{world.cohort}/files")
    assert text.index("Write one rule") < text.index("Amina") < text.index("page two.txt")
    assert f'href="{sent}"' in text
    assert bilal.get(sent).status_code == 200
    assert len(asked) < 10


def test_staff_hear_how_many(as_: Any, world: Any, sent: str) -> None:
    text = as_("dana").page(f"/cohorts/{world.cohort}/files")
    assert '<td class="r">1</td><td class="r">2</td><td class="r">3 KB</td>' in text
    assert "Amina" not in text
    assert "page one" not in text
    assert sent not in text
    assert "Only the mentors of this cohort open these files." in text


@pytest.mark.usefixtures("sent")
def test_times_of_another_zone_name_it(app: Flask, as_: Any, world: Any) -> None:
    page = f"/cohorts/{world.cohort}/files"
    assert "Times are those of" not in as_("bilal").page(page)
    with app.app_context(), transaction(write=True):
        db.session.get_one(Cohort, world.cohort).zone = "Asia/Kabul"
    assert "Times are those of Kabul." in as_("bilal").page(page)


@pytest.mark.usefixtures("sent")
def test_nothing_is_there_for_the_other_half(as_: Any, world: Any) -> None:
    assert "Nobody has sent a file yet." in as_("chen").page(f"/cohorts/{world.other_cohort}/files")
    assert as_("chen").get(f"/cohorts/{world.cohort}/files").status_code == 404
    assert as_("amina").get(f"/cohorts/{world.cohort}/files").status_code == 403
