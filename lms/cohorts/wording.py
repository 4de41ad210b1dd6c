"""Sentences about the dates of a cohort."""

from __future__ import annotations

from datetime import datetime

from babel.dates import get_day_names

from lms.cohorts.classes import LONGEST, SHORTEST, ClassTime
from lms.core import clock, fmt, i18n
from lms.core.i18n import _


def time_left(due: datetime) -> str:
    """Until when there is time, or that the time is over: never that there is time left when there is none.

    `due` is aware, and said as the day that it is in its own zone, which is the cohort's.
    """
    said = fmt.date(due)
    if clock.now() <= due:
        return str(_("You have time until %(date)s.", date=said))
    return str(_("The time ended on %(date)s. You can still send it.", date=said))


def weekday(day: int) -> str:
    """The name of a day of the week; 0 is Monday."""
    return str(get_day_names("wide", "stand-alone", locale=i18n.locale() or "en")[day])


def class_time(one: ClassTime) -> str:
    """`Sunday, 18:00`."""
    return _("%(date)s, %(time)s", date=weekday(one.weekday), time=fmt.clock(one.at))


def lengths() -> str:
    """How long a class may be."""
    return _("A class lasts from %(least)s to %(most)s minutes.", least=fmt.num(SHORTEST), most=fmt.num(LONGEST))
