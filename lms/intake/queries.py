"""Reading rounds and applications."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from lms.cohorts.models import Cohort, CohortState, Enrolment, EnrolmentState
from lms.core.db import db
from lms.core.facts import Fact, Kind
from lms.core.sealing import blind
from lms.intake.models import Application, ApplicationState, Round, RoundCohort, RoundState
from lms.people.models import User

GIVES_PLACES = (CohortState.DRAFT, CohortState.SCHEDULED, CohortState.RUNNING)
WAITING = (ApplicationState.SUBMITTED, ApplicationState.UNDER_REVIEW)


@dataclass(frozen=True)
class Open:
    """A round that takes applications now. `starts_on`: the first day of its first cohort."""

    round: Round
    starts_on: date


def open_rounds() -> list[Open]:
    """The rounds anybody may apply in now, those that close first on top. One statement."""
    first = select(func.min(Cohort.starts_on)).join(RoundCohort, RoundCohort.cohort_id == Cohort.id).where(RoundCohort.round_id == Round.id)
    found = db.session.execute(
        select(Round, first.scalar_subquery())
        .options(joinedload(Round.programme))
        .where(Round.state == RoundState.OPEN)
        .order_by(Round.closes_on, Round.id)
    )
    return [Open(round, starts_on) for round, starts_on in found if round.takes_applications()]


def cohorts_of(round_id: int) -> list[Cohort]:
    """The cohorts whose places a round gives away, the first to start on top."""
    return list(
        db.session.scalars(
            select(Cohort)
            .join(RoundCohort, RoundCohort.cohort_id == Cohort.id)
            .where(RoundCohort.round_id == round_id)
            .order_by(Cohort.starts_on, Cohort.name)
        )
    )


def free_places(cohort: Cohort) -> int:
    """Places that nobody has and nobody was promised."""
    taken = select(func.count()).where(Enrolment.cohort_id == cohort.id, Enrolment.state == EnrolmentState.ACTIVE)
    return max(0, cohort.capacity - (db.session.scalar(taken) or 0) - promised(cohort))


def promised(cohort: Cohort) -> int:
    """Places of a cohort that somebody was promised and does not have yet."""
    found = select(func.count()).where(Application.cohort_id == cohort.id, Application.state == ApplicationState.ACCEPTED)
    return db.session.scalar(found) or 0


def is_offered(cohort: Cohort) -> bool:
    """Whether a round gives places in this cohort away: its programme and partner are told there."""
    return db.session.scalar(select(RoundCohort.round_id).where(RoundCohort.cohort_id == cohort.id).limit(1)) is not None


def has_a_place(enrolment_id: int) -> bool:
    """Whether an application led to this place already."""
    return db.session.scalar(select(Application.id).where(Application.enrolment_id == enrolment_id)) is not None


def cohorts_to_fill(visible: Select[Cohort]) -> list[Cohort]:
    """The cohorts that a new round can give places in."""
    return list(db.session.scalars(visible.where(Cohort.state.in_(GIVES_PLACES)).order_by(Cohort.starts_on, Cohort.name)))


def in_round(visible: Select[Application], round_id: int, *states: ApplicationState) -> Select[Application]:
    """The applications of a round, those that wait longest on top."""
    found = visible.where(Application.round_id == round_id).order_by(Application.sent_at, Application.id)
    return found.where(Application.state.in_(states)) if states else found


def counts(rounds: Sequence[Round]) -> dict[int, dict[ApplicationState, int]]:
    """Round id -> how many applications are in which state; drafts are not counted."""
    found: dict[int, dict[ApplicationState, int]] = {round.id: {} for round in rounds}
    rows = db.session.execute(
        select(Application.round_id, Application.state, func.count())
        .where(Application.round_id.in_(found), Application.state != ApplicationState.DRAFT)
        .group_by(Application.round_id, Application.state)
    )
    for round_id, state, count in rows:
        found[round_id][state] = count
    return found


def newest_rounds(visible: Select[Round]) -> Select[Round]:
    """Rounds, the newest on top, with what their rows show."""
    return visible.options(joinedload(Round.programme), joinedload(Round.partner)).order_by(Round.opens_on.desc(), Round.id.desc())


def by_number(number: str) -> Application | None:
    return db.session.scalars(select(Application).where(Application.number == number)).one_or_none()


def by_number_and_code(number: str, code: str) -> Application | None:
    """The application that both open; for a number nobody has the same comparison fails."""
    found = by_number(number)
    return found if hmac.compare_digest(code_of(number).encode(), code.encode()) and found else None


def code_of(number: str) -> str:
    """The six digits that open an application beside its number. Derived with the field key: a copied database holds none of them."""
    return f"{int(blind(number, 'application.code'), 16) % 1_000_000:06d}"


def same_contact(visible: Select[Application], application: Application) -> list[Application]:
    """Other applications with the same phone or e-mail: shown to staff, never merged."""
    if application.contact_index is None:
        return []
    return list(
        db.session.scalars(
            visible.where(Application.contact_index == application.contact_index, Application.id != application.id).order_by(Application.id)
        )
    )


def steps_of(application: Application) -> list[tuple[str, datetime]]:
    """(kind of fact, moment) of everything that happened to an application, in its order."""
    rows = db.session.execute(
        select(Fact.kind, Fact.at)
        .where(Fact.subject_kind == Application.__tablename__, Fact.subject_id == application.id)
        .order_by(Fact.id)
    )
    return [(kind, at) for kind, at in rows]


def person_of(application: Application) -> User | None:
    """Who an enrolled application became."""
    return application.enrolment.user if application.enrolment else None


def may_come_in(application: Application) -> bool:
    """Whether number and code open the first way in: a person whom this application made, and who has no password yet.

    Never somebody who was known here before: anybody can write her phone number into an application.
    """
    person = person_of(application)
    if person is None or person.password_hash is not None:
        return False
    made = select(Fact).where(Fact.kind == str(Kind.APPLICATION_ENROLLED), Fact.subject_id == application.id)
    return not any(fact.data["known"] for fact in db.session.scalars(made))
