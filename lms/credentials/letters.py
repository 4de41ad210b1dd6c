"""Which letters the sheet can print, and which way a text runs. A letter without a glyph would be an empty box on paper."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTFont

FONTS = Path(__file__).parents[2] / "certificates" / "fonts"
WEIGHTS = ("Regular", "Bold")


class MissingLetters(ValueError):
    """A text holds letters that the shipped fonts do not have. `letters` lists each once, in the order of the text."""

    def __init__(self, letters: list[str]) -> None:
        super().__init__("No shipped font has: " + ", ".join(f"{letter} (U+{ord(letter):04X})" for letter in letters))
        self.letters = letters


def missing(text: str) -> list[str]:
    """The letters of a text that cannot be printed in every weight, each once, in the order of the text.

    Joiners and direction marks draw nothing and are never missing; a line break or another control character always is.
    """
    composed = unicodedata.normalize("NFC", text)
    return [letter for letter in dict.fromkeys(composed) if not _is_printable(letter)]


def direction(text: str) -> str:
    """`rtl` when the first strong letter runs right to left, else `ltr` (rules P2 and P3 of the Unicode bidirectional algorithm).

    Computed here, since WeasyPrint knows no `dir="auto"`.
    """
    for letter in text:
        kind = unicodedata.bidirectional(letter)
        if kind in {"L", "R", "AL"}:
            return "ltr" if kind == "L" else "rtl"
    return "ltr"


def width(text: str) -> float:
    """How wide a left-to-right text is in bold, in ems: the sum of its letters, without kerning.

    For Arabic script it is too much, since joined letters are narrower than the lone ones that are added up here.
    """
    return sum(_advances().get(ord(letter), 0.6) for letter in unicodedata.normalize("NFC", text))


def _is_printable(letter: str) -> bool:
    kind = unicodedata.category(letter)
    return kind == "Cf" or (kind != "Cc" and ord(letter) in _printable())


@lru_cache(maxsize=1)
def _printable() -> frozenset[int]:
    """Code points that one of the two families has, in all weights: a name is printed in whichever weight the design says."""
    return frozenset.intersection(*(_family("NotoSans", weight) | _family("NotoNaskhArabic", weight) for weight in WEIGHTS))


def _family(name: str, weight: str) -> frozenset[int]:
    with _font(name, weight) as font:
        return frozenset(font.getBestCmap())


@lru_cache(maxsize=1)
def _advances() -> dict[int, float]:
    with _font("NotoSans", "Bold") as font:
        widths, em = font["hmtx"].metrics, font["head"].unitsPerEm
        return {code: widths[glyph][0] / em for code, glyph in font.getBestCmap().items()}


def _font(name: str, weight: str) -> TTFont:
    return TTFont(FONTS / f"{name}-{weight}.ttf", lazy=True)
