"""How many people of each cohort studied in each of the last weeks: the small line on the page of all cohorts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Subquery, and_, case, func, select, union_all

from lms.annotation.models import Assignment as Item
from lms.cohorts import queries as cohorts
from lms.cohorts.models import Cohort, CohortState, Enrolment
from lms.core.db import db
from lms.grading.models import Submission
from lms.learning.models import QuizAttempt, Reading

WEEKS = 6


def active_in(found: Iterable[Cohort]) -> dict[int, list[int]]:
    """Cohort id -> how many people did a piece of work in each seven days, the oldest first, the last seven days with today last.

    At most six times seven days and none from before the cohort began; only running cohorts. One statement for all of them.
    """
    running = {cohort.id: cohort for cohort in found if cohort.state == CohortState.RUNNING}
    if not running:
        return {}
    today = {id: cohorts.today_of(cohort) for id, cohort in running.items()}
    moments = _moments(running, today)
    bucket = case(*_buckets(moments, running, today), else_=WEEKS).label("bucket")
    rows = select(moments.c.cohort_id, bucket, func.count(moments.c.enrolment_id.distinct())).group_by(moments.c.cohort_id, "bucket")
    counted: dict[int, dict[int, int]] = defaultdict(dict)
    for id, number, people in db.session.execute(rows):
        counted[id][number] = people
    return {id: [counted[id].get(back, 0) for back in reversed(range(_length(cohort, today[id])))] for id, cohort in running.items()}


def _length(cohort: Cohort, today: date) -> int:
    """How many times seven days are shown."""
    return min(WEEKS, max(0, (today - cohort.starts_on).days) // 7 + 1)


def _buckets(moments: Subquery, running: Mapping[int, Cohort], today: Mapping[int, date]) -> list[tuple[ColumnElement[bool], int]]:
    """A condition for each seven days, the newest first. Cohorts of one zone share theirs."""
    zones: dict[str, list[int]] = defaultdict(list)
    for id, cohort in running.items():
        zones[cohort.zone].append(id)
    return [
        (and_(moments.c.cohort_id.in_(ids), moments.c.at >= _start(today[ids[0]], zone, back)), back)
        for zone, ids in zones.items()
        for back in range(WEEKS)
    ]


def _start(today: date, zone: str, back: int) -> datetime:
    return datetime.combine(today - timedelta(days=7 * back + 6), time(), ZoneInfo(zone))


def _moments(running: Mapping[int, Cohort], today: Mapping[int, date]) -> Subquery:
    """(cohort_id, enrolment_id, at) of all work since the first of these days."""
    since = min(_start(today[id], cohort.zone, WEEKS - 1) for id, cohort in running.items())
    ids: Collection[int] = list(running)
    place = select(Enrolment.cohort_id, Enrolment.id.label("enrolment_id")).where(Enrolment.cohort_id.in_(ids))
    return union_all(
        place.add_columns(Reading.done_at.label("at")).join(Reading, Reading.enrolment_id == Enrolment.id).where(Reading.done_at >= since),
        place.add_columns(QuizAttempt.submitted_at)
        .join(QuizAttempt, QuizAttempt.enrolment_id == Enrolment.id)
        .where(QuizAttempt.submitted_at >= since),
        place.add_columns(Submission.submitted_at)
        .join(Submission, Submission.enrolment_id == Enrolment.id)
        .where(Submission.submitted_at >= since),
        place.add_columns(Item.answered_at).join(Item, Item.worker_id == Enrolment.user_id).where(Item.answered_at >= since),
    ).subquery()
