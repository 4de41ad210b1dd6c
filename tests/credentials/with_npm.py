"""Our credentials before a verifier that nobody here wrote: @digitalbazaar/vc from npm, offline, over what the addresses answer.

Needs node and `npm ci`, which only .ci/run asks for: hence a name that ./run test does not collect.

    npm ci --ignore-scripts && ./run test tests/credentials/with_npm.py
"""

from __future__ import annotations

import copy
import json
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from lms.core.db import transaction
from lms.credentials import proofs, signing
from tests.credentials.certified import certify, change, credentials

VERIFIER = Path(__file__).with_name("verifier.mjs")
BASE = "http://localhost"


def ask_npm(documents: dict[str, Any], cases: dict[str, Any]) -> dict[str, Any]:
    """What the verifier says of each case, and the contexts of its packages."""
    sent = json.dumps({"documents": documents, "cases": cases})
    ran = subprocess.run(["node", str(VERIFIER)], input=sent, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    return dict(json.loads(ran.stdout))


def published(stranger: Any) -> dict[str, Any]:
    """What a verifier would fetch from this installation: the keys, each under its own address, and the list."""
    did = stranger.get("/.well-known/did.json").get_json()
    multikey = {"@context": "https://w3id.org/security/multikey/v1"}
    keys = {method["id"]: {**multikey, **method} for method in did["verificationMethod"]}
    return {did["id"]: did, **keys, f"{BASE}/status-lists/1": stranger.get("/status-lists/1").get_json()}


@pytest.fixture
def code(app: Flask) -> str:
    certify(app)
    return credentials(app)[0].printed


def test_a_fresh_one_is_verified_with_and_without_its_name(code: str, app: Flask, stranger: Any) -> None:
    nameless = stranger.get(f"/v/{code}.json").get_json()
    change(app, credentials(app)[0].id, share_name=True, own_name="أمينة حداد", expires_on=date(2036, 1, 1))
    named = stranger.get(f"/v/{code}.json").get_json()
    assert named["credentialSubject"]["identifier"][1]["identityHash"] == "أمينة حداد"
    with app.app_context(), transaction(write=True):
        signing.make_key()
    with_new_key = stranger.get(f"/v/{code}.json").get_json()
    assert with_new_key["proof"]["verificationMethod"].endswith("#key-2")
    cases = {"nameless": nameless, "named": named, "with a new key": with_new_key}
    answers = ask_npm(published(stranger), cases)["answers"]
    assert answers == {name: {"accepted": True, "revoked": False, "errors": []} for name in cases}


def test_what_was_changed_is_refused(code: str, stranger: Any) -> None:
    real = stranger.get(f"/v/{code}.json").get_json()

    def changed(change: Any) -> Any:
        copied = copy.deepcopy(real)
        change(copied)
        return copied

    mallory = {"type": "IdentityObject", "hashed": False, "identityHash": "Mallory", "identityType": "name"}
    value = real["proof"]["proofValue"]
    other_proof = {**real["proof"], "proofValue": value[:-1] + ("3" if value.endswith("2") else "2")}
    cases = {
        "another course": changed(lambda one: one["credentialSubject"]["achievement"].update(name="Level C1")),
        "another place in the list": changed(lambda one: one["credentialStatus"].update(statusListIndex="7")),
        "a name put in": changed(lambda one: one["credentialSubject"].update(identifier=[mallory])),
        "a key no context knows": changed(lambda one: one["credentialSubject"].update(salary="100")),
        "another signature": changed(lambda one: one.update(proof=other_proof)),
        "no signature": changed(lambda one: one.pop("proof")),
        "another date": changed(lambda one: one.update(validFrom="2020-01-01T00:00:00Z")),
    }  # fmt: skip
    answers = ask_npm(published(stranger), cases)["answers"]
    assert {name: answer["accepted"] for name, answer in answers.items()} == dict.fromkeys(cases, False)


def test_one_taken_back_is_told_by_the_list_at_once(code: str, app: Flask, stranger: Any, as_: Any) -> None:
    real = stranger.get(f"/v/{code}.json").get_json()
    assert ask_npm(published(stranger), {"it": real})["answers"]["it"]["accepted"]
    as_("dana").post(f"/certificates/{credentials(app)[0].id}/revocation", data={"reason": "The work was copied."})
    assert ask_npm(published(stranger), {"it": real})["answers"]["it"] == {"accepted": False, "revoked": True, "errors": []}


def test_a_list_that_was_changed_is_not_believed(code: str, stranger: Any) -> None:
    documents, real = published(stranger), stranger.get(f"/v/{code}.json").get_json()
    forged = copy.deepcopy(documents)
    forged[f"{BASE}/status-lists/1"]["validUntil"] = "2099-01-01T00:00:00Z"
    told = ask_npm(forged, {"it": real})["answers"]["it"]
    assert not told["accepted"]
    assert told["errors"]


def test_our_copies_of_the_contexts_are_the_published_ones() -> None:
    theirs = ask_npm({}, {})["contexts"]
    assert {address: json.loads((proofs.CONTEXTS / name).read_text("utf-8")) for address, name in proofs.FILES.items()} == theirs
