"""A person's place in the pool, what a mentor said about them, and the versions of the rule."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.cohorts.models import Cohort
from lms.core import clock
from lms.core.db import Model, choice
from lms.core.i18n import direction
from lms.core.sealing import Sealed
from lms.people.models import User
from lms.pool.eligibility import Rules


class MemberState(StrEnum):
    """The way into the pool and out of it (design: annotation, section 3)."""

    NONE = "none"
    ELIGIBLE = "eligible"
    INVITED = "invited"
    ACTIVE = "active"
    EXITED = "exited"


LONGEST_NEWS = 1000  # signs of one piece of news
NEWS_LIFE = timedelta(days=180)  # the longest that one is shown
WEIGHED = (MemberState.NONE, MemberState.ELIGIBLE)  # goes with the values; from the invitation on, people decide


class PoolMember(Model):
    """A person's place in the pool; its id is the person's. `values` are those of the last weighing, kept from the promotion on."""

    __tablename__ = "pool_member"

    id: Mapped[int] = mapped_column("user_id", ForeignKey("person.id"), primary_key=True, autoincrement=False)
    state: Mapped[MemberState] = mapped_column(choice(MemberState), default=MemberState.NONE, index=True)
    rule_version: Mapped[int]
    values: Mapped[dict[str, Any]]
    weighed_at: Mapped[datetime]
    eligible_at: Mapped[datetime | None]  # the first time
    not_yet: Mapped[str | None] = mapped_column(String(400))  # what the trainee reads
    not_yet_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    not_yet_at: Mapped[datetime | None]
    sentence: Mapped[str | None] = mapped_column(String(400))  # why this person was promoted
    promoted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    invited_at: Mapped[datetime | None]
    consented_at: Mapped[datetime | None]
    exited_at: Mapped[datetime | None]
    available: Mapped[bool] = mapped_column(default=True, server_default=true())  # the person's own word: can take work now
    skills: Mapped[str | None] = mapped_column(Sealed("pool_member.skills"))  # what she can do, in her own words

    user: Mapped[User] = relationship(foreign_keys=[id])
    promoted_by: Mapped[User | None] = relationship(foreign_keys=[promoted_by_id])


class MentorSignOff(Model):
    """A mentor of the cohort says that a trainee is ready for paid work, and why."""

    __tablename__ = "mentor_sign_off"
    __table_args__ = (UniqueConstraint("user_id", "mentor_id"), {"info": {"append_only": True}})

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    mentor_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id"))
    sentence: Mapped[str] = mapped_column(String(400))
    at: Mapped[datetime] = mapped_column(default=clock.now)

    user: Mapped[User] = relationship(foreign_keys=[user_id])
    mentor: Mapped[User] = relationship(foreign_keys=[mentor_id])
    cohort: Mapped[Cohort] = relationship()


class RuleSet(Model):
    """One version of the rule's thresholds, in an installation that changed them.

    It holds from its first day on, by UTC, where no newer version took its place before. None: from the moment it was made.
    """

    __tablename__ = "pool_rule_set"
    __table_args__ = ({"info": {"append_only": True}},)

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(unique=True)
    course: Mapped[str] = mapped_column(String(60))
    lower_bound: Mapped[float]
    items: Mapped[int]
    starts_on: Mapped[date | None]
    reason: Mapped[str | None] = mapped_column(String(400))  # what trainees and staff read; the oldest versions have none
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    made_by: Mapped[User] = relationship()

    @property
    def rules(self) -> Rules:
        return Rules(self.version, self.course, self.lower_bound, self.items)

    @property
    def first_day(self) -> date:
        """The day from which it holds."""
        return self.starts_on or self.made_at.astimezone(UTC).date()


class News(Model):
    """A short piece of news for graduates, in one language, as plain text. Its last day ends it by itself, staff may end it before.

    What was published is never changed: to say it better is to take it back and to publish another one.
    """

    __tablename__ = "pool_news"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(3))
    until: Mapped[date] = mapped_column(index=True)  # the last day on which it is shown, wherever its reader is
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    taken_back_at: Mapped[datetime | None]

    made_by: Mapped[User] = relationship()

    @property
    def direction(self) -> str:
        """Which way its text runs."""
        return direction(self.language)

    def paragraphs(self) -> list[list[str]]:
        """Its text as paragraphs of lines: an empty line parts two paragraphs."""
        return [part.strip("\n").split("\n") for part in self.text.split("\n\n") if part.strip()]

    def shown_on(self, day: date) -> bool:
        """Whether graduates read it on this day."""
        return self.taken_back_at is None and day <= self.until
