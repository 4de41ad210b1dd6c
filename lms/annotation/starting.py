"""Work that a person can begin this minute, with what it pays: what a claim would give her, told before she claims."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from lms.annotation import claiming, pricing
from lms.annotation.models import Project
from lms.annotation.offers import offers
from lms.core.db import db
from lms.core.errors import Refused
from lms.core.money import Money
from lms.people.models import User


@dataclass(frozen=True)
class Start:
    """Work to begin, or `begun`. `block`: how many items she gets at once; `total` and `minutes` are of all of them."""

    slug: str
    name: str
    block: int
    rate: Money
    total: Money
    hourly: Money
    minutes: int
    begun: bool

    @classmethod
    def of(cls, project: Project, block: int, *, begun: bool) -> Start:
        return cls(
            project.slug, project.name, block, project.rate, project.rate * block,
            pricing.expected_hourly(project.rate, project.est_seconds), -(-project.est_seconds * block // 60), begun,
        )  # fmt: skip


@dataclass(frozen=True)
class PaidWork:
    """What can be begun, what was begun already first; `held_back`: why other paid work cannot be begun now."""

    starts: Sequence[Start]
    held_back: str | None = None


def start_of(project: Project, user: User) -> Start:
    """What a claim would give her now: a block, or what is left of it for her. Raises Refused where that is nothing."""
    return Start.of(project, min(project.block, claiming.room(project, user), claiming.free(project, user)), begun=False)


def paid_work(user: User) -> PaidWork:
    """The offers that pay, without those of which a claim would give nothing: her week is full, or the budget is spent."""
    waiting = {offer.project.id: offer for offer in offers(user) if offer.project.rate_minor}
    starts, held_back = [], None
    for project in db.session.scalars(select(Project).where(Project.id.in_(waiting)).order_by(Project.id)):
        begun = waiting[project.id].first is not None
        try:
            starts.append(Start.of(project, project.block, begun=True) if begun else start_of(project, user))
        except Refused as no:
            held_back = no.sentence
    return PaidWork(sorted(starts, key=lambda one: not one.begun), held_back)
