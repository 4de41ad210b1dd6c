"""The cast: nine people, two partners, two cohorts. The names are those of the demo school."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

from lms.cohorts.models import Cohort, CohortState, Enrolment, EnrolmentState, MentorSeat, Programme
from lms.core.access import Role
from lms.core.db import db
from lms.partners.models import Partner, PartnerStaff, Referral
from lms.people import passwords
from lms.people.models import User

ROLES = {
    "amina": Role.TRAINEE, "bilal": Role.MENTOR, "chen": Role.MENTOR, "dana": Role.STAFF, "efe": Role.PARTNER,
    "fay": Role.FINANCE, "goran": Role.PARTNER, "hana": Role.TRAINEE, "ines": Role.FINANCE,
}  # fmt: skip
PASSWORDS = {name: f"demo-{name}-2026" for name in ROLES}


def identifier(name: str) -> str:
    return f"{name}@demo.example"


def fill() -> SimpleNamespace:
    """Write the cast into the session's database; the ids of everything by name.

    amina learns in `cohort` (mentor bilal, partner `here`, coordinator efe); hana in `other_cohort` (mentor chen, partner `there`,
    coordinator goran). Whatever one half does, the other half must not see.
    """
    people = {}
    for name, role in ROLES.items():
        people[name] = User(
            name=name.capitalize(),
            roles=frozenset({role}),
            email=identifier(name),
            password_hash=passwords.make(PASSWORDS[name]),
            zone="Asia/Beirut",
            country="LB",
            adult=True,
        )
        db.session.add(people[name])
    here, there = Partner(code="NGO-LB", name="Cedar House", country="LB"), Partner(code="NGO-TR", name="Open Door", country="TR")
    programme = Programme(name="Digital skills", track="annotation", fund="GRANT-A")
    db.session.add_all([here, there, programme])
    db.session.flush()
    dates = {"zone": "Asia/Beirut", "starts_on": date(2026, 11, 2), "ends_on": date(2026, 12, 27), "state": CohortState.RUNNING}
    cohort = Cohort(programme_id=programme.id, partner_id=here.id, name="Beirut 1", **dates)
    other = Cohort(programme_id=programme.id, partner_id=there.id, name="Gaziantep 1", **dates)
    db.session.add_all([cohort, other])
    db.session.flush()
    db.session.add_all([
        PartnerStaff(partner_id=here.id, user_id=people["efe"].id), PartnerStaff(partner_id=there.id, user_id=people["goran"].id),
        Referral(user_id=people["amina"].id, partner_id=here.id), Referral(user_id=people["hana"].id, partner_id=there.id),
        MentorSeat(cohort_id=cohort.id, user_id=people["bilal"].id), MentorSeat(cohort_id=other.id, user_id=people["chen"].id),
    ])  # fmt: skip
    enrolment = Enrolment(cohort_id=cohort.id, user_id=people["amina"].id, state=EnrolmentState.ACTIVE)
    other_enrolment = Enrolment(cohort_id=other.id, user_id=people["hana"].id, state=EnrolmentState.ACTIVE)
    db.session.add_all([enrolment, other_enrolment])
    db.session.flush()
    return SimpleNamespace(
        **{name: person.id for name, person in people.items()},
        here=here.id,
        there=there.id,
        programme=programme.id,
        cohort=cohort.id,
        other_cohort=other.id,
        enrolment=enrolment.id,
        other_enrolment=other_enrolment.id,
    )
