"""Staff choose a workbook in the place of a pasted list: the same preview, and nothing is computed or unpacked blindly."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from typing import Any

import pytest
from flask import Flask
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from lms.cohorts import list_file, pasting
from lms.core.db import db
from lms.core.errors import Refused
from lms.core.facts import Fact
from lms.people.models import User

ROWS = (
    ("Name", "Contact", "Language"),
    ("أمل حداد", 96170123456, "ar"),
    ("Yusuf, the second", "yusuf@example.org", None),
    ("", "x@example.org", ""),
)


def workbook(rows: Sequence[Sequence[Any]] = ROWS, *, at: int = 0) -> bytes:
    """A workbook whose first sheet is hidden, as some are; the table begins in column `at`."""
    book = Workbook()
    book.active.sheet_state = "hidden"
    page = book.create_sheet("People")
    for row in rows:
        page.append([None] * at + list(row))
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def with_part(name: str, content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return made.getvalue()


def read(content: bytes) -> list[list[str]]:
    text = list_file.text_of(content)
    return [row[:3] for row in csv.reader(io.StringIO(text), delimiter="\t")]


def send(client: Any, cohort: int, content: bytes, name: str = "people.xlsx", people: str = "") -> Any:
    data = {"people": people, "file": (io.BytesIO(content), name)}
    return client.post(f"/cohorts/{cohort}/people/preview", data=data, content_type="multipart/form-data")


def test_a_workbook_is_previewed_like_a_pasted_list(app: Flask, as_: Any, world: Any) -> None:
    dana = as_("dana")
    answer = send(dana, world.cohort, workbook(at=2))
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert text.count("Can be added") == 2
    assert "The name is missing." in text
    kept = text.split('name="people" hidden')[1].split(">", 1)[1].split("</textarea>")[0].replace("&#34;", '"')
    assert dana.post(f"/cohorts/{world.cohort}/people", data={"people": kept}).status_code == 200
    with app.app_context():
        assert db.session.scalars(select(User.name).where(User.email == "yusuf@example.org")).one() == "Yusuf, the second"


@pytest.mark.parametrize(
    ("rows", "lines"),
    [
        ((("Lina",),), [["Lina", ""]]),
        (((None,), ("Name", "Phone"), ("Lina", 3.0)), [["", "", ""], ["Name", "Phone", ""], ["Lina", "3", ""]]),
        ((("Li\nna\t x", "=1+1"),), [["Li na x", ""]]),  # a formula nobody has computed has no value
    ],
)
def test_what_a_cell_says(rows: Any, lines: list[list[str]], app: Flask) -> None:
    with app.test_request_context():
        assert [line[: len(want)] for line, want in zip(read(workbook(rows)), lines, strict=True)] == lines


def test_headings_are_found_under_an_empty_line() -> None:
    assert [row.name for row in pasting.read("\t\t\nName\tPhone\t\nLina\t\t\n")] == ["Lina"]


BOMB = with_part("xl/media/zeros.bin", bytes(list_file.UNPACKED))
ENTITIES = with_part("xl/sharedStrings.xml", b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "aaaa">]><sst>&a;</sst>')
BAD = [
    ("too big when it is opened", BOMB),
    ("cannot open this file", ENTITIES),
    ("cannot open this file", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 an old .xls"),
    ("cannot open this file", b"PK\x03\x04 cut off"),
    ("cannot open this file", with_part("xl/workbook.xml", b"<workbook/>")),
    ("is too big", bytes(list_file.LIMIT + 1)),
    ("is empty", workbook([])),
    ("more than 200 people", workbook([[f"Person {n}"] for n in range(202)])),
]


@pytest.mark.parametrize(("sentence", "content"), BAD)
def test_what_no_list_is_is_said_in_words(sentence: str, content: bytes, app: Flask) -> None:
    with app.test_request_context(), pytest.raises(Refused) as no:
        list_file.text_of(content)
    assert sentence in no.value.sentence


def test_nothing_pasted_is_lost_by_a_file(as_: Any, world: Any) -> None:
    dana = as_("dana")
    for content in (BAD[3][1], workbook()):
        answer = send(dana, world.cohort, content, people="Salma; salma@example.org")
        assert answer.status_code == 422
        assert "not both" in answer.get_data(as_text=True)
        assert "Salma; salma@example.org" in answer.get_data(as_text=True)
    assert "cannot open" in send(dana, world.cohort, BAD[3][1]).get_data(as_text=True)
    assert send(dana, world.cohort, "Lina;lina@example.org".encode("utf-16"), "a.csv").status_code == 200
    many = dana.post(f"/cohorts/{world.cohort}/people/preview", data={"people": "\n".join(f"P {n}" for n in range(201))})
    assert "more than 200 people" in many.get_data(as_text=True)
    assert "P 200" in many.get_data(as_text=True)


def test_the_bomb_is_never_opened(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_args, **_more: pytest.fail("a part was opened"))
    with app.test_request_context(), pytest.raises(Refused):
        list_file.text_of(BOMB)


def test_the_bomb_is_one() -> None:
    assert len(BOMB) < list_file.LIMIT
    assert load_workbook(io.BytesIO(BOMB)).sheetnames == ["Sheet", "People"]


def test_what_did_not_come_in_stands_with_the_cohorts_until_it_is_put_away(app: Flask, as_: Any, world: Any) -> None:
    dana, bilal = as_("dana"), as_("bilal")
    send(dana, world.cohort, BAD[3][1], name="Amal Haddad.xlsx")
    send(dana, world.cohort, BAD[6][1])
    text = dana.page("/cohorts").split("What did not come in")[1].split("<h2>")[0]
    assert text.count("People for <bdi>Beirut 1</bdi>") == 1, "the last try alone"
    assert "The first sheet of this file is empty." in text
    assert f'href="/cohorts/{world.cohort}/people/new"' in text
    assert "What did not come in" not in bilal.page("/cohorts")
    with app.app_context():
        kept = db.session.scalars(select(Fact).where(Fact.kind == "import.failed").order_by(Fact.id)).all()
        assert [fact.data for fact in kept] == [{"why": "unreadable", "number": 0}, {"why": "empty", "number": 0}]
    assert bilal.post(f"/imports/{kept[1].id}/putting-away").status_code == 403
    for _tap in range(2):
        assert dana.post(f"/imports/{kept[1].id}/putting-away").status_code == 303
    assert dana.post("/imports/999999/putting-away").status_code == 404
    assert "What did not come in" not in dana.page("/cohorts")
    with app.app_context():
        away = db.session.scalars(select(Fact.subject_id).where(Fact.kind == "import.put_away").order_by(Fact.id)).all()
        assert away == [fact.id for fact in kept], "twice is once"


def test_a_cohort_that_was_full_is_told_until_people_come_in(as_: Any, world: Any) -> None:
    dana = as_("dana")
    dana.post(f"/cohorts/{world.cohort}/people", data={"people": "\n".join(f"Person {n}" for n in range(40))})
    assert "This cohort is full: 30 people." in dana.page("/cohorts")
    dana.post(f"/cohorts/{world.cohort}/people", data={"people": "Layla"})
    assert "This cohort is full" not in dana.page("/cohorts")
