"""Reading a whole cohort: when each person last worked, her week, her tasks. A few statements, however many people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Subquery, case, exists, func, select, union_all
from sqlalchemy.orm import joinedload

from lms.annotation.models import Assignment as Item
from lms.catalogue import queries as catalogue
from lms.catalogue.courses import Assignment
from lms.cohorts import queries as cohorts
from lms.cohorts.actions import week_of
from lms.cohorts.models import Code, Cohort, CohortState, Enrolment, EnrolmentState
from lms.core import clock
from lms.core.db import db
from lms.grading.models import WAITING, State, Submission
from lms.learning.models import QuizAttempt, Reading
from lms.learning.today import week_start
from lms.learning.watching import QUIET_DAYS, Seen

WEEKS = 4  # in the chart, with this one
MOST = 500  # people: no cohort has more places


@dataclass(frozen=True, slots=True)
class Watched:
    """One person of a cohort with what is known of her; `last` is the moment of the last work done.

    `last_week`: whether she studied in it; None where she had no place yet, or learns here no more and did nothing then.
    """

    enrolment: Enrolment
    seen: Seen
    last: datetime | None
    last_week: bool | None


@dataclass(frozen=True, slots=True)
class Week:
    """How many people studied in the week that begins on `first`."""

    first: date
    people: int


@dataclass(frozen=True, slots=True)
class Watch:
    """A cohort as its mentor sees it: who needs a word most comes first. `tasks` is how many tasks its courses have."""

    people: Sequence[Watched]
    weeks: Sequence[Week]
    tasks: int

    @property
    def calling(self) -> list[Watched]:
        """Those who need a word."""
        return [one for one in self.people if one.seen.reasons]

    @property
    def finished(self) -> Sequence[Week]:
        """The weeks that are over."""
        return self.weeks[:-1]

    @property
    def last_week(self) -> tuple[int, int]:
        """How many people studied in the last week that is over, and of how many who had a place then."""
        counted = [one.last_week for one in self.people if one.last_week is not None]
        return sum(counted), len(counted)

    @property
    def this_week(self) -> tuple[int, int]:
        """How many people studied this week so far, and of how many: those who still learn here, or did a piece of work this week."""
        counted = [one.seen.days for one in self.people if one.seen.studies or one.seen.days]
        return sum(days > 0 for days in counted), len(counted)


def weeks_of(cohort: Cohort) -> tuple[int, int]:
    """Which week of the cohort it is, from 1 (0: before it starts), and how many weeks it has."""
    return week_of(cohort, cohorts.today_of(cohort)), week_of(cohort, cohort.ends_on)


def watch(cohort: Cohort, *, only: int | None = None) -> Watch:
    """Everybody with a place in a cohort, or one of them, each with what is known of her."""
    found = select(Enrolment).where(Enrolment.cohort_id == cohort.id).options(joinedload(Enrolment.user)).order_by(Enrolment.id)
    places = db.session.scalars((found.where(Enrolment.id == only) if only else found).limit(MOST)).all()
    ids = [place.id for place in places]
    today = cohorts.today_of(cohort)
    first = week_start(today, cohort.partner.country if cohort.partner else None)
    active, codes, works = _active(ids, _starts(first, today, cohort)), cohorts.codes_of(ids), _works(ids)
    tasks = tasks_of(cohort)
    over = {task.uid for task in tasks if task.due and cohorts.due_at(cohort, task.due.moment) < clock.now()}
    rows = [
        _watched(place, today, first, active.get(place.id, {}), codes.get(place.id, []), works.get(place.id, {}), over) for place in places
    ]
    rows.sort(key=lambda one: (*one.seen.order, one.enrolment.user.name, one.enrolment.id))
    return Watch(rows, [week for week in _weeks(first, active.values()) if week.first > cohort.starts_on - timedelta(weeks=1)], len(tasks))


def _watched(
    place: Enrolment,
    today: date,
    first: date,
    active: Mapping[int, datetime],
    codes: list[Code],
    works: Mapping[str, State],
    over: Collection[str],
) -> Watched:
    cohort = place.cohort
    zone, last = ZoneInfo(cohort.zone), max(active.values(), default=None)
    began = max(place.made_at.astimezone(zone).date(), cohort.starts_on)
    seen = Seen(
        since=max(last.astimezone(zone).date(), began) if last else began,
        today=today,
        worked=last is not None,
        days=sum(bucket >= WEEKS for bucket in active),
        sent=len(works),
        checked=sum(state is State.RELEASED for state in works.values()),
        late=len(set(over) - set(works)),
        codes=codes,
        studies=place.state == EnrolmentState.ACTIVE and cohort.state == CohortState.RUNNING,
    )
    here_then = seen.studies and began < first
    return Watched(place, seen, last, WEEKS - 1 in active if here_then or WEEKS - 1 in active else None)


def _starts(first: date, today: date, cohort: Cohort) -> list[datetime]:
    """Where the buckets of time begin: 1.. the earlier weeks, from WEEKS on the days of this week. Bucket 0 is what lies before."""
    days = [first - timedelta(weeks=back) for back in range(WEEKS - 1, 0, -1)]
    days += [first + timedelta(days=on) for on in range((today - first).days + 1)]
    return [datetime.combine(day, time(), ZoneInfo(cohort.zone)) for day in days]


def _active(ids: Collection[int], starts: Sequence[datetime]) -> dict[int, dict[int, datetime]]:
    """Enrolment id -> bucket of time -> the last moment of work in it."""
    moments = _moments(ids)
    bucket = case(*((moments.c.at >= start, n) for n, start in reversed(list(enumerate(starts, start=1)))), else_=0)
    found: dict[int, dict[int, datetime]] = {}
    rows = select(moments.c.enrolment_id, bucket.label("bucket"), func.max(moments.c.at)).group_by(moments.c.enrolment_id, "bucket")
    for id, number, at in db.session.execute(rows):
        found.setdefault(id, {})[number] = at
    return found


def _moments(ids: Collection[int]) -> Subquery:
    """(enrolment_id, at) of all work: a text read to its end, a quiz sent, a task handed in, an item answered."""
    return union_all(
        select(Reading.enrolment_id, Reading.done_at.label("at")).where(Reading.enrolment_id.in_(ids)),
        select(QuizAttempt.enrolment_id, QuizAttempt.submitted_at).where(
            QuizAttempt.enrolment_id.in_(ids), QuizAttempt.submitted_at.is_not(None)
        ),
        select(Submission.enrolment_id, Submission.submitted_at).where(Submission.enrolment_id.in_(ids)),
        select(Enrolment.id, Item.answered_at)
        .join(Item, Item.worker_id == Enrolment.user_id)
        .where(Enrolment.id.in_(ids), Item.answered_at.is_not(None)),
    ).subquery()


def _weeks(first: date, active: Iterable[Mapping[int, datetime]]) -> list[Week]:
    counted = [0] * WEEKS
    for buckets in active:
        for week in {min(bucket, WEEKS) for bucket in buckets if bucket}:
            counted[week - 1] += 1
    return [Week(first - timedelta(weeks=WEEKS - 1 - n), people) for n, people in enumerate(counted)]


def _works(ids: Collection[int]) -> dict[int, dict[str, State]]:
    """Enrolment id -> task -> the state of its newest try."""
    found: dict[int, dict[str, State]] = {}
    rows = select(Submission.enrolment_id, Submission.assignment_uid, Submission.state).where(Submission.enrolment_id.in_(ids))
    for id, uid, state in db.session.execute(rows.order_by(Submission.attempt)):
        found.setdefault(id, {})[uid] = state
    return found


def tasks_of(cohort: Cohort) -> list[Assignment]:
    """The tasks of the cohort's courses, in the order of study."""
    courses = [catalogue.course(version.id) for version in cohorts.pinned(cohort.id)]
    return [lesson.assignment for course in courses for lesson in course.lessons if lesson.assignment]


