"""Writing, and saying that one has read it. Who may write to whom is asked before: see `policy`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from lms.core import clock
from lms.core.db import db
from lms.core.errors import Refused
from lms.core.facts import Kind, record
from lms.core.i18n import OFFERED, _
from lms.messages.models import LONGEST, Message, Nudge, Thread
from lms.people.models import User

TAP = timedelta(minutes=10)
"""How long the same words again are a second tap, and not a second message."""


@dataclass(frozen=True, slots=True)
class Sent:
    """To how many a word went, and who was left out because somebody wrote to them today already."""

    count: int
    left_out: tuple[User, ...] = ()


def write(to: Sequence[User], *, by: User, texts: Mapping[str, str], about: Mapping[str, Any] | None = None) -> Sent:
    """A word from who looks after these people to each of them, alone: nobody sees who else got it.

    `texts` maps a language to the words; each person gets those of her own language, or the English ones. Who has asked gets an
    answer; who has not is written to at most once a day by anybody, and is left out otherwise. Raises Refused where nobody is left.
    """
    left_out, count = [], 0
    for person in sorted(to, key=lambda one: one.id):  # always in this order: two who write at once wait, and never for each other
        thread = _thread(person.id, by.id)
        text = _checked(texts.get(language_for(person), ""))
        last = _last(thread)
        if _tapped_twice(last, by, text, about):
            count += 1
        elif (last is not None and last.by_id == person.id) or _nudge(person):
            _add(thread, by=by, text=text, about=about)
            count += 1
        else:
            left_out.append(person)
    if not count:
        raise Refused(_("Somebody wrote to these people today. Write again tomorrow."))
    return Sent(count, tuple(left_out))


def ask(carer: User, *, by: User, text: str, about: Mapping[str, Any] | None = None) -> Message:
    """A trainee writes to one who looks after her. The same words again within minutes are a second tap, and count once."""
    return _say(_thread(by.id, carer.id), by=by, text=text, about=about)


def tell(person: User, *, by: User, text: str, about: Mapping[str, Any] | None = None) -> Message:
    """A word that goes with something done for this person, such as an invitation. She waits for it: it is no nudge."""
    return _say(_thread(person.id, by.id), by=by, text=text, about=about)


def answer(thread: Thread, *, by: User, text: str) -> Message:
    """Either of the two writes in their thread. What a trainee has not answered may be added to once a day."""
    thread = _locked(thread.id)
    last = _last(thread)
    if by.id == thread.person_id or last is None or last.by_id != by.id:
        return _say(thread, by=by, text=text)
    write([thread.person], by=by, texts=dict.fromkeys(OFFERED, text))
    return _last(thread) or last


def read(thread: Thread, *, by: User) -> None:
    """This person has read all that stands in a thread."""
    side = Thread.read_by_person if by.id == thread.person_id else Thread.read_by_carer
    newest = select(func.max(Message.id)).where(Message.thread_id == thread.id).scalar_subquery()
    db.session.execute(update(Thread).where(Thread.id == thread.id).values({side: func.coalesce(newest, 0)}))


def language_for(person: User) -> str:
    """The language in which a word for this person is written: one that is offered."""
    return person.language if person.language in OFFERED else "en"


def _say(thread: Thread, *, by: User, text: str, about: Mapping[str, Any] | None = None) -> Message:
    text, last = _checked(text), _last(thread)
    if last is not None and _tapped_twice(last, by, text, about):
        return last
    return _add(thread, by=by, text=text, about=about)


def _tapped_twice(last: Message | None, by: User, text: str, about: Mapping[str, Any] | None) -> bool:
    """Whether this is what was written a moment ago. Who says the same a week later, or of another task, says it anew."""
    if last is None or last.by_id != by.id or last.text != text or last.about != (dict(about) if about else None):
        return False
    return clock.now() - last.at < TAP


def _checked(text: str) -> str:
    text = text.strip()
    if not text:
        raise Refused(_("Write something here."))
    if len(text) > LONGEST:
        raise Refused(_("This is too long. Make it shorter."))
    return text


def _thread(person_id: int, carer_id: int) -> Thread:
    """The thread of these two, made where there is none, and locked."""
    dialect = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    row = dialect.insert(Thread).values(person_id=person_id, carer_id=carer_id, last_at=clock.now(), read_by_person=0, read_by_carer=0)
    db.session.execute(row.on_conflict_do_nothing(index_elements=[Thread.person_id, Thread.carer_id]))
    id = db.session.scalars(select(Thread.id).where(Thread.person_id == person_id, Thread.carer_id == carer_id)).one()
    return _locked(id)


def _locked(id: int) -> Thread:
    found = select(Thread).where(Thread.id == id).with_for_update(of=Thread).execution_options(populate_existing=True)
    return db.session.scalars(found).one()


def _last(thread: Thread) -> Message | None:
    return db.session.scalars(select(Message).where(Message.thread_id == thread.id).order_by(Message.id.desc()).limit(1)).one_or_none()


def _nudge(person: User) -> bool:
    """Take the day's one word to a person who has not asked; whether it was free."""
    dialect = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    row = dialect.insert(Nudge).values(user_id=person.id, day=clock.today(person.zone))
    taken = row.on_conflict_do_nothing(index_elements=[Nudge.user_id, Nudge.day]).returning(Nudge.user_id)
    return db.session.execute(taken).scalar_one_or_none() is not None


def _add(thread: Thread, *, by: User, text: str, about: Mapping[str, Any] | None) -> Message:
    made = Message(thread_id=thread.id, by_id=by.id, text=text, about=dict(about) if about else None)
    db.session.add(made)
    record(Kind.MESSAGE_SENT, made, actor=by, thread=thread.id)
    thread.last_at = made.at
    if by.id == thread.person_id:  # who answers has read
        thread.read_by_person = made.id
    else:
        thread.read_by_carer = made.id
    return made
