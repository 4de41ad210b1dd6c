"""Reading people: by what they typed, by their sign-in, by their consents."""

from __future__ import annotations

import re
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.exc import SQLAlchemyError

from lms.core import clock
from lms.core.db import db, loaded, rows
from lms.core.sealing import blind
from lms.people import identifiers
from lms.people.models import Consent, SignIn, SignInCode, User
from lms.people.reaching import Reach, possible

CODE_TRIES = 5
# How she is reached and signs in is read by the few pages that ask for it: no other need open what is sealed, or hold it.
_ASIDE = {"email", "phone", "phone_index", "sign_in_name", "password_hash"}
_OF_A_PERSON = tuple(column.key for column in User.__table__.columns if column.key not in _ASIDE)
_BY_TOKEN = (  # asked by every page of everybody who is signed in: put together once, and in columns
    select(SignIn.device, SignIn.stepped_up_at, *(getattr(User, name) for name in _OF_A_PERSON))
    .join(SignIn, SignIn.user_id == User.id)
    .where(SignIn.token_hash == bindparam("hashed"), SignIn.revoked_at.is_(None), User.active)
)


def by_identifier(text: str) -> User | None:
    """The active person whose e-mail, phone or sign-in name this is; None where nobody or several could be meant."""
    found = identifiers.read(text)
    if found.kind == "email":
        way = User.email == found.values[0]
    elif found.kind == "phone" and found.values:
        way = User.phone_index.in_([blind(value, "person.phone") for value in found.values])
    else:
        way = User.sign_in_name == identifiers.sign_in_name(text)
    people = db.session.scalars(select(User).where(way, User.active).limit(2)).all()
    return people[0] if len(people) == 1 else None


def with_hash(id: int, kept: str) -> User | None:
    """This active person, locked, if the hash of the password is still the same."""
    same = select(User).where(User.id == id, User.password_hash == kept, User.active)
    return db.session.scalars(same.with_for_update().execution_options(populate_existing=True)).one_or_none()


def has_demo_accounts() -> bool:
    """Whether the demo school's people are here. A database without tables has nobody."""
    try:
        return db.session.scalar(select(User.id).where(User.email.endswith("@demo.example")).limit(1)) is not None
    except SQLAlchemyError:
        return False
    finally:
        db.session.rollback()


class SignedIn(NamedTuple):
    """A person with what her sign-in says."""

    user: User
    device: str
    stepped_up_at: datetime


def by_token_hash(hashed: str) -> SignedIn | None:
    """The person behind a cookie, in one statement; None where the sign-in was ended or the person is not active."""
    row = rows(_BY_TOKEN, {"hashed": hashed}).one_or_none()
    if row is None:
        return None
    device, stepped_up_at, *values = row
    return SignedIn(loaded(User, dict(zip(_OF_A_PERSON, values, strict=True))), device, stepped_up_at)


def was_lost(hashed: str) -> bool:
    """Whether the sign-in behind a cookie was ended because its phone may be in other hands."""
    return db.session.scalar(select(SignIn.id).where(SignIn.token_hash == hashed, SignIn.lost_at.is_not(None))) is not None


def open_code(person: User | None) -> SignInCode | None:
    """The newest code of this person that can still be used, locked. For nobody the same statement finds nothing, in the same time."""
    return db.session.scalars(
        select(SignInCode)
        .where(SignInCode.user_id == (person.id if person else 0), SignInCode.used_at.is_(None))
        .where(SignInCode.expires_at > clock.now(), SignInCode.wrong < CODE_TRIES)
        .order_by(SignInCode.id.desc())
        .limit(1)
        .with_for_update()
    ).one_or_none()


def consent_of(person: User, purpose: str) -> Consent | None:
    """The consent to a purpose that stands now."""
    return db.session.scalars(
        select(Consent)
        .where(Consent.user_id == person.id, Consent.purpose == purpose, Consent.withdrawn_at.is_(None))
        .order_by(Consent.id.desc())
        .limit(1)
    ).one_or_none()


def last_consent(person: User, purpose: str) -> Consent | None:
    """The newest consent to a purpose, also where it was taken back; read anew from the database."""
    asked = select(Consent).where(Consent.user_id == person.id, Consent.purpose == purpose).order_by(Consent.id.desc()).limit(1)
    return db.session.scalars(asked.execution_options(populate_existing=True)).one_or_none()


def reach_of(person: User) -> Reach:
    """By which ways this person lets herself be reached now. One statement."""
    known = {way.purpose: way for way in possible(person)}
    stands = select(Consent.purpose).where(Consent.user_id == person.id, Consent.purpose.in_(known), Consent.withdrawn_at.is_(None))
    return Reach(frozenset(known[purpose] for purpose in db.session.scalars(stands)))


def free_sign_in_name(name: str) -> str:
    """A sign-in name nobody has, made from a name: `amina.haddad`, `amina.haddad2`."""
    base = re.sub(r"\s+", ".", identifiers.sign_in_name(name))[:40] or "person"
    taken = set(db.session.scalars(select(User.sign_in_name).where(User.sign_in_name.startswith(base, autoescape=True))))
    candidates = (base if n == 1 else f"{base}{n}" for n in range(1, len(taken) + 2))
    return next(candidate for candidate in candidates if candidate not in taken)


def anybody() -> bool:
    """Whether the database holds a person at all."""
    return db.session.scalar(select(User.id).limit(1)) is not None
