"""The mentor's desk: what waits in which order, of which cohort and task, for how long, and how quick answers were lately."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from lms.catalogue import queries as catalogue
from lms.catalogue.models import CourseVersion
from lms.catalogue.plain import Text
from lms.cohorts.models import Cohort, Enrolment
from lms.core import clock
from lms.core.db import db
from lms.grading import policy
from lms.grading.models import ON_DESK, Grade, Submission
from lms.people.models import User

HOLDER = aliased(User)
LATELY = timedelta(days=30)
MOST = 500  # marks of one mentor that a median is taken of


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of the desk is shown; nothing chosen: all of it."""

    cohort: int | None = None
    task: str | None = None
    again: bool = False

    def of(self, found: Select[Submission]) -> Select[Submission]:
        """The same rows, of these only."""
        if self.cohort is not None:
            found = found.where(Submission.enrolment_id.in_(select(Enrolment.id).where(Enrolment.cohort_id == self.cohort)))
        if self.task is not None:
            found = found.where(Submission.assignment_uid == self.task)
        return found.where(Submission.attempt > 1) if self.again else found


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the desk that can be asked for: its name, how many answers wait in it."""

    wanted: Wanted
    name: str | Text
    count: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How much waits: all, since when, second tries, and by cohort and task where there are several of them."""

    all: int
    oldest: datetime | None
    again: int
    shares: tuple[Share, ...]


def waiting(mentor: User, wanted: Wanted = Wanted()) -> Select[Submission]:  # frozen, so it can be shared
    """The desk: second tries on top, then the oldest first."""
    return (
        wanted.of(_all(mentor))
        .join(Submission.enrolment)
        .join(Enrolment.user)
        .join(Enrolment.cohort)
        .outerjoin(Submission.claimed_by.of_type(HOLDER))
        .options(
            contains_eager(Submission.enrolment).options(contains_eager(Enrolment.user), contains_eager(Enrolment.cohort)),
            contains_eager(Submission.claimed_by.of_type(HOLDER)),
            joinedload(Submission.version).defer(CourseVersion.body),  # held by its row, or each row would ask for its course anew
        )
        .order_by((Submission.attempt > 1).desc(), Submission.submitted_at, Submission.id)
    )


def free_for(mentor: User) -> Select[Submission]:
    """What this mentor can take now, in the order of the desk: nobody else holds it."""
    free = or_(Submission.lease_until.is_(None), Submission.lease_until < clock.now(), Submission.claimed_by_id == mentor.id)
    return _all(mentor).where(free).order_by((Submission.attempt > 1).desc(), Submission.submitted_at, Submission.id)


def how_many_wait(mentor: User) -> int:
    """How many answers wait on this mentor's desk."""
    return db.session.scalar(select(func.count()).select_from(_all(mentor).subquery())) or 0


def counts(mentor: User) -> Counts:
    """The desk in numbers, in three statements however long it is."""
    rows = _all(mentor).subquery()
    second = func.count().filter(rows.c.attempt > 1)
    all, oldest, again = db.session.execute(select(func.count(), func.min(rows.c.submitted_at), second).select_from(rows)).one()
    cohorts = db.session.execute(
        select(Cohort.id, Cohort.name, func.count())
        .join(Enrolment, Enrolment.cohort_id == Cohort.id)
        .join(rows, rows.c.enrolment_id == Enrolment.id)
        .group_by(Cohort.id, Cohort.name)
        .order_by(Cohort.name)
    ).all()
    tasks = db.session.execute(
        select(rows.c.assignment_uid, func.max(rows.c.version_id), func.count())
        .group_by(rows.c.assignment_uid)
        .order_by(rows.c.assignment_uid)
    ).all()
    shares = [Share(Wanted(cohort=id), name, count) for id, name, count in cohorts] if len(cohorts) > 1 else []
    if len(tasks) > 1:
        shares += [Share(Wanted(task=uid), _title(version, uid), count) for uid, version, count in tasks]
    return Counts(all, oldest, again, tuple(shares))


def _all(mentor: User) -> Select[Submission]:
    return policy.desk(mentor).where(Submission.state.in_(ON_DESK))


def _title(version_id: int, uid: str) -> Text:
    assignment = catalogue.course(version_id).assignment(uid)
    return assignment.title if assignment else Text(en=uid)


def median_waits(mentor_ids: Collection[int]) -> dict[int, timedelta]:
    """Mentor id -> how long the answers they checked in the last 30 days had waited, in the middle; who checked none is not in it."""
    number = func.row_number().over(partition_by=Grade.by_id, order_by=Grade.id.desc()).label("number")
    checked = (
        select(Grade.by_id, Grade.at, Submission.submitted_at, number)
        .join(Submission, Submission.id == Grade.submission_id)
        .where(Grade.by_id.in_(mentor_ids), Grade.at > clock.now() - LATELY)
        .subquery()
    )
    waits: dict[int, list[float]] = defaultdict(list)
    rows = select(checked.c.by_id, checked.c.at, checked.c.submitted_at).where(checked.c.number <= MOST)
    for id, done, sent in db.session.execute(rows):
        waits[id].append((done - sent).total_seconds())
    return {id: timedelta(seconds=median(found)) for id, found in waits.items()}
