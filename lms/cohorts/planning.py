"""Setting the times of a cohort's classes."""

from __future__ import annotations

from collections.abc import Sequence

from lms.cohorts import classes
from lms.cohorts.actions import OPEN
from lms.cohorts.classes import ClassTime
from lms.cohorts.models import Cohort
from lms.cohorts.wording import class_time
from lms.core import fmt
from lms.core.errors import Refused
from lms.core.facts import Kind, record
from lms.core.i18n import _
from lms.people.models import User


def set_classes(cohort: Cohort, times: Sequence[ClassTime], *, by: User, seen: str | None = None) -> None:
    """These are the classes of every week from now on. Twice is once. The cohort's row is locked by the caller.

    Raises Refused for a cohort that is over, for too many, for a length that no class has, for two at the same time, and where `seen`,
    the mark of the times that somebody looked at, is not the mark of those that stand.
    """
    if cohort.state not in OPEN:
        raise Refused(_("This cohort plans no classes any more."))
    kept = classes.kept(times)
    if kept == cohort.class_times:
        return
    if seen is not None and seen != classes.mark(classes.times_of(cohort)):
        raise Refused(_("Somebody changed the class times meanwhile. Look, then save again."))
    if len(times) > classes.MOST:
        raise Refused(_("A cohort has at most %(n)s classes a week.", n=fmt.num(classes.MOST)))
    if any(not classes.SHORTEST <= one.minutes <= classes.LONGEST for one in times):
        raise Refused(
            _("A class lasts from %(least)s to %(most)s minutes.", least=fmt.num(classes.SHORTEST), most=fmt.num(classes.LONGEST))
        )
    if both := classes.overlapping(times):
        first, second = map(class_time, both)
        raise Refused(_("Two classes are at the same time: %(first)s; %(second)s.", first=first, second=second))
    cohort.class_times = kept
    record(Kind.COHORT_CHANGED, cohort, actor=by, classes=len(kept))