@dataclass(frozen=True, slots=True)
class TaskCount:
    """One task of a cohort: how many people's newest try waits for a mentor, came back to be changed, has its mark."""

    task: Assignment
    waiting: int
    returned: int
    checked: int

    @property
    def sent(self) -> int:
        return self.waiting + self.returned + self.checked


def task_counts(cohort: Cohort) -> list[TaskCount]:
    """The tasks of a cohort with what became of them."""
    ids = db.session.scalars(select(Enrolment.id).where(Enrolment.cohort_id == cohort.id)).all()
    states = [(uid, state) for works in _works(ids).values() for uid, state in works.items()]
    found = Counter(states)
    return [
        TaskCount(
            task,
            sum(found[task.uid, state] for state in WAITING),
            found[task.uid, State.RETURNED],
            found[task.uid, State.RELEASED],
        )
        for task in tasks_of(cohort)
    ]


def newest_tries(enrolment_id: int) -> dict[str, Submission]:
    """Task -> the newest try of one person."""
    rows = db.session.scalars(select(Submission).where(Submission.enrolment_id == enrolment_id).order_by(Submission.attempt))
    return {row.assignment_uid: row for row in rows}


def quiet_in(found: Iterable[Cohort]) -> dict[int, int]:
    """Cohort id -> how many people of a running cohort did no work for 7 days, as `Seen.quiet` counts them.

    One statement for all cohorts of a page, by the indexes of what people do.
    """
    since = {
        cohort.id: datetime.combine(cohorts.today_of(cohort) - timedelta(days=QUIET_DAYS - 1), time(), ZoneInfo(cohort.zone))
        for cohort in found
        if cohort.state == CohortState.RUNNING and cohort.starts_on <= cohorts.today_of(cohort) - timedelta(days=QUIET_DAYS)
    }
    if not since:
        return {}
    start = case(*((Enrolment.cohort_id == id, moment) for id, moment in since.items()))
    rows = (
        select(Enrolment.cohort_id, func.count())
        .where(
            Enrolment.cohort_id.in_(since),
            Enrolment.state == EnrolmentState.ACTIVE,
            Enrolment.made_at < start,
            ~exists().where(Reading.enrolment_id == Enrolment.id, Reading.done_at >= start),
            ~exists().where(QuizAttempt.enrolment_id == Enrolment.id, QuizAttempt.submitted_at >= start),
            ~exists().where(Submission.enrolment_id == Enrolment.id, Submission.submitted_at >= start),
            ~exists().where(Item.worker_id == Enrolment.user_id, Item.answered_at >= start),
        )
        .group_by(Enrolment.cohort_id)
    )
    return dict(db.session.execute(rows).all())
