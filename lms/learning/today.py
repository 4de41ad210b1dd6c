"""What Today says: the one next step over all the courses of a person, and the study days of her week."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import UnknownLocaleError

from lms.annotation.offers import Offer
from lms.cohorts import queries as cohorts
from lms.cohorts.actions import week_of
from lms.cohorts.classes import next_class as next_of_cohort
from lms.cohorts.models import EnrolmentState
from lms.cohorts.wording import time_left
from lms.core import clock
from lms.core.i18n import language
from lms.learning import naming, progress
from lms.learning.heard import Mark
from lms.learning.opening import Closed, closed
from lms.learning.progress import Step, WorkState
from lms.learning.queries import Study
from lms.people.models import User

GOAL = 4  # study days a week


class Say(IntEnum):
    """What the frame says of a course, the most urgent first."""

    FIX = 0  # a task came back
    GO = 1
    AHEAD = 2  # this week is done; the next week is open
    LATER = 3  # it opens at a moment that is known
    ASK = 4  # a task was marked below the bar, and only her mentor can help
    WAIT = 5  # her mentor has it
    START = 6  # the cohort has not begun
    FINISHED = 7


NOTHING_TO_LEARN = (Say.LATER, Say.ASK, Say.WAIT, Say.START, Say.FINISHED)


@dataclass(frozen=True, slots=True)
class Next:
    """The next step in one course. `step` is empty where nothing is left for her to do."""

    say: Say
    study: Study
    step: Step | None = None
    why: Closed | None = None

    @property
    def name(self) -> str:
        """What the step is called, or the course where there is none."""
        return naming.name_of(self.study.course, self.step) if self.step else self.study.course.title.in_language(language())

    @property
    def left(self) -> str | None:
        """Until when there is time for it, or that the time is over; None where there is no limit."""
        due = self.step.item.due if self.step else None
        return time_left(cohorts.due_at(self.study.enrolment.cohort, due.moment)) if due else None

    @property
    def href(self) -> str:
        """Where it is done; the road where there is nothing to do now."""
        doable = self.say in (Say.FIX, Say.GO, Say.AHEAD, Say.ASK)
        return naming.address_of(self.study.course, self.step) if self.step and doable else naming.road_of(self.study.course)


def next_of(studies: Sequence[Study]) -> Next | None:
    """The one step to frame; None for a person without a course. Among equals the first course counts."""
    return min((next_in(study) for study in studies), key=lambda one: one.say, default=None)


def work_instead(following: Next | None, offers: Sequence[Offer]) -> Offer | None:
    """The work to frame in the place of the next step: what came back, unless a task did too; else any, once the course leaves time."""
    if not offers:
        return None
    if offers[0].returned:
        return None if following and following.say is Say.FIX else offers[0]
    return offers[0] if leaves_time(following) else None


def leaves_time(following: Next | None) -> bool:
    """Whether her courses ask for nothing now, so that she may begin work."""
    return following is None or following.say in NOTHING_TO_LEARN


def still_said(latest: Mark | None, studies: Iterable[Study]) -> Mark | None:
    """The mentor's last word, unless it asked for a change and the changed answer was sent meanwhile."""
    if latest is None or not latest.returned:
        return latest
    place, uid = latest.enrolment_id, latest.assignment_uid
    works = [work for study in studies if study.enrolment.id == place and (work := study.facts.works.get(uid))]
    return latest if any(work.state is WorkState.RETURNED for work in works) else None


def next_in(study: Study) -> Next:
    """The next step in one course."""
    step = progress.next_step(study.course, study.facts)
    if step is None and (low := progress.below(study.course, study.facts)):
        return Next(Say.ASK, study, low)
    if step is None:
        return Next(Say.FINISHED if progress.complete(study.course, study.facts) else Say.WAIT, study)
    why = closed(study, step.lesson, step.item)
    if why and why.needs:
        return Next(Say.WAIT, study, step, why)
    cohort = study.enrolment.cohort
    today = clock.today(cohort.zone)
    if why:
        return Next(Say.START if today < cohort.starts_on else Say.LATER, study, step, why)
    work = study.facts.works.get(step.item.uid)
    if work and work.state is WorkState.RETURNED:
        return Next(Say.FIX, study, step)
    return Next(Say.AHEAD if step.lesson.week > max(1, week_of(cohort, today)) else Say.GO, study, step)


def next_class(user: User, studies: Iterable[Study]) -> tuple[datetime, bool] | None:
    """When the next class of the cohorts in which she studies begins, by her own clock; and whether the cohort's shows another time."""
    now = clock.now()
    learnt = {study.enrolment.cohort.id: study.enrolment.cohort for study in studies if study.enrolment.state is EnrolmentState.ACTIVE}
    starts = min((found.starts for cohort in learnt.values() if (found := next_of_cohort(cohort, now))), default=None)
    hers = starts and starts.astimezone(ZoneInfo(user.zone))
    return (hers, hers.utcoffset() != starts.utcoffset()) if starts and hers else None


def is_first_day(studies: Iterable[Study]) -> bool:
    """Whether she has done nothing yet."""
    return not any(study.active for study in studies)


def study_days(user: User, moments: Iterable[datetime]) -> int:
    """On how many days of this week she learned, by her own clock."""
    zone = ZoneInfo(user.zone)
    first = week_start(clock.now().astimezone(zone).date(), user.country)
    return len({day for moment in moments if (day := moment.astimezone(zone).date()) >= first})


def week_start(day: date, country: str | None) -> date:
    """The first day of the week that `day` is in, as the country counts: Saturday in Syria, Sunday in Kenya, else Monday."""
    return day - timedelta(days=(day.weekday() - _first_weekday(country)) % 7)


@lru_cache(maxsize=256)  # Babel looks through the names of all its locales each time
def _first_weekday(country: str | None) -> int:
    try:
        return int(Locale.parse(f"und_{country}").first_week_day) if country else 0
    except (UnknownLocaleError, ValueError):
        return 0


def part_of_day(moment: datetime) -> str:
    """`morning`, `afternoon` or `evening` of a local moment, for the greeting."""
    return "morning" if 4 <= moment.hour < 12 else "afternoon" if 12 <= moment.hour < 18 else "evening"
