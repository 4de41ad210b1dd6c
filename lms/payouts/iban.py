"""Account numbers with a checksum (ISO 13616, ISO 7064 mod 97-10). Pure."""

from __future__ import annotations

import re

LENGTHS = {
    "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20,
    "EG": 29, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GE": 22, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IQ": 23, "IT": 27, "JO": 30,
    "KW": 30, "LB": 28, "LT": 20, "LU": 20, "LV": 21, "LY": 25, "MD": 24, "ME": 22, "MK": 19, "MT": 31, "NL": 18, "NO": 15, "PK": 24,
    "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SE": 24, "SI": 19, "SK": 24, "SD": 18, "TN": 24, "TR": 26,
    "UA": 29, "XK": 20,
}  # fmt: skip
"""How many signs an IBAN of a country has. Other countries' are judged by the checksum alone."""


def tidy(text: str) -> str:
    """As a machine writes it: capitals, no spaces, no hyphens."""
    return re.sub(r"[\s\-\u200e\u200f]", "", text).upper()


def right(text: str) -> bool:
    """Whether these signs are an IBAN: two letters, two check digits, the country's length, remainder 1 of 97."""
    found = tidy(text)
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", found) or len(found) != LENGTHS.get(found[:2], len(found)):
        return False
    return int("".join(str(int(sign, 36)) for sign in found[4:] + found[:4])) % 97 == 1


def in_fours(text: str) -> str:
    """For people: four signs, a space, four signs."""
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))
