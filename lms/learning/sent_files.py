"""Reading the files that people of a cohort handed in: how many by task, and those that a person may open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager

from lms.catalogue.courses import Assignment
from lms.cohorts.models import Cohort, Enrolment
from lms.core.db import db
from lms.core.files import StoredFile
from lms.grading.models import Submission, SubmissionFile
from lms.grading.policy import visible_submissions
from lms.people.models import User


@dataclass(frozen=True, slots=True)
class Sent:
    """The files of one task in a cohort: of how many people, how many, together so many bytes, the last one when."""

    task: Assignment
    people: int
    files: int
    size: int
    last: datetime


def by_task(cohort: Cohort, tasks: Mapping[str, Assignment]) -> list[Sent]:
    """What was sent for each of these tasks, in their order; without those that nobody sent a file for. One statement."""
    rows = db.session.execute(
        select(Submission.assignment_uid, func.count(Submission.enrolment_id.distinct()), func.count())
        .add_columns(func.sum(StoredFile.size), func.max(Submission.submitted_at))
        .join(SubmissionFile, SubmissionFile.submission_id == Submission.id)
        .join(SubmissionFile.file)
        .join(Submission.enrolment)
        .where(Enrolment.cohort_id == cohort.id)
        .group_by(Submission.assignment_uid)
    )
    found = {uid: Sent(tasks[uid], people, files, int(size), last) for uid, people, files, size, last in rows if uid in tasks}
    return [found[uid] for uid in tasks if uid in found]


def openable(cohort: Cohort, user: User) -> Select[SubmissionFile, Submission]:
    """What this person may open and did not send, the newest first: (file, submission with its enrolment and person)."""
    return (
        select(SubmissionFile, Submission)
        .join(Submission, Submission.id == SubmissionFile.submission_id)
        .join(SubmissionFile.file)
        .join(Submission.enrolment)
        .join(Enrolment.user)
        .where(Enrolment.cohort_id == cohort.id, Enrolment.user_id != user.id)
        .where(Submission.id.in_(visible_submissions(user).with_only_columns(Submission.id)))
        .options(contains_eager(SubmissionFile.file), contains_eager(Submission.enrolment).contains_eager(Enrolment.user))
        .order_by(Submission.submitted_at.desc(), Submission.id.desc(), SubmissionFile.position)
    )
