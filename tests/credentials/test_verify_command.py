"""`lms credentials verify`: a file is judged by the keys and lists of this installation, without a network."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from sqlalchemy import delete

from lms.cli import main
from lms.core.db import db, transaction
from lms.credentials import documents, proofs, rendering, signing
from lms.credentials.models import SigningKey, State
from tests.conftest import given_back
from tests.credentials.certified import certify, change, credentials
from tests.credentials.test_proofs import BADGE

SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:ob="https://purl.imsglobal.org/ob/v3p0"><ob:credential><![CDATA[{}]]></ob:credential></svg>'
GOOD = {"valid": True, "signature": "valid", "issuer": "known", "expiry": "none", "status": "good", "pdf_signature": None, "reasons": []}


@pytest.fixture(scope="module")
def ground(school: Flask) -> Iterator[Flask]:
    with given_back(school):
        certify(school)
        yield school


@pytest.fixture
def given(app: Flask, as_: Any, stranger: Any) -> SimpleNamespace:
    """A certificate as it goes round: its paper and its signed file."""
    [id] = [one.id for one in credentials(app)]
    paper = as_("amina").get(f"/certificates/{id}.pdf").data
    return SimpleNamespace(id=id, paper=paper, signed=stranger.get(f"/v/{credentials(app)[0].printed}.json").get_json())


@pytest.fixture
def verify(app: Flask, tmp_path: Path) -> Any:
    def run(content: bytes | str) -> dict[str, Any]:
        answer = command(app, tmp_path, content, "--json")
        verdict = json.loads(answer.stdout)
        assert answer.exit_code == (0 if verdict["valid"] else 1)
        assert verdict["valid"] is not bool(verdict["reasons"])
        return dict(verdict)

    return run


def command(app: Flask, folder: Path, content: bytes | str, *options: str) -> Result:
    file = folder / "file"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return CliRunner().invoke(main, ["credentials", "verify", str(file), *options], obj=lambda: app)


@pytest.fixture(autouse=True)
def _the_app_of_the_test(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lms.cli.application", lambda: app)


def png(signed: Any) -> bytes:
    inside, made = PngInfo(), io.BytesIO()
    inside.add_itxt("openbadgecredential", json.dumps(signed))
    Image.new("RGB", (4, 4)).save(made, "PNG", pnginfo=inside)
    return made.getvalue()


def test_the_paper_the_file_and_both_badges_are_valid(given: SimpleNamespace, verify: Any) -> None:
    assert verify(json.dumps(given.signed)) == GOOD
    assert verify(given.paper) == {**GOOD, "pdf_signature": "absent"}
    assert verify(png(given.signed)) == GOOD
    assert verify(SVG.format(json.dumps(given.signed))) == GOOD


def test_without_json_it_says_one_sentence(given: SimpleNamespace, app: Flask, tmp_path: Path) -> None:
    good = command(app, tmp_path, json.dumps(given.signed))
    assert (good.exit_code, good.stdout, good.stderr) == (0, "Valid: signed here, unchanged, and not taken back.\n", "")
    change(app, given.id, state=State.REVOKED, revoked_on=date(2026, 11, 3), reason="Copied.")
    bad = command(app, tmp_path, json.dumps(given.signed))
    assert (bad.exit_code, bad.stdout, bad.stderr) == (1, "", "It was taken back.\n")


@pytest.mark.parametrize(("state", "told"), [(State.REVOKED, "revoked"), (State.SUPERSEDED, "superseded"), (State.ERASED, "good")])
def test_what_became_of_it_is_told(state: State, told: str, given: SimpleNamespace, verify: Any, app: Flask) -> None:
    change(app, given.id, state=state)
    verdict = verify(json.dumps(given.signed))
    assert (verdict["status"], verdict["signature"], verdict["valid"]) == (told, "valid", told == "good")


def test_what_was_changed_is_told(given: SimpleNamespace, verify: Any) -> None:
    given.signed["credentialSubject"]["achievement"]["name"] = "Level C1"
    verdict = verify(json.dumps(given.signed))
    assert (verdict["signature"], verdict["status"]) == ("invalid", "unknown")
    del given.signed["proof"]
    assert verify(json.dumps(given.signed))["signature"] == "absent"


def test_a_paper_with_a_changed_byte_is_not_the_one_made_here(given: SimpleNamespace, verify: Any) -> None:
    """The credential inside covers the course and the name, not the letters that are drawn."""
    verdict = verify(given.paper + b"\n")
    assert (verdict["valid"], verdict["signature"], verdict["status"]) == (False, "valid", "good")
    assert "not the file that was made here" in verdict["reasons"][0]


def test_a_foreign_one_is_unknown(given: SimpleNamespace, verify: Any) -> None:
    stranger = documents.Issuer(base="https://elsewhere.example", host="elsewhere.example", name="Rukn")
    forged = proofs.sign(documents.badge(stranger, BADGE), key=Ed25519PrivateKey.generate(), method=stranger.method(1), at=BADGE.valid_from)
    verdict = verify(json.dumps(forged))
    assert (verdict["issuer"], verdict["signature"], verdict["status"]) == ("unknown", "invalid", "unknown")


def test_our_name_under_another_key_is_refused(given: SimpleNamespace, verify: Any, app: Flask) -> None:
    with app.app_context():
        issuer = signing.issuer("Rukn")
    for method in (issuer.method(1), issuer.method(9), "did:web:elsewhere.example#key-1"):
        forged = proofs.sign(documents.badge(issuer, BADGE), key=Ed25519PrivateKey.generate(), method=method, at=BADGE.valid_from)
        verdict = verify(json.dumps(forged))
        assert (verdict["issuer"], verdict["signature"], verdict["status"]) == ("known", "invalid", "unknown")


@pytest.mark.parametrize(("day", "told", "valid"), [(date(2020, 1, 31), "past", False), (date(2036, 1, 31), "ahead", True)])
def test_its_end_is_told(day: date, told: str, valid: bool, given: SimpleNamespace, verify: Any, app: Flask, stranger: Any) -> None:
    change(app, given.id, expires_on=day)
    verdict = verify(stranger.get(f"/v/{credentials(app)[0].printed}.json").get_data())
    assert (verdict["expiry"], verdict["valid"], verdict["signature"]) == (told, valid, "valid")


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"[]", b"\xff\xfe", b"%PDF-1.7 and no more", b"\x89PNG\r\n\x1a\n broken", b"<svg", b"<svg/>", b"[" * 100_000, b"null",
     b'<!DOCTYPE x [<!ENTITY a "b">]><svg/>', b'{"proof": 1}', b'{"issuer": [], "credentialStatus": []}', b"{}",
     b'{"@context": [], "proof": {}, "validUntil": "soon"}', b'{"validUntil": "2020-01-01"}'],
    ids=lambda content: repr(content[:30]),
)  # fmt: skip
def test_what_is_no_certificate_is_said_to_be_none(content: bytes, given: SimpleNamespace, verify: Any) -> None:
    verdict = verify(content)
    assert (verdict["valid"], verdict["status"]) == (False, "unknown")


def test_a_file_that_is_not_there_is_one_sentence(app: Flask) -> None:
    answer = CliRunner().invoke(main, ["credentials", "verify", "/no/such/file"])
    assert (answer.exit_code, answer.stdout) == (1, "")
    assert answer.stderr == "/no/such/file cannot be read: No such file or directory.\n"


def test_a_new_key_signs_and_the_old_paper_stays_valid(own_school: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    app = own_school
    monkeypatch.setattr("lms.cli.application", lambda: app)
    certify(app)
    old = app.test_client().get(f"/v/{credentials(app)[0].printed}.json").get_data()
    answer = CliRunner().invoke(main, ["credentials", "new-key"])
    assert answer.exit_code == 0
    assert answer.stdout.startswith("Key 2 signs from now on: z6Mk")
    assert command(app, tmp_path, old).exit_code == 0
    new = app.test_client().get(f"/v/{credentials(app)[0].printed}.json").get_data()
    assert b"#key-2" in new
    assert command(app, tmp_path, new).exit_code == 0


def test_a_sheet_from_before_there_were_keys_is_printed_when_there_is_one(app: Flask) -> None:
    [id] = [one.id for one in credentials(app)]
    change(app, id, sheet_id=None)
    with app.app_context(), transaction(write=True):
        db.session.execute(delete(SigningKey))
    with app.app_context(), transaction(write=True):
        rendering.render({"credential": id})
    assert credentials(app)[0].sheet_id is not None
