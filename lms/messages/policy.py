"""Who may write to whom, and who may read it. Who looks after whom is known higher up: a room there leaves its rules here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import current_app
from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import joinedload

from lms.core.db import db
from lms.messages.models import Thread
from lms.people.models import User


@dataclass(frozen=True)
class Care:
    """Two rules, left in `app.extensions["care"]`: the ids of whom a person looks after, and who looks after a person."""

    cared_for: Callable[[User], Select[int]]
    carers: Callable[[User], Select[User]]


def care() -> Care:
    """The rules of this application."""
    return cast("Care", current_app.extensions["care"])


def visible_threads(user: User) -> Select[Thread]:
    """A trainee's own; and those of whoever looks after her still. A seat that was taken away takes them along the same minute."""
    hers = Thread.person_id == user.id
    theirs = and_(Thread.carer_id == user.id, Thread.person_id.in_(care().cared_for(user)))
    return select(Thread).where(or_(hers, theirs)).options(joinedload(Thread.person), joinedload(Thread.carer))


def carers_of(user: User) -> Select[User]:
    """Whom this person may write to first."""
    return care().carers(user)


def may_write(user: User, thread: Thread) -> bool:
    """Whoever sees a thread writes in it, while the other one is still here and still looks after her."""
    if not thread.other(user).active:
        return False
    if user.id != thread.person_id:
        return True
    return db.session.scalar(select(User.id).where(User.id == user.id, User.id.in_(care().cared_for(thread.carer)))) is not None
