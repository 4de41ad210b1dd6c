"""Published courses: immutable rows named by content hash, with every lesson's HTML rendered once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.core import clock
from lms.core.db import Model


class CourseVersion(Model):
    """One published state of a course. `body` is the whole course as plain JSON (`Course.to_dict`); cohorts pin a version."""

    __tablename__ = "course_version"
    __table_args__ = ({"info": {"append_only": True}},)

    id: Mapped[int] = mapped_column(primary_key=True)
    uid: Mapped[str] = mapped_column(String(60), index=True)
    content_hash: Mapped[str] = mapped_column(String(64), unique=True)
    body: Mapped[dict[str, Any]]
    published_at: Mapped[datetime] = mapped_column(default=clock.now)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class RenderedText(Model):
    """The HTML of one lesson (or an assignment's brief) in one language, sanitised, made at publish. Made anew by a new sanitiser."""

    __tablename__ = "rendered_text"
    __table_args__ = (UniqueConstraint("version_id", "uid", "kind", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    uid: Mapped[str] = mapped_column(String(120))  # lesson uid: english-a2/past-simple
    kind: Mapped[str] = mapped_column(String(10))  # lesson or assignment
    language: Mapped[str] = mapped_column(String(3))
    html: Mapped[str]
    sanitiser: Mapped[str] = mapped_column(String(60))

    version: Mapped[CourseVersion] = relationship()


class CoursePicture(Model):
    """A picture of a course, named by its content, shared by every version that shows it."""

    __tablename__ = "course_picture"
    __table_args__ = ({"info": {"append_only": True}},)

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))  # image/webp or image/svg+xml
    content: Mapped[bytes] = mapped_column(LargeBinary)
    width: Mapped[int]
    height: Mapped[int]
