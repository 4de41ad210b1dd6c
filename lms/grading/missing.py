"""Who has not sent a task: what a mentor may remind of when the desk is empty."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from lms.catalogue import queries as catalogue
from lms.catalogue.courses import Assignment
from lms.cohorts import queries as cohorts
from lms.cohorts.models import Cohort, CohortState, Enrolment, EnrolmentState
from lms.cohorts.policy import mentored_cohort_ids
from lms.core import clock
from lms.core.db import db
from lms.grading.models import Submission
from lms.people.models import User

SOON, LATELY = timedelta(days=2), timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Missing:
    """A task of a cohort that this many people have not sent."""

    cohort: Cohort
    task: Assignment
    due: datetime
    people: int


def missing(mentor: User) -> list[Missing]:
    """For each running cohort of this mentor the task to remind of, where somebody has not sent it.

    That is the last one whose time ends in two days or ended in the last fourteen: who is later than that needs more than a reminder.
    """
    led = select(Cohort).where(Cohort.id.in_(mentored_cohort_ids(mentor)), Cohort.state == CohortState.RUNNING)
    found = [_in(cohort, mentor) for cohort in db.session.scalars(led.order_by(Cohort.name))]
    return [one for one in found if one is not None]


def _in(cohort: Cohort, mentor: User) -> Missing | None:
    studying = select(Enrolment.id).where(
        Enrolment.cohort_id == cohort.id, Enrolment.state == EnrolmentState.ACTIVE, Enrolment.user_id != mentor.id
    )
    people = db.session.scalars(studying).all()
    for due, task in sorted(_in_time(cohort), key=lambda one: one[0], reverse=True):
        if count := len(not_sent(people, task.uid)):
            return Missing(cohort, task, due, count)
    return None


def _in_time(cohort: Cohort) -> list[tuple[datetime, Assignment]]:
    """(until when, task) of the tasks one may remind of now: open, with their end near."""
    now, found = clock.now(), []
    for version in cohorts.pinned(cohort.id):
        for lesson in catalogue.course(version.id).lessons:
            task = lesson.assignment
            if task is None or task.due is None or cohorts.not_before(cohort, lesson.opens, task.opens):
                continue
            due = cohorts.due_at(cohort, task.due.moment)
            if now - LATELY < due < now + SOON:
                found.append((due, task))
    return found


def not_sent(enrolment_ids: Collection[int], assignment_uid: str) -> set[int]:
    """Those of these enrolments in which this task was never handed in."""
    sent = select(Submission.enrolment_id).where(
        Submission.assignment_uid == assignment_uid, Submission.enrolment_id.in_(list(enrolment_ids))
    )
    return set(enrolment_ids) - set(db.session.scalars(sent))
