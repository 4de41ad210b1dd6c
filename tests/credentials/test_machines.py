"""What machines ask: the signed credential and what it may show, the keys, the list; and what nobody may ask."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from sqlalchemy import LargeBinary, select, type_coerce

from lms.core.db import db, transaction
from lms.credentials import codes, proofs, signing, status
from lms.credentials.models import Credential, SigningKey, State
from tests.conftest import given_back
from tests.credentials.certified import certify, change, credentials
from tests.eight import eight_at_once


@pytest.fixture(scope="module")
def ground(school: Flask) -> Iterator[Flask]:
    with given_back(school):
        certify(school)
        yield school


@pytest.fixture
def code(app: Flask) -> str:
    return credentials(app)[0].printed


def key_of(stranger: Any) -> Any:
    methods = stranger.get("/.well-known/did.json").get_json()["verificationMethod"]
    return {method["id"]: proofs.public_key(method["publicKeyMultibase"]) for method in methods}


def bit(stranger: Any, signed: Any) -> bool:
    """What the list that a credential names says of it; the list's own signature is looked at first."""
    entry = signed["credentialStatus"]
    listed = stranger.get(entry["statusListCredential"]).get_json()
    assert proofs.verify(listed, key_of(stranger)[listed["proof"]["verificationMethod"]])
    assert listed["issuer"] == signed["issuer"]["id"]
    return status.is_set(listed["credentialSubject"]["encodedList"], int(entry["statusListIndex"]))


def test_the_credential_says_what_the_paper_says_but_the_name(code: str, stranger: Any) -> None:
    answer = stranger.get(f"/v/{code.lower()}.json")
    signed = answer.get_json()
    assert answer.mimetype == "application/json"
    assert signed["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert signed["id"] == f"http://localhost/v/{code}.json"
    assert signed["issuer"] == {"id": "did:web:localhost", "type": ["Profile"], "name": "Rukn", "url": "http://localhost"}
    achievement = signed["credentialSubject"]["achievement"]
    assert achievement["name"] == "Data annotation and ethics"
    assert "Read " in achievement["criteria"]["narrative"]
    assert "Level A2." in achievement["description"]
    assert "Amina" not in answer.get_data(as_text=True)
    assert signed["proof"]["cryptosuite"] == "eddsa-rdfc-2022"
    assert proofs.verify(signed, key_of(stranger)[signed["proof"]["verificationMethod"]])
    assert not bit(stranger, signed)


@pytest.mark.parametrize("path", ["/v/{}.json", "/.well-known/did.json", "/status-lists/1"])
def test_scripts_of_every_site_may_ask_and_get_no_cookie(path: str, code: str, app: Flask, stranger: Any) -> None:
    answer = FlaskClient(app, Response).get(path.format(code))
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert "Set-Cookie" not in answer.headers
    again = FlaskClient(app, Response).get(path.format(code), headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_the_name_is_in_it_where_its_holder_shows_it(code: str, app: Flask, stranger: Any) -> None:
    change(app, credentials(app)[0].id, share_name=True, own_name="أمينة")
    signed = stranger.get(f"/v/{code}.json").get_json()
    assert [one["identityHash"] for one in signed["credentialSubject"]["identifier"]] == ["Amina", "أمينة"]
    assert proofs.verify(signed, key_of(stranger)[signed["proof"]["verificationMethod"]])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"share_page": False}, 404),
        ({"state": State.ERASED, "latin_name": None}, 410),
        ({"state": State.ERASED, "latin_name": None, "share_page": False}, 410),
        ({"expires_on": date(2020, 1, 31)}, 200),
        ({"state": State.REVOKED, "revoked_on": date(2026, 11, 3), "reason": "Copied.", "share_name": True}, 200),
        ({"state": State.SUPERSEDED, "share_name": True}, 200),
    ],
)
def test_what_is_not_shown_on_the_page_is_not_in_the_file(
    values: dict[str, Any], expected: int, code: str, app: Flask, stranger: Any
) -> None:
    change(app, credentials(app)[0].id, **values)
    answer = stranger.get(f"/v/{code}.json")
    assert answer.status_code == expected
    assert "Amina" not in answer.get_data(as_text=True), "a name that was corrected or taken back is shown to nobody"


@pytest.mark.parametrize("path", [f"/v/{codes.checked('0' * 15)}.json", "/v/nothing.json", "/status-lists/2", "/status-lists/999999"])
def test_what_was_never_given_is_not_found(path: str, code: str, stranger: Any) -> None:
    assert stranger.get(path).status_code == 404


