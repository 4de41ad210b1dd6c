"""The questions of an application, and what counts as an answer. Pure."""

from __future__ import annotations

from lms.people import identifiers

QUESTIONS = ("country", "language", "device", "hours", "name", "contact")
"""One page each, in this order. Only what it takes to choose and to reach somebody."""

NEEDED = QUESTIONS[:-1]
"""Who gives no contact reads the answer here, by number and code."""

DEVICES = ("own", "shared", "computer", "none")
HOURS = ("few", "some", "many")


def contact_of(text: str, country: str | None) -> str | None:
    """An e-mail address or a phone number in the one form it is kept in; None where it is neither."""
    found = identifiers.read(text)
    if found.kind == "email":
        return None if identifiers.email_problem(text) else found.values[0]
    if found.kind == "phone":
        return next(iter(identifiers.phones(identifiers.fold(text), country)), None)
    return None


def number_of(text: str) -> str:
    """The number of an application as it is kept, however it was typed: in any case, with spaces and hyphens, with O for 0, I for 1."""
    folded = identifiers.fold(text).upper()
    return "".join({"O": "0", "I": "1", "L": "1"}.get(sign, sign) for sign in folded if sign.isascii() and sign.isalnum())[:20]


def printed(number: str) -> str:
    """`K7QM-4XRT`"""
    return f"{number[:4]}-{number[4:]}"
