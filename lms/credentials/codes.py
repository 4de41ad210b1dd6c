"""The check code of a certificate: 75 random bits and one check sign, short enough to be typed from paper.

Alphabet: Crockford base 32, whose missing letters I, L, O and U cannot be confused with 1, 0 or V.

The sixteen signs are the coefficients of a polynomial over GF(32), highest power first; a code is right when the polynomial is zero
at a primitive element. The sixteen powers of that element are all different and none is zero, so that one wrong sign always shows
(weight times error is not zero), and so do two exchanged signs, neighbours or not (difference of weights times difference of signs).
"""

import secrets
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_BITS = 75
LENGTH = 16

_VALUES = {sign: value for value, sign in enumerate(ALPHABET)}
_LOOKALIKES = {"O": "0", "I": "1", "L": "1"}
_FIELD = 0b100101  # x^5 + x^2 + 1, primitive over GF(2)


def new() -> str:
    """A fresh code: sixteen signs of ALPHABET, the form that is stored and looked up."""
    number = secrets.randbits(RANDOM_BITS)
    return checked("".join(ALPHABET[number >> 5 * place & 31] for place in reversed(range(LENGTH - 1))))


def checked(signs: str) -> str:
    """Fifteen signs with their check sign appended."""
    if len(signs) != LENGTH - 1:
        raise ValueError(f"a code has {LENGTH - 1} signs before its check sign, not {len(signs)}")
    return signs + ALPHABET[_times_root(_evaluate(signs))]


def parse(text: str) -> str | None:
    """What a person typed, as sixteen signs; None when it cannot be a code (wrong length, foreign sign, wrong check sign).

    Case, spaces, hyphens and invisible marks do not count, O is read as 0, I and L as 1, and a digit of any script as that digit.
    """
    signs = "".join(_sign(character) for character in unicodedata.normalize("NFKC", text) if not _is_filler(character))
    if len(signs) != LENGTH or any(sign not in _VALUES for sign in signs):
        return None
    return signs if _evaluate(signs) == 0 else None


def printed(code: str) -> str:
    """The code in fours, as it stands on paper: 7KQM-4XRT-92HD-M3VA."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def _evaluate(signs: str) -> int:
    """Horner's rule at the root: the highest power first."""
    total = 0
    for sign in signs:
        total = _times_root(total) ^ _VALUES[sign]
    return total


def _times_root(element: int) -> int:
    doubled = element << 1
    return doubled ^ _FIELD if doubled & 32 else doubled


def _sign(character: str) -> str:
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return str(digit)
    upper = character.upper()
    return _LOOKALIKES.get(upper, upper)


def _is_filler(character: str) -> bool:
    """Blanks, hyphens and dashes of every script, and format characters such as direction marks and the soft hyphen."""
    return character.isspace() or character == "\u2212" or unicodedata.category(character) in {"Pd", "Cf"}
