"""Every number, date, time, size and amount that a person reads goes through here.

Babel prints Latin digits for Arabic and Persian whatever CLDR says, so digits are translated afterwards; numbers ask for their numbering
system by name all the same, for its signs between the digits. Amounts, codes and phone numbers stay in Latin digits inside an isolated
left-to-right run.
"""

from __future__ import annotations

import re
from datetime import date as Date
from datetime import datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from markupsafe import Markup

from lms.core import afghan, i18n
from lms.core.i18n import _, ngettext
from lms.core.money import Money
from lms.core.reading import TO_LATIN, reading

SYSTEMS = {"ar": "arab", "ckb": "arab", "fa": "arabext", "ps": "arabext"}
DIGITS = {
    "arab": str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"),
    "arabext": str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"),
}


def latin_digits(text: str) -> str:
    """Arabic and Persian digits typed by a person, as Latin ones."""
    return text.translate(TO_LATIN)


_ENGLISH = Locale("en")


def _locale() -> Locale:
    return i18n.locale() or _ENGLISH


def _system() -> str:
    """The numbering system of the page: its language's own, unless its reader likes 123 better."""
    own = SYSTEMS.get(_locale().language)
    return own if own and not reading().latin_digits else "latn"


def _digits(text: str) -> str:
    system = _system()
    return text if system == "latn" else text.translate(DIGITS[system])


def num(value: int | float) -> str:
    """A number in the grouping of the page's language, in the digits of its reader."""
    return _digits(_number(value, _locale(), _system()))


@lru_cache(maxsize=4096, typed=True)
def _number(value: int | float, locale: Locale, system: str) -> str:
    """Small numbers stand on every page, and Babel takes its time with each."""
    return numbers.format_decimal(value, locale=locale, numbering_system=system)


def percent(value: float, digits: int = 0) -> str:
    """A share from 0 to 1 as a percentage."""
    locale = _locale()
    pattern = "#,##0" + ("." + "0" * digits if digits else "") + "%"
    said = _digits(numbers.format_percent(value, format=pattern, locale=locale, numbering_system=_system()))
    return said if _system() == "latn" else said.replace("%", "٪")


def money(amount: Money) -> Markup:
    """`12.50 USD`, isolated and left to right in every language: a sum must never be read backwards."""
    whole, _dot, rest = amount.plain().partition(".")
    sign, whole = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    return Markup('<bdi class="ltr num">{}</bdi>').format(f"{sign}{int(whole):,}{'.' + rest if rest else ''} {amount.currency}")


def code(text: str) -> Markup:
    """A code, an account, a phone number: Latin, left to right, in one piece."""
    return Markup('<bdi class="ltr num">{}</bdi>').format(text)


def date(value: Date | datetime, *, zone: str | None = None, weekday: bool = True) -> str:
    """`Sunday, 22 November 2026`, in the words and digits of the page's language."""
    day = _local(value, zone).date() if isinstance(value, datetime) else value
    comma = "،" if _locale().language in SYSTEMS else ","
    return _said(day, f"EEEE{comma} d MMMM y" if weekday else "d MMMM y")


def country(code: str) -> str:
    """The name of a country, by its ISO 3166 code of two letters."""
    return str(_locale().territories.get(code, code))


def span(first: Date, last: Date) -> str:
    """`22 to 28 November`, `29 November to 5 December`: the days of a week, without the year."""
    start = "d" if _said(first, "MMMM") == _said(last, "MMMM") else "d MMMM"
    return _("%(first)s to %(last)s", first=_said(first, start), last=_said(last, "d MMMM"))


def _said(day: Date, pattern: str) -> str:
    """A day in the calendar and the digits of the page's reader."""
    return _digits(_day(day, pattern, _locale(), reading().afghan_calendar))


@lru_cache(maxsize=4096)
def _day(day: Date, pattern: str, locale: Locale, solar: bool) -> str:
    """The same few days stand on everybody's pages."""
    if solar:
        year, month, number = afghan.of(day)
        parts = {"MMMM": afghan.month_name(month, locale.language), "d": str(number), "y": str(year)}
        pattern = re.sub(r"\b(MMMM|d|y)\b", lambda found: f"'{parts[found[0]]}'", pattern)  # in quotes: a word to say as it stands
    return dates.format_date(day, pattern, locale=locale)


def calendars(now: datetime) -> dict[str, str]:
    """Today in each calendar there is, for the choice between them."""
    today = {name: _day(now.date(), "d MMMM y", _locale(), name == "afghan") for name in ("common", "afghan")}
    return {name: _digits(said) for name, said in today.items()}


def clock(value: datetime | time, *, zone: str | None = None) -> str:
    """`18:00`; a moment is told in the given zone."""
    moment = _local(value, zone).time() if isinstance(value, datetime) else value
    return _digits(f"{moment:%H:%M}")


def moment(value: datetime, *, zone: str | None = None) -> str:
    """Date and time together, with the weekday."""
    return _("%(date)s, %(time)s", date=date(value, zone=zone), time=clock(value, zone=zone))


def town(zone: str) -> str:
    """`Beirut` for `Asia/Beirut`: the town that a time zone is named for, in the page's language."""
    return dates.get_timezone_location(zone, locale=_locale(), return_city=True)


def size(octets: int) -> str:
    """`38 KB` or `2 MB`, rounded up: what a tap will cost."""
    if octets < 1_000_000:
        return _("%(n)s KB", n=num(max(1, -(-octets // 1000))))
    return _("%(n)s MB", n=num(-(-octets // 1_000_000)))


def minutes(count: int) -> str:
    """`12 minutes`."""
    return ngettext("%(n)s minute", "%(n)s minutes", count, n=num(count))


def days(count: int) -> str:
    """`2 days`."""
    return ngettext("%(n)s day", "%(n)s days", count, n=num(count))


def waited(span: timedelta) -> str:
    """How long something has waited, in the largest whole unit."""
    whole = int(span.total_seconds())
    if whole < 3600:
        return minutes(max(1, whole // 60))
    if whole < 86400:
        return ngettext("%(n)s hour", "%(n)s hours", whole // 3600, n=num(whole // 3600))
    return days(whole // 86400)


def out_of(part: int | float, whole: int | float) -> str:
    """`8 of 10`: a score in words, never as a fraction or a percentage."""
    return _("%(part)s of %(whole)s", part=num(part), whole=num(whole))


def _local(value: datetime, zone: str | None) -> datetime:
    return value.astimezone(ZoneInfo(zone)) if zone else value
