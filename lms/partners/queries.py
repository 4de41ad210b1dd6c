"""Reading partners, and who works for them."""

from __future__ import annotations

from sqlalchemy import String, select, type_coerce

from lms.core.access import Role
from lms.core.db import db
from lms.core.errors import Refused
from lms.core.forms import one_line
from lms.core.i18n import _
from lms.partners.models import Partner, PartnerStaff
from lms.people.models import User
from lms.people.queries import by_identifier


def by_code(code: str) -> Partner | None:
    """The partner that the ledger names so."""
    return db.session.scalars(select(Partner).where(Partner.code == code)).one_or_none()


def coordinators_of(partner: Partner) -> list[User]:
    """Who works for a partner, by name."""
    works = select(PartnerStaff.user_id).where(PartnerStaff.partner_id == partner.id)
    return list(db.session.scalars(select(User).where(User.id.in_(works)).order_by(User.name, User.id)))


def person_meant(text: str) -> User:
    """Whose phone, email, sign-in name or name this is. Of people with one name the only one with the role of a partner is meant.

    Raises Refused where it is nobody's, and where several could be meant.
    """
    known = by_identifier(text)
    named = [known] if known else _of_that_role(text) or list(db.session.scalars(select(User).where(User.name == text, User.active)))
    found = [person for person in named if Role.PARTNER in person.roles] or named
    if not found:
        raise Refused(_("We did not find this person. Try the phone or the email."), at="person")
    if len(found) > 1:
        raise Refused(_("Several people have this name. Write the phone or the email."), at="person")
    return found[0]


def _of_that_role(name: str) -> list[User]:
    """Who has the role of a partner and a name that looks the same: whatever its spaces, its capitals and its forms of one letter."""
    held = type_coerce(User.roles, String)  # else the pattern would be written as a set of roles too
    people = db.session.scalars(select(User).where(held.like(f"%,{Role.PARTNER},%"), User.active).order_by(User.id))
    return [person for person in people if _looks(person.name) == _looks(name)]


def _looks(name: str) -> str:
    return (one_line(name) or "").casefold()
