"""What a person types to say who they are: an e-mail, a phone number in any digits, or a sign-in name. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import phonenumbers

from lms.core.fmt import latin_digits
from lms.core.forms import JOINERS

REGIONS = ("SY", "LB", "TR", "IQ", "AF", "KE", "BG")  # tried in this order for a number written without its country
LONGEST_EMAIL = 200
NOBODYS = frozenset({"none", "nil", "null", "nothing", "unknown", "بدون"})  # written into a list where there is no contact


@dataclass(frozen=True)
class Identifier:
    """`kind` is email, phone or name; `values` are the forms to look for (a local number may belong to several countries)."""

    kind: str
    values: tuple[str, ...]


def fold(text: str) -> str:
    """One form for what looks the same: compatible signs folded, no case, no white space at the ends, no sign that cannot be seen: a
    number copied from a list of contacts often brings the marks of its direction. Only the joiners stay.
    """
    seen = (sign for sign in plain_name(text) if sign in JOINERS or unicodedata.category(sign) != "Cf")
    return unicodedata.normalize("NFKC", "".join(seen)).strip().casefold()


def plain_name(text: str) -> str:
    """A name without what is no sign of any script (control signs, halves of signs). Joiners stay: Persian names need them."""
    return "".join(sign for sign in text if unicodedata.category(sign) not in {"Cc", "Cs"}).strip()


def read(text: str) -> Identifier:
    """Recognise what was typed. Never fails: what is neither e-mail nor phone is a name."""
    folded = fold(latin_digits(text))
    if "@" in folded:
        return Identifier("email", (folded,))
    if re.fullmatch(r"\+?[\d\s().\-/]{6,24}", folded):
        return Identifier("phone", phones(folded))
    return Identifier("name", (sign_in_name(text),))


def in_latin_letters(text: str) -> bool:
    """Whether every letter is a Latin one, with or without signs over it."""
    return all(unicodedata.name(sign, "").startswith("LATIN") for sign in text if sign.isalpha())


def sign_in_name(text: str) -> str:
    """The one form in which a sign-in name is kept and looked for."""
    return fold(latin_digits(text))[:60]


def sign_in_name_problem(text: str) -> bool:
    """Whether nobody would choose this to sign in with: several words, a sentence, an address, a number alone, a word for none."""
    name = sign_in_name(text)
    letters = [sign for sign in name if sign.isalpha()]
    held_by_rule = all(unicodedata.category(sign)[0] in "LMN" or sign in "._-'’" + JOINERS for sign in name)
    return len(name) < 3 or not letters or not held_by_rule or name in NOBODYS


def counted_as(text: str) -> str:
    """One word for every way of writing the same identifier, so that guesses are counted together. A phone is known by its last digits."""
    if re.fullmatch(r"\+?[\d\s().\-/]{6,24}", fold(latin_digits(text))):
        return "phone:" + re.sub(r"\D", "", latin_digits(text))[-7:]
    return sign_in_name(text)


def phones(text: str, country: str | None = None) -> tuple[str, ...]:
    """Every E.164 number this could be, one of the given country first. With a country sign there is one at the most."""
    found = []
    for region in (country, *REGIONS):
        try:
            number = phonenumbers.parse(re.sub(r"^00", "+", latin_digits(text).strip()), region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number):
            found.append(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return tuple(dict.fromkeys(found))


def email_problem(text: str) -> bool:
    """Whether this cannot be an e-mail address."""
    return len(fold(text)) > LONGEST_EMAIL or not re.fullmatch(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+", fold(text))
