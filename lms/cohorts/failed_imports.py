"""Imports that brought nothing in: remembered as facts with a reason and a number, never with a word of the file, until put away.

Of people into a cohort, and of data into a project: what was read belongs to rooms above, which say here that it failed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, false, func, select
from sqlalchemy.orm import aliased

from lms.core import clock, fmt
from lms.core.access import Role
from lms.core.db import db
from lms.core.errors import Refused
from lms.core.facts import Fact, Kind, record
from lms.core.i18n import _, ngettext
from lms.people.models import User

LATELY = timedelta(days=60)
SHOWN = 20


class Why(StrEnum):
    """Why nothing was brought in. What is told is told from the word and a number alone."""

    UNREADABLE = "unreadable"
    BIG = "big"
    UNPACKED = "unpacked"
    EMPTY = "empty"
    MANY = "many"
    FULL = "full"
    PROMISED = "promised"
    CLOSED = "closed"
    FINDINGS = "findings"
    KNOWN = "known"
    ARCHIVE = "archive"
    LARGE = "large"
    OUTSIDE = "outside"


SENTENCES: dict[Why, Callable[[int], str]] = {
    Why.UNREADABLE: lambda n: _("We cannot open this file. Save it as an Excel file (.xlsx), or paste the rows."),
    Why.BIG: lambda n: _("The file is too big (%(size)s).", size=fmt.size(n)),
    Why.UNPACKED: lambda n: _("This file is too big when it is opened. Copy the rows into a new file."),
    Why.EMPTY: lambda n: _("The first sheet of this file is empty."),
    Why.MANY: lambda n: _("The list has more than %(n)s people. Add them in parts.", n=fmt.num(n)),
    Why.FULL: lambda n: _("This cohort is full: %(n)s people.", n=fmt.num(n)),
    Why.PROMISED: lambda n: _("The free places are promised to people who applied."),
    Why.CLOSED: lambda n: _("This cohort takes no more people."),
    Why.FINDINGS: lambda n: ngettext(
        "%(n)s line is wrong. Nothing was written.", "%(n)s lines are wrong. Nothing was written.", n, n=fmt.num(n)
    ),
    Why.KNOWN: lambda n: _("Some items are in this project already. Give new items other names."),
    Why.ARCHIVE: lambda n: _("We cannot open the archive. Make it again."),
    Why.LARGE: lambda n: _("The archive is too big. Send it in parts."),
    Why.OUTSIDE: lambda n: _("The archive holds a name that leads outside."),
}


class NothingIn(Refused):
    """A refusal that is remembered. `sentence` may say more than what is kept of it, such as a name from the file."""

    def __init__(self, why: Why, number: int = 0, sentence: object = None) -> None:
        super().__init__(sentence or SENTENCES[why](number))
        self.why, self.number = why, number


@dataclass(frozen=True, slots=True)
class FailedImport:
    """One that still stands: into which row, when, by whom, and the reason."""

    id: int
    into: str  # the table of the row
    into_id: int
    at: datetime
    by: str
    why: Why
    number: int

    @property
    def sentence(self) -> str:
        return SENTENCES[self.why](self.number)


def remember(no: NothingIn, into: Any, *, by: User) -> Fact:
    """Keep that an import into this row failed, in the place of one before."""
    settle(into, by=by)
    return record(Kind.IMPORT_FAILED, into, actor=by, why=str(no.why), number=no.number)


def settle(into: Any, *, by: User) -> None:
    """What failed into this row before is done with: it was tried again."""
    for fact in db.session.scalars(_open().where(Fact.subject_kind == into.__tablename__, Fact.subject_id == into.id)):
        put_away(fact, by=by)


def put_away(fact: Fact, *, by: User) -> None:
    """Show it no more. Twice is once."""
    if db.session.scalar(_open().where(Fact.id == fact.id).with_only_columns(func.count()).order_by(None)):
        record(Kind.IMPORT_PUT_AWAY, fact, actor=by)


def visible(user: User) -> Select[Fact]:
    """The imports that failed, put away or not: those who bring in people and data see all of them, nobody else any."""
    found = select(Fact).where(Fact.kind == Kind.IMPORT_FAILED)
    return found if Role.STAFF in user.roles else found.where(false())


def standing(user: User) -> list[FailedImport]:
    """Those that nobody put away, the newest first."""
    ids = visible(user).with_only_columns(Fact.id)
    rows = db.session.execute(_open().where(Fact.id.in_(ids)).join(User, User.id == Fact.actor_id).add_columns(User.name).limit(SHOWN))
    return [
        FailedImport(fact.id, fact.subject_kind, fact.subject_id, fact.at, name, Why(fact.data["why"]), fact.data["number"])
        for fact, name in rows
    ]


def _open() -> Select[Fact]:
    later = aliased(Fact)
    done = select(later.id).where(
        later.kind == Kind.IMPORT_PUT_AWAY, later.subject_kind == Fact.__tablename__, later.subject_id == Fact.id
    )
    since = clock.now() - LATELY
    return select(Fact).where(Fact.kind == Kind.IMPORT_FAILED, Fact.at > since, ~done.exists()).order_by(Fact.id.desc())
