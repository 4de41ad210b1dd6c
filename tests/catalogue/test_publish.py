"""Publishing a course folder: one immutable version for one content, its HTML made once, its pictures by their content."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.catalogue import actions, queries
from lms.catalogue.models import CoursePicture, CourseVersion, RenderedText
from lms.core.db import db, transaction
from lms.core.errors import Refused
from lms.core.facts import Fact, Kind
from tests.catalogue.conftest import load
from tests.courses import TINY
from tests.statements import counted


def publish(app: Flask, folder: Path = TINY) -> tuple[int, str]:
    with app.app_context(), transaction(write=True):
        version = actions.publish(folder, by=None)
        return version.id, version.content_hash


def count(app: Flask, table: Any) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The tiny course, to be changed."""
    return Path(shutil.copytree(TINY, tmp_path / "tiny"))


def test_a_version_holds_the_whole_course(app: Flask) -> None:
    id, hashed = publish(app)
    course = load(TINY)
    with app.app_context():
        assert queries.course(id) == course
        assert hashed == course.content_hash() == queries.course(id).content_hash()
        texts = db.session.execute(select(RenderedText.uid, RenderedText.kind, RenderedText.language).order_by(RenderedText.id)).all()
        assert [tuple(row) for row in texts] == [
            ("tiny/labels", "lesson", "ar"),
            ("tiny/labels", "lesson", "en"),
            ("tiny/rules", "lesson", "en"),
            ("tiny/rule", "assignment", "en"),
        ]
        assert queries.latest("tiny").id == id  # type: ignore[union-attr]
        assert queries.latest("unknown") is None


def test_the_html_shows_the_picture_by_its_content(app: Flask) -> None:
    id, _hashed = publish(app)
    with app.app_context():
        picture = queries.course(id).lessons[0].pictures[0]
        html, language = queries.lesson_html(id, "tiny/labels", "ar")
        assert language == "ar"
        assert f'src="/media/{picture.sha256}"' in html
        assert 'width="120"' in html
        kept = queries.picture(picture.sha256)
        assert kept is not None
        assert kept.content == (TINY / "01-labels/img/box.svg").read_bytes()


def test_a_missing_language_falls_back_to_english(app: Flask) -> None:
    id, _hashed = publish(app)
    with app.app_context():
        assert queries.lesson_html(id, "tiny/rules", "ar")[1] == "en"
        assert "which label is right" in queries.assignment_html(id, "tiny/rule", "ar")[0]
        with pytest.raises(LookupError):
            queries.lesson_html(id, "tiny/nothing", "en")


def test_the_same_content_is_published_once(app: Flask, copy: Path) -> None:
    first = publish(app)
    tables = (CourseVersion, RenderedText, CoursePicture, Fact)
    before = [count(app, table) for table in tables]
    assert publish(app, copy) == first
    assert [count(app, table) for table in tables] == before
    with app.app_context():
        facts = db.session.scalars(select(Fact).where(Fact.kind == str(Kind.COURSE_PUBLISHED))).all()
        assert [(fact.subject_id, fact.data["uid"]) for fact in facts] == [(first[0], "tiny")]


def test_one_changed_word_is_another_version(app: Flask, copy: Path) -> None:
    first = publish(app)
    lesson = copy / "02-rules" / "lesson.md"
    lesson.write_text(lesson.read_text().replace("Another person", "A new person"))
    second = publish(app, copy)
    assert second[0] != first[0]
    assert second[1] != first[1]
    with app.app_context():
        assert "Another person" in queries.lesson_html(first[0], "tiny/rules", "en")[0]
        assert "A new person" in queries.lesson_html(second[0], "tiny/rules", "en")[0]
    assert count(app, CoursePicture) == 1


@pytest.mark.parametrize(
    ("file", "was", "becomes", "complaint"),
    [
        ("01-labels/lesson.md", "img/box.svg", "img/none.svg", "01-labels/lesson.md:"),
        ("01-labels/quiz.yml", "right: true, feedback: Yes. The label", "feedback: Yes. The label", "no right answer"),
        ("02-rules/lesson.md", "uid: tiny/rules", "uid: tiny/labels", "is used twice"),
        ("02-rules/lesson.md", "needs: {done: tiny/labels}", "needs: {level: {skill: reading, at_least: A2}}", "language level"),
    ],
)
def test_an_unfit_course_is_refused_and_nothing_is_written(
    app: Flask, copy: Path, file: str, was: str, becomes: str, complaint: str
) -> None:
    (copy / file).write_text((copy / file).read_text().replace(was, becomes, 1))
    with pytest.raises(Refused, match=complaint):
        publish(app, copy)
    assert count(app, CourseVersion) == 0


def test_a_new_sanitiser_makes_the_html_anew(app: Flask) -> None:
    id, _hashed = publish(app)
    with app.app_context(), transaction(write=True):
        for row in db.session.scalars(select(RenderedText)):
            row.html, row.sanitiser = "made long ago", "0"
    assert publish(app)[0] == id
    with app.app_context():
        assert "which label is right" in queries.lesson_html(id, "tiny/rules", "en")[0]
        assert "0" not in set(db.session.scalars(select(RenderedText.sanitiser)))


def test_eight_publishers_make_one_version(either_school: Flask) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _n: publish(either_school), range(8)))
    assert len(set(made)) == 1
    assert count(either_school, CourseVersion) == 1
    assert count(either_school, RenderedText) == 4


def test_a_course_read_once_costs_no_statement(app: Flask) -> None:
    id, _hashed = publish(app)
    with app.app_context():
        queries.course(id)
    with app.app_context(), counted() as sent:
        queries.course(id)
    assert len(sent) == 1  # its hash
    assert "body" not in sent[0]
