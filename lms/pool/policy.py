"""Who may see and decide about the pool: staff all of it, a person their own place, a mentor only signs trainees of the cohort off."""

from __future__ import annotations

from sqlalchemy import Select, false, select

from lms.cohorts.models import Enrolment
from lms.core.access import Role
from lms.people.models import User
from lms.pool.models import PoolMember


def visible_members(user: User) -> Select[PoolMember]:
    """Nobody but staff lists the pool."""
    return select(PoolMember) if Role.STAFF in user.roles else select(PoolMember).where(false())


def own_place(user: User) -> Select[PoolMember]:
    return select(PoolMember).where(PoolMember.id == user.id)


def may_sign_off(user: User, enrolment: Enrolment, seats: set[int]) -> bool:
    """A mentor with a seat in the trainee's cohort; never about themselves. `seats` holds the ids of their cohorts."""
    return Role.MENTOR in user.roles and enrolment.cohort_id in seats and enrolment.user_id != user.id
