"""Whether a file is a certificate of this installation that still stands: a PDF, its JSON, or a PNG or SVG badge. Asks no network."""

from __future__ import annotations

import io
import json
import xml.etree.ElementTree as etree
from dataclasses import asdict, dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from lms.core import clock
from lms.credentials import documents, proofs, queries, signing
from lms.credentials.models import Credential, State
from lms.credentials.proofs import Json
from lms.credentials.rendering import ATTACHMENT

LIMIT = 20_000_000  # bytes of a file
BADGE = "{https://purl.imsglobal.org/ob/v3p0}credential"  # in an SVG
BADGE_TEXT = "openbadgecredential"  # in a PNG
STATUS = {State.REVOKED: "revoked", State.SUPERSEDED: "superseded"}


class NoCredential(ValueError):
    """The file holds no credential that can be read."""


@dataclass
class Verdict:
    """What was found, in the words of `lms credentials verify`. `pdf_signature` is None where there is no PDF."""

    valid: bool = False
    signature: str = "absent"
    issuer: str = "unknown"
    expiry: str = "none"
    status: str = "unknown"
    pdf_signature: str | None = None
    reasons: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def judge(content: bytes, issuer: documents.Issuer, keys: dict[int, str]) -> Verdict:
    """Judge a file by the keys and lists of this installation. Raises NoCredential where there is nothing to judge."""
    verdict = Verdict()
    is_pdf = content.startswith(b"%PDF-")
    if is_pdf:
        verdict.pdf_signature = "absent"
    signed = _document(content)
    _judge_signature(verdict, signed, issuer, keys)
    _judge_expiry(verdict, signed)
    kept = _judge_status(verdict, signed) if verdict.signature == "valid" else None
    if is_pdf and kept is not None and (kept.sheet is None or kept.sheet.sha256 != sha256(content).hexdigest()):
        verdict.reasons.append("The credential inside is real, but the PDF round it is not the file that was made here.")
    verdict.valid = not verdict.reasons
    return verdict


def _judge_signature(verdict: Verdict, signed: Json, issuer: documents.Issuer, keys: dict[int, str]) -> None:
    said = signed.get("issuer")
    name = said.get("id") if isinstance(said, dict) else said
    verdict.issuer = "known" if name == issuer.did else "unknown"
    if verdict.issuer == "unknown":
        verdict.reasons.append(f"It was not given by this installation ({issuer.did}).")
    if "proof" not in signed:
        verdict.reasons.append("It is not signed.")
        return
    verdict.signature = "invalid"
    try:
        method = proofs.proof_of(signed)["verificationMethod"]
        key = next((multikey for number, multikey in keys.items() if issuer.method(number) == method), None)
        if key is None:
            verdict.reasons.append("The key it names is not one of this installation.")
        elif not proofs.verify(signed, proofs.public_key(key)):
            verdict.reasons.append("Its signature is not of what it says: it was changed.")
        else:
            verdict.signature = "valid"
    except proofs.Unreadable as trouble:
        verdict.reasons.append(str(trouble))


def _judge_expiry(verdict: Verdict, signed: Json) -> None:
    until = signed.get("validUntil")
    if until is None:
        return
    try:
        verdict.expiry = "past" if datetime.fromisoformat(str(until)) < clock.now() else "ahead"
    except (TypeError, ValueError):
        verdict.reasons.append("The end of its validity is no date.")
    if verdict.expiry == "past":
        verdict.reasons.append("It has expired.")


def _judge_status(verdict: Verdict, signed: Json) -> Credential | None:
    """Looks its place up in this installation's records, which the public lists are made from. Only for what was signed here."""
    entry = signed.get("credentialStatus")
    place = str(entry.get("statusListCredential", "")).rpartition("/")[2] if isinstance(entry, dict) else ""
    index = str(entry.get("statusListIndex", "")) if isinstance(entry, dict) else ""
    found = queries.at_place(int(place), int(index)) if place.isdecimal() and index.isdecimal() else None
    if found is None:
        verdict.reasons.append("No certificate of this installation has its place in the status lists.")
        return None
    verdict.status = STATUS.get(found.state, "good")
    if verdict.status == "revoked":
        verdict.reasons.append("It was taken back.")
    elif verdict.status == "superseded":
        verdict.reasons.append("A new certificate has replaced it.")
    return found


def _document(content: bytes) -> Json:
    """The credential that a file is or carries."""
    if len(content) > LIMIT:
        raise NoCredential("The file is too big to be a certificate.")
    try:
        document = json.loads(_text(content))
    except (ValueError, RecursionError) as trouble:
        raise NoCredential("The file holds no JSON that can be read.") from trouble
    if not isinstance(document, dict):
        raise NoCredential("The JSON in the file is no credential.")
    return document


def _text(content: bytes) -> str | bytes:
    if content.startswith(b"%PDF-"):
        return _from_pdf(content)
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return _from_png(content)
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return _from_svg(content)
    return content


def _from_pdf(content: bytes) -> bytes:
    from pypdf import PdfReader

    try:
        inside = PdfReader(io.BytesIO(content)).attachments.get(ATTACHMENT, [])
    except Exception as trouble:  # a damaged PDF fails in many ways, and each of them is this one
        raise NoCredential("The PDF is damaged.") from trouble
    if len(inside) != 1:
        raise NoCredential(f"The PDF does not hold one file named {ATTACHMENT}.")
    return bytes(inside[0])


def _from_png(content: bytes) -> str:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(content), formats=("PNG",)) as picture:
            picture.load()
            text = picture.info.get(BADGE_TEXT)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning) as trouble:
        raise NoCredential("The picture is damaged.") from trouble
    if not isinstance(text, str):
        raise NoCredential("The picture holds no credential.")
    return text


def _from_svg(content: bytes) -> str:
    if b"<!ENTITY" in content:
        raise NoCredential("A drawing that defines entities is not read.")
    try:
        found = etree.fromstring(content).find(BADGE)  # noqa: S314  # without entities of its own it cannot grow, and expat fetches nothing
    except etree.ParseError as trouble:
        raise NoCredential("The drawing is damaged.") from trouble
    if found is None or not (found.text or "").strip():
        raise NoCredential("The drawing holds no credential.")
    return str(found.text)


def installation() -> tuple[documents.Issuer, dict[int, str]]:
    """Whose certificates are known here, and their keys."""
    return signing.issuer(""), signing.public_keys()
