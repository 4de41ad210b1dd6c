"""A round of applications, one application, and who wants to be told of the next round.

Whoever applies is a stranger whom a leaked list can harm: everything they say is sealed, and gone as soon as nobody needs it.
"""

from __future__ import annotations

import json
import secrets
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Dialect, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from lms.cohorts.models import Cohort, Enrolment, Programme
from lms.core import clock
from lms.core.db import Model, choice
from lms.core.sealing import Sealed
from lms.partners.models import Partner
from lms.people.models import User

SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # of a number: those of Crockford, which nobody takes for another


class Codes(TypeDecorator[tuple[str, ...]]):
    """A few codes of languages or countries in one column, as `ar,en`."""

    impl = String(80)
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str:
        return ",".join(value or ())

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...]:
        return tuple(code for code in (value or "").split(",") if code)


class SealedAnswers(TypeDecorator[dict[str, str]]):
    """Question -> answer, sealed as one piece."""

    impl = LargeBinary
    cache_ok = True
    seal = Sealed("application.answers")

    def process_bind_param(self, value: dict[str, str] | None, dialect: Dialect) -> bytes | None:
        return self.seal.process_bind_param(None if value is None else json.dumps(value, ensure_ascii=False), dialect)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> dict[str, str] | None:
        text = self.seal.process_result_value(value, dialect)
        return None if text is None else {str(key): str(said) for key, said in json.loads(text).items()}

    def coerce_compared_value(self, op: Any, value: Any) -> Any:
        return self


class RoundState(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class ApplicationState(StrEnum):
    """The life of an application (design: learning, section 2). Shortlists and waiting lists come with the selection by rule."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    UNDER_REVIEW = "under_review"
    NEEDS_INFO = "needs_info"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    ENROLLED = "enrolled"


class Decision(StrEnum):
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Round(Model):
    """A time in which people may apply for places in cohorts of one programme. Its days are those of its zone."""

    __tablename__ = "intake_round"

    id: Mapped[int] = mapped_column(primary_key=True)
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), index=True)
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"), index=True)  # whose applications these are
    languages: Mapped[tuple[str, ...]] = mapped_column(Codes)
    countries: Mapped[tuple[str, ...]] = mapped_column(Codes)
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    zone: Mapped[str] = mapped_column(String(40))
    state: Mapped[RoundState] = mapped_column(choice(RoundState), default=RoundState.DRAFT)
    made_at: Mapped[datetime] = mapped_column(default=clock.now)

    programme: Mapped[Programme] = relationship()
    partner: Mapped[Partner | None] = relationship()

    def takes_applications(self) -> bool:
        """Whether somebody may send an application now."""
        today = clock.today(self.zone)
        return self.state is RoundState.OPEN and self.opens_on <= today <= self.closes_on


class RoundCohort(Model):
    """A cohort whose places a round gives away."""

    __tablename__ = "intake_round_cohort"

    round_id: Mapped[int] = mapped_column(ForeignKey("intake_round.id"), primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"), primary_key=True, index=True)

    cohort: Mapped[Cohort] = relationship()


def new_number() -> str:
    """How an application is named between us and whoever applies: 8 signs that say nothing."""
    return "".join(secrets.choice(SIGNS) for _sign in range(8))


class Application(Model):
    """What one person answered, and what was decided. `number` and a code that is derived from it (`queries.code_of`) open it."""

    __tablename__ = "application"
    __table_args__ = (
        CheckConstraint(
            "enrolment_id IS NULL OR (state = 'enrolled' AND COALESCE(decision, '') = 'accepted' AND decided_by_id IS NOT NULL)",
            name="only_accepted_is_enrolled",
        ),
        CheckConstraint("state <> 'enrolled' OR enrolment_id IS NOT NULL", name="enrolled_has_a_place"),
        CheckConstraint("state NOT IN ('accepted', 'rejected') OR COALESCE(decision, '') = state", name="state_is_the_decision"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(8), unique=True, default=new_number)
    round_id: Mapped[int] = mapped_column(ForeignKey("intake_round.id"), index=True)
    state: Mapped[ApplicationState] = mapped_column(choice(ApplicationState), default=ApplicationState.DRAFT)
    form: Mapped[int] = mapped_column(default=1)  # the version of the questions
    answers: Mapped[dict[str, str] | None] = mapped_column(SealedAnswers)  # None: nobody needs them any more
    contact_index: Mapped[str | None] = mapped_column(String(64), index=True)
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    sent_at: Mapped[datetime | None]  # with the consent, in these words:
    consent_version: Mapped[str | None] = mapped_column(String(20))
    consent_language: Mapped[str | None] = mapped_column(String(3))
    question: Mapped[str | None] = mapped_column(Sealed("application.question"))  # what staff still need to know
    reply: Mapped[str | None] = mapped_column(Sealed("application.reply"))
    recommended: Mapped[bool | None]  # by the partner; the programme decides
    recommended_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decision: Mapped[Decision | None] = mapped_column(choice(Decision))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(Sealed("application.reason"))  # whoever applied reads it
    cohort_id: Mapped[int | None] = mapped_column(ForeignKey("cohort.id"), index=True)  # where the place is
    enrolment_id: Mapped[int | None] = mapped_column(ForeignKey("enrolment.id"), unique=True)

    round: Mapped[Round] = relationship()
    cohort: Mapped[Cohort | None] = relationship()
    enrolment: Mapped[Enrolment | None] = relationship()
    recommended_by: Mapped[User | None] = relationship(foreign_keys=[recommended_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])

    def said(self, question: str) -> str:
        """The answer to a question; empty where there is none, or none any more."""
        return (self.answers or {}).get(question, "")

    def forget(self) -> None:
        """Nobody needs to know any more who this was."""
        self.answers = self.contact_index = self.question = self.reply = None


class NextTime(Model):
    """Somebody who wants to hear of the next round. The row goes when staff have written."""

    __tablename__ = "next_time"

    id: Mapped[int] = mapped_column(primary_key=True)
    contact: Mapped[str] = mapped_column(Sealed("next_time.contact"))
    contact_index: Mapped[str] = mapped_column(String(64), unique=True)
    language: Mapped[str] = mapped_column(String(3))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)


DRAFT_LIFE = timedelta(days=30)
"""A draft that was not sent for so long is gone when somebody else begins one."""
