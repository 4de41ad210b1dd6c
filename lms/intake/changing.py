"""Changing a round after it was made: what people who applied were told stays true, and nobody saves over what somebody else saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select

from lms.cohorts.models import Cohort
from lms.core import clock, mending
from lms.core.db import db
from lms.core.errors import Refused
from lms.core.facts import Kind, record
from lms.core.i18n import _
from lms.intake import queries
from lms.intake.deciding import of_one_house
from lms.intake.models import Application, ApplicationState, Round, RoundCohort, RoundState
from lms.people.models import User


def terms_of(round: Round) -> dict[str, Any]:
    """What stands now. Each list in the order of its values, so that the same choices are equal."""
    ids = db.session.scalars(select(RoundCohort.cohort_id).where(RoundCohort.round_id == round.id))
    lists = {"cohorts": sorted(ids), "languages": sorted(round.languages), "countries": sorted(round.countries)}
    return {**lists, "opens_on": round.opens_on, "closes_on": round.closes_on}


def has_applicants(round: Round) -> bool:
    """Whether somebody relies on what the round says: who began and did not take it back."""
    waiting = select(Application.id).where(Application.round_id == round.id, Application.state != ApplicationState.WITHDRAWN)
    return db.session.scalar(waiting.limit(1)) is not None


def change_round(round: Round, terms: Mapping[str, Any], *, seen: str | None, by: User) -> None:
    """Say it anew, where `seen` is what stands. Twice is once. The round's row is locked by the caller, so nobody begins an application
    meanwhile.
    """
    now = terms_of(round)
    changed = mending.differing(now, terms, seen=seen)
    if not changed:
        return
    if round.state is RoundState.CLOSED:
        raise Refused(_("This round is closed. Open it again, then change it."))
    _check_days(round, now, terms)
    if has_applicants(round):
        _keep_told(now, terms)
    _fill(round, now, terms)
    round.languages, round.countries = tuple(terms["languages"]), tuple(terms["countries"])
    round.opens_on, round.closes_on = terms["opens_on"], terms["closes_on"]
    record(Kind.ROUND_CHANGED, round, actor=by, changed=changed)


def _check_days(round: Round, now: Mapping[str, Any], terms: Mapping[str, Any]) -> None:
    if terms["closes_on"] < terms["opens_on"]:
        raise Refused(_("The last day must not come before the first day."), at="closes_on")
    today = clock.today(round.zone)
    if round.state is RoundState.OPEN and terms["closes_on"] != now["closes_on"] and terms["closes_on"] < today:
        raise Refused(_("This last day is over. Close the round to end it."), at="closes_on")


def _keep_told(now: Mapping[str, Any], terms: Mapping[str, Any]) -> None:
    """People chose by these words, and some still answer."""
    if terms["opens_on"] != now["opens_on"]:
        raise Refused(_("People have applied. The first day cannot change."))
    if terms["closes_on"] < now["closes_on"]:
        raise Refused(_("People plan with the last day. It can only come later."), at="closes_on")
    if not set(now["languages"]) <= set(terms["languages"]):
        raise Refused(_("People have applied. You can add languages, but not remove one."), at="languages")
    if not set(now["countries"]) <= set(terms["countries"]):
        raise Refused(_("People have applied. You can add countries, but not remove one."), at="countries")


def _fill(round: Round, now: Mapping[str, Any], terms: Mapping[str, Any]) -> None:
    """Other cohorts. Each that joins or leaves is locked, so that no place in it is promised meanwhile."""
    differ = sorted(set(now["cohorts"]) ^ set(terms["cohorts"]))
    if not differ:
        return
    db.session.scalars(select(Cohort).where(Cohort.id.in_(differ)).order_by(Cohort.id).with_for_update()).all()
    chosen = db.session.scalars(select(Cohort).where(Cohort.id.in_(terms["cohorts"])).order_by(Cohort.id)).all()
    first = of_one_house(chosen)
    if has_applicants(round) and (first.programme_id, first.partner_id) != (round.programme_id, round.partner_id):
        raise Refused(_("People have applied. The programme and the partner cannot change."), at="cohorts")
    left = [id for id in now["cohorts"] if id not in terms["cohorts"]]
    given = (ApplicationState.ACCEPTED, ApplicationState.ENROLLED)
    promised = select(Cohort).join(Application, Application.cohort_id == Cohort.id).where(
        Application.round_id == round.id, Application.state.in_(given), Cohort.id.in_(left)
    )  # fmt: skip
    if kept := db.session.scalars(promised.order_by(Cohort.id).limit(1)).one_or_none():
        raise Refused(_("Somebody has a place in %(cohort)s. It must stay.", cohort=kept.name), at="cohorts")
    db.session.execute(delete(RoundCohort).where(RoundCohort.round_id == round.id, RoundCohort.cohort_id.in_(left)))
    db.session.add_all(RoundCohort(round_id=round.id, cohort_id=id) for id in terms["cohorts"] if id not in now["cohorts"])
    if round.programme_id != first.programme_id or round.partner_id != first.partner_id:
        round.programme_id, round.partner_id, round.zone = first.programme_id, first.partner_id, first.zone


def to_fill(round: Round, open_cohorts: Sequence[Cohort]) -> list[Cohort]:
    """What can be chosen: those that a new round could have, and those that this one has."""
    known = {cohort.id: cohort for cohort in (*queries.cohorts_of(round.id), *open_cohorts)}
    return sorted(known.values(), key=lambda cohort: (cohort.starts_on, cohort.name))
