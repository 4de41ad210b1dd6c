"""Rounds and applications for tests, made by the actions that the pages use."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from lms.cohorts.models import Cohort
from lms.core import clock
from lms.core.access import Role
from lms.core.db import db
from lms.intake import actions, deciding
from lms.intake.models import Application, NextTime, Round
from lms.people.models import User

ANSWERS = {"country": "LB", "language": "ar", "device": "own", "hours": "some", "name": "Nour Saleh", "contact": ""}


def staff() -> User:
    return db.session.scalars(select(User).where(User.roles == frozenset({Role.STAFF}))).one()


def make(cohort_ids: Sequence[int], *, open: bool = True) -> Round:
    """A round that takes applications from yesterday to the day after tomorrow."""
    cohorts = [db.session.get_one(Cohort, id) for id in cohort_ids]
    today = clock.now().date()
    round = deciding.make_round(
        cohorts, languages=["ar", "en"], countries=["LB", "SY"], opens_on=today - timedelta(days=1), closes_on=today + timedelta(days=2),
        by=staff(),
    )  # fmt: skip
    if open:
        deciding.open_round(round, by=staff())
    return round


def draft(round: Round, **answers: str) -> Application:
    """An application with every answer, not sent."""
    application = actions.start(round)
    for question, text in {**ANSWERS, **answers}.items():
        actions.answer(application, question, text)
    return application


def sent(round: Round, **answers: str) -> Application:
    application = draft(round, **answers)
    actions.send(application, language="ar")
    return application


def waiting(contact: str) -> int:
    """The id of somebody who wants to hear of the next round."""
    actions.ask_next_time(contact, language="ar")
    db.session.flush()
    return max(db.session.scalars(select(NextTime.id)))
