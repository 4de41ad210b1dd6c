"""Who may see a person's row: staff and finance everyone, a partner's coordinator their own people, a person themselves."""

from __future__ import annotations

from sqlalchemy import Select, or_, select

from lms.core.access import Role
from lms.partners.models import Partner, PartnerStaff, Referral
from lms.people.models import User


def partner_ids(user: User) -> Select[int]:
    """Ids of the partners this person works for."""
    return select(PartnerStaff.partner_id).where(PartnerStaff.user_id == user.id)


def visible_partners(user: User) -> Select[Partner]:
    """Staff and finance see every partner, a coordinator their own."""
    if user.roles & {Role.STAFF, Role.FINANCE}:
        return select(Partner)
    return select(Partner).where(Partner.id.in_(partner_ids(user)))


def visible_people(user: User) -> Select[User]:
    """Staff see everyone; a coordinator the people their partner referred; anyone else only themselves.

    Mentors see their trainees through the cohorts room, finance sees pseudonyms and payees through payouts.
    """
    if Role.STAFF in user.roles:
        return select(User)
    if Role.PARTNER in user.roles:
        own = select(Referral.user_id).where(Referral.partner_id.in_(partner_ids(user)))
        return select(User).where(or_(User.id.in_(own), User.id == user.id))
    return select(User).where(User.id == user.id)
