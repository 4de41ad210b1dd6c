"""A link that a holder gives away, with the ways to give it: an address, WhatsApp, LinkedIn, a square code."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import current_app

from lms.core import qr
from lms.core.i18n import _, language
from lms.credentials.models import Credential, ShareLink


@dataclass(frozen=True)
class Given:
    """What the holder's page shows of a link. `qr`: modules on a side, and the dark ones as a path."""

    link: ShareLink
    address: str
    whatsapp: str
    linkedin: str
    qr: tuple[int, str]


def given(credential: Credential, link: ShareLink) -> Given:
    """Everything that gives this link away. The text names the course and no person."""
    address = f"{current_app.config['BASE_URL']}/s/{link.token}"
    said = _("My certificate: %(course)s. Check it here: %(address)s", course=credential.title_in(language()), address=address)
    return Given(link, address, "https://wa.me/?" + urlencode({"text": said}), linkedin(credential, address), qr.path(address))


def linkedin(credential: Credential, address: str) -> str:
    """LinkedIn's own form with the certificate written in; it has dropped such values before, so the page shows them too."""
    values = {
        "startTask": "CERTIFICATION_NAME", "name": credential.title_in("en"), "organizationName": credential.issuer,
        "issueYear": credential.issued_on.year, "issueMonth": credential.issued_on.month, "certUrl": address, "certId": credential.printed,
    }  # fmt: skip
    if credential.expires_on:
        values |= {"expirationYear": credential.expires_on.year, "expirationMonth": credential.expires_on.month}
    return "https://www.linkedin.com/profile/add?" + urlencode(values)
