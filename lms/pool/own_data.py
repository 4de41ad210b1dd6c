"""What this room holds about one person, for her to take: her place in the pool, how it was weighed, which mentor spoke for her."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.core.db import db
from lms.core.i18n import _
from lms.core.own_data import Row, Said, Share
from lms.people.models import User
from lms.people.own_data import consents
from lms.pool import queries
from lms.pool.forms import ConsentForm
from lms.pool.models import MemberState, MentorSignOff, PoolMember


def give(person: User) -> Iterator[Share]:
    """Her own row, and what was said in her favour. Who promoted her is not named."""
    place, form = queries.place_of(person), ConsentForm(formdata=None)
    labels = {
        "state": _("State"), "available": _("Can you take work now?"), "skills": _("Skills"), "not_yet": _("Why you are not in it yet"),
        "sentence": _("Why you were chosen"), "invited_at": _("Invited"), "consented_at": _("You agreed"), "exited_at": _("You left"),
    }  # fmt: skip
    yield Share("pool", _("The work pool"), [_row(place)] if place else [], labels)
    agreed = {purpose: str(form[purpose.removeprefix("pool.")].label.text) for purpose in queries.PURPOSES}
    yield consents(person, "pool_consents", {queries.JOIN: _("Join the pool"), **agreed})
    said = (
        select(MentorSignOff).where(MentorSignOff.user_id == person.id).options(joinedload(MentorSignOff.mentor)).order_by(MentorSignOff.id)
    )
    yield Share(
        "sign_offs", _("What mentors said for you"),
        [{"mentor": one.mentor.name, "sentence": one.sentence, "at": one.at} for one in db.session.scalars(said)],
        {"mentor": _("Mentor"), "sentence": _("In their own words"), "at": _("Time")},
    )  # fmt: skip


def _row(place: PoolMember) -> Row:
    states = {
        MemberState.NONE: _("Not yet"), MemberState.ELIGIBLE: _("Meets the rule"), MemberState.INVITED: _("Invited"),
        MemberState.ACTIVE: _("Member"), MemberState.EXITED: _("Left"),
    }  # fmt: skip
    return {
        "state": Said(place.state, states[place.state]), "rule_version": place.rule_version, "values": place.values,
        "weighed_at": place.weighed_at, "eligible_at": place.eligible_at, "not_yet": place.not_yet, "not_yet_at": place.not_yet_at,
        "sentence": place.sentence, "invited_at": place.invited_at, "consented_at": place.consented_at, "exited_at": place.exited_at,
        "available": place.available, "skills": place.skills,
    }  # fmt: skip
