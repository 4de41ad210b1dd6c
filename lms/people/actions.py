"""What changes a person's row: being added, getting a code, choosing a password, signing in and out, agreeing."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from lms.core import clock
from lms.core.access import Role
from lms.core.db import db, release
from lms.core.errors import Refused
from lms.core.facts import Kind, record
from lms.core.fmt import latin_digits, num
from lms.core.i18n import _
from lms.core.sealing import blind
from lms.people import identifiers, passwords, queries
from lms.people.models import Consent, Lost, SignIn, SignInCode, User
from lms.people.reaching import Way, possible

CODE_LIFE = timedelta(hours=24)
SLIP_LIFE = timedelta(days=7)
LONGEST_NAME = 120
LEARNING = "learning"  # the purpose a trainee agrees to before she starts
REACH_WORDS = "1"  # the version of the words by which she lets us reach her


def add(
    *,
    by: User | None,
    name: str,
    roles: frozenset[Role],
    identifier: str = "",
    language: str = "en",
    zone: str = "UTC",
    country: str | None = None,
) -> User:
    """A new person, who signs in with a code at first. Raises Refused where the identifier is another person's.

    Without an identifier the person gets a sign-in name made from their own.
    """
    name = identifiers.plain_name(name)
    if not name:
        raise Refused(_("The name is missing."))
    if len(name) > LONGEST_NAME:
        raise Refused(_("The name is too long."))
    person = User(name=name, roles=roles, language=language, zone=zone, country=country)
    if identifiers.fold(identifier):
        identify(person, identifier)
    else:
        person.sign_in_name = queries.free_sign_in_name(name)
    try:
        with db.session.begin_nested():
            db.session.add(person)
    except IntegrityError:
        raise Refused(_("Another person has this phone, email or name already.")) from None
    record(Kind.PERSON_ADDED, person, actor=by)
    return person


def identify(person: User, text: str) -> None:
    """Write down the phone, the e-mail or the name by which a person signs in, in the one form of its kind. Raises Refused for none."""
    found = identifiers.read(text)
    if found.kind == "email":
        if identifiers.email_problem(text):
            raise Refused(_("This is not an email address: %(text)s", text=text), at="identifier")
        person.email = found.values[0]
    elif found.kind == "phone" and found.values:
        person.phone = identifiers.phones(identifiers.fold(text), person.country)[0]
        person.phone_index = blind(person.phone, "person.phone")
    elif identifiers.sign_in_name_problem(text):
        raise Refused(_("This is no phone, email or sign-in name: %(text)s", text=text), at="identifier")
    else:
        person.sign_in_name = identifiers.sign_in_name(text)


def make_code(person: User, *, by: User | None, life: timedelta = CODE_LIFE) -> str:
    """Six digits for `/sign-in/code`; older codes of this person stop working. The fact names who made it."""
    db.session.execute(select(User.id).where(User.id == person.id).with_for_update())  # two made at once would both stay open
    digits = f"{secrets.randbelow(1_000_000):06d}"
    now = clock.now()
    end_codes(person)
    db.session.add(
        SignInCode(user_id=person.id, code_hash=_code_hash(person.id, digits), expires_at=now + life, made_by_id=by.id if by else None)
    )
    record(Kind.PERSON_CODE_MADE, person, actor=by)
    return digits


def end_codes(person: User) -> None:
    """No code of this person works any more."""
    still_open = (SignInCode.user_id == person.id, SignInCode.used_at.is_(None))
    db.session.execute(update(SignInCode).where(*still_open).values(used_at=clock.now()))


def _code_hash(person_id: int, digits: str) -> str:
    return blind(f"{person_id}:{digits}", "sign_in_code")


def use_code(identifier: str, digits: str, password: str) -> bool:
    """Choose a new password with a code; every sign-in of the person ends.

    False for an unknown person, a wrong code and an old one alike, so that nobody learns who is here. A wrong guess is counted under a
    lock: guesses sent at once count one by one. Raises Refused for a short password, and the code lives.
    """
    person = queries.by_identifier(identifier)
    code = queries.open_code(person)
    if person is None or code is None:
        return False
    if not hmac.compare_digest(code.code_hash, _code_hash(person.id, latin_digits(digits).strip())):
        code.wrong += 1
        return False
    if len(password) < (least := passwords.shortest(person.roles)):
        raise Refused(_("Your password is too short. Use %(n)s signs or more.", n=num(least)), at="password")
    person_id, code_id = person.id, code.id
    release()
    made = passwords.make(password)
    still_open = (SignInCode.id == code_id, SignInCode.used_at.is_(None), SignInCode.wrong < queries.CODE_TRIES)
    if _taken(update(SignInCode).where(*still_open).values(used_at=clock.now())) != 1:
        return False  # another request used it while the hash was made
    person = db.session.get_one(User, person_id)
    person.password_hash = made
    end_sign_ins(person)
    record(Kind.PERSON_PASSWORD_SET, person, actor=person)
    return True


def _taken(statement: object) -> int:
    return int(db.session.execute(statement).rowcount)  # type: ignore[call-overload]


def set_password(person: User, password: str, *, by: User) -> None:
    """Give a person a password outright: for commands and the demo, where no code is typed."""
    if len(password) < (least := passwords.shortest(person.roles)):
        raise Refused(_("Your password is too short. Use %(n)s signs or more.", n=num(least)))
    person.password_hash = passwords.make(password)
    record(Kind.PERSON_PASSWORD_SET, person, actor=by)


def token_hash(token: str) -> str:
    """What the table keeps of a cookie's token."""
    return sha256(token.encode()).hexdigest()


