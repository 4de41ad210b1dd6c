"""Reading threads: a list with what is new in each, one thread, how much waits."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, case, exists, func, select
from sqlalchemy.orm import joinedload

from lms.core import clock
from lms.core.db import db
from lms.messages import policy
from lms.messages.models import Message, Nudge, Thread
from lms.people.models import User

SHOWN = 100  # messages of one thread on its page; the saved file holds all


def threads(user: User) -> Select[Thread, bool]:
    """The threads this person may see, each with whether something in it is new; the new ones first, then the newest."""
    new = _new(user).correlate(Thread).label("new")
    return policy.visible_threads(user).add_columns(new).order_by(new.desc(), Thread.last_at.desc(), Thread.id.desc())


def how_many_new(user: User) -> int:
    """How many threads of this person hold something that was not read yet."""
    found = policy.visible_threads(user).where(_new(user).correlate(Thread)).options().with_only_columns(func.count())
    return db.session.scalar(found) or 0


def _new(user: User) -> Any:
    seen = case((Thread.person_id == user.id, Thread.read_by_person), else_=Thread.read_by_carer)
    return exists().where(and_(Message.thread_id == Thread.id, Message.id > seen, Message.by_id != user.id))


def newest(thread: Thread, most: int | None = SHOWN) -> list[Message]:
    """The last messages of a thread, the oldest of them first, each with who wrote it."""
    found = select(Message).where(Message.thread_id == thread.id).options(joinedload(Message.by)).order_by(Message.id.desc())
    return list(reversed(db.session.scalars(found.limit(most)).all()))


def thread_of(person: User, carer: User) -> Thread | None:
    """What these two write to each other, where they did."""
    return db.session.scalars(select(Thread).where(Thread.person_id == person.id, Thread.carer_id == carer.id)).one_or_none()


def written_to_today(people: Collection[User], by: User) -> set[int]:
    """Ids of those to whom this person cannot write today: somebody did, and they have not answered this person since."""
    now: datetime = clock.now()
    days = {person.id: now.astimezone(ZoneInfo(person.zone)).date() for person in people}
    rows = db.session.execute(select(Nudge.user_id, Nudge.day).where(Nudge.user_id.in_(days), Nudge.day >= min(days.values(), default=now)))
    taken = {id for id, day in rows if days[id] == day}
    last = select(func.max(Message.id)).where(Message.thread_id == Thread.id).correlate(Thread).scalar_subquery()
    asked = select(Thread.person_id).join(Message, Message.id == last).where(Thread.carer_id == by.id, Message.by_id == Thread.person_id)
    return taken - set(db.session.scalars(asked.where(Thread.person_id.in_(taken))))
