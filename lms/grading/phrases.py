"""A mentor's saved phrases: kept, shown, put into a comment in the trainee's language too, removed."""

from __future__ import annotations

from sqlalchemy import Select, func, select

from lms.core.db import db
from lms.core.errors import Refused
from lms.core.i18n import _
from lms.grading.models import SavedPhrase
from lms.people.models import User

LENGTH = 400
MOST = 40


def own(mentor: User) -> Select[SavedPhrase]:
    """The phrases of this mentor, the newest first. Nobody else reads them."""
    return select(SavedPhrase).where(SavedPhrase.mentor_id == mentor.id).order_by(SavedPhrase.id.desc())


def all_of(mentor: User) -> list[SavedPhrase]:
    """At most 40."""
    return list(db.session.scalars(own(mentor)))


def keep(*, by: User, text: str, other: str = "", language: str = "") -> SavedPhrase:
    """Keep a phrase. The same words again are the phrase that is there, with the other language where it had none."""
    text, other = text.strip(), other.strip()
    if not text:
        raise Refused(_("Write the phrase first."))
    if len(text) > LENGTH or len(other) > LENGTH:
        raise Refused(_("A phrase has 400 letters or fewer."))
    db.session.get_one(User, by.id, with_for_update=True, populate_existing=True)  # two taps at once keep it once, and forty are forty
    phrase = db.session.scalars(own(by).where(SavedPhrase.text == text).limit(1)).one_or_none()
    if phrase is None:
        if (db.session.scalar(select(func.count()).where(SavedPhrase.mentor_id == by.id)) or 0) >= MOST:
            raise Refused(_("You have 40 phrases. Remove one first."))
        phrase = SavedPhrase(mentor_id=by.id, text=text)
        db.session.add(phrase)
    if other:
        phrase.other, phrase.other_language = other, language
    return phrase


def remove(phrase: SavedPhrase) -> None:
    """Forget a phrase. Comments that it stands in keep it."""
    db.session.delete(phrase)


def words_for(phrase: SavedPhrase, language: str) -> str:
    """What goes into a comment: the phrase, and under it the same in the trainee's language where the mentor wrote that down."""
    return f"{phrase.text}\n{phrase.other}" if phrase.other and phrase.other_language == language else phrase.text


def added(comment: str, phrase: SavedPhrase, language: str) -> str:
    """The comment with the phrase on a line of its own at the end."""
    comment = comment.rstrip()
    return "\n".join(part for part in (comment, words_for(phrase, language)) if part)
