"""Who may see and decide about the pool: staff all of it, a person their own place, a mentor only signs trainees of the cohort off.

News are for graduates, and for the staff who write them.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import Select, exists, false, or_, select

from lms.cohorts.models import Enrolment
from lms.core import clock
from lms.core.access import Role
from lms.credentials.models import Credential, State
from lms.people.models import User
from lms.pool.models import MemberState, News, PoolMember


def visible_members(user: User) -> Select[PoolMember]:
    """Nobody but staff lists the pool."""
    return select(PoolMember) if Role.STAFF in user.roles else select(PoolMember).where(false())


def own_place(user: User) -> Select[PoolMember]:
    return select(PoolMember).where(PoolMember.id == user.id)


def visible_news(user: User) -> Select[News]:
    """Staff see all that was ever published; nobody else has that list."""
    return select(News) if Role.STAFF in user.roles else select(News).where(false())


def news_for(user: User) -> Select[News]:
    """What a graduate reads today: somebody in the pool, or whoever holds a certificate that the school did not take back."""
    member = exists().where(PoolMember.id == user.id, PoolMember.state == MemberState.ACTIVE)
    graduate = exists().where(Credential.user_id == user.id, Credential.state == State.VALID)
    return select(News).where(News.taken_back_at.is_(None), News.until >= today_of(user), or_(member, graduate))


def today_of(user: User) -> date:
    """The day it is where this person is: news are shown through the whole of their last day."""
    return clock.today(user.zone)


def may_sign_off(user: User, enrolment: Enrolment, seats: set[int]) -> bool:
    """A mentor with a seat in the trainee's cohort; never about themselves. `seats` holds the ids of their cohorts."""
    return Role.MENTOR in user.roles and enrolment.cohort_id in seats and enrolment.user_id != user.id
