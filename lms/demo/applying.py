"""Who wants to come into the demo school: a round that is open, and two people who applied."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from lms.cohorts.models import Cohort
from lms.core.db import db, transaction
from lms.demo.study import person
from lms.intake import actions, deciding
from lms.intake.models import Application, Round

NOUR = {"country": "LB", "language": "ar", "device": "own", "hours": "some", "name": "Nour Saleh", "contact": "+9613123456"}
IDRIS = {"country": "SY", "language": "en", "device": "shared", "hours": "few", "name": "Idris Bakkar", "contact": ""}


def open_round(cohort_name: str, now: datetime, *, by: str) -> int:
    """A round for the places of one cohort, open for nine days more; its id."""
    with transaction(write=True):
        cohort = db.session.scalars(select(Cohort).where(Cohort.name == cohort_name)).one()
        round = deciding.make_round(
            [cohort], languages=["ar", "en"], countries=["LB", "SY", "IQ"], opens_on=now.date() - timedelta(days=7),
            closes_on=now.date() + timedelta(days=9), by=person(by),
        )  # fmt: skip
        deciding.open_round(round, by=person(by))
        return round.id


def apply(round_id: int, answers: dict[str, str]) -> int:
    """Answer every question and send it; the application's id."""
    with transaction(write=True):
        application = actions.start(db.session.get_one(Round, round_id))
        for question, text in answers.items():
            actions.answer(application, question, text)
        actions.send(application, language=answers["language"])
        return application.id


def recommend(application_id: int, *, by: str) -> None:
    """The partner's coordinator says yes."""
    with transaction(write=True):
        deciding.recommend(db.session.get_one(Application, application_id), by=person(by), recommended=True)
