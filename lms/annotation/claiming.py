"""Giving out items: one transaction in which slots go down and assignments are written, so that no item is given once too often.

Three guards hold whatever else goes wrong: `open_slots >= 0`, one row for (item, worker), and on PostgreSQL rows locked with SKIP
LOCKED, so that nobody waits for an item that an answer just took. The project's row is locked first: its budget and its state are
read and kept by one claim after the other. SQLite has one writer at a time.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import exists, func, select, update

from lms.annotation import actions, budgets, pricing, queries
from lms.annotation.models import (
    HELD,
    Activity,
    Assignment,
    AssignmentState,
    Gold,
    GoldState,
    GuidelineReading,
    Item,
    ItemState,
    Project,
    ProjectState,
    Risk,
)
from lms.annotation.policy import given_projects
from lms.core import clock, facts, phone
from lms.core.db import db
from lms.core.errors import Refused
from lms.core.i18n import _
from lms.core.money import Money
from lms.people.models import User

SHORTEST_LEASE = timedelta(minutes=15)
WEEKLY_CAP = timedelta(hours=20)  # of estimated time, by trainees
NEARLY_SPENT = (95, 100)  # of the budget: then the project pauses itself
SKIP_PERCENT = 20
SKIPS_ALWAYS = 2  # in small projects one picture that does not open would be a fifth
SKIP_REASONS = ("unclear", "broken", "upsetting", "other")
EXPIRES_AT_ONCE = 500

_dice = random.SystemRandom()


def read_guideline(project: Project, *, by: User) -> None:
    """She says she has read the newest guideline. Saying it twice is saying it once."""
    version = queries.guideline_version(project)
    if not version:
        raise Refused(_("This project has no guideline yet."))
    if not queries.has_read(project, by, version):
        db.session.add(GuidelineReading(project_id=project.id, version=version, user_id=by.id))
        facts.record(facts.Kind.GUIDELINE_READ, project, actor=by, version=version)


def claim(project: Project, *, by: User, agreed: bool = False, block: int | None = None) -> list[Assignment]:
    """Fill her hands up to a block of items and return all she holds, in her order.

    A second tap finds her hands full and gives nothing more. Raises Refused where she may not work here now, or nothing is left.
    `agreed`: she agreed to see what the content label warns of.
    """
    # Two who claim at once must not both count on the last of the budget, nor open again what staff just closed.
    db.session.refresh(project, with_for_update={"key_share": True})
    _refuse_unready(project, by, agreed)
    _one_by_one(by)
    expire_overdue(project.id)
    held = queries.held(project, by)
    wanted = (block or project.block) - len(held)
    if wanted <= 0:
        return held
    wanted = min(wanted, room(project, by))
    again = _resume(project, by, wanted)
    ids = _take(project, by, wanted - len(again))
    if not (held or again or ids):
        raise Refused(nothing_left())
    given = _write(project, by, ids) if ids else []
    if again or given:
        # What she was shown before she took it (rule F4): the price, the time and the content label stand in the record.
        facts.record(
            facts.Kind.ITEM_CLAIMED, project, actor=by, assignments=[task.id for task in (*again, *given)], price=project.rate_minor,
            currency=project.currency, est_seconds=project.est_seconds, content_risk=project.content_risk.value,
        )  # fmt: skip
    _pause_if_spent(project)
    return sorted((*held, *again, *given), key=lambda task: task.position)


def room(project: Project, by: User) -> int:
    """How many more items this person may hold here by her hours of the week and by the budget, at least one. Raises Refused for none."""
    return room_within(project, queries.seconds_this_week(by), budgets.committed(project))


def room_within(project: Project, seconds: int, committed: Money) -> int:
    """The same, where it is known how many seconds of her week are taken and what the project owes or has promised."""
    return min(_within_week(project, seconds), _within_budget(project, committed))


def free(projects: Sequence[Project], by: User) -> dict[int, int]:
    """How many items a claim could give this person in each of these projects, by its id, in one statement; those among them whose
    time ran out in her hands."""
    hers = exists().where(Assignment.item_id == Item.id, Assignment.worker_id == by.id, Assignment.state != AssignmentState.EXPIRED)
    left = (
        select(Item.project_id, func.count())
        .where(Item.project_id.in_([project.id for project in projects]), Item.state == ItemState.READY, Item.open_slots > 0, ~hers)
        .group_by(Item.project_id)
    )
    return {row[0]: row[1] for row in db.session.execute(left)}


def expire_overdue(project_id: int | None = None) -> int:
    """End the leases that ran out and give their slots back; drafts are kept. How many ended."""
    overdue = select(Assignment.id, Assignment.item_id).where(Assignment.state.in_(HELD), Assignment.lease_until < clock.now())
    if project_id is not None:
        overdue = overdue.where(Assignment.project_id == project_id)
    rows = db.session.execute(overdue.limit(EXPIRES_AT_ONCE).with_for_update(skip_locked=True)).all()
    _end([row.id for row in rows], Counter(row.item_id for row in rows))
    return len(rows)


def take_back(worker: User) -> set[int]:
    """Give the others what is still in her hands of projects that are not given to her any more. Ids of those projects.

    What came back to her is among it. Drafts are kept, and what she drew before she knew is taken and paid as late.
    """
    given = given_projects(worker).with_only_columns(Project.id)
    held = select(Assignment.id, Assignment.item_id, Assignment.project_id, Assignment.slot_held).where(
        Assignment.worker_id == worker.id, Assignment.state.in_(queries.TO_DO), Assignment.project_id.not_in(given)
    )
    # Waits for an answer that is arriving this moment, and then leaves it alone.
    rows = db.session.execute(held.order_by(Assignment.id).with_for_update()).all()
    _one_by_one(worker)  # before any item, as a claim has it
    _end([row.id for row in rows], Counter(row.item_id for row in rows if row.slot_held))
    return {row.project_id for row in rows}


def skip(task: Assignment, *, by: User, reason: str) -> None:
    """Give an item back with a reason, without harm; at most a fifth of what she was given. Read the row FOR UPDATE before."""
    if task.state is AssignmentState.RELEASED:
        return
    if task.state not in HELD:
        raise Refused(_("You sent this item already. You cannot skip it now."))
    if reason not in SKIP_REASONS:
        raise Refused(_("Choose why you skip it."))
    given, skipped = queries.given_and_skipped(task.project_id, by)
    # What upsets a person is never forced on her, however often it happens.
    if reason != "upsetting" and skipped + 1 > max(SKIPS_ALWAYS, given * SKIP_PERCENT // 100):
        raise Refused(_("You skipped many items here. Ask your mentor about this one."))
    task.state, task.skip_reason, task.slot_held = AssignmentState.RELEASED, reason, False
    _give_back(Counter([task.item_id]))
    db.session.add(Activity(worker_id=by.id, assignment_id=task.id))
    facts.record(facts.Kind.ITEM_SKIPPED, task, actor=by, reason=reason)


def take_slot(task: Assignment) -> bool:
    """Try to get back the slot of an item whose lease ran out."""
    taken = update(Item).where(Item.id == task.item_id, Item.open_slots > 0).values(open_slots=Item.open_slots - 1).returning(Item.id)
    task.slot_held = db.session.execute(taken.execution_options(synchronize_session=False)).first() is not None
    return task.slot_held


def time_left(task: Assignment) -> timedelta:
    """How long she may still begin to work on it. What came back has no lease: as long as the time of her phone counts."""
    if task.state is AssignmentState.RETURNED:
        return phone.AS_WRITTEN
    return task.lease_until - clock.now() if task.state in HELD else timedelta(0)


def lease_length(est_seconds: int) -> timedelta:
    """Twice the estimate, and never less than a quarter of an hour."""
    return max(SHORTEST_LEASE, timedelta(seconds=2 * est_seconds))


def _refuse_unready(project: Project, by: User, agreed: bool) -> None:
    if by.adult is None:
        raise Refused(_("Paid work is for people of 18 and over. Ask the staff to confirm your age first."))
    if by.adult is False:
        raise Refused(_("Paid work is for people of 18 and over. You can work here when you are 18."))
    if project.state is not ProjectState.OPEN:
        raise Refused(_("This work is paused. Look again tomorrow."))
    if not queries.has_read(project, by, queries.guideline_version(project)):
        raise Refused(_("Read the guideline first. Then tick “I have read it”."))
    if project.content_risk is not Risk.NONE and not agreed:
        raise Refused(_("Read what you may see here. Tick that you agree, or leave this work."))


def _within_week(project: Project, seconds: int) -> int:
    """How many more items fit into her week."""
    left = int(WEEKLY_CAP.total_seconds()) - seconds
    if left < project.est_seconds:
        raise Refused(_("You worked your hours of this week. New work starts on Monday."))
    return left // project.est_seconds


def _within_budget(project: Project, committed: Money) -> int:
    """How many more leases the budget can reserve. Leases that were given are always payable."""
    each = pricing.reservation(project.rate)
    if not each:
        return project.block
    left = project.budget - committed
    if left < each:
        raise Refused(nothing_left())
    return left.minor // each.minor


def _pause_if_spent(project: Project) -> None:
    part, whole = NEARLY_SPENT
    spent = budgets.committed(project)
    if project.rate_minor and spent * whole > project.budget * part:
        actions.pause(project, by=None, reason="budget")


def _resume(project: Project, by: User, wanted: int) -> list[Assignment]:
    """Her own items whose lease ran out come first, with what she had drawn; but not one whose answer is arriving this moment."""
    mine = (
        select(Assignment)
        .join(Assignment.item)
        .where(Assignment.worker_id == by.id, Assignment.project_id == project.id, Assignment.state == AssignmentState.EXPIRED)
        .where(Item.open_slots > 0)
        .order_by(Assignment.position)
        .limit(max(wanted, 0))
    )
    again = [task for task in db.session.scalars(mine.with_for_update(of=Assignment, skip_locked=True)) if take_slot(task)]
    for task in again:
        task.state, task.leased_at = AssignmentState.LEASED, clock.now()
        task.lease_until = task.leased_at + lease_length(task.est_seconds)
        if not task.times_paid:
            task.price_minor = max(task.price_minor, project.rate_minor)
    return again


def _take(project: Project, by: User, wanted: int) -> list[int]:
    """Ids of items that are now hers, in random order: gold hides among the others, and where the others run out gold fills up."""
    if wanted <= 0:
        return []
    share = -(-wanted * project.gold_percent // 100)
    found = _free(project, by, share, gold=True)
    found += _free(project, by, wanted - len(found), gold=False)
    if len(found) < wanted:
        found += _free(project, by, wanted - len(found), gold=True, but=found)
    taken = update(Item).where(Item.id.in_(found), Item.open_slots > 0).values(open_slots=Item.open_slots - 1).returning(Item.id)
    ids = list(db.session.scalars(taken.execution_options(synchronize_session=False)))
    _dice.shuffle(ids)
    return ids


def _free(project: Project, by: User, wanted: int, *, gold: bool, but: list[int] | None = None) -> list[int]:
    known = exists().where(Gold.item_id == Item.id, Gold.state == GoldState.APPROVED)
    hers = exists().where(Assignment.item_id == Item.id, Assignment.worker_id == by.id)
    free = (
        select(Item.id)
        .where(Item.project_id == project.id, Item.state == ItemState.READY, Item.open_slots > 0, ~hers, known if gold else ~known)
        .where(Item.id.not_in(but or []))
        .order_by(Item.shuffle, Item.id)
        .limit(max(wanted, 0))
    )
    return list(db.session.scalars(free.with_for_update(skip_locked=True, of=Item)))


def _write(project: Project, by: User, ids: list[int]) -> list[Assignment]:
    now, version, first = clock.now(), queries.guideline_version(project), queries.given_and_skipped(project.id, by)[0]
    given = [
        Assignment(
            project_id=project.id, item_id=id, worker_id=by.id, position=first + place, guideline_version=version,
            price_minor=project.rate_minor, currency=project.currency, est_seconds=project.est_seconds, content_risk=project.content_risk,
            leased_at=now, lease_until=now + lease_length(project.est_seconds * len(ids)),
        )
        for place, id in enumerate(ids)
    ]  # fmt: skip
    db.session.add_all(given)
    db.session.flush()
    seen = update(Gold).where(Gold.item_id.in_(ids)).values(exposure_count=Gold.exposure_count + 1)
    db.session.execute(seen.execution_options(synchronize_session=False))
    return given


def _one_by_one(worker: User) -> None:
    """Her own claims one after the other."""
    db.session.execute(select(User.id).where(User.id == worker.id).with_for_update(key_share=True))


def _end(tasks: list[int], slots: Counter[int]) -> None:
    """Leases that end, and the slots that they held."""
    if not tasks:
        return
    _give_back(slots)
    ended = update(Assignment).where(Assignment.id.in_(tasks))
    db.session.execute(ended.values(state=AssignmentState.EXPIRED, slot_held=False).execution_options(synchronize_session="fetch"))


def _give_back(slots: Counter[int]) -> None:
    """Open slots again. Rows are locked in the order of their ids, so that two who do this at once wait and never block each other."""
    db.session.execute(select(Item.id).where(Item.id.in_(slots)).order_by(Item.id).with_for_update())
    for count in set(slots.values()):
        ids = [id for id, times in slots.items() if times == count]
        back = update(Item).where(Item.id.in_(ids)).values(open_slots=Item.open_slots + count, state=ItemState.READY)
        db.session.execute(back.execution_options(synchronize_session=False))


def nothing_left() -> str:
    return str(_("There is no item for you here now. Look again tomorrow."))