def sign_in(person: User, *, device: str) -> str:
    """Start a sign-in on an `own` or a `shared` device; the token that its cookie will hold."""
    token = secrets.token_urlsafe(32)
    row = SignIn(token_hash=token_hash(token), user_id=person.id, device="own" if device == "own" else "shared")
    db.session.add(row)
    record(Kind.PERSON_SIGNED_IN, person, actor=person)
    person.sign_in_token = token
    return token


def step_up(person: User) -> None:
    """The password was given again on this sign-in: what needs a fresh one may go on for five minutes."""
    if person.sign_in_token:
        db.session.execute(update(SignIn).where(SignIn.token_hash == token_hash(person.sign_in_token)).values(stepped_up_at=clock.now()))


def sign_out(token: str) -> None:
    """End this sign-in: a copied cookie is dead from now on."""
    db.session.execute(
        update(SignIn).where(SignIn.token_hash == token_hash(token), SignIn.revoked_at.is_(None)).values(revoked_at=clock.now())
    )


def end_sign_ins(person: User, *, but: str | None = None) -> None:
    """End every sign-in of this person, on every device; `but` the one with this token."""
    those = [SignIn.user_id == person.id, SignIn.revoked_at.is_(None), *([SignIn.token_hash != token_hash(but)] if but else [])]
    db.session.execute(update(SignIn).where(*those).values(revoked_at=clock.now()))


def clear_phones(person: User, *, by: User, reason: Lost) -> None:
    """End every sign-in, and have each phone of hers forget all it keeps when it next asks for anything: pages, and answers not sent.

    Also a phone on which she is signed out already: a new password hides what lies there, and does not remove it.
    """
    end_sign_ins(person)
    db.session.execute(update(SignIn).where(SignIn.user_id == person.id, SignIn.lost_at.is_(None)).values(lost_at=clock.now()))
    record(Kind.PERSON_PHONES_CLEARED, person, actor=by, reason=str(reason))


def name_for_certificate(person: User, *, latin: str, own: str, by: User) -> None:
    """The two forms of the name that a certificate prints."""
    person.latin_name = identifiers.plain_name(latin) or None
    person.own_name = identifiers.plain_name(own) or None


def choose_language(person: User, code: str) -> None:
    """The language pages are made in for this person, on every device."""
    person.language = code


def choose_reading(person: User, *, latin_digits: bool, afghan_calendar: bool, larger_text: bool, data_saver: bool) -> None:
    """How pages are made for this person, on every device."""
    choose_signs(person, latin_digits=latin_digits, afghan_calendar=afghan_calendar)
    person.larger_text, person.data_saver = larger_text, data_saver


def choose_signs(person: User, *, latin_digits: bool, afghan_calendar: bool) -> None:
    """How numbers and dates are told to this person, on every device."""
    person.latin_digits, person.afghan_calendar = latin_digits, afghan_calendar


def confirm_adult(person: User, *, by: User, adult: bool) -> None:
    """Staff looked at the birth year; only the answer is kept, because paid work needs no more."""
    person.adult = adult
    record(Kind.PERSON_ADULT_CONFIRMED, person, actor=by, adult=adult)


def consent(person: User, *, purpose: str, version: str, language: str) -> Consent:
    """The person agrees to one purpose, in the words of one version. Agreeing twice is one consent."""
    kept = queries.consent_of(person, purpose)
    if kept is not None and kept.version == version:
        return kept
    given = Consent(user_id=person.id, purpose=purpose, version=version, language=language)
    db.session.add(given)
    record(Kind.PERSON_CONSENTED, person, actor=person, purpose=purpose, version=version)
    return given


def withdraw(person: User, *, purpose: str) -> None:
    """The person takes a consent back, from now on."""
    for row in db.session.scalars(
        select(Consent).where(Consent.user_id == person.id, Consent.purpose == purpose, Consent.withdrawn_at.is_(None))
    ):
        row.withdrawn_at = clock.now()
        record(Kind.PERSON_WITHDREW, person, actor=person, purpose=purpose)


def let_reach(person: User, ways: Collection[Way], *, language: str, at: datetime) -> None:
    """The person lets herself be reached by these ways and by no other, as she said at the moment `at`.

    A tick that she took back after that moment, on another device, stays taken back; to take one back always counts. Raises Refused for
    a way for which no contact is known.
    """
    if set(ways) - set(possible(person)):
        raise Refused(_("We do not know this contact of yours. Choose another way."))
    db.session.execute(select(User.id).where(User.id == person.id).with_for_update(key_share=True))  # two at once would both add a row
    for way in Way:
        last = queries.last_consent(person, way.purpose)
        stands = last is not None and last.withdrawn_at is None
        if stands and way not in ways:
            withdraw(person, purpose=way.purpose)
        elif way in ways and not stands and (last is None or last.withdrawn_at is None or last.withdrawn_at <= at):
            consent(person, purpose=way.purpose, version=REACH_WORDS, language=language)
