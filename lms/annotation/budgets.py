"""What projects owe, have promised and may still promise: of one project, or of several in one statement."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import case, func, select

from lms.annotation import pricing
from lms.annotation.models import GIVEN_UP, Assignment, Project
from lms.core.db import db
from lms.core.money import Money
from lms.ledger import queries as ledger


def committed(project: Project) -> Money:
    """What a project owes or has promised: accrued prices, and the price and a quarter of every lease that may still be paid."""
    return committed_of([project])[project.id]


def committed_of(projects: Sequence[Project]) -> dict[int, Money]:
    """The same of each project by its id, in one statement however many they are."""
    open_price = case(((Assignment.times_paid == 0) & Assignment.state.not_in(GIVEN_UP), Assignment.price_minor), else_=0)
    sums = (
        select(Assignment.project_id, func.sum(open_price), func.sum(Assignment.price_minor * Assignment.times_paid))
        .where(Assignment.project_id.in_([project.id for project in projects]))
        .group_by(Assignment.project_id)
    )
    found = {id: (int(promised), int(paid)) for id, promised, paid in db.session.execute(sums)}
    told = {}
    for project in projects:
        promised, paid = (Money(minor, project.currency) for minor in found.get(project.id, (0, 0)))
        told[project.id] = paid + pricing.reservation(promised)
    return told


def accrued(project: Project) -> Money:
    """What was posted as pay for work in this project."""
    total = select(func.sum(Assignment.price_minor * Assignment.times_paid)).where(Assignment.project_id == project.id)
    return Money(int(db.session.scalar(total) or 0), project.currency)


def funded(project: Project) -> bool:
    """Whether the fund still holds what the project may use. A fund is kept in its book's currency: another one cannot be compared."""
    if not project.rate_minor:
        return True
    if not project.fund:
        return False
    granted, spent = ledger.fund(project.fund)
    if granted.currency != project.currency:
        return granted > spent
    return granted - spent + accrued(project) >= project.budget
