"""The paper slip with which a person signs in for the first time, in that person's own language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lms.core.i18n import OFFERED, _, direction, force_locale, locale_of
from lms.people.models import User


@dataclass(frozen=True, slots=True)
class Slip:
    """One person's slip: what to sign in with, the six digits, and the sentences around them."""

    name: str
    sign_in: str
    code: str
    language: str
    direction: str
    first: str
    with_this: str
    digits: str
    then: str


def slips_for(made: Iterable[tuple[User, str | None]]) -> list[Slip]:
    """A slip for each person with a code. A language we have no pages in gets the words in English."""
    return [_slip(person, code) for person, code in made if code is not None]


def _slip(person: User, code: str) -> Slip:
    spoken = person.language if person.language in OFFERED else "en"
    with force_locale(locale_of(spoken)):
        return Slip(
            name=person.name,
            sign_in=person.email or person.phone or person.sign_in_name or "",
            code=code,
            language=spoken,
            direction=direction(spoken),
            first=str(_("Open this page, or point the camera here:")),
            with_this=str(_("Sign in with:")),
            digits=str(_("Code:")),
            then=str(_("Then choose a password. The code works for 7 days.")),
        )
