"""The sheet of a certificate: made by a worker while no row is locked, kept in the file store."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from flask import current_app
from sqlalchemy import select

from lms.core import jobs
from lms.core.db import db, release
from lms.core.files import Accepted, keep
from lms.core.pdf import Attached
from lms.credentials import letters, sheets, signing
from lms.credentials.models import Credential, State, Trouble

RENDER = "credentials.render"
ATTACHMENT = "credential.json"  # inside the PDF, with the names that the paper shows
LANGUAGES = ("en", "ar")  # of the sheet; the design has words for both


def render(payload: dict[str, Any]) -> None:
    """Job: print the sheet of one certificate and keep it. What the fonts cannot print is written down instead, for people to mend."""
    credential = db.session.get(Credential, payload["credential"])
    if credential is None or credential.sheet_id is not None or credential.state is not State.VALID:
        return
    signer = signing.signer()
    if signer is None:  # a job from before there were keys: what it writes may not be lost by release(), so that it comes again
        signing.make_ready()
        jobs.enqueue(RENDER, payload, key=f"{RENDER}:{credential.id}:signed")
        return
    id, holder_id, sheet, name = credential.id, credential.user_id, sheet_of(credential), f"certificate-{credential.printed}.pdf"
    inside = Attached(ATTACHMENT, signing.signed_credential(credential, signer, named=True).encode(), "Open Badges 3.0 credential")
    release()
    file, trouble, trouble_with = None, None, None
    try:
        file = keep(Accepted(sheets.render(sheet, attachments=[inside]), "application/pdf", name))
        file.owner_id = holder_id
    except letters.MissingLetters as missing:
        trouble, trouble_with = Trouble.LETTERS, " ".join(missing.letters)[:200]
    except sheets.DoesNotFit:
        trouble = Trouble.LENGTH
    credential = db.session.scalars(select(Credential).where(Credential.id == id).with_for_update()).one_or_none()
    if credential is not None and credential.sheet_id is None:
        credential.sheet, credential.trouble, credential.trouble_with = file, trouble, trouble_with


def address(code: str) -> str:
    """Where a printed code leads: the text below the square code, and what that code holds."""
    return f"{current_app.config['BASE_URL']}/v/{code}"


def sheet_of(credential: Credential) -> sheets.Sheet:
    """What the paper says. The fields of the record, and nothing about the person who asks."""
    skills: dict[str, list[str]] = {language: [] for language in LANGUAGES}
    for skill in credential.skills:
        for language in LANGUAGES:
            skills[language].append(credential.in_language(skill, language))
    return sheets.Sheet(
        code=credential.code,
        url=address(credential.printed),
        organisation={"en": credential.issuer},
        name=credential.latin_name or "",
        own_name=credential.own_name or "",
        own_language=credential.name_language,
        course=credential.title,
        hours=credential.hours,
        lessons=credential.lessons,
        tasks=credential.tasks,
        skills=skills,
        issued=credential.issued_on,
        signer={"en": credential.signer},
        role=credential.signer_role,
        languages=LANGUAGES,
    )


def digest(credential: Credential) -> str:
    """A name for the content of a sheet: 16 hex signs of the SHA-256 of everything it prints."""
    return sha256(json.dumps(vars(sheet_of(credential)), default=str, sort_keys=True).encode()).hexdigest()[:16]
