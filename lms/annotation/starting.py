"""Work that a person can begin this minute, with what it pays: what a claim would give her, told before she claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from lms.annotation import budgets, claiming, pricing, queries
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
    return _start(project, claiming.room(project, user), claiming.free([project], user))


def _start(project: Project, room: int, free: Mapping[int, int]) -> Start:
    if project.id not in free:
        raise Refused(claiming.nothing_left())
    return Start.of(project, min(project.block, room, free[project.id]), begun=False)


def paid_work(user: User) -> PaidWork:
    """The offers that pay, without those of which a claim would give nothing: her week is full, or the budget is spent.

    Five statements, however many projects there are.
    """
    waiting = {offer.project.id: offer for offer in offers(user) if offer.project.rate_minor}
    projects = db.session.scalars(select(Project).where(Project.id.in_(waiting)).order_by(Project.id)).all()
    new = [project for project in projects if waiting[project.id].first is None]
    starts, held_back = [Start.of(project, project.block, begun=True) for project in projects if project not in new], None
    seconds, committed, free = queries.seconds_this_week(user), budgets.committed_of(new), claiming.free(new, user)
    for project in new:
        try:
            starts.append(_start(project, claiming.room_within(project, seconds, committed[project.id]), free))
        except Refused as no:
            held_back = no.sentence
    return PaidWork(starts, held_back)
