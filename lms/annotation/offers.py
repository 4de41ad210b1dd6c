"""What work waits for a person, for a page that can ask only once: one statement, however many projects there are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, and_, bindparam, case, exists, func, or_, select

from lms.annotation.models import HELD, Assignment, AssignmentState, Item, ItemState, Project, ProjectState
from lms.annotation.policy import given_to
from lms.core import clock
from lms.core.db import Instant, one_of, rows
from lms.core.money import Money
from lms.people.models import User


@dataclass(frozen=True, slots=True)
class Terms:
    """A project as an offer names it."""

    id: int
    slug: str
    name: str
    rate: Money
    est_seconds: int

    @property
    def rate_minor(self) -> int:
        return self.rate.minor


@dataclass(frozen=True, slots=True)
class Offer:
    """A project in which she can do something now. `first` is the id of the item to open, None where she has to take items first."""

    project: Terms
    returned: int  # items that came back to her
    held: int  # items that she took and has not sent
    first: int | None


def offers(user: User, *, begun: bool = False) -> list[Offer]:
    """Where items came back first, then where she began, then where she may take items. Nobody who may not work yet is offered any.

    `begun`: only what came back and what she holds, in two thirds of the time.
    """
    found = [
        Offer(Terms(id, slug, name, Money(minor, currency), seconds), returned or 0, held or 0, first)
        for id, slug, name, minor, currency, seconds, returned, held, first in rows(
            _statement(bool(user.adult) and not begun), {"who": user.id, "now": clock.now()}
        )
    ]
    return sorted(found, key=lambda one: (not one.returned, not one.held, not one.project.rate_minor, one.project.id))


@cache
def _statement(more: bool) -> Select[*tuple[Any, ...]]:
    """Put together once: to build it takes longer than to run it, and Today asks it each time."""
    who, now = bindparam("who", type_=Integer), bindparam("now", type_=Instant)
    back = Assignment.state == AssignmentState.RETURNED
    in_hand = and_(one_of(Assignment.state, HELD), Assignment.lease_until >= now)
    mine = (
        select(
            Assignment.project_id,
            func.sum(case((back, 1), else_=0)).label("returned"),
            func.sum(case((in_hand, 1), else_=0)).label("held"),
            func.coalesce(func.min(case((back, Assignment.id))), func.min(case((in_hand, Assignment.id)))).label("first"),
        )
        .where(Assignment.worker_id == who, or_(back, in_hand))
        .group_by(Assignment.project_id)
        .subquery()
    )
    hers = exists().where(Assignment.item_id == Item.id, Assignment.worker_id == who, Assignment.state != AssignmentState.EXPIRED)
    free = exists().where(Item.project_id == Project.id, Item.state == ItemState.READY, Item.open_slots > 0, ~hers)
    open_to_her = and_(Project.state == ProjectState.OPEN, Project.id.in_(given_to(who).with_only_columns(Project.id)), free)
    shown = or_(mine.c.first.is_not(None), open_to_her) if more else mine.c.first.is_not(None)
    terms = select(Project.id, Project.slug, Project.name, Project.rate_minor, Project.currency, Project.est_seconds)
    found = terms.add_columns(mine.c.returned, mine.c.held, mine.c.first)
    return found.outerjoin_from(Project, mine, mine.c.project_id == Project.id).where(shown)
