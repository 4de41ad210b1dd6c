"""What is proved: one row for each certificate ever given, with everything it said on the day it was given."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.cohorts.models import Enrolment
from lms.core import clock
from lms.core.db import Model, choice
from lms.core.files import StoredFile
from lms.core.sealing import Sealed
from lms.credentials import codes
from lms.people.models import User

Words = dict[str, str]  # language -> text


class State(StrEnum):
    """What the issuer says about a certificate."""

    VALID = "valid"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    ERASED = "erased"


class Standing(StrEnum):
    """What a stranger is told: the issuer's word, the calendar's, and last the holder's, who may hide it but never change it."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    UNSHARED = "unshared"
    ERASED = "erased"


class Trouble(StrEnum):
    """Why a sheet could not be printed."""

    LETTERS = "letters"
    LENGTH = "length"


@dataclass(frozen=True)
class Sharing:
    """The holder's ticks: the check page at all, the name on it, the sheet as a file."""

    page: bool = True
    name: bool = False
    pdf: bool = False


_STANDING = text("state <> 'superseded'")


class Credential(Model):
    """A certificate as a record: a copy of names, course and work on the day of issue, so that no later change rewrites it.

    One stands for each course of an enrolment; a corrected one is a new row, and the old one names its code.
    """

    __tablename__ = "credential"
    __table_args__ = (
        Index(
            "uq_credential_standing", "enrolment_id", "course_uid", unique=True, sqlite_where=_STANDING, postgresql_where=_STANDING
        ),
        UniqueConstraint("status_list", "status_index"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(codes.LENGTH), unique=True, default=codes.new)
    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))
    course_uid: Mapped[str] = mapped_column(String(60))
    version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    title: Mapped[Words] = mapped_column(JSON)
    latin_name: Mapped[str | None] = mapped_column(String(120))
    own_name: Mapped[str | None] = mapped_column(String(120))
    name_language: Mapped[str] = mapped_column(String(3), default="")  # decides the shapes of the own name's letters
    hours: Mapped[int]
    lessons: Mapped[int]
    tasks: Mapped[int]
    skills: Mapped[list[Any]]  # of Words
    criteria: Mapped[list[Any]]
    level: Mapped[str] = mapped_column(String(4))
    issuer: Mapped[str] = mapped_column(String(120))
    signer: Mapped[str] = mapped_column(String(120))
    signer_role: Mapped[Words] = mapped_column(JSON)
    issued_on: Mapped[date]
    expires_on: Mapped[date | None]
    state: Mapped[State] = mapped_column(choice(State), default=State.VALID)
    revoked_on: Mapped[date | None]
    reason: Mapped[str | None] = mapped_column(String(400))  # read by strangers
    successor: Mapped[str | None] = mapped_column(String(codes.LENGTH))  # the code that replaced this one
    status_list: Mapped[int]  # with the next, its place in the public lists: random, and never given twice
    status_index: Mapped[int]
    share_page: Mapped[bool] = mapped_column(default=True)
    share_name: Mapped[bool] = mapped_column(default=False)
    share_pdf: Mapped[bool] = mapped_column(default=False)
    sheet_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    trouble: Mapped[Trouble | None] = mapped_column(choice(Trouble))
    trouble_with: Mapped[str | None] = mapped_column(String(200))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)

    user: Mapped[User] = relationship()
    enrolment: Mapped[Enrolment] = relationship()
    sheet: Mapped[StoredFile | None] = relationship()

    @property
    def printed(self) -> str:
        return codes.printed(self.code)

    @property
    def sharing(self) -> Sharing:
        """What the holder shows to those who have the code."""
        return Sharing(self.share_page, self.share_name, self.share_pdf)

    def standing(self, today: date, shared: Sharing | None = None) -> Standing:
        """What a stranger is told today, who has the code or a link that shares so much.

        The issuer's word goes first: hiding a page does not hide that it was taken back.
        """
        if self.state is not State.VALID:
            return Standing(self.state.value)
        if not (shared or self.sharing).page:
            return Standing.UNSHARED
        return Standing.EXPIRED if self.expires_on is not None and self.expires_on < today else Standing.VALID

    def in_language(self, words: Words, language: str) -> str:
        """A text of this row in a language, else in English, else in whichever there is."""
        return words.get(language) or words.get("en") or next(iter(words.values()), "")

    def title_in(self, language: str) -> str:
        return self.in_language(self.title, language)


class ShareLink(Model):
    """An address that the holder gives away, with ticks and an end of its own. It is never taken up again: a new one is a new row."""

    __tablename__ = "share_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    credential_id: Mapped[int] = mapped_column(ForeignKey("credential.id"), index=True)
    token: Mapped[str] = mapped_column(String(32), unique=True, default=lambda: secrets.token_urlsafe(18))
    name: Mapped[bool] = mapped_column(default=False)
    pdf: Mapped[bool] = mapped_column(default=False)
    ends_on: Mapped[date | None]  # the last day on which it works
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    stopped_at: Mapped[datetime | None]

    credential: Mapped[Credential] = relationship()

    def works(self, today: date) -> bool:
        return self.stopped_at is None and (self.ends_on is None or today <= self.ends_on)

    def shows(self, today: date) -> Sharing:
        """What a stranger who has the link sees: nothing at all from the day on which it ended."""
        return Sharing(page=True, name=self.name, pdf=self.pdf) if self.works(today) else Sharing(page=False)


class SigningKey(Model):
    """A key that certificates are signed with: the one with the highest number signs, all of them go on verifying."""

    __tablename__ = "signing_key"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    public: Mapped[str] = mapped_column(String(60))  # as a Multikey
    secret: Mapped[str] = mapped_column(Sealed("signing_key.secret"))  # 32 bytes in hex
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
