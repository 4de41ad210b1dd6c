"""Data Integrity proofs of the cryptosuite `eddsa-rdfc-2022`: what a JSON-LD document says, signed with Ed25519.

After "Data Integrity EdDSA Cryptosuites 1.0" (W3C), section 3.2: the document and the options of the proof are each brought into the
canonical order of RDFC-1.0, hashed with SHA-256, and the two hashes are signed together. Pure: knows no database and no request.

A statement is what the contexts make of a key. A key they do not know says nothing and is left out of the signature without a word, so
that `TERMS` lists every key we sign, and a document with another one is refused before its signature is looked at.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyoxigraph
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

Json = dict[str, Any]

CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
CONTEXTS = Path(__file__).parent / "contexts"
FILES = {CREDENTIALS: "credentials-v2.json", OPEN_BADGES: "open-badges-3.0.3.json"}

SUITE = "eddsa-rdfc-2022"
TERMS = frozenset(
    {
        "@context", "id", "type", "name", "description", "url", "issuer", "validFrom", "validUntil", "credentialSubject",
        "credentialStatus", "identifier", "identityHash", "identityType", "hashed", "achievement", "achievementType", "criteria",
        "narrative", "tag", "inLanguage", "statusPurpose", "statusListIndex", "statusListCredential", "encodedList",
    }
)  # fmt: skip
KIND = {"type": "DataIntegrityProof", "cryptosuite": SUITE, "proofPurpose": "assertionMethod"}
PROOF_TERMS = frozenset({*KIND, "created", "verificationMethod", "proofValue"})

_ED25519 = b"\xed\x01"  # multicodec of a public key
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


class Unreadable(ValueError):
    """A document that cannot be one of ours: a foreign context, a key that no context of ours knows, a proof of another kind."""


def sign(document: Json, *, key: Ed25519PrivateKey, method: str, at: datetime) -> Json:
    """The document with its proof. `method` is the address of the public key, `at` an aware time. The same input gives the same proof.

    Raises Unreadable for a key outside TERMS, which the signature would not cover.
    """
    _refuse_unknown(document)
    options = {**KIND, "created": instant(at), "verificationMethod": method}
    return {**document, "proof": {**options, "proofValue": "z" + base58(key.sign(_hashes(document, options)))}}


def verify(signed: Json, public: Ed25519PublicKey) -> bool:
    """Whether the one proof of a document was made with this key over what the document says. Raises Unreadable for what is not ours."""
    document = {name: value for name, value in signed.items() if name != "proof"}
    _refuse_unknown(document)
    proof = proof_of(signed)
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    try:
        public.verify(unbase58(str(proof["proofValue"]).removeprefix("z")), _hashes(document, options))
    except InvalidSignature:
        return False
    return True


def proof_of(signed: Json) -> dict[str, str]:
    """The proof of a document. Raises Unreadable where it is not exactly one of this suite."""
    proof = signed.get("proof")
    if isinstance(proof, dict) and proof.keys() == PROOF_TERMS and all(isinstance(value, str) for value in proof.values()):
        options = {name: str(value) for name, value in proof.items()}
        if KIND.items() <= options.items():
            return options
    raise Unreadable(f"The proof is not one of the suite {SUITE}.")


def canonical(document: Json) -> bytes:
    """What a document says, as the N-Quads of RDFC-1.0, one in a line, in their order. Contexts come from files, never from a network."""
    addresses = document.get("@context")
    if not isinstance(addresses, list) or not addresses or not all(isinstance(one, str) and one in FILES for one in addresses):
        raise Unreadable("The contexts are not those that this installation signs under.")
    rest = {name: value for name, value in document.items() if name != "@context"}
    text = f'{{"@context":[{",".join(_context(address) for address in addresses)}],{json.dumps(rest)[1:]}'
    try:
        dataset = pyoxigraph.Dataset(pyoxigraph.parse(text, format=pyoxigraph.RdfFormat.JSON_LD))
    except (SyntaxError, ValueError, OSError) as trouble:
        raise Unreadable(f"The document is no JSON-LD: {trouble}.") from trouble
    dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.RDFC_1_0)
    lines = pyoxigraph.serialize(dataset, format=pyoxigraph.RdfFormat.N_QUADS) or b""
    return b"".join(sorted(lines.splitlines(keepends=True)))


def _hashes(document: Json, options: Mapping[str, str]) -> bytes:
    said = canonical({"@context": document.get("@context"), **options})
    return sha256(said).digest() + sha256(canonical(document)).digest()


@lru_cache
def _context(address: str) -> str:
    """The context itself, to stand where its address stood."""
    return json.dumps(json.loads((CONTEXTS / FILES[address]).read_text("utf-8"))["@context"])


def _refuse_unknown(document: Json) -> None:
    unknown = sorted({name for name in _keys(document) if name not in TERMS})
    if unknown:
        raise Unreadable(f"No signature of ours covers: {', '.join(unknown)}.")


def _keys(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner)


def instant(at: datetime) -> str:
    """A moment as xsd:dateTime in UTC, to the second: 2026-10-24T00:00:00Z."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def multikey(public: Ed25519PublicKey) -> str:
    """A public key as a Multikey: base 58 of the codec of its kind and its 32 bytes."""
    return "z" + base58(_ED25519 + public.public_bytes_raw())


def public_key(multikey: str) -> Ed25519PublicKey:
    """The key of a Multikey; ValueError where it is no Ed25519 key."""
    content = unbase58(multikey.removeprefix("z"))
    if not content.startswith(_ED25519):
        raise ValueError("not an Ed25519 key")
    return Ed25519PublicKey.from_public_bytes(content.removeprefix(_ED25519))


def base58(content: bytes) -> str:
    """Bytes in the alphabet of Bitcoin; a zero byte at the start is a 1."""
    number, signs = int.from_bytes(content), ""
    while number:
        number, place = divmod(number, 58)
        signs = _BASE58[place] + signs
    return "1" * (len(content) - len(content.lstrip(b"\0"))) + signs


def unbase58(text: str) -> bytes:
    """The bytes of a text in that alphabet. Raises Unreadable for any other sign, and for a text longer than any key or signature."""
    if len(text) > 200 or any(sign not in _BASE58 for sign in text):
        raise Unreadable("This is not base 58.")
    number = 0
    for sign in text:
        number = number * 58 + _BASE58.index(sign)
    return b"\0" * (len(text) - len(text.lstrip("1"))) + number.to_bytes((number.bit_length() + 7) // 8)
