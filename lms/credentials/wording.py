"""The fixed words of a certificate design in one language: sentences, plural forms, dates.

They lie beside the design, not in the interface's catalogues: a sheet is printed in its own languages, whatever its reader or the
worker has chosen, and a sheet of last year must not change its words with a release.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import yaml
from babel import Locale
from babel.dates import format_date

from lms.core import fmt, i18n


@dataclass(frozen=True)
class Wording:
    """One language of a design: `words` are sentences, `counts` map a CLDR plural category to a sentence with the place `n`."""

    language: str
    words: Mapping[str, str]
    counts: Mapping[str, Mapping[str, str]]

    @property
    def locale(self) -> Locale:
        return Locale.parse(i18n.locale_of(self.language))

    @property
    def direction(self) -> str:
        return i18n.direction(self.language)

    def say(self, key: str, **places: str) -> str:
        """A sentence of the design with its named places filled."""
        return self.words[key] % places

    def count(self, key: str, number: int) -> str:
        """A counted thing in the plural form of the language, such as "16 lessons"."""
        forms = self.counts[key]
        form = forms.get(self.locale.plural_form(number)) or forms["other"]
        return form % {"n": self.native(str(number))}

    def date(self, day: date) -> str:
        return self.native(format_date(day, self.words["date_form"], locale=self.locale))

    def listed(self, parts: list[str]) -> str:
        return self.words["comma"].join(parts)

    def native(self, text: str) -> str:
        """The text in the language's digits. Not by `fmt`'s functions, which speak the language of the page being served."""
        return text.translate(fmt.DIGITS.get(fmt.SYSTEMS.get(self.language, ""), {}))


@lru_cache
def load(design: Path, language: str) -> Wording:
    """Read `wording/<language>.yml` of a design; KeyError names the languages there are when it has no such file."""
    known = languages(design)
    if language not in known:
        raise KeyError(f"The design {design.name} has no words in {language!r}, only in {', '.join(known)}.")
    # BaseLoader makes strings and nothing else: in YAML 1.1 a plain `no` would be false.
    said = yaml.load((design / "wording" / f"{language}.yml").read_text("utf-8"), Loader=yaml.BaseLoader)
    counts = {key: value for key, value in said.items() if isinstance(value, dict)}
    return Wording(language, {key: value for key, value in said.items() if key not in counts}, counts)


def languages(design: Path) -> list[str]:
    """The languages a design has words in, sorted."""
    return sorted(path.stem for path in (design / "wording").glob("*.yml"))
