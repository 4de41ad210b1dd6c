"""Setting the times of a cohort's classes, and changing the class of one day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from lms.cohorts import classes
from lms.cohorts.actions import OPEN
from lms.cohorts.classes import Change, Class, ClassTime
from lms.cohorts.models import Cohort
from lms.cohorts.wording import class_time, lengths
from lms.core import clock, fmt
from lms.core.errors import Refused
from lms.core.facts import Kind, record
from lms.core.i18n import _
from lms.people.models import User


def set_classes(cohort: Cohort, times: Sequence[ClassTime], *, by: User, seen: str | None = None) -> None:
    """These are the classes of every week from now on. Twice is once. The cohort's row is locked by the caller. What was said about the
    class of one day stands as long as its time of the week does.

    Raises Refused for a cohort that is over, for too many, for a length that no class has, for two at the same time, and where `seen`,
    the mark of the times that somebody looked at, is not the mark of those that stand.
    """
    if cohort.state not in OPEN:
        raise Refused(_("This cohort plans no classes any more."))
    known = {(one.weekday, one.at): one.changes for one in classes.times_of(cohort)}
    kept = classes.kept([one._replace(changes=known.get((one.weekday, one.at), ())) for one in times])
    if kept == cohort.class_times:
        return
    if seen is not None and seen != classes.mark(classes.times_of(cohort)):
        raise Refused(_("Somebody changed the class times meanwhile. Look, then save again."))
    if len(times) > classes.MOST:
        raise Refused(_("A cohort has at most %(n)s classes a week.", n=fmt.num(classes.MOST)))
    if any(not classes.SHORTEST <= one.minutes <= classes.LONGEST for one in times):
        raise Refused(lengths())
    if both := classes.overlapping(times):
        first, second = map(class_time, both)
        raise Refused(_("Two classes are at the same time: %(first)s; %(second)s.", first=first, second=second))
    cohort.class_times = kept
    record(Kind.COHORT_CHANGED, cohort, actor=by, classes=len(kept))


def coming(cohort: Cohort, weeks: int = 8) -> list[Class]:
    """The classes of the next weeks that have not begun, those that are cancelled too."""
    now = clock.now()
    first = max(cohort.starts_on, now.astimezone(ZoneInfo(cohort.zone)).date())
    return [one for one in classes.classes(cohort, first, first + timedelta(weeks=weeks), cancelled=True) if one.starts > now]


def planned_at(cohort: Cohort, at: datetime) -> Class | None:
    """The class that the plan of the week has at this time of the cohort's clock; None where it has none there."""
    every = classes.classes(cohort, cohort.starts_on, cohort.ends_on, cancelled=True)
    return next((one for one in every if one.planned.replace(tzinfo=None) == at), None)


def change_class(cohort: Cohort, at: datetime, to: datetime | None, *, seen: str | None, by: User) -> None:
    """The class that is planned at this time begins at another, or never. To put it back is to let it begin when it was planned.

    Both times are of the cohort's clock. Twice is once. The cohort's row is locked by the caller. Raises Refused for a class that is not
    planned or has begun, for a time that is over or outside of the cohort, for one of another class, and where `seen`, the number of the
    change that somebody looked at, is not the last.
    """
    one = planned_at(cohort, at)
    if one is None:
        raise Refused(_("This class is not planned any more. Look at the calendar."))
    stands = None if one.cancelled else one.starts.replace(tzinfo=None)
    if stands == to:
        return
    if seen != str(one.number):
        raise Refused(_("Somebody changed this class meanwhile. Look, then save again."))
    if one.starts <= clock.now():
        raise Refused(_("This class has begun. It stays as it was."))
    if to is not None:
        _check_time(cohort, one, to)
    change = Change(at.date(), to, one.number + 1)
    cohort.class_times = classes.kept([_with(time, one, change, cohort) for time in classes.times_of(cohort)])
    record(Kind.COHORT_CHANGED, cohort, actor=by, planned=_kept(at), began=[_kept(stands), _kept(to)])


def _with(time: ClassTime, one: Class, change: Change, cohort: Cohort) -> ClassTime:
    """With the change, where the class is of this time of the week: the clocks of that day may have moved it, so times are not compared."""
    if time.weekday != change.day.weekday() or classes.on_day(change.day, time, ZoneInfo(cohort.zone)).planned != one.planned:
        return time
    return time._replace(changes=tuple(sorted([change, *(one for one in time.changes if one.day != change.day)], key=lambda one: one.day)))


def _kept(at: datetime | None) -> str | None:
    return f"{at:%Y-%m-%dT%H:%M}" if at else None


def _check_time(cohort: Cohort, one: Class, to: datetime) -> None:
    starts = to.replace(tzinfo=ZoneInfo(cohort.zone)).astimezone(UTC)  # two times of one zone are compared as if no clock ever changed
    if starts <= clock.now():
        raise Refused(_("This time is over. Choose a later one."), at="on")
    if not cohort.starts_on <= to.date() <= cohort.ends_on:
        raise Refused(_("Choose a day from the first to the last day of the cohort."), at="on")
    near = classes.classes(cohort, to.date() - timedelta(days=1), to.date() + timedelta(days=1))
    for other in near:
        if other.planned != one.planned and other.starts < starts + one.lasts and starts < other.ends:
            raise Refused(_("Another class is at this time: %(time)s.", time=fmt.moment(other.starts)), at="on")
