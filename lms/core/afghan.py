"""The solar calendar of Afghanistan (Solar Hijri, the same as Iran's but for the names of its months). Pure.

The year begins on the day of the March equinox (Nowruz): six months of 31 days, five of 30, and the last of 29, or of 30 in a leap year.
Leap years follow in rounds of 33 with eight leap years each, which meets the equinox in every year that people of ours live in.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

MONTHS = {
    "en": ("Hamal", "Sawr", "Jawza", "Saratan", "Asad", "Sunbula", "Mizan", "Aqrab", "Qaws", "Jadi", "Dalw", "Hut"),
    "ar": ("الحمل", "الثور", "الجوزاء", "السرطان", "الأسد", "السنبلة", "الميزان", "العقرب", "القوس", "الجدي", "الدلو", "الحوت"),
}
"""Names by language. In English they are the Dari names in Latin letters; they are all words for the signs of the zodiac."""

_ROUND, _LEAP = 33, (1, 5, 9, 13, 17, 22, 26, 30)
_YEAR, _NOWRUZ = 1405, date(2026, 3, 21)  # a known New Year's Day from which the others are counted
_LONG = 31 * 6  # days of the six long months


class Day(NamedTuple):
    """A day of this calendar; the month from 1 to 12."""

    year: int
    month: int
    day: int


def of(day: date) -> Day:
    """The day in this calendar. Right for 1304 to 1500 (1925 to 2121); years further away may begin a day off."""
    year = day.year - 621
    if day < new_year(year):
        year -= 1
    passed = (day - new_year(year)).days
    if passed < _LONG:
        return Day(year, passed // 31 + 1, passed % 31 + 1)
    return Day(year, (passed - _LONG) // 30 + 7, (passed - _LONG) % 30 + 1)


def new_year(year: int) -> date:
    """1 Hamal of a year."""
    return _NOWRUZ + timedelta(days=365 * (year - _YEAR) + _leaps(year) - _leaps(_YEAR))


def _leaps(year: int) -> int:
    """Leap years before this one."""
    return year // _ROUND * len(_LEAP) + sum(leap < year % _ROUND for leap in _LEAP)


def month_name(month: int, language: str) -> str:
    """The month in the page's language, else in English."""
    return MONTHS.get(language, MONTHS["en"])[month - 1]
