"""Publishing: a course folder becomes an immutable version, its HTML rendered once, its pictures kept by content."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from lms.catalogue.checking import checked
from lms.catalogue.courses import Course, ItemKind, Lesson, Need
from lms.catalogue.models import CoursePicture, CourseVersion, RenderedText
from lms.catalogue.sheets import ERROR
from lms.core import content
from lms.core.db import db
from lms.core.errors import Refused
from lms.core.facts import Kind, record
from lms.core.i18n import _


class Rendered(NamedTuple):
    """The HTML of one text in one language."""

    uid: str
    kind: ItemKind
    language: str
    html: str


def publish(path: Path, by: Any | None) -> CourseVersion:
    """The version of the course in this folder. The same content again is the same version, and nothing is written.

    Raises Refused with every error of `lms courses check`, one a line. HTML made under an older sanitiser is made anew.
    """
    course = _fit_to_publish(path)
    hashed, texts = course.content_hash(), list(render(course))  # before the first statement: nobody waits for Markdown
    version = db.session.scalars(select(CourseVersion).where(CourseVersion.content_hash == hashed)).one_or_none()
    if version is not None:
        _render_anew(version, texts)
        return version
    version = CourseVersion(uid=course.uid, content_hash=hashed, body=course.to_dict(), published_by_id=by.id if by else None)
    try:
        with db.session.begin_nested():
            db.session.add(version)
    except IntegrityError:  # published by somebody else between the two statements
        return db.session.scalars(select(CourseVersion).where(CourseVersion.content_hash == hashed)).one()
    db.session.add_all(RenderedText(version_id=version.id, sanitiser=content.SANITISER, **text._asdict()) for text in texts)
    for lesson in course.lessons:
        _keep_pictures(lesson)
    record(Kind.COURSE_PUBLISHED, version, actor=by, uid=course.uid, content_hash=hashed)
    return version


def render(course: Course) -> Iterator[Rendered]:
    """Every lesson and every assignment's brief in each of its languages."""
    for lesson in course.lessons:
        images = {picture.name: (media_url(picture.sha256), picture.width, picture.height) for picture in lesson.pictures}
        for language, body in lesson.body.items():
            yield Rendered(lesson.uid, ItemKind.LESSON, language, content.render(body, images=images))
        if lesson.assignment:
            for language, body in lesson.assignment.body.items():
                yield Rendered(lesson.assignment.uid, ItemKind.ASSIGNMENT, language, content.render(body, images=images))


def media_url(sha256: str) -> str:
    """The address of a course picture: its content is its name, so a stored page never points at another picture."""
    return f"/media/{sha256}"


def _fit_to_publish(path: Path) -> Course:
    course, findings = checked(path)
    if errors := [str(finding) for finding in findings if finding.severity == ERROR]:
        raise Refused("\n".join(errors))
    if waiting := next(_waiting_for_a_level(course), None):
        raise Refused(_("%(uid)s waits for a language level, and levels are not recorded yet.", uid=waiting))
    return course


def _waiting_for_a_level(course: Course) -> Iterator[str]:
    """What nobody could ever open: no placement test records a level so far."""
    for uid, needs in [(course.uid, course.needs), *((lesson.uid, lesson.needs) for lesson in course.lessons)]:
        if needs and _asks_level(needs):
            yield uid


def _asks_level(need: Need) -> bool:
    return need.op == "level" or any(_asks_level(part) for part in need.parts)


def _render_anew(version: CourseVersion, texts: list[Rendered]) -> None:
    made = {(text.uid, text.kind.value, text.language): text.html for text in texts}
    for row in db.session.scalars(
        select(RenderedText).where(RenderedText.version_id == version.id, RenderedText.sanitiser != content.SANITISER)
    ):
        row.html, row.sanitiser = made[row.uid, row.kind, row.language], content.SANITISER


def _keep_pictures(lesson: Lesson) -> None:
    dialect = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    for picture in lesson.pictures:
        row = dialect.insert(CoursePicture).values(
            sha256=picture.sha256, kind=picture.media_type, content=picture.data, width=picture.width, height=picture.height
        )
        db.session.execute(row.on_conflict_do_nothing(index_elements=[CoursePicture.sha256]))
