"""Who may see a cohort and the enrolments in it."""

from __future__ import annotations

from sqlalchemy import Select, false, or_, select

from lms.cohorts.models import STUDYING, Cohort, CohortState, Enrolment, MentorSeat, Programme
from lms.core.access import Role
from lms.core.db import db
from lms.partners.models import Referral
from lms.partners.policy import partner_ids
from lms.people.models import User

OVER = (CohortState.CANCELLED, CohortState.ARCHIVED)


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


def visible_programmes(user: User) -> Select[Programme]:
    """Staff see every programme."""
    return select(Programme) if Role.STAFF in user.roles else select(Programme).where(false())


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


def cared_for(user: User) -> Select[int]:
    """Ids of the people this person looks after: staff everybody with a place, a mentor those in cohorts with a seat; never oneself."""
    others = select(Enrolment.user_id).where(Enrolment.user_id != user.id)
    if Role.STAFF in user.roles:
        return others
    if Role.MENTOR not in user.roles:
        return others.where(false())
    return others.where(Enrolment.cohort_id.in_(mentored_cohort_ids(user)))


def carers(user: User) -> Select[User]:
    """The mentors of the cohorts in which this person studies."""
    seats = (
        select(MentorSeat.user_id)
        .join(Enrolment, Enrolment.cohort_id == MentorSeat.cohort_id)
        .join(Enrolment.cohort)
        .where(Enrolment.user_id == user.id, Enrolment.state.in_(STUDYING), Cohort.state.not_in(OVER), MentorSeat.user_id != user.id)
    )
    return select(User).where(User.id.in_(seats), User.active)


def may_correct_sign_in(user: User, place: Enrolment) -> bool:
    """Staff, and who works for the partner that brought her; a coordinator who sees her as the mentor of her cohort may not. Of a trainee
    alone, and so never of oneself: whoever signs in as somebody with more rights would hold them.
    """
    if place.user.roles != {Role.TRAINEE}:
        return False
    brought = select(Referral.user_id).where(Referral.user_id == place.user_id, Referral.partner_id.in_(partner_ids(user)))
    return Role.STAFF in user.roles or (Role.PARTNER in user.roles and db.session.scalar(brought) is not None)


def written_about(user: User) -> Select[Enrolment]:
    """Of whom this person keeps notes with those who look after her: where one leads, never of oneself."""
    return select(Enrolment).where(
        Enrolment.cohort_id.in_(led_cohorts(user).with_only_columns(Cohort.id)), Enrolment.user_id != user.id
    )
