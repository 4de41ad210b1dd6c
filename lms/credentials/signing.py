"""What this installation signs with, and what it signs: keys made once and kept for ever, certificates, status lists.

The private half lies in the database, sealed with the field key of `LMS_KEYS`, so that the server and the worker share it, a backup holds
it, and neither the database nor the keys folder alone gives it away.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from lms.core import clock
from lms.core.db import db
from lms.credentials import documents, proofs, queries, status
from lms.credentials.models import Credential, SigningKey
from lms.credentials.proofs import Json

LANGUAGE = "en"  # of the credential, which has room for one
LIST_IS_GOOD_FOR = timedelta(days=7)  # an old list, shown again, hides a revocation no longer than this
FULL = status.SIZE // 2  # then the next list begins: a free place is found at the second try


@dataclass(frozen=True)
class Signer:
    """The key that signs now."""

    number: int
    secret: str

    @property
    def key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(self.secret))


def issuer(name: str) -> documents.Issuer:
    """This installation under a name, which a certificate keeps from the day it was given."""
    return documents.Issuer(base=current_app.config["BASE_URL"], host=current_app.config["SETTINGS"].host, name=name)


def signer() -> Signer | None:
    """The newest key; None before the first certificate was given."""
    newest = db.session.scalars(select(SigningKey).order_by(SigningKey.number.desc()).limit(1)).one_or_none()
    return Signer(newest.number, newest.secret) if newest else None


def make_ready() -> None:
    """Make the first key, where there is none."""
    if signer() is not None:
        return
    try:
        with db.session.begin_nested():
            _make(1)
    except IntegrityError:  # another worker made it meanwhile
        pass


def make_key() -> SigningKey:
    """A new key, which signs from now on. The old ones stay in did.json, so that what they signed goes on verifying."""
    return _make((db.session.scalar(select(func.max(SigningKey.number))) or 0) + 1)


def _make(number: int) -> SigningKey:
    secret = Ed25519PrivateKey.generate()
    key = SigningKey(number=number, public=proofs.multikey(secret.public_key()), secret=secret.private_bytes_raw().hex())
    db.session.add(key)
    db.session.flush()
    return key


def public_keys() -> dict[int, str]:
    """Every key there ever was as a Multikey, by its number."""
    return {row.number: row.public for row in db.session.execute(select(SigningKey.number, SigningKey.public))}


def free_place() -> tuple[int, int]:
    """A list and a random place in it that no certificate has. The database refuses one given twice at once, and the job comes again."""
    number = (db.session.scalar(select(func.count()).select_from(Credential)) or 0) // FULL + 1
    while True:
        index = secrets.randbelow(status.SIZE)
        if not queries.has_place(number, index):
            return number, index


def signed_credential(credential: Credential, signer: Signer, *, named: bool) -> str:
    """The signed JSON of a certificate: the same row and key give the same text."""
    said = documents.badge(issuer(credential.issuer), _said(credential, named=named))
    return _text(_sign(said, issuer(credential.issuer), signer, at=credential.made_at))


def signed_list(number: int, places: frozenset[int], signer: Signer) -> str:
    """The signed list of the places that no longer stand. Two processes make the same text on the same day, and neither makes it twice."""
    return _signed_list(issuer(current_app.config["SITE_NAME"]), number, places, signer, datetime.combine(clock.now().date(), time(), UTC))


@lru_cache(maxsize=16)
def _signed_list(issuer: documents.Issuer, number: int, places: frozenset[int], signer: Signer, day: datetime) -> str:
    said = documents.status_list(issuer, number, places, valid_from=day, valid_until=day + LIST_IS_GOOD_FOR)
    return _text(_sign(said, issuer, signer, at=day))


def _said(credential: Credential, *, named: bool) -> documents.Badge:
    def words(texts: list[dict[str, str]]) -> list[str]:
        return [credential.in_language(text, LANGUAGE) for text in texts]

    counted = [(credential.hours, "hour"), (credential.lessons, "lesson"), (credential.tasks, "checked task")]
    work = ", ".join(f"{number} {thing}{'' if number == 1 else 's'}" for number, thing in counted if number)
    midnight = datetime.combine(credential.issued_on, time(), UTC)
    return documents.Badge(
        code=credential.printed,
        course_uid=credential.course_uid,
        language=LANGUAGE,
        title=credential.title_in(LANGUAGE),
        description=f"{work}. Level {credential.level}." if credential.level else f"{work}.",
        criteria=words(credential.criteria),
        skills=words(credential.skills),
        names=[name for name in (credential.latin_name, credential.own_name) if name] if named else [],
        valid_from=min(midnight, credential.made_at),  # east of Greenwich the day of issue begins before midnight in UTC
        valid_until=datetime.combine(credential.expires_on, time(23, 59, 59), UTC) if credential.expires_on else None,
        status_list=credential.status_list,
        status_index=credential.status_index,
    )


def _sign(document: Json, issuer: documents.Issuer, signer: Signer, *, at: datetime) -> Json:
    return proofs.sign(document, key=signer.key, method=issuer.method(signer.number), at=at)


def _text(document: Json) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"
