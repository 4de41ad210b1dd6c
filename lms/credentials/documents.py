"""The documents that machines read: a certificate as an Open Badge 3.0, the list of those that no longer stand, our public keys.

Plain values in, JSON out, unsigned. Pure: knows no database and no request.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from lms.credentials import status
from lms.credentials.proofs import CREDENTIALS, OPEN_BADGES, Json, instant


@dataclass(frozen=True)
class Issuer:
    """Who signs: `base` is the address of the installation without a slash at its end, `host` what follows the scheme, with its port."""

    base: str
    host: str
    name: str

    @property
    def did(self) -> str:
        """After the method did:web, which leads to `/.well-known/did.json`; the colon before a port is written %3A."""
        return "did:web:" + quote(self.host, safe="")

    def method(self, number: int) -> str:
        """The address of a public key by its number."""
        return f"{self.did}#key-{number}"

    def list_address(self, number: int) -> str:
        return f"{self.base}/status-lists/{number}"


@dataclass(frozen=True)
class Badge:
    """What a certificate says to a machine. `names` stay out unless the holder wants them in; `code` is as printed, in fours."""

    code: str
    course_uid: str
    language: str
    title: str
    description: str
    criteria: Sequence[str]
    skills: Sequence[str]
    names: Sequence[str]
    valid_from: datetime
    valid_until: datetime | None
    status_list: int
    status_index: int


def badge(issuer: Issuer, said: Badge) -> Json:
    """An `OpenBadgeCredential` of the Verifiable Credentials Data Model 2.0.

    The subject's address is made from the code alone: two certificates of a person do not tell that they are the same person's.
    """
    address = f"{issuer.base}/v/{said.code}"
    place = issuer.list_address(said.status_list)
    subject: Json = {"id": _urn(address), "type": ["AchievementSubject"]}
    if said.names:
        subject["identifier"] = [
            {"type": "IdentityObject", "hashed": False, "identityHash": name, "identityType": "name"} for name in said.names
        ]
    subject["achievement"] = {
        "id": _urn(f"{issuer.base}/courses/{said.course_uid}"),
        "type": ["Achievement"],
        "achievementType": "CertificateOfCompletion",
        "name": said.title,
        "description": said.description,
        "criteria": {"narrative": "\n".join(f"- {line}" for line in said.criteria)},
        "inLanguage": said.language,
        **({"tag": list(said.skills)} if said.skills else {}),
    }
    return {
        "@context": [CREDENTIALS, OPEN_BADGES],
        "id": f"{address}.json",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": said.title,
        "issuer": {"id": issuer.did, "type": ["Profile"], "name": issuer.name, "url": issuer.base},
        "validFrom": instant(said.valid_from),
        **({"validUntil": instant(said.valid_until)} if said.valid_until else {}),
        "credentialSubject": subject,
        "credentialStatus": {
            "id": f"{place}#{said.status_index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": str(said.status_index),
            "statusListCredential": place,
        },
    }


def status_list(issuer: Issuer, number: int, places: Iterable[int], *, valid_from: datetime, valid_until: datetime) -> Json:
    """A `BitstringStatusListCredential`: the places set are those of certificates that were taken back or replaced."""
    address = issuer.list_address(number)
    return {
        "@context": [CREDENTIALS],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer.did,
        "validFrom": instant(valid_from),
        "validUntil": instant(valid_until),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": status.encode(places),
        },
    }


def did_document(issuer: Issuer, keys: Mapping[int, str]) -> Json:
    """Every public key there ever was, by its number, as a Multikey: what an old key signed must verify for as long as people keep it."""
    methods = [
        {"id": issuer.method(number), "type": "Multikey", "controller": issuer.did, "publicKeyMultibase": multikey}
        for number, multikey in sorted(keys.items())
    ]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": issuer.did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }


def _urn(address: str) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, address)}"
