"""Sentences about the dates of a cohort."""

from __future__ import annotations

from datetime import datetime

from lms.core import clock, fmt
from lms.core.i18n import _


def time_left(due: datetime, zone: str | None = None) -> str:
    """Until when there is time, or that the time is over: never that there is time left when there is none.

    `due` is aware. It is said in `zone`, or in the reader's own.
    """
    said = fmt.date(due, zone=zone)
    if clock.now() <= due:
        return str(_("You have time until %(date)s.", date=said))
    return str(_("The time ended on %(date)s. You can still send it.", date=said))
