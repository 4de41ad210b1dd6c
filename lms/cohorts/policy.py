"""Who may see a cohort and the enrolments in it."""

from __future__ import annotations

from sqlalchemy import Select, or_, select

from lms.cohorts.models import Cohort, Enrolment, MentorSeat
from lms.core.access import Role
from lms.core.db import db
from lms.partners.models import Referral
from lms.partners.policy import partner_ids
from lms.people.models import User


def mentored_cohort_ids(user: User) -> Select[int]:
    """Ids of the cohorts in which this person holds a mentor's seat."""
    return select(MentorSeat.cohort_id).where(MentorSeat.user_id == user.id)


def visible_cohorts(user: User) -> Select[Cohort]:
    """Staff see every cohort, a mentor those with a seat, a coordinator their partner's, a trainee those she is in."""
    if Role.STAFF in user.roles:
        return select(Cohort)
    ways = [Cohort.id.in_(select(Enrolment.cohort_id).where(Enrolment.user_id == user.id))]
    if Role.MENTOR in user.roles:
        ways.append(Cohort.id.in_(mentored_cohort_ids(user)))
    if Role.PARTNER in user.roles:
        ways.append(Cohort.partner_id.in_(partner_ids(user)))
    return select(Cohort).where(or_(*ways))


def led_cohorts(user: User) -> Select[Cohort]:
    """Whose classes this person writes down: staff every cohort's, a mentor those with a seat."""
    if Role.STAFF in user.roles:
        return select(Cohort)
    return select(Cohort).where(Cohort.id.in_(mentored_cohort_ids(user)))


def leads(user: User, cohort: Cohort) -> bool:
    """Whether this person is staff or holds a mentor's seat here."""
    return db.session.scalar(select(led_cohorts(user).where(Cohort.id == cohort.id).exists())) or False


def visible_enrolments(user: User) -> Select[Enrolment]:
    """Staff see all; a mentor those of their cohorts; a coordinator those of people their partner referred; a trainee her own."""
    if Role.STAFF in user.roles:
        return select(Enrolment)
    ways = [Enrolment.user_id == user.id]
    if Role.MENTOR in user.roles:
        ways.append(Enrolment.cohort_id.in_(mentored_cohort_ids(user)))
    if Role.PARTNER in user.roles:
        referred = select(Referral.user_id).where(Referral.partner_id.in_(partner_ids(user)))
        ways.append(Enrolment.user_id.in_(referred))
    return select(Enrolment).where(or_(*ways))
