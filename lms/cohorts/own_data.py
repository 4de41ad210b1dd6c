"""What this room and the partners' hold about one person, for her to take: her places, her classes, who brought her."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.cohorts.models import Attendance, Code, Cohort, Enrolment, EnrolmentState, MentorSeat, Session
from lms.core.db import db
from lms.core.i18n import _
from lms.core.own_data import Said, Share
from lms.partners.models import Partner, PartnerStaff, Referral
from lms.people.models import User


def give(person: User) -> Iterator[Share]:
    """Her own places and marks of attendance; of a cohort nothing but its name."""
    states = {
        EnrolmentState.INVITED: _("Invited"), EnrolmentState.ACTIVE: _("Studying"), EnrolmentState.PAUSED: _("Paused"),
        EnrolmentState.COMPLETED: _("Finished"), EnrolmentState.FAILED: _("Not passed"), EnrolmentState.DROPPED: _("Left"),
        EnrolmentState.REMOVED: _("Removed"),
    }  # fmt: skip
    places = select(Enrolment).where(Enrolment.user_id == person.id).options(joinedload(Enrolment.cohort).joinedload(Cohort.programme))
    yield Share(
        "places", _("Your cohorts"),
        [{"cohort": place.cohort.name, "programme": place.cohort.programme.name, "state": Said(place.state, states[place.state]),
          "made_at": place.made_at, "completed_at": place.completed_at} for place in db.session.scalars(places.order_by(Enrolment.id))],
        {"cohort": _("Cohort"), "programme": _("Programme"), "state": _("State"), "made_at": _("Here since"),
         "completed_at": _("Finished")},
    )  # fmt: skip
    codes = {
        Code.PRESENT: _("Here"), Code.LATE: _("Late"), Code.ABSENT: _("Away"), Code.NO_CONNECTION: _("Away: power or internet"),
        Code.EXCUSED: _("Away, with a reason"),
    }  # fmt: skip
    seen = (
        select(Session.day, Attendance.code).join(Session, Session.id == Attendance.session_id)
        .join(Enrolment, Enrolment.id == Attendance.enrolment_id).where(Enrolment.user_id == person.id).order_by(Session.day)
    )  # fmt: skip
    rows = [{"day": day, "code": Said(code, codes[code])} for day, code in db.session.execute(seen)]
    yield Share("attendance", _("Attendance"), rows, {"day": _("Day of the class"), "code": _("State")})
    led = select(Cohort.name).join(MentorSeat, MentorSeat.cohort_id == Cohort.id).where(MentorSeat.user_id == person.id)
    yield Share("mentor_of", _("Cohorts that you lead"), [{"cohort": name} for name in db.session.scalars(led.order_by(Cohort.name))],
                {"cohort": _("Cohort")})  # fmt: skip
    came = select(Partner.name).join(Referral, Referral.partner_id == Partner.id).where(Referral.user_id == person.id)
    works = select(Partner.name).join(PartnerStaff, PartnerStaff.partner_id == Partner.id).where(PartnerStaff.user_id == person.id)
    yield Share(
        "partner", _("The partner who brought you"), [{"partner": name} for name in db.session.scalars(came)], {"partner": _("Partner")}
    )
    for_them = [{"partner": name} for name in db.session.scalars(works.order_by(Partner.name))]
    yield Share("works_for", _("The partner you work for"), for_them, {"partner": _("Partner")})
