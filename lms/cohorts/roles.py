"""Taking a role from a person with all that hangs on it: a coordinator's seats at partners, a mentor's in cohorts.

To give one is `people.changing.give_role`: its seats are given afterwards, on the pages of partners and cohorts.
"""

from __future__ import annotations

from sqlalchemy import Select, false, select, true

from lms.cohorts import actions
from lms.cohorts.models import Cohort, Enrolment, MentorSeat
from lms.core.access import Role
from lms.core.db import db
from lms.core.errors import Refused
from lms.core.i18n import _
from lms.partners import actions as partners
from lms.partners.models import Partner, PartnerStaff
from lms.people import changing
from lms.people.models import User


def take(person: User, role: Role, *, by: User | None) -> bool:
    """She does not hold this role any more, and her seats for it end in the same transaction. False where she did not hold it.

    Raises Refused for oneself, for the last one of the staff, for the last mentor of a cohort that is not over, and for a trainee who has
    a place: what she learnt and earned stands on a trainee's pages.
    """
    if role is Role.STAFF:
        return changing.take_role(person, role, by=by)  # which locks all the staff in one order, and so must lock nobody before
    partners_here, cohorts_here = _partners_of(person, role), _cohorts_of(person, role)
    seated = db.session.scalars(partners_here.with_for_update()).all()  # before the person, as whoever gives a seat does
    mentored = db.session.scalars(cohorts_here.with_for_update()).all()
    changing.locked(person)
    if db.session.scalars(partners_here).all() != seated or db.session.scalars(cohorts_here).all() != mentored:
        raise Refused(_("Somebody changed this meanwhile. Try again."))
    if role is Role.TRAINEE and db.session.scalar(select(Enrolment.id).where(Enrolment.user_id == person.id).limit(1)) is not None:
        raise Refused(_("This person has a place in a cohort, and stays a trainee."))
    for partner in seated:
        partners.dismiss(partner, person, by=by)
    for cohort in mentored:
        actions.unseat_mentor(cohort, person, by=by)
    return changing.take_role(person, role, by=by)


def _partners_of(person: User, role: Role) -> Select[Partner]:
    works = select(PartnerStaff.partner_id).where(PartnerStaff.user_id == person.id, true() if role is Role.PARTNER else false())
    return select(Partner).where(Partner.id.in_(works)).order_by(Partner.id)


def _cohorts_of(person: User, role: Role) -> Select[Cohort]:
    leads = select(MentorSeat.cohort_id).where(MentorSeat.user_id == person.id, true() if role is Role.MENTOR else false())
    return select(Cohort).where(Cohort.id.in_(leads)).order_by(Cohort.id)