def test_before_the_first_certificate_there_is_no_key(own_school: Flask) -> None:
    stranger = own_school.test_client()
    assert stranger.get("/.well-known/did.json").get_json()["verificationMethod"] == []
    assert stranger.get("/status-lists/1").status_code == 404


def test_one_taken_back_shows_in_the_list_at_once_and_another_stands(own_school: Flask) -> None:
    first, _second = certify(own_school, "annotation-basics", "english-a2")
    stranger, amina, dana = (own_school.test_client() for _ in range(3))
    taken, other = (stranger.get(f"/v/{one.printed}.json").get_json() for one in credentials(own_school))
    assert (bit(stranger, taken), bit(stranger, other)) == (False, False)
    amina.sign_in("amina")
    assert amina.post(f"/certificates/{first}/revocation", data={"reason": "x"}).status_code == 403
    assert not bit(stranger, taken)
    dana.sign_in("dana")
    dana.post(f"/certificates/{first}/revocation", data={"reason": "The work was copied."})
    assert (bit(stranger, taken), bit(stranger, other)) == (True, False)


def test_a_corrected_one_falls_in_the_list_and_the_new_one_has_a_place_of_its_own(code: str, app: Flask, stranger: Any, as_: Any) -> None:
    old = stranger.get(f"/v/{code}.json").get_json()
    with app.app_context(), transaction(write=True):
        db.session.scalars(select(Credential)).one().user.latin_name = "Amina Haddad"
    as_("dana").post(f"/certificates/{credentials(app)[0].id}/correction")
    new = stranger.get(f"/v/{credentials(app)[1].printed}.json").get_json()
    assert (bit(stranger, old), bit(stranger, new)) == (True, False)
    assert old["credentialStatus"]["statusListIndex"] != new["credentialStatus"]["statusListIndex"]


def test_hiding_is_no_revoking(code: str, app: Flask, stranger: Any) -> None:
    signed = stranger.get(f"/v/{code}.json").get_json()
    change(app, credentials(app)[0].id, share_page=False)
    assert not bit(stranger, signed)


def test_a_new_key_signs_and_the_old_one_goes_on_verifying(code: str, app: Flask, stranger: Any) -> None:
    old = stranger.get(f"/v/{code}.json").get_json()
    with app.app_context(), transaction(write=True):
        signing.make_key()
    new, keys = stranger.get(f"/v/{code}.json").get_json(), key_of(stranger)
    assert [one["proof"]["verificationMethod"] for one in (old, new)] == ["did:web:localhost#key-1", "did:web:localhost#key-2"]
    assert all(proofs.verify(one, keys[one["proof"]["verificationMethod"]]) for one in (old, new))


def test_the_private_key_is_sealed_in_the_database(code: str, app: Flask) -> None:
    with app.app_context():
        [kept] = db.session.scalars(select(SigningKey))
        raw = db.session.scalar(select(type_coerce(SigningKey.secret, LargeBinary)))
        assert kept.secret.encode() not in bytes(raw or b"")
        assert bytes.fromhex(kept.secret) not in bytes(raw or b"")
        assert len(raw or b"") > 64
        assert proofs.multikey(signing.Signer(kept.number, kept.secret).key.public_key()) == kept.public


def test_the_paper_carries_the_credential_with_the_name_it_shows(code: str, app: Flask, as_: Any, stranger: Any, tmp_path: Path) -> None:
    made = tmp_path / "certificate.pdf"
    made.write_bytes(as_("amina").get(f"/certificates/{credentials(app)[0].id}.pdf").data)
    subprocess.run(["pdfdetach", "-savefile", "credential.json", "-o", tmp_path / "inside.json", made], check=True)
    inside = json.loads((tmp_path / "inside.json").read_text("utf-8"))
    assert inside["credentialSubject"]["identifier"][0]["identityHash"] == "Amina"
    assert proofs.verify(inside, key_of(stranger)[inside["proof"]["verificationMethod"]])
    assert "No syntax or stream encoding errors" in subprocess.run(["qpdf", "--check", made], capture_output=True, text=True).stdout
    assert b"/AFRelationship /Data" in subprocess.run(["qpdf", "--qdf", "--object-streams=disable", made, "-"], capture_output=True).stdout


def test_eight_workers_at_once_make_one_first_key(either_school: Flask) -> None:
    app = either_school
    eight_at_once(app, lambda _n: signing.make_ready())
    with app.app_context():
        assert db.session.scalars(select(SigningKey.number)).all() == [1]
