"""What changes a partner: being added, its staff, the people it refers."""

from __future__ import annotations

from lms.core.db import db
from lms.partners.models import Partner, PartnerStaff, Referral
from lms.people.models import User


def make(*, code: str, name: str, country: str) -> Partner:
    """A partner. `code` is its name in the ledger, such as NGO-LB; `country` an ISO 3166 code of two letters."""
    partner = Partner(code=code, name=name, country=country)
    db.session.add(partner)
    db.session.flush()
    return partner


def employ(partner: Partner, person: User) -> None:
    """This person works for the partner and sees its people from now on."""
    if db.session.get(PartnerStaff, (partner.id, person.id)) is None:
        db.session.add(PartnerStaff(partner_id=partner.id, user_id=person.id))
        db.session.flush()


def refer(partner: Partner, person: User) -> None:
    """The partner brought this person, and pays them on the ground. A person has one partner: the last one counts."""
    referral = db.session.get(Referral, person.id)
    if referral is None:
        db.session.add(Referral(user_id=person.id, partner_id=partner.id))
    else:
        referral.partner_id = partner.id
    db.session.flush()
