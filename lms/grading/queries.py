"""Reading submissions and grades: the latest try, the history, what was passed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.catalogue import queries as catalogue
from lms.catalogue.courses import Assignment, Course
from lms.cohorts.queries import due_at
from lms.core import clock
from lms.core.db import db
from lms.grading.models import Grade, State, Submission, SubmissionFile
from lms.people.models import User


def latest_submission(enrolment_id: int, assignment_uid: str) -> Submission | None:
    """The newest try at an assignment."""
    return db.session.scalars(
        select(Submission)
        .where(Submission.enrolment_id == enrolment_id, Submission.assignment_uid == assignment_uid)
        .order_by(Submission.attempt.desc())
        .limit(1)
    ).one_or_none()


def grade_of(submission: Submission) -> Grade | None:
    """The mark of a try, with who gave it."""
    return db.session.scalars(select(Grade).where(Grade.submission_id == submission.id).options(joinedload(Grade.by))).one_or_none()


def files_of(submission: Submission) -> list[SubmissionFile]:
    """The files of a try, in order."""
    found = select(SubmissionFile).where(SubmissionFile.submission_id == submission.id).options(joinedload(SubmissionFile.file))
    return list(db.session.scalars(found.order_by(SubmissionFile.position)))


def earlier(submission: Submission) -> list[tuple[Submission, Grade | None]]:
    """The tries before this one, newest first, each with its mark."""
    found = (
        select(Submission, Grade)
        .outerjoin(Grade, Grade.submission_id == Submission.id)
        .where(
            Submission.enrolment_id == submission.enrolment_id,
            Submission.assignment_uid == submission.assignment_uid,
            Submission.attempt < submission.attempt,
        )
        .order_by(Submission.attempt.desc())
    )
    return [(row[0], row[1]) for row in db.session.execute(found)]


def handed_in(enrolment_ids: Collection[int]) -> dict[str, State]:
    """The state of the newest try of each assignment, in one statement."""
    rows = db.session.execute(
        select(Submission.assignment_uid, Submission.state).where(Submission.enrolment_id.in_(enrolment_ids)).order_by(Submission.attempt)
    )
    return dict(row.tuple() for row in rows)  # the last try of each wins


def passed(enrolment_id: int) -> set[str]:
    """The assignments this trainee has passed."""
    found = (
        select(Submission.assignment_uid)
        .join(Grade, Grade.submission_id == Submission.id)
        .where(Submission.enrolment_id == enrolment_id, Grade.passed, ~Grade.returned)
    )
    return set(db.session.scalars(found))


@dataclass(frozen=True, slots=True)
class Task:
    """A submission with what it answers, for a row of the desk."""

    submission: Submission
    course: Course
    assignment: Assignment

    @property
    def slug(self) -> str:
        """The lesson that the assignment belongs to, as an address names it."""
        return next(lesson.slug for lesson in self.course.lessons if lesson.assignment and lesson.assignment.uid == self.assignment.uid)

    @property
    def waits_since(self) -> datetime:
        return self.submission.submitted_at

    @property
    def late(self) -> bool:
        """A first try that was written after its time (rule R7: as the phone tells it, within 72 hours). A second one is never late."""
        due = self.assignment.due
        if due is None or self.submission.attempt > 1:
            return False
        return (self.submission.written_at or self.submission.submitted_at) > due_at(self.submission.enrolment.cohort, due.moment)

    @property
    def waited_for_net(self) -> bool:
        """Written in time, and arrived after it, because the phone had no network: not late (rule R7), and the mentor sees why."""
        due = self.assignment.due
        if due is None or self.submission.attempt > 1 or self.submission.written_at is None:
            return False
        return self.submission.written_at <= due_at(self.submission.enrolment.cohort, due.moment) < self.submission.submitted_at

    @property
    def held_by(self) -> User | None:
        """Who is checking it now, while the lease lasts."""
        lease = self.submission.lease_until
        return self.submission.claimed_by if lease is not None and lease > clock.now() else None


def task(submission: Submission) -> Task:
    """What a submission answers, from the version it was made for."""
    course = catalogue.course(submission.version_id)
    assignment = course.assignment(submission.assignment_uid)
    if assignment is None:
        raise LookupError(submission.assignment_uid)
    return Task(submission, course, assignment)
