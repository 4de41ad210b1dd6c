"""Languages: which are known, which are offered, and the words functions every room uses."""

from __future__ import annotations

from dataclasses import dataclass

from flask import has_request_context, request, session
from flask_babel import Babel, force_locale, get_locale, gettext, lazy_gettext, ngettext, pgettext
from flask_login import current_user

__all__ = ["LANGUAGES", "OFFERED", "_", "_l", "babel", "direction", "force_locale", "language", "locale_of", "ngettext", "pgettext"]

_ = gettext
_l = lazy_gettext
babel = Babel()


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


def choose_language() -> str:
    """What this person set, else what this browser chose here, else what it asks for, else English."""
    if not has_request_context():
        return "en"
    chosen = session.get("language")
    if chosen in OFFERED:
        return str(chosen)
    if current_user and current_user.is_authenticated and current_user.language in OFFERED:
        return str(current_user.language)
    asked = (code.replace("_", "-").partition("-")[0].lower() for code in request.accept_languages.values())  # en-GB is English
    return next((code for code in asked if code in OFFERED), "en")


def choose_locale() -> str:
    """The locale for Flask-Babel."""
    return locale_of(choose_language())


def language() -> str:
    """The language code of the page being made."""
    locale = get_locale()
    return locale.language if locale else "en"
