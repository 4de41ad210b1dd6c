"""What is proved: one row for each certificate ever given, with everything it said on the day it was given."""

from __future__ import annotations

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

    def standing(self, today: date) -> Standing:
        """What a stranger is told today. The issuer's word goes first: hiding a page does not hide that it was taken back."""
        if self.state is not State.VALID:
            return Standing(self.state.value)
        if not self.share_page:
            return Standing.UNSHARED
        return Standing.EXPIRED if self.expires_on is not None and self.expires_on < today else Standing.VALID

    def in_language(self, words: Words, language: str) -> str:
        """A text of this row in a language, else in English, else in whichever there is."""
        return words.get(language) or words.get("en") or next(iter(words.values()), "")

    def title_in(self, language: str) -> str:
        return self.in_language(self.title, language)


class SigningKey(Model):
    """A key that certificates are signed with: the one with the highest number signs, all of them go on verifying."""

    __tablename__ = "signing_key"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    public: Mapped[str] = mapped_column(String(60))  # as a Multikey
    secret: Mapped[str] = mapped_column(Sealed("signing_key.secret"))  # 32 bytes in hex
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
