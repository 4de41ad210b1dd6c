"""The ways by which people of the school may reach somebody outside of this app, each off until its owner ticks it. No database here.

The school itself sends nothing by any of them: mentors, staff and partners call and write by hand, and read here whether they may.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from lms.core.i18n import _, _l
from lms.people.models import User


class Way(StrEnum):
    """One way to reach a person."""

    CALL = "call"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    TELEGRAM = "telegram"
    EMAIL = "email"

    @property
    def purpose(self) -> str:
        """Its name among the consents."""
        return f"contact.{self}"


LABELS = {
    Way.CALL: _l("Phone call"), Way.SMS: _l("Text message (SMS)"), Way.WHATSAPP: _l("WhatsApp"), Way.TELEGRAM: _l("Telegram"),
    Way.EMAIL: _l("Email"),
}  # fmt: skip
_IN_A_ROW = {**LABELS, Way.CALL: _l("phone call"), Way.SMS: _l("SMS"), Way.EMAIL: _l("email")}


@dataclass(frozen=True)
class Reach:
    """By which ways a person may be reached, and what does not stand here: her number and her address."""

    ways: frozenset[Way]

    @property
    def may(self) -> str:
        """Those she ticked, in a row."""
        return _row(way for way in Way if way in self.ways)

    @property
    def never(self) -> str:
        """All others, whether or not a number is known: which contacts there are is not told either."""
        return _row(way for way in Way if way not in self.ways)


def _row(ways: Iterable[Way]) -> str:
    return str(_(", ")).join(str(_IN_A_ROW[way]) for way in ways)


def possible(person: User) -> list[Way]:
    """The ways for which a contact of this person is known."""
    return [way for way in Way if (person.email if way is Way.EMAIL else person.phone_index)]
