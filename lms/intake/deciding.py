"""What staff and partners do: make a round, open and close it, recommend, ask, decide, and give the place."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import delete, select

from lms.cohorts import actions as cohorts
from lms.cohorts.models import Cohort
from lms.core import clock
from lms.core.access import Role
from lms.core.db import db
from lms.core.errors import Refused
from lms.core.facts import Kind, record
from lms.core.i18n import _
from lms.intake import queries
from lms.intake.models import Application, ApplicationState, Decision, NextTime, Round, RoundCohort, RoundState
from lms.partners import actions as partners
from lms.partners.models import Referral
from lms.people import actions as people
from lms.people import queries as people_queries
from lms.people.models import User

OPEN_TO_DECIDE = (ApplicationState.SUBMITTED, ApplicationState.UNDER_REVIEW, ApplicationState.NEEDS_INFO)


def make_round(
    cohorts_to_fill: Sequence[Cohort], *, languages: Sequence[str], countries: Sequence[str], opens_on: date, closes_on: date, by: User
) -> Round:
    """A round as a draft; a draft that says the same already is of the first of two taps. Its cohorts are of one programme and of one
    partner, so that it is clear whose applications these are.
    """
    if closes_on < opens_on:
        raise Refused(_("The last day must not come before the first day."), at="closes_on")
    if not cohorts_to_fill or not languages or not countries:
        raise Refused(_("Choose a cohort, a language and a country."))
    first = of_one_house(cohorts_to_fill)
    ids = sorted(one.id for one in cohorts_to_fill)
    db.session.execute(select(Cohort.id).where(Cohort.id.in_(ids)).order_by(Cohort.id).with_for_update())  # one tap after the other
    drafts = select(Round).where(Round.state == RoundState.DRAFT, Round.opens_on == opens_on, Round.closes_on == closes_on)
    for found in db.session.scalars(drafts.order_by(Round.id)).all():
        told = (set(found.languages), set(found.countries), {one.id for one in queries.cohorts_of(found.id)})
        if told == (set(languages), set(countries), set(ids)):
            return found
    round = Round(
        programme_id=first.programme_id, partner_id=first.partner_id, zone=first.zone, opens_on=opens_on, closes_on=closes_on,
        languages=tuple(languages), countries=tuple(countries),
    )  # fmt: skip
    db.session.add(round)
    db.session.flush()
    db.session.add_all(RoundCohort(round_id=round.id, cohort_id=one.id) for one in cohorts_to_fill)
    record(Kind.ROUND_MADE, round, actor=by)
    return round


def of_one_house(cohorts_to_fill: Sequence[Cohort]) -> Cohort:
    """The first of them. Raises Refused unless all are of its programme and of its partner."""
    if len({(one.programme_id, one.partner_id) for one in cohorts_to_fill}) != 1:
        raise Refused(_("Choose cohorts of one programme and of one partner."), at="cohorts")
    return cohorts_to_fill[0]


def open_round(round: Round, *, by: User) -> None:
    """Show it on the front page from its first day on. A closed round opens again. The row is locked by the caller."""
    if round.state is RoundState.OPEN:
        return
    round.state = RoundState.OPEN
    record(Kind.ROUND_OPENED, round, actor=by)


def close_round(round: Round, *, by: User) -> None:
    """Take no more applications. Drafts go, and the answers of people without a place. The row is locked by the caller."""
    if round.state is RoundState.CLOSED:
        return
    round.state = RoundState.CLOSED
    db.session.execute(delete(Application).where(Application.round_id == round.id, Application.state == ApplicationState.DRAFT))
    rejected = select(Application).where(Application.round_id == round.id, Application.state == ApplicationState.REJECTED)
    for application in db.session.scalars(rejected.order_by(Application.id).with_for_update()):
        application.forget()
    record(Kind.ROUND_CLOSED, round, actor=by)


def recommend(application: Application, *, by: User, recommended: bool) -> None:
    """The partner says yes or no; the programme decides. The same word again is a second tap. The row is locked by the caller."""
    _still_open(application)
    if (application.recommended, application.recommended_by_id) == (recommended, by.id):
        return
    application.recommended, application.recommended_by_id = recommended, by.id
    if application.state is ApplicationState.SUBMITTED:
        application.state = ApplicationState.UNDER_REVIEW
    record(Kind.APPLICATION_RECOMMENDED, application, actor=by, recommended=recommended)


def ask(application: Application, *, by: User, question: str) -> None:
    """Ask for what is not clear: whoever applied reads it, and answers. The same question again, while it waits, is a second tap.

    The row is locked by the caller.
    """
    _still_open(application)
    if application.state is ApplicationState.NEEDS_INFO and application.question == question:
        return
    application.question, application.reply = question, None
    application.state = ApplicationState.NEEDS_INFO
    record(Kind.APPLICATION_ASKED, application, actor=by)


def accept(application: Application, cohort: Cohort, *, by: User, reason: str) -> None:
    """Promise a place in a cohort of the round. Never more than there are. Both rows are locked by the caller, the application first."""
    _still_open(application)
    if cohort.id not in {one.id for one in queries.cohorts_of(application.round_id)}:
        raise Refused(_("This cohort is not one of this round."))
    if cohort.state not in queries.GIVES_PLACES:
        raise Refused(_("This cohort takes no more people."))
    if not queries.free_places(cohort):
        raise Refused(_("This cohort has no free place."))
    application.cohort_id = cohort.id
    _decide(application, Decision.ACCEPTED, by, reason)
    record(Kind.APPLICATION_ACCEPTED, application, actor=by)


def reject(application: Application, *, by: User, reason: str) -> None:
    """Say that there is no place. In a closed round the answers go at once. The row is locked by the caller."""
    _still_open(application)
    _say_no(application, by, reason)


def take_back(application: Application, *, by: User, reason: str) -> None:
    """Give a promised place free again, of somebody who applied twice or is not to be found. The row is locked by the caller."""
    if application.state is not ApplicationState.ACCEPTED:
        raise Refused(_("No place is promised here now."))
    _say_no(application, by, reason)


def _say_no(application: Application, by: User, reason: str) -> None:
    """The round is locked after the application, so that nobody closes it in between and these answers stay."""
    _decide(application, Decision.REJECTED, by, reason)
    application.cohort_id = None
    locked = select(Round).where(Round.id == application.round_id).with_for_update(read=True).execution_options(populate_existing=True)
    if db.session.scalars(locked).one().state is RoundState.CLOSED:
        application.forget()
    record(Kind.APPLICATION_REJECTED, application, actor=by)


def _still_open(application: Application) -> None:
    if application.state not in OPEN_TO_DECIDE:
        raise Refused(_("This application is decided already, or was taken back."))


def _decide(application: Application, decision: Decision, by: User, reason: str) -> None:
    application.state = ApplicationState(decision)
    application.decision, application.reason = decision, reason
    application.decided_by_id, application.decided_at = by.id, clock.now()


def known_person(application: Application) -> User | None:
    """Who is here already with the contact of this application."""
    contact = application.said("contact")
    return people_queries.by_identifier(contact) if contact else None


def enrol(application: Application, cohort: Cohort | None, *, by: User, known: bool = False) -> User:
    """Make the accepted one a person with a place, or give the place to who is `known` here already. Twice is once.

    What was answered is forgotten: the person's own row holds what is still needed. Both rows are locked by the caller.
    """
    if application.state is ApplicationState.ENROLLED:
        return _enrolled(application)
    if application.state is not ApplicationState.ACCEPTED or cohort is None or application.cohort_id != cohort.id:
        raise Refused(_("Only somebody with a promised place can get it."))
    person = known_person(application) if known else _new_person(application, cohort, by)
    if person is None or person.roles != {Role.TRAINEE}:
        raise Refused(_("This contact belongs to nobody who learns here."))
    if cohort.partner is not None and db.session.get(Referral, person.id) is None:
        partners.refer(cohort.partner, person)
    place = cohorts.enrol(cohort, person, by=by, promised=True)
    if queries.has_a_place(place.id):  # she applied twice
        raise Refused(_("%(name)s has a place here already.", name=person.name))
    application.enrolment_id = place.id
    application.state = ApplicationState.ENROLLED
    application.forget()
    record(Kind.APPLICATION_ENROLLED, application, actor=by, known=known)
    return person


def _enrolled(application: Application) -> User:
    person = queries.person_of(application)
    assert person is not None
    return person


def _new_person(application: Application, cohort: Cohort, by: User) -> User:
    return people.add(
        by=by, name=application.said("name"), roles=frozenset({Role.TRAINEE}), identifier=application.said("contact"),
        language=application.said("language"), zone=cohort.zone, country=application.said("country") or None,
    )  # fmt: skip


def written_to(waiting: NextTime) -> None:
    """Staff have written to somebody who waited for the next round: the contact goes."""
    db.session.delete(waiting)
