"""Changing by what a person signs in, and what she may do here: another phone, e-mail or name; a role given or taken.

People change their SIM cards, and what they do here changes. Each change is kept as a fact that names the field and never what stands in
it, and ends the person's sign-ins and the codes that were made for her: whoever has an old phone or an old slip in hand has nothing.
"""

from __future__ import annotations

from sqlalchemy import String, select, type_coerce
from sqlalchemy.exc import IntegrityError

from lms.core.access import Role
from lms.core.db import db
from lms.core.errors import Refused
from lms.core.facts import Fact, Kind, record
from lms.core.i18n import _
from lms.core.mending import kept
from lms.people import actions, identifiers, passwords, queries
from lms.people.models import User

FIELDS = {"phone": "phone_index", "email": "email", "name": "sign_in_name"}
"""Kind of an identifier -> the column that no two people have alike."""


class Taken(Refused):
    """The phone, the e-mail or the name is another person's."""


def change_own(person: User, text: str) -> bool:
    """She signs in with another phone or e-mail from now on, in the place of the one she had. False where it is hers already.

    Every sign-in of hers ends but this one. Raises Refused for what is neither a phone nor an e-mail, and Taken, which tells nobody whose
    it is.
    """
    kind = identifiers.read(text).kind
    if kind == "name" or (kind == "phone" and not identifiers.read(text).values):
        raise Refused(_("This is no phone number and no email address."), at="identifier")
    try:
        if not _changed(person, text, by=person):
            return False
    except Taken:
        raise Taken(_("Another person has this already. Is it yours? Ask our staff."), at="identifier") from None
    actions.end_codes(person)
    actions.end_sign_ins(person, but=person.sign_in_token)
    return True


def correct(person: User, text: str, *, by: User | None) -> str:
    """Somebody of the school writes down another phone, e-mail or name for a person: six digits for `/sign-in/code`.

    Every sign-in of hers ends. The same once more makes a new code and changes nothing else. Raises Refused for what cannot be one, for
    oneself, and Taken.
    """
    if by is not None and by.id == person.id:
        raise Refused(_("Change your own phone or email on your page Me."))
    if _changed(person, text, by=by):
        actions.end_sign_ins(person)
    return actions.make_code(person, by=by)


def take_phone_away(person: User, *, by: User | None) -> str | None:
    """Her number is somebody else's now: she signs in with what is left, or with a name made from hers. Six digits for `/sign-in/code`.

    Every sign-in of hers ends. None, and nothing is changed, where no number of hers is known.
    """
    locked(person)
    if person.phone is None:
        return None
    person.phone = person.phone_index = None
    if not person.email and not person.sign_in_name:
        while not kept(person, {"sign_in_name": queries.free_sign_in_name(person.name)}):
            continue  # somebody of the same name got it a moment ago
    record(Kind.PERSON_IDENTIFIER_CHANGED, person, actor=by, field="phone", gone=True)
    actions.end_sign_ins(person)
    return actions.make_code(person, by=by)


def holder(person: User, text: str) -> User | None:
    """Who has what was to be written down for this person, read as it would have been. For readers who may see everybody."""
    meant = User(country=person.country)
    actions.identify(meant, text)
    column = FIELDS[identifiers.read(text).kind]
    return db.session.scalars(select(User).where(getattr(User, column) == getattr(meant, column))).one_or_none()


def _changed(person: User, text: str, *, by: User | None) -> bool:
    """Whether what she signs in with is another one now. Written under the lock of her row; of two people one gets a number."""
    locked(person)
    column = FIELDS[identifiers.read(text).kind]
    before = getattr(person, column)
    try:
        with db.session.begin_nested():
            actions.identify(person, text)
    except IntegrityError:
        raise Taken(_("Another person has this phone, email or name already."), at="identifier") from None
    if getattr(person, column) == before:
        return False
    record(Kind.PERSON_IDENTIFIER_CHANGED, person, actor=by, field=column.removesuffix("_index"))
    return True


def locked(person: User) -> User:
    """The same person, read anew under the lock of her row."""
    asked = select(User).where(User.id == person.id).with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(asked).one()


def changes(person: User, *, limit: int = 5) -> list[tuple[Fact, str | None]]:
    """The last times her identifier was changed, newest first, each with the name of who did it; None for herself and for a command."""
    asked = (
        select(Fact, User.name)
        .outerjoin(User, (User.id == Fact.actor_id) & (User.id != person.id))
        .where(Fact.subject_kind == User.__tablename__, Fact.subject_id == person.id, Fact.kind == str(Kind.PERSON_IDENTIFIER_CHANGED))
        .order_by(Fact.id.desc())
        .limit(limit)
    )
    return [(fact, name) for fact, name in db.session.execute(asked)]


def give_role(person: User, role: Role, *, by: User | None) -> str | None:
    """She holds one role more from now on. Twice is once. Six digits where her password is too short for it: then it works no more.

    Raises Refused for who would lift herself.
    """
    _not_oneself(person, by)
    locked(person)
    if role in person.roles:
        return None
    longer = passwords.shortest(person.roles | {role}) > passwords.shortest(person.roles)
    person.roles = person.roles | {role}
    record(Kind.PERSON_ROLE_GIVEN, person, actor=by, role=str(role))
    actions.end_sign_ins(person)
    if not longer or person.password_hash is None:
        return None
    person.password_hash = None
    return actions.make_code(person, by=by)


def take_role(person: User, role: Role, *, by: User | None) -> bool:
    """She does not hold this role any more, and every sign-in of hers ends. False where she did not hold it.

    What the role gave her a seat for is ended by its own room first: see `cohorts.roles`. Raises Refused for oneself, and for the last one
    who is staff.
    """
    _not_oneself(person, by)
    others = _held_by_others(person, role) if role is Role.STAFF else True
    locked(person)
    if role not in person.roles:
        return False
    if not others:
        raise Refused(_("This is the last person of the staff. Add another one first."))
    person.roles = person.roles - {role}
    record(Kind.PERSON_ROLE_TAKEN, person, actor=by, role=str(role))
    actions.end_sign_ins(person)
    return True


def _not_oneself(person: User, by: User | None) -> None:
    if by is not None and by.id == person.id:
        raise Refused(_("Nobody changes the own roles. Ask another person of the staff."))


def _held_by_others(person: User, role: Role) -> bool:
    """Whether somebody else holds this role too. All who do are locked, in one order: of two who go at once, the second sees the first."""
    held = type_coerce(User.roles, String).like(f"%,{role},%")
    asked = select(User).where(held, User.active).order_by(User.id).with_for_update().execution_options(populate_existing=True)
    return any(one.id != person.id for one in db.session.scalars(asked))
