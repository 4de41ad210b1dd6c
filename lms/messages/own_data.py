"""What this room holds about one person, for her to take: what she and those who look after her wrote to each other."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.core.db import db
from lms.core.i18n import _
from lms.core.own_data import Share
from lms.messages.models import Message, Nudge, Thread
from lms.people.models import User


def give(person: User) -> Iterator[Share]:
    """Both sides of her own threads. Of threads in which she looks after somebody, her own words alone: the rest is that person's."""
    whole = select(Message).join(Message.thread).options(joinedload(Message.by), joinedload(Message.thread)).order_by(Message.id)
    labels = {"by": _("Written by"), "at": _("Time"), "text": _("Message")}
    hers = db.session.scalars(whole.where(Thread.person_id == person.id))
    yield Share("messages", _("Messages"), [_line(one) | {"by": one.by.name} for one in hers], labels)
    cared = db.session.scalars(whole.where(Thread.carer_id == person.id, Message.by_id == person.id))
    yield Share("messages_written_to_others", _("What you wrote to people you look after"), [_line(one) for one in cared], labels)
    days = db.session.scalars(select(Nudge.day).where(Nudge.user_id == person.id).order_by(Nudge.day))
    yield Share("reminded_on", _("Days on which somebody wrote to you first"), [{"day": day} for day in days], {"day": _("Date")})


def _line(one: Message) -> dict[str, object]:
    return {"thread": one.thread_id, "at": one.at, "text": one.text}
