"""What changes a partner: being added, its coordinators, the people it refers."""

from __future__ import annotations

import re

from lms.core.access import Role
from lms.core.db import added, db
from lms.core.errors import Refused
from lms.core.facts import Kind, record
from lms.core.i18n import _
from lms.partners import queries
from lms.partners.models import Partner, PartnerStaff, Referral
from lms.people.models import User

CODE = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)*")  # what can stand in a code of the ledger, and in one way alone


def make(*, by: User, code: str, name: str, country: str) -> Partner:
    """A partner. `code` is its name in the ledger, such as NGO-LB; `country` an ISO 3166 code of two letters. The same once more is a
    second tap. Raises Refused for a code that is another partner's, or that the ledger could not hold.
    """
    check_code(code)
    partner = Partner(code=code, name=name, country=country)
    if added(partner):
        record(Kind.PARTNER_MADE, partner, actor=by)
        return partner
    found = queries.by_code(code)
    if found is None or (found.name, found.country) != (name, country):
        raise Refused(_("Another partner has this code. Choose another code."), at="code")
    return found


def check_code(code: str) -> None:
    """Raises Refused for a code that the ledger could not hold."""
    if not CODE.fullmatch(code) or len(code) > 12:
        raise Refused(_("Use Latin letters, digits and hyphens for the code, 12 at most."), at="code")


def employ(partner: Partner, person: User, *, by: User) -> None:
    """This person works for the partner and sees its people from now on. Twice is once; a person may work for several. The partner's
    row is locked by the caller; the person's is here, so that nobody is seated whose role is being taken.
    """
    db.session.refresh(person, with_for_update={"read": True})
    if Role.PARTNER not in person.roles:
        raise Refused(_("%(name)s does not have the role of a partner.", name=person.name), at="person")
    if db.session.get(PartnerStaff, (partner.id, person.id)) is None:
        db.session.add(PartnerStaff(partner_id=partner.id, user_id=person.id))
        record(Kind.COORDINATOR_SEATED, partner, actor=by, coordinator=person.id)


def dismiss(partner: Partner, person: User, *, by: User | None) -> None:
    """This person does not see the partner's people any more. Twice is once. The partner's row is locked by the caller."""
    row = db.session.get(PartnerStaff, (partner.id, person.id))
    if row is not None:
        db.session.delete(row)
        record(Kind.COORDINATOR_UNSEATED, partner, actor=by, coordinator=person.id)


def refer(partner: Partner, person: User) -> None:
    """The partner brought this person, and pays them on the ground. A person has one partner: the last one counts."""
    referral = db.session.get(Referral, person.id)
    if referral is None:
        db.session.add(Referral(user_id=person.id, partner_id=partner.id))
    else:
        referral.partner_id = partner.id
    db.session.flush()
