"""The Afghan calendar: known days, every day of two hundred years in its order, and how a page tells them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from lms.core import afghan, fmt
from lms.core.i18n import force_locale
from lms.core.reading import Reading, read_as

KNOWN = [
    (date(1925, 3, 21), (1304, 1, 1)),
    (date(1978, 4, 27), (1357, 2, 7)),  # the day that Afghans call 7 Sawr
    (date(1989, 2, 15), (1367, 11, 26)),
    (date(2016, 3, 20), (1395, 1, 1)),  # a leap year begins
    (date(2017, 3, 20), (1395, 12, 30)),
    (date(2017, 3, 21), (1396, 1, 1)),
    (date(2019, 8, 19), (1398, 5, 28)),  # 28 Asad, Independence Day
    (date(2021, 3, 20), (1399, 12, 30)),
    (date(2024, 3, 20), (1403, 1, 1)),
    (date(2025, 3, 21), (1404, 1, 1)),
    (date(2026, 3, 20), (1404, 12, 29)),
    (date(2026, 3, 21), (1405, 1, 1)),
    (date(2026, 9, 22), (1405, 6, 31)),
    (date(2026, 9, 23), (1405, 7, 1)),
    (date(2026, 11, 22), (1405, 9, 1)),
    (date(2029, 3, 20), (1408, 1, 1)),
    (date(2030, 3, 20), (1408, 12, 30)),
]
LEAP = {1370, 1375, 1379, 1383, 1387, 1391, 1395, 1399, 1403, 1408, 1412, 1416}  # as printed in almanacs for 1370 to 1419


@pytest.mark.parametrize(("day", "solar"), KNOWN)
def test_known_days(day: date, solar: tuple[int, int, int]) -> None:
    assert afghan.of(day) == solar


def test_leap_years_are_those_of_the_almanac() -> None:
    assert {year for year in range(1370, 1420) if (afghan.new_year(year + 1) - afghan.new_year(year)).days == 366} == LEAP


@given(st.dates(date(1925, 3, 21), date(2121, 3, 20)))
def test_tomorrow_is_the_next_day_the_next_month_or_nowruz(day: date) -> None:
    today, tomorrow = afghan.of(day), afghan.of(day + timedelta(days=1))
    next_month = (today.year, today.month + 1, 1) if today.month < 12 else (today.year + 1, 1, 1)
    assert tomorrow in (today._replace(day=today.day + 1), next_month)
    assert 1 <= today.day <= (31 if today.month < 7 else 30)
    if today[1:] == (1, 1):
        assert (day.month, day.day) in {(3, 20), (3, 21), (3, 22)}


def test_a_page_tells_days_in_the_calendar_of_its_reader(app: Flask) -> None:
    day, solar = date(2026, 11, 22), Reading(afghan_calendar=True)
    with app.test_request_context(), force_locale("en"):
        assert fmt.date(day) == "Sunday, 22 November 2026"
        with read_as(solar):
            assert fmt.date(day) == "Sunday, 1 Qaws 1405"
            assert fmt.span(date(2026, 11, 20), date(2026, 11, 26)) == "29 Aqrab to 5 Qaws"
            assert fmt.span(date(2026, 11, 29), date(2026, 12, 5)) == "8 to 14 Qaws"
    with app.test_request_context(), force_locale("ar_SY"), read_as(solar):
        assert fmt.date(day) == "الأحد، ١ القوس ١٤٠٥"
    with app.test_request_context(), force_locale("ar_SY"), read_as(solar._replace(latin_digits=True)):
        assert fmt.date(day, weekday=False) == "1 القوس 1405"
