"""Changing a programme and a cohort after they were made. Before a cohort starts all of it, afterwards only what moves no date that
people work towards.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from lms.cohorts import queries
from lms.cohorts.actions import AFTERWARDS, check_fund, check_plan
from lms.cohorts.models import Cohort, Enrolment, EnrolmentState, Programme
from lms.cohorts.queries import BEFORE_START
from lms.core import clock, fmt, mending
from lms.core.db import db
from lms.core.errors import Refused
from lms.core.facts import Kind, record
from lms.core.i18n import _
from lms.people.models import User

ALWAYS = ("name", "ends_on", "capacity")
DATING = ("starts_on", "zone")  # every date of its courses is reckoned from these
HOUSE = ("programme_id", "partner_id")  # who pays and who cares for the people: chosen before there are any


def programme_of(programme: Programme) -> dict[str, Any]:
    """What stands now of a programme."""
    return {"name": programme.name, "track": programme.track, "fund": programme.fund}


def change_programme(programme: Programme, wanted: Mapping[str, Any], *, seen: str | None, by: User) -> None:
    """Say these anew, where `seen` is what stands. Twice is once. The row is locked by the caller. Money that was booked stays with its
    fund, and each project with the one that it was given.

    Raises Refused for a name in use, and for a fund that the ledger could not name.
    """
    changed = mending.differing(programme_of(programme), wanted, seen=seen)
    if not changed:
        return
    if "fund" in changed:
        check_fund(wanted["fund"])
    if not mending.kept(programme, {name: wanted[name] for name in changed}):
        raise Refused(_("Another programme has this name. Choose another name."), at="name")
    record(Kind.PROGRAMME_CHANGED, programme, actor=by, changed=changed)


def details_of(cohort: Cohort) -> dict[str, Any]:
    """What stands now, no partner as 0; and the names of what may change, so that an old form is known when that became less."""
    told = {name: getattr(cohort, name) for name in (*ALWAYS, *DATING, *HOUSE)}
    return told | {"partner_id": cohort.partner_id or 0, "open": _changeable(cohort)}


def _changeable(cohort: Cohort) -> list[str]:
    """The names of what may change in a cohort as it is now; of one that is over nothing."""
    if cohort.state in AFTERWARDS:
        return []
    if cohort.state not in BEFORE_START:
        return [*ALWAYS]
    return [*ALWAYS, *DATING, *(() if _has_people(cohort) or _is_offered(cohort) else HOUSE)]


def change_cohort(cohort: Cohort, wanted: Mapping[str, Any], *, seen: str | None, by: User) -> bool:
    """Say these details anew, where `seen` is what stands. Twice is once. Whether its dates moved. The row is locked by the caller.

    Raises Refused for what a new cohort could not be either, for dates that people here could not keep, for fewer places than are taken.
    """
    now = details_of(cohort)
    if not now["open"]:
        raise Refused(_("This cohort is over. It stays as it was."))
    changed = mending.differing(now, wanted, seen=seen)
    if not changed:
        return False
    if not changed.keys() <= set(now["open"]):
        raise Refused(_("This cannot change any more."))
    check_plan(zone=wanted["zone"], starts_on=wanted["starts_on"], ends_on=wanted["ends_on"], capacity=wanted["capacity"])
    _check_days(cohort, wanted, changed)
    if "capacity" in changed:
        _check_places(cohort, wanted["capacity"])
    if not mending.kept(cohort, {name: wanted[name] or None if name == "partner_id" else wanted[name] for name in changed}):
        raise Refused(_("Another cohort has this name. Choose another name."), at="name")
    record(Kind.COHORT_CHANGED, cohort, actor=by, changed=changed)
    return not changed.keys().isdisjoint(DATING)


def _check_days(cohort: Cohort, wanted: Mapping[str, Any], changed: Mapping[str, Any]) -> None:
    today = clock.today(wanted["zone"])
    if "starts_on" in changed and wanted["starts_on"] < today and _has_people(cohort):
        raise Refused(_("People are here already. Choose a first day that is not over."), at="starts_on")
    if "ends_on" in changed and wanted["ends_on"] < today and cohort.state not in BEFORE_START:
        raise Refused(_("This last day is over. Choose a later one."), at="ends_on")


def _check_places(cohort: Cohort, capacity: int) -> None:
    taken = db.session.scalar(select(func.count()).where(Enrolment.cohort_id == cohort.id, Enrolment.state == EnrolmentState.ACTIVE)) or 0
    needed = taken + queries.kept_places(cohort)
    if capacity < needed:
        raise Refused(_("%(n)s places are taken or promised. Write more.", n=fmt.num(needed)), at="capacity")


def _has_people(cohort: Cohort) -> bool:
    """Whether anybody ever had a place: her partner and her record go with the cohort's."""
    return db.session.scalar(select(Enrolment.id).where(Enrolment.cohort_id == cohort.id).limit(1)) is not None


def _is_offered(cohort: Cohort) -> bool:
    """Whether places in it are offered to people who are not here yet. Who offers them is known higher up: a room there leaves a
    function of a cohort in `app.extensions["offered"]`."""
    return any(rule(cohort) for rule in current_app.extensions.get("offered", ()))
