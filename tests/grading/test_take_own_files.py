"""Her files in what she downloads of her data: byte for byte those that the pages give, and a lost one said in words."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from lms.app import ROOT
from lms.catalogue import actions as catalogue
from lms.catalogue import queries as catalogue_queries
from lms.cohorts.models import CohortCourse
from lms.core.db import db, transaction
from lms.core.files import StoredFile, store
from tests.handing_in import let_go, submissions

VOICE = (Path(__file__).parent / "voices" / "chromium.webm").read_bytes()


@pytest.fixture
def given(app: Flask, as_: Any, world: SimpleNamespace, course: int) -> dict[str, bytes]:
    """What amina handed in and what bilal said of it, by the end of the path in what she takes, as their own pages give them."""
    with app.app_context(), transaction(write=True):
        version = catalogue.publish(ROOT / "courses" / "graphic-design", by=None)
        db.session.add(CohortCourse(cohort_id=world.cohort, version_id=version.id, course_uid=version.uid))
        rubric = next(one.assignment.rubric for one in catalogue_queries.course(version.id).lessons if one.assignment)
    picture = io.BytesIO()
    Image.new("RGB", (60, 40), "orange").save(picture, "JPEG")
    amina, bilal = as_("amina"), as_("bilal")
    data = {"attempt": "1", "files": [(io.BytesIO(picture.getvalue()), "my poster.jpg")]}
    assert amina.post("/learn/graphic-design/see-before-you-draw/task", data=data).status_code == 303
    (made,) = submissions(app)
    bilal.post(f"/submissions/{made.id}/claim")
    mark = {f"level-{row.uid}": row.levels[0].uid for row in rubric.criteria}
    said = mark | {"feedback": "Good.", "voice": (io.BytesIO(VOICE), "v.webm")}
    assert bilal.post(f"/submissions/{made.id}/grade", data=said).status_code == 303
    let_go(app)
    where = f"/submissions/{made.id}"
    return {".jpg": amina.get(f"{where}/files/0").get_data(), ".webm": amina.get(f"{where}/voice").get_data()}


def take(client: Any) -> tuple[dict[str, bytes], dict[str, Any], str]:
    """The files by the end of their names, the data, the page."""
    archive = zipfile.ZipFile(io.BytesIO(client.post("/me/data").get_data()))
    assert archive.testzip() is None
    files = {Path(name).suffix: archive.read(name) for name in archive.namelist() if name.startswith("files/")}
    return files, json.loads(archive.read("data.json")), archive.read("my-data.html").decode()


def test_a_picture_and_a_voice_note_come_byte_for_byte(app: Flask, as_: Any, given: dict[str, bytes]) -> None:
    files, data, page = take(as_("amina"))
    assert files == given
    assert len(files[".webm"]) == len(VOICE)
    (tried,) = data["handed_in"]
    assert [f'<a href="{file["path"]}">' in page for file in (*tried["files"], tried["voice"])] == [True, True]
    assert data["files_not_found"] == []
    assert "could not find" not in page
    assert take(as_("hana"))[0] == {}


@pytest.mark.parametrize(("lang", "words"), [("en", "Files we could not find"), ("ar", "ملفات لم نجدها")])
def test_a_file_that_is_lost_is_named_and_all_else_is_given(app: Flask, as_: Any, given: dict[str, bytes], lang: str, words: str) -> None:
    with app.app_context():
        lost = db.session.scalars(select(StoredFile).where(StoredFile.kind == "image/jpeg")).one()
        path = f"files/{lost.id}.jpg"
        store()._path(lost.key).unlink()  # type: ignore[attr-defined]
    amina = as_("amina")
    amina.post("/language", data={"lang": lang})
    files, data, page = take(amina)
    assert files == {".webm": given[".webm"]}
    assert data["files_not_found"] == [path]
    assert data["handed_in"][0]["files"][0]["name"] == "my poster.jpg"
    assert f'href="{path}"' not in page
    assert words in page
    assert page.count("my poster.jpg") == 2, "at the head, and where it belongs"
