"""Handing in pictures and files: judged by their bytes, made anew, seen by her mentor and by nobody else; and nobody waits meanwhile."""

from __future__ import annotations

import io
import threading
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from lms.app import ROOT
from lms.catalogue import actions as catalogue
from lms.catalogue import queries as catalogue_queries
from lms.catalogue.courses import HandIn
from lms.cohorts.models import CohortCourse
from lms.core.db import db, transaction
from lms.core.errors import Refused
from lms.core.files import StoredFile, store
from lms.grading import forms
from tests.handing_in import submissions

TASK = "/learn/graphic-design/see-before-you-draw/task"


def publish(app: Flask) -> None:
    """The design course, whose first task takes pictures and files, for both cohorts."""
    world = app.extensions["world"]
    with app.app_context(), transaction(write=True):
        version = catalogue.publish(ROOT / "courses" / "graphic-design", by=None)
        db.session.add_all(
            CohortCourse(cohort_id=cohort, version_id=version.id, course_uid=version.uid) for cohort in (world.cohort, world.other_cohort)
        )


@pytest.fixture
def design(app: Flask) -> None:
    publish(app)


def photo(side: int = 2000) -> bytes:
    made = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "A phone"
    exif.get_ifd(0x8825)[2] = (33.0, 53.0, 0.0)  # where it was taken
    Image.new("RGB", (side, side // 2), "orange").save(made, "JPEG", exif=exif)
    return made.getvalue()


def send(client: Any, *files: tuple[bytes, str]) -> Any:
    data = {"attempt": "1", "files": [(io.BytesIO(content), name) for content, name in files]}
    answer = client.post(TASK, data=data, content_type="multipart/form-data")
    answer.request.environ["wsgi.input"].close()  # a large body lies in a temporary file that the test client leaves open
    return answer


@pytest.mark.usefixtures("design")
def test_the_only_way_to_hand_in_is_not_called_optional(as_: Any) -> None:
    assert "only if you want" not in as_("amina").get(TASK).get_data(as_text=True)


@pytest.mark.usefixtures("design")
def test_a_photo_reaches_the_mentor_without_its_place(app: Flask, as_: Any) -> None:
    assert "2 files of at most 5 MB each." in as_("amina").page(TASK)
    assert send(as_("amina"), (photo(), "../../my poster.JPG")).status_code == 303
    (made,) = submissions(app)
    bilal = as_("bilal")
    bilal.post(f"/submissions/{made.id}/claim")
    text = bilal.page(f"/submissions/{made.id}")
    assert "my poster.jpg" in text
    answer = bilal.get(f"/submissions/{made.id}/files/0")
    seen = Image.open(io.BytesIO(answer.get_data()))
    assert (seen.size, dict(seen.getexif())) == ((1600, 800), {})
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    with app.app_context():
        kept = db.session.scalars(select(StoredFile)).one()
    assert kept.key.isalnum()
    assert "poster" not in kept.key


@pytest.mark.usefixtures("design")
def test_another_picture_is_no_second_tap(app: Flask, as_: Any) -> None:
    amina = as_("amina")
    assert [send(amina, (photo(), "cup.jpg")).status_code for _tap in range(2)] == [303, 303]
    answer = send(amina, (photo(side=900), "cup.jpg"))
    assert (answer.status_code, "Your mentor has another answer" in answer.get_data(as_text=True)) == (422, True)
    assert len(submissions(app)) == 1


@pytest.mark.usefixtures("design")
def test_a_file_that_the_store_has_lost_is_told_calmly_and_in_the_log_by_its_number(
    app: Flask, as_: Any, caplog: pytest.LogCaptureFixture
) -> None:
    send(as_("amina"), (photo(), "my poster.jpg"))
    (made,) = submissions(app)
    with app.app_context():
        file = db.session.scalars(select(StoredFile)).one()
        store()._path(file.key).unlink()  # type: ignore[attr-defined]
    answer = as_("amina").get(f"/submissions/{made.id}/files/0")
    assert answer.status_code == 404
    assert "This file is missing" in answer.get_data(as_text=True)
    errors = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert errors == [f"stored file {file.id} is not in the store"]


@pytest.mark.usefixtures("design")
def test_nobody_else_gets_the_file(app: Flask, as_: Any) -> None:
    send(as_("amina"), (photo(40), "p.jpg"))
    (made,) = submissions(app)
    url = f"/submissions/{made.id}/files/0"
    assert as_("amina").get(url).status_code == 200
    assert [as_(name).get(url).status_code for name in ("hana", "chen", "dana", "efe", "fay")] == [404, 404, 403, 403, 403]


@pytest.mark.usefixtures("design")
@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"<html><script>alert(1)</script></html>\x00", "poster.jpg", "We cannot open this kind of file."),
        (b"\xff\xd8\xff\xe0 not a picture", "poster.jpg", "We cannot open this picture."),
        (b"", "poster.jpg", "The file is empty."),
        (b"x" * 5_000_001, "notes.txt", "The file is too big (6 MB). The limit is 5 MB."),
    ],
)
def test_a_file_that_will_not_do_is_said_in_words(content: bytes, name: str, sentence: str, app: Flask, as_: Any) -> None:
    answer = send(as_("amina"), (content, name))
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    assert submissions(app) == []


def test_what_is_no_photo_is_refused_where_photos_alone_are_asked_for(app: Flask) -> None:
    with app.app_context(), transaction(write=True):
        learnt = catalogue_queries.course(catalogue.publish(ROOT / "courses" / "annotation-basics", by=None).id)
        asked = next(lesson.assignment for lesson in learnt.lessons if lesson.assignment and HandIn.PHOTO in lesson.assignment.accept)
        assert HandIn.FILE not in asked.accept
        sent = [FileStorage(io.BytesIO(photo(40)), "p.jpg"), FileStorage(io.BytesIO(b"words"), "notes.txt")]
        with pytest.raises(Refused, match=r"This is not a photo\. Choose a photo\."):
            forms.read_files(sent, asked)
        sent[0].stream.seek(0)
        assert [file.kind for file in forms.read_files(sent[:1], asked)] == ["image/jpeg"]


@pytest.mark.usefixtures("design")
def test_more_files_than_asked_for_are_refused(app: Flask, as_: Any) -> None:
    answer = send(as_("amina"), *[(photo(40), f"{n}.jpg") for n in range(3)])
    assert answer.status_code == 422
    assert "Send 2 files or fewer." in answer.get_data(as_text=True)
    assert submissions(app) == []


def test_another_person_writes_while_a_picture_is_made(own_school: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(own_school)
    amina, hana = own_school.test_client(), own_school.test_client()
    amina.sign_in("amina")
    hana.sign_in("hana")
    begun, go_on, answers = threading.Event(), threading.Event(), []
    real = forms.accept

    def slow(content: bytes, name: str, *, limit: int) -> Any:
        begun.set()
        assert go_on.wait(20), "the second writer never came through"
        return real(content, name, limit=limit)

    monkeypatch.setattr(forms, "accept", slow)
    thread = threading.Thread(target=lambda: answers.append(send(amina, (photo(40), "p.jpg")).status_code))
    thread.start()
    assert begun.wait(20)
    assert hana.post("/me/name", data={"latin_name": "Hana", "own_name": ""}).status_code == 303, "she did not wait for the picture"
    go_on.set()
    thread.join()
    assert answers == [303]
    assert len(submissions(own_school)) == 1
