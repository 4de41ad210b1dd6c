"""Two people who write to each other, what they wrote, and the days on which a trainee was written to unasked."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.core import clock
from lms.core.db import Model
from lms.core.sealing import Sealed
from lms.people.models import User

LONGEST = 2000  # signs of one message


class Thread(Model):
    """A trainee and one who looks after her: a mentor or staff. Nobody else reads it.

    `read_by_person` and `read_by_carer` are the id of the newest message that each of them said to have read (0: none). Neither is
    ever shown to the other: when somebody was here is nobody's business.
    """

    __tablename__ = "thread"
    __table_args__ = (UniqueConstraint("person_id", "carer_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    carer_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    last_at: Mapped[datetime] = mapped_column(default=clock.now)
    read_by_person: Mapped[int] = mapped_column(default=0)
    read_by_carer: Mapped[int] = mapped_column(default=0)

    person: Mapped[User] = relationship(foreign_keys=[person_id])
    carer: Mapped[User] = relationship(foreign_keys=[carer_id])

    def other(self, user: User) -> User:
        """Who writes with this person here."""
        return self.carer if user.id == self.person_id else self.person

    def read_by(self, user: User) -> int:
        """The newest message that this person said to have read."""
        return self.read_by_person if user.id == self.person_id else self.read_by_carer


class Message(Model):
    """What one of the two wrote. The database refuses to change it or to take it out: it may be needed as evidence. Sealed, so that a
    stolen database tells nothing.

    `about` names what it is about, where it is about one thing: `{"title": {language: words}, "person": path, "carer": path}`, the
    paths being where the trainee and where the other one finds it.
    """

    __tablename__ = "message"
    __table_args__ = ({"info": {"append_only": True}},)

    id: Mapped[int] = mapped_column(primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(Sealed("message.text"))
    about: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    at: Mapped[datetime] = mapped_column(default=clock.now)

    thread: Mapped[Thread] = relationship()
    by: Mapped[User] = relationship()


class Nudge(Model):
    """A day, by her own clock, on which a trainee was written to without having asked. The key is the rule: at most one a day."""

    __tablename__ = "nudge"

    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
