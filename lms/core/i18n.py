"""Languages: which are known, which are offered, and the words functions every room uses."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.support import NullTranslations
from flask import Flask, g, has_request_context, request, session
from flask_babel import Babel, force_locale, get_locale, get_translations
from flask_babel.speaklater import LazyString

from lms.core import asking
from lms.core.reading import TO_LATIN, reading

__all__ = [
    "LANGUAGES", "OFFERED", "_", "_l", "babel", "catalogue", "direction", "force_locale", "in_every_language", "language",
    "locale", "locale_of", "ngettext",
]  # fmt: skip

babel = Babel()


def _(sentence: str, **places: object) -> str:
    """A sentence in the language of the page, with its places filled."""
    told: str = catalogue().ugettext(sentence)
    return told % places if places else told


def ngettext(one: str, many: str, count: int, **places: object) -> str:
    """The same of a sentence that counts something."""
    told: str = catalogue().ungettext(one, many, count)
    return told % {"num": count, **places}


def _l(sentence: str, **places: object) -> Any:
    """A sentence that is said when it is shown: what a module names before anybody asks for a page."""
    return LazyString(_, sentence, **places)


@dataclass(frozen=True)
class Language:
    """A language by its code alone; the locale adds the territory, which decides months, digits and the week's start."""

    code: str
    name: str
    direction: str
    locale: str


LANGUAGES = {
    known.code: known
    for known in (
        Language("en", "English", "ltr", "en"),
        Language("ar", "العربية", "rtl", "ar_SY"),
        Language("fa", "دری", "rtl", "fa_AF"),
        Language("ps", "پښتو", "rtl", "ps_AF"),
        Language("ckb", "کوردی", "rtl", "ckb_IQ"),
        Language("tr", "Türkçe", "ltr", "tr"),
        Language("bg", "Български", "ltr", "bg"),
        Language("sw", "Kiswahili", "ltr", "sw_KE"),
    )
}
OFFERED = ("en", "ar")  # a language is offered when nearly all of its words are there


def direction(code: str) -> str:
    """`ltr` or `rtl`; a language we do not know is read from left to right."""
    known = LANGUAGES.get(code)
    return known.direction if known else "ltr"


def locale_of(code: str) -> str:
    """The locale of a language code, such as `ar_SY` for `ar`."""
    return LANGUAGES[code].locale if code in LANGUAGES else "en"


def in_every_language(say: Callable[[str], str]) -> dict[str, str]:
    """Language code -> the same words in every language that is offered. `say` is asked with each code while the page speaks it."""
    texts = {}
    for code in OFFERED:
        with force_locale(locale_of(code)):
            texts[code] = say(code)
    return texts


def choose_language() -> str:
    """What this person set, else what this browser chose here, else what it asks for, else English."""
    if not has_request_context():
        return "en"
    chosen = session.get("language")
    if chosen in OFFERED:
        return str(chosen)
    person = asking.person()
    if person is not None and person.language in OFFERED:
        return str(person.language)
    asked = (code.replace("_", "-").partition("-")[0].lower() for code in request.accept_languages.values())  # en-GB is English
    return next((code for code in asked if code in OFFERED), "en")


def choose_locale() -> Locale:
    """The locale for Flask-Babel."""
    return _parsed(locale_of(choose_language()))


@lru_cache(maxsize=64)
def _parsed(code: str) -> Locale:
    """One object a locale: what Babel reads for it, it keeps with it."""
    return Locale.parse(code)


def language() -> str:
    """The language code of the page being made."""
    spoken = locale()
    return str(spoken.language) if spoken else "en"


def locale() -> Locale | None:
    """The locale of the page being made; None outside every request. Asked a hundred times a page, so it is read where it is kept."""
    chosen = getattr(_kept(), "babel_locale", None)
    return chosen if chosen is not None else get_locale()


def catalogue() -> NullTranslations:
    """The words of the page being made: looked up again only when its locale became another one."""
    kept = _kept()
    chosen = getattr(kept, "babel_locale", None)
    if chosen is None:
        return _in_digits(get_translations())
    held = getattr(kept, "catalogue", None)
    if held is None or held[0] is not chosen:
        held = kept.catalogue = (chosen, _in_digits(get_translations()))
    return held[1]


def _in_digits(words: NullTranslations) -> NullTranslations:
    """The catalogue in the digits of the reader: a sentence that says "3 days" is no other than one that is told the 3."""
    return _in_latin_digits(words) if reading().latin_digits else words


@lru_cache(maxsize=16)
def _in_latin_digits(words: NullTranslations) -> NullTranslations:
    made = copy(words)
    made._catalog = {  # as gettext keeps it: a sentence, or one form of what counts, to its words
        said: told.translate(TO_LATIN) if isinstance(told, str) else told for said, told in getattr(words, "_catalog", {}).items()
    }
    return made


def dress(app: Flask) -> None:
    """Give templates the words in the same quick way."""
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # of Jinja's extension, which Flask-Babel has added
        lambda sentence: catalogue().ugettext(sentence), lambda one, many, count: catalogue().ungettext(one, many, count), newstyle=True
    )


def _kept() -> Any:
    """What Flask-Babel keeps for this request; None outside every one, and before it was asked for the first time."""
    try:
        return vars(g._get_current_object()).get("_flask_babel")
    except RuntimeError:
        return None
