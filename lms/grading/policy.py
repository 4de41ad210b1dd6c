"""Who may see a submission, and who may grade one."""

from __future__ import annotations

from flask import current_app
from sqlalchemy import Select, or_, select

from lms.catalogue.courses import Lesson
from lms.catalogue.models import CourseVersion
from lms.cohorts.models import Enrolment
from lms.cohorts.policy import mentored_cohort_ids
from lms.core.access import Role
from lms.grading.models import Submission
from lms.people.models import User


def visible_submissions(user: User) -> Select[Submission]:
    """A trainee sees her own; a mentor those of the cohorts in which they hold a seat. Nobody else reads people's work."""
    own = Submission.enrolment_id.in_(select(Enrolment.id).where(Enrolment.user_id == user.id))
    if Role.MENTOR not in user.roles:
        return select(Submission).where(own)
    seats = select(Enrolment.id).where(Enrolment.cohort_id.in_(mentored_cohort_ids(user)))
    return select(Submission).where(or_(own, Submission.enrolment_id.in_(seats)))


def desk(user: User) -> Select[Submission]:
    """What this mentor may grade: the work of their cohorts, never their own."""
    seats = select(Enrolment.id).where(Enrolment.cohort_id.in_(mentored_cohort_ids(user)), Enrolment.user_id != user.id)
    return select(Submission).where(Submission.enrolment_id.in_(seats))


def may_grade(user: User, submission: Submission) -> bool:
    """A mentor grades what is not their own; that it is visible says that it is of their cohort."""
    return Role.MENTOR in user.roles and submission.enrolment.user_id != user.id


def is_closed(enrolment: Enrolment, version: CourseVersion, lesson: Lesson) -> bool:
    """Whether the lesson's task may not be begun yet. What must be done before is known higher up: a room there leaves its rule in
    `app.extensions["task_rules"]`, a list of functions with these three arguments."""
    return any(rule(enrolment, version, lesson) for rule in current_app.extensions.get("task_rules", ()))
