"""What this room holds about one person, for her to take: who she is, what she agreed to, when she signed in, what she did here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import or_, select

from lms.core import fmt
from lms.core.db import db
from lms.core.facts import Fact
from lms.core.i18n import LANGUAGES, _
from lms.core.own_data import Said, Share
from lms.people.actions import LEARNING
from lms.people.models import Arrival, Consent, SignIn, SignInCode, User
from lms.people.reaching import LABELS, Way


def give(person: User) -> Iterator[Share]:
    """Everything but the sealed signs of passwords, codes and cookies, which would only help a thief."""
    yield _who(person)
    ways = {way.purpose: _("To reach you: %(way)s", way=LABELS[way]) for way in Way}
    yield consents(person, "consents", {LEARNING: _("To learn here"), **ways})
    devices = {"own": _("my phone"), "shared": _("a shared phone")}
    yield Share(
        "sign_ins", _("When you signed in"),
        [{"made_at": row.made_at, "device": Said(row.device, devices.get(row.device, row.device)), "revoked_at": row.revoked_at,
          "lost_at": row.lost_at}
         for row in db.session.scalars(select(SignIn).where(SignIn.user_id == person.id).order_by(SignIn.id))],
        {"made_at": _("Time"), "device": _("Whose phone"), "revoked_at": _("Ended")},
    )  # fmt: skip
    yield Share(
        "sign_in_codes", _("Codes for a new password"),
        [{"expires_at": row.expires_at, "used_at": row.used_at}
         for row in db.session.scalars(select(SignInCode).where(SignInCode.user_id == person.id).order_by(SignInCode.id))],
        {"expires_at": _("Works until"), "used_at": _("Ended")},
    )  # fmt: skip
    yield from _log(person)


def consents(person: User, key: str, words: Mapping[str, str]) -> Share:
    """What she agreed to of these purposes (purpose -> its words), and whether she took it back. A room gives those that are its own."""
    given = select(Consent).where(Consent.user_id == person.id, Consent.purpose.in_(words)).order_by(Consent.id)
    rows = [
        {"purpose": Said(row.purpose, words[row.purpose]), "version": row.version, "language": row.language,
         "given_at": row.given_at, "withdrawn_at": row.withdrawn_at} for row in db.session.scalars(given)
    ]  # fmt: skip
    labels = {"purpose": _("For"), "given_at": _("You agreed"), "withdrawn_at": _("Consent taken back")}
    return Share(key, _("What you agreed to"), rows, labels)


def _who(person: User) -> Share:
    roles, spoken = sorted(person.roles), LANGUAGES.get(person.language)
    row = {
        "name": person.name, "latin_name": person.latin_name, "own_name": person.own_name, "email": person.email, "phone": person.phone,
        "sign_in_name": person.sign_in_name, "pseudonym": person.pseudonym, "roles": roles,
        "language": Said(person.language, spoken.name if spoken else person.language), "zone": person.zone,
        "country": Said(person.country, fmt.country(person.country)) if person.country else None,
        "adult": person.adult, "made_at": person.made_at, "active": person.active, "latin_digits": person.latin_digits,
        "afghan_calendar": person.afghan_calendar, "larger_text": person.larger_text, "data_saver": person.data_saver,
        "has_password": person.password_hash is not None,
    }  # fmt: skip
    labels = {
        "name": _("Name"), "latin_name": _("Your name in Latin letters"), "own_name": _("Your name in your own letters"),
        "email": _("Email"), "phone": _("Phone"), "sign_in_name": _("Your name to sign in"), "pseudonym": _("Your name in reports"),
        "language": _("Language"), "zone": _("Times are told for"), "country": _("Country"), "adult": _("18 or over"),
        "made_at": _("Here since"),
    }  # fmt: skip
    return Share("person", _("Who you are"), [row], labels)


def _log(person: User) -> Iterator[Share]:
    """For machines: each thing done here by her, or to her row by somebody who is not named; and the ids of what her phone sent."""
    about = or_(Fact.actor_id == person.id, (Fact.subject_kind == User.__tablename__) & (Fact.subject_id == person.id))
    facts = db.session.scalars(select(Fact).where(about).order_by(Fact.id))
    yield Share("log", _("What happened here, step by step"), [
        {"kind": fact.kind, "at": fact.at, "by_you": fact.actor_id == person.id, "subject": fact.subject_kind, "id": fact.subject_id}
        for fact in facts
    ])  # fmt: skip
    sent = db.session.scalars(select(Arrival).where(Arrival.user_id == person.id).order_by(Arrival.at))
    yield Share("arrivals", _("What your phone sent later"), [{"id": row.request_id, "at": row.at} for row in sent])
