"""Who may see a project, a task, an answer to review. Nobody sees another's answer before a decision; a reviewer never her own."""

from __future__ import annotations

from sqlalchemy import BindParameter, Select, or_, select

from lms.annotation.models import Assignment, AssignmentState, Project, ProjectCohort, ProjectState
from lms.cohorts.models import STUDYING, Enrolment
from lms.cohorts.policy import mentored_cohort_ids
from lms.core.access import Role
from lms.core.db import one_of
from lms.people.models import User


def visible_projects(user: User) -> Select[Project]:
    """Staff see every project, a trainee those opened to a cohort she is enrolled in, and those she has worked in."""
    if Role.STAFF in user.roles:
        return select(Project)
    given = given_projects(user).with_only_columns(Project.id)
    worked = select(Assignment.project_id).where(Assignment.worker_id == user.id)
    return select(Project).where(or_(Project.id.in_(given), Project.id.in_(worked)))


def given_projects(user: User) -> Select[Project]:
    """The projects of her own cohorts, where she may claim items while they are open."""
    return given_to(user.id)


def given_to(person_id: int | BindParameter[int]) -> Select[Project]:
    """`given_projects` of a person's id, or of a place for one: a statement that every page asks is put together once."""
    cohorts = select(Enrolment.cohort_id).where(Enrolment.user_id == person_id, one_of(Enrolment.state, STUDYING))
    given = select(ProjectCohort.project_id).where(ProjectCohort.cohort_id.in_(cohorts))
    return select(Project).where(Project.state != ProjectState.DRAFT, Project.id.in_(given))


def visible_tasks(user: User) -> Select[Assignment]:
    """Her own items."""
    return select(Assignment).where(Assignment.worker_id == user.id)


def visible_reviews(user: User) -> Select[Assignment]:
    """Answered items of the trainees of a mentor's cohorts, her own never among them."""
    trainees = select(Enrolment.user_id).where(Enrolment.cohort_id.in_(mentored_cohort_ids(user)))
    seen = (AssignmentState.IN_REVIEW, AssignmentState.ACCEPTED, AssignmentState.FIXED, AssignmentState.RETURNED)
    return select(Assignment).where(Assignment.worker_id.in_(trainees), Assignment.worker_id != user.id, Assignment.state.in_(seen))


def may_review(user: User, task: Assignment) -> bool:
    """Whether this person may decide about the answer: never its author."""
    return Role.MENTOR in user.roles and task.worker_id != user.id
