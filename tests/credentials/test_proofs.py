"""The signature of a credential: over what it says, whatever the order of its keys; and the bits of the status list."""

from __future__ import annotations

import base64
import gzip
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from lms.credentials import documents, proofs, status

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ISSUER = documents.Issuer(base="https://rukn.example", host="rukn.example", name="Rukn")
AT = datetime(2026, 10, 24, 9, 30, tzinfo=UTC)
BADGE = documents.Badge(
    code="7KQM-4XRT-92HD-M3VA", course_uid="annotation-basics", language="en", title="Annotation basics", description="34 hours.",
    criteria=("Read all lessons", "Passed the quiz"), skills=("boxes", "names in text"), names=("Amina Haddad", "أمينة حداد"),
    valid_from=AT, valid_until=None, status_list=1, status_index=7,
)  # fmt: skip


def signed() -> proofs.Json:
    return proofs.sign(documents.badge(ISSUER, BADGE), key=KEY, method=ISSUER.method(1), at=AT)


def test_what_was_signed_verifies_and_the_same_input_gives_the_same_proof() -> None:
    assert proofs.verify(signed(), KEY.public_key())
    assert signed() == signed()
    assert not proofs.verify(signed(), Ed25519PrivateKey.generate().public_key())


def test_the_order_of_keys_says_nothing() -> None:
    def turned(value: Any) -> Any:
        return {name: turned(value[name]) for name in reversed(value)} if isinstance(value, dict) else value

    assert proofs.verify(turned(signed()), KEY.public_key())


CHANGES: dict[str, tuple[list[str], Any]] = {
    "course": (["credentialSubject", "achievement", "name"], "Level C1"),
    "a letter of the name": (["credentialSubject", "identifier"], [{"type": "IdentityObject", "identityHash": "Amina Hadad"}]),
    "issuer": (["issuer", "id"], "did:web:elsewhere.example"),
    "day": (["validFrom"], "2020-01-01T00:00:00Z"),
    "an end": (["validUntil"], "2099-01-01T00:00:00Z"),
    "place in the list": (["credentialStatus", "statusListIndex"], "8"),
    "when it was signed": (["proof", "created"], "2020-01-01T00:00:00Z"),
    "which key": (["proof", "verificationMethod"], "did:web:rukn.example#key-2"),
    "the signature": (["proof", "proofValue"], "z" + proofs.base58(bytes(64))),
    "a short signature": (["proof", "proofValue"], "z2"),
}


@pytest.mark.parametrize(("path", "value"), CHANGES.values(), ids=CHANGES)
def test_whatever_is_changed_shows(path: list[str], value: Any) -> None:
    forged = json.loads(json.dumps(signed()))
    place = forged
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert not proofs.verify(forged, KEY.public_key())


def test_a_key_no_signature_covers_is_refused_and_never_signed() -> None:
    """JSON-LD drops it without a word: the signature would still verify."""
    forged = json.loads(json.dumps(signed()))
    forged["credentialSubject"]["salary"] = "100"
    with pytest.raises(proofs.Unreadable, match="salary"):
        proofs.verify(forged, KEY.public_key())
    with pytest.raises(proofs.Unreadable, match="salary"):
        proofs.sign({**documents.badge(ISSUER, BADGE), "salary": "100"}, key=KEY, method=ISSUER.method(1), at=AT)


@pytest.mark.parametrize(
    "contexts",
    ["https://www.w3.org/ns/credentials/v2", [], [{"name": "https://schema.org/alternateName"}], ["https://elsewhere.example/context.json"],
     [proofs.CREDENTIALS, {"name": None}], None],
)  # fmt: skip
def test_a_foreign_context_is_refused_and_never_fetched(contexts: Any) -> None:
    with pytest.raises(proofs.Unreadable, match="contexts"):
        proofs.verify({**signed(), "@context": contexts}, KEY.public_key())


@pytest.mark.parametrize("proof", [None, [], [{}], {"type": "DataIntegrityProof"}, {**signed()["proof"], "cryptosuite": "none"},
                                   {**signed()["proof"], "challenge": "x"}, {**signed()["proof"], "proofValue": 7}])  # fmt: skip
def test_another_kind_of_proof_is_refused(proof: Any) -> None:
    with pytest.raises(proofs.Unreadable):
        proofs.verify({**signed(), "proof": proof}, KEY.public_key())


def test_every_key_we_sign_says_something() -> None:
    """A value for every leaf of the document stands in what is signed: none was dropped for want of a context."""
    said = proofs.canonical(documents.badge(ISSUER, BADGE)).decode()
    for leaf in ("Annotation basics", "34 hours.", "Read all lessons\\n- Passed the quiz", "boxes", "names in text", "Amina Haddad",
                 "أمينة حداد", "2026-10-24T09:30:00Z", '"7"', "https://rukn.example/status-lists/1", "revocation", '"Rukn"',
                 "did:web:rukn.example",
                 "CertificateOfCompletion", '"en"', "IdentityObject", '"false"', '"name"', "7KQM-4XRT-92HD-M3VA.json",
                 '"https://rukn.example"'):  # fmt: skip
        assert leaf in said, leaf


def test_two_certificates_of_a_person_do_not_tell_that_they_are_hers() -> None:
    first, second = (documents.badge(ISSUER, BADGE.__class__(**{**vars(BADGE), "code": code, "names": ()})) for code in ("A", "B"))
    assert first["credentialSubject"]["id"] != second["credentialSubject"]["id"]
    assert "identifier" not in first["credentialSubject"]


def test_the_port_of_a_did_is_escaped() -> None:
    assert documents.Issuer(base="http://127.0.0.1:8000", host="127.0.0.1:8000", name="x").did == "did:web:127.0.0.1%3A8000"


def test_a_key_is_written_as_everybody_writes_it() -> None:
    """The first key of RFC 8032, section 7.1, as the method did:key knows it."""
    known = Ed25519PrivateKey.from_private_bytes(bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))
    multikey = "z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw"
    assert proofs.multikey(known.public_key()) == multikey
    assert proofs.public_key(multikey).public_bytes_raw() == known.public_key().public_bytes_raw()
    with pytest.raises(ValueError, match="Ed25519"):
        proofs.public_key("z2")


@given(st.binary(max_size=80))
def test_base_58_comes_back(content: bytes) -> None:
    assert proofs.unbase58(proofs.base58(content)) == content


@given(st.frozensets(st.integers(0, status.SIZE - 1), max_size=50))
def test_the_places_of_a_list_come_back(places: frozenset[int]) -> None:
    encoded = status.encode(places)
    packed = encoded.removeprefix("u")
    bits = gzip.decompress(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
    assert len(bits) == 16_384
    assert sum(byte.bit_count() for byte in bits) == len(places)
    assert all(status.is_set(encoded, place) for place in places)


def test_the_first_place_is_the_left_most_bit() -> None:
    assert status.is_set(status.encode([0]), 0)
    packed = status.encode([0]).removeprefix("u")
    assert gzip.decompress(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))[0] == 0b1000_0000
    with pytest.raises(ValueError, match="131071"):
        status.encode([status.SIZE])
