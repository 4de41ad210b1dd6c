"""Notes on a person, private to staff and the mentors of her cohort. Who may: `cohorts.policy.written_about`."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from lms.cohorts.models import Enrolment
from lms.core import clock
from lms.core.db import db
from lms.core.errors import Refused
from lms.core.facts import Kind, record
from lms.core.forms import Form, strip
from lms.core.i18n import _, _l
from lms.learning.models import Note
from lms.messages.actions import TAP
from lms.people.models import User

LONGEST = 600
SHOWN = 50


class NoteForm(Form):
    note = TextAreaField(_l("Your note"), [DataRequired(_l("Write something here.")), Length(max=LONGEST)], [strip])


def write_note(enrolment: Enrolment, *, by: User, text: str) -> Note:
    """Add a note. The same words again within minutes are a second tap, and count once; the place is locked meanwhile."""
    db.session.execute(select(Enrolment.id).where(Enrolment.id == enrolment.id).with_for_update())
    last = next(iter(notes_on(enrolment, most=1)), None)
    if last is not None and last.by_id == by.id and last.text == text and clock.now() - last.at < TAP:
        return last
    if enrolment.user_id == by.id:
        raise Refused(_("Nobody writes notes about themselves."))
    note = Note(enrolment_id=enrolment.id, by_id=by.id, text=text)
    db.session.add(note)
    record(Kind.NOTE_WRITTEN, note, actor=by, enrolment=enrolment.id)
    return note


def notes_on(enrolment: Enrolment, most: int = SHOWN) -> Sequence[Note]:
    """The newest notes on a person in one cohort, the newest first, each with who wrote it."""
    found = select(Note).where(Note.enrolment_id == enrolment.id).options(joinedload(Note.by)).order_by(Note.id.desc())
    return db.session.scalars(found.limit(most)).all()
