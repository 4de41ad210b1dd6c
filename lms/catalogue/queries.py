"""Reading published courses: the course as values, the HTML made at publish, the newest version, a picture's bytes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import func, select
from sqlalchemy.orm import defer

from lms.catalogue.courses import Course, ItemKind
from lms.catalogue.models import CoursePicture, CourseVersion, RenderedText
from lms.catalogue.plain import Text
from lms.catalogue.sparing import spared
from lms.core.db import db
from lms.core.reading import reading

_PICTURE = re.compile(r'src="/media/([0-9a-f]{64})"')


_LIGHT = (defer(CourseVersion.body),)


def course(version_id: int) -> Course:
    """The course of a published version. Kept in this process by its content hash, so a version already read costs no statement."""
    return course_of(db.session.get_one(CourseVersion, version_id, options=_LIGHT))


def course_of(version: CourseVersion) -> Course:
    """The same where the version itself is at hand."""
    return course_with(version.content_hash)


def course_with(content_hash: str) -> Course:
    """The same where only what the version is found by is at hand."""
    return _read(content_hash)


@lru_cache(maxsize=64)
def _read(content_hash: str) -> Course:
    return Course.from_dict(db.session.scalars(select(CourseVersion.body).where(CourseVersion.content_hash == content_hash)).one())


def lesson_html(version_id: int, lesson_uid: str, language: str) -> tuple[str, str]:
    """A lesson as rendered at publish, and the language it is in: the one asked for, else English. LookupError: no such lesson."""
    return _html(version_id, lesson_uid, ItemKind.LESSON, language)


def assignment_html(version_id: int, uid: str, language: str) -> tuple[str, str]:
    """The brief of an assignment in the same way."""
    return _html(version_id, uid, ItemKind.ASSIGNMENT, language)


def _html(version_id: int, uid: str, kind: ItemKind, language: str) -> tuple[str, str]:
    rows = db.session.execute(
        select(RenderedText.language, RenderedText.html).where(
            RenderedText.version_id == version_id,
            RenderedText.uid == uid,
            RenderedText.kind == kind,
            RenderedText.language.in_({language, Text.FALLBACK}),
        )
    )
    found: dict[str, str] = {shown: html for shown, html in rows}  # noqa: C416  rows are no pairs to mypy
    if not found:
        raise LookupError(f"version {version_id} has no {kind} {uid!r}")
    shown = language if language in found else Text.FALLBACK
    return (spared(found[shown], sizes, language) if reading().data_saver else found[shown]), shown


def sizes(pictures: frozenset[str]) -> dict[str, int]:
    """SHA-256 of a picture -> its bytes. A name that is its content never changes its size."""
    return dict(_sizes(pictures))


@lru_cache(maxsize=256)
def _sizes(pictures: frozenset[str]) -> tuple[tuple[str, int], ...]:
    asked = select(CoursePicture.sha256, func.length(CoursePicture.content)).where(CoursePicture.sha256.in_(pictures))
    return tuple((sha256, octets) for sha256, octets in db.session.execute(asked))


def latest(uid: str) -> CourseVersion | None:
    """The version of a course that was published last."""
    newest = select(CourseVersion).where(CourseVersion.uid == uid).order_by(CourseVersion.id.desc()).limit(1)
    return db.session.scalars(newest).one_or_none()


def picture(sha256: str) -> CoursePicture | None:
    return db.session.get(CoursePicture, sha256)


def weight(content_hash: str, uids: Sequence[str], language: str) -> int:
    """Bytes of these lessons and tasks in a language, each picture once, as a phone keeps them. A version is read once a process."""
    texts, pictures = _weights(content_hash, language)
    shown = {picture for uid in uids for picture in texts[uid][1]}
    return sum(texts[uid][0] for uid in uids) + sum(pictures[picture] for picture in shown)


@lru_cache(maxsize=64)
def _weights(content_hash: str, language: str) -> tuple[dict[str, tuple[int, frozenset[str]]], dict[str, int]]:
    """uid -> bytes of its text and the pictures it shows; picture -> bytes."""
    rows = select(RenderedText.uid, RenderedText.language, RenderedText.html).join(RenderedText.version)
    rows = rows.where(CourseVersion.content_hash == content_hash, RenderedText.language.in_({language, Text.FALLBACK}))
    texts: dict[str, str] = {}
    for uid, spoken, html in db.session.execute(rows):
        if spoken == language or uid not in texts:
            texts[uid] = html
    weighed = {uid: (len(html.encode()), frozenset(_PICTURE.findall(html))) for uid, html in texts.items()}
    drawn = {picture for _bytes, pictures in weighed.values() for picture in pictures}
    sizes = select(CoursePicture.sha256, func.length(CoursePicture.content)).where(CoursePicture.sha256.in_(drawn))
    return weighed, {picture: octets for picture, octets in db.session.execute(sizes)}  # noqa: C416  rows are no pairs to mypy
