"""Reading projects, leases and answers. What a worker's page asks for never touches the table of gold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, or_, select
from sqlalchemy.orm import joinedload

from lms.annotation import budgets, pricing, schemas, scoring
from lms.annotation.models import (
    DECIDED,
    GIVEN_UP,
    HELD,
    Annotation,
    Assignment,
    AssignmentState,
    Dataset,
    Decision,
    Draft,
    Gold,
    GoldState,
    Guideline,
    GuidelineReading,
    Item,
    Project,
    ProjectCohort,
    ProjectState,
    Review,
    Risk,
    Score,
)
from lms.core import clock
from lms.core.db import db
from lms.core.files import StoredFile
from lms.core.fmt import num
from lms.core.i18n import _
from lms.core.money import Money
from lms.people.models import User

SHOWN = 50
TO_DO = (*HELD, AssignmentState.RETURNED)
_PLACE = (
    select(Assignment.id, Assignment.position, Assignment.state, Item.file_id)
    .join(Assignment.item)
    .where(Assignment.project_id == bindparam("project"), Assignment.worker_id == bindparam("worker"))
    .where(Assignment.state.not_in(GIVEN_UP))
    .order_by(Assignment.position)
)
_GUIDELINES = select(Guideline).where(Guideline.project_id == bindparam("project"), Guideline.version == bindparam("version"))
_REVIEWS = select(Review).join(Review.annotation).where(Annotation.assignment_id == bindparam("task")).order_by(Review.id.desc())


def project_of(slug: str) -> Project | None:
    """The project with this address."""
    return db.session.scalars(select(Project).where(Project.slug == slug)).one_or_none()


def cohort_ids(project: Project) -> Sequence[int]:
    """Ids of the cohorts whose trainees may work in it."""
    return db.session.scalars(select(ProjectCohort.cohort_id).where(ProjectCohort.project_id == project.id)).all()


def guideline_version(project: Project) -> int:
    """The number of the newest guideline; 0 where there is none."""
    return db.session.scalar(select(func.max(Guideline.version)).where(Guideline.project_id == project.id)) or 0


def guideline(project_id: int, version: int, language: str) -> Guideline | None:
    """A version in this language, else in English, else in any."""
    found = db.session.scalars(_GUIDELINES, {"project": project_id, "version": version}).all()
    return min(found, key=lambda one: (one.language != language, one.language != "en"), default=None)


def guideline_bodies(project_id: int, version: int) -> dict[str, str]:
    """Language -> a version as staff wrote it."""
    found = select(Guideline.language, Guideline.body).where(Guideline.project_id == project_id, Guideline.version == version)
    return dict(db.session.execute(found).all())


def has_read(project: Project, user: User, version: int) -> bool:
    """Whether this person ticked that version."""
    return db.session.get(GuidelineReading, (project.id, version, user.id)) is not None


def held(project: Project, user: User) -> list[Assignment]:
    """The items she holds a lease on, in her order; one that ran out a moment ago is not among them."""
    mine = _of(project.id, user).where(Assignment.state.in_(HELD), Assignment.lease_until >= clock.now())
    return list(db.session.scalars(mine.order_by(Assignment.position)))


def to_do(project_id: int, user: User) -> list[Assignment]:
    """The items she can answer now: leases, those that were returned first."""
    mine = _of(project_id, user).where(Assignment.state.in_(TO_DO))
    return sorted(db.session.scalars(mine), key=lambda task: (task.state is not AssignmentState.RETURNED, task.position))


def next_task(project_id: int, user: User) -> Assignment | None:
    """The item to open next."""
    return next(iter(to_do(project_id, user)), None)


def given_and_skipped(project_id: int, user: User) -> tuple[int, int]:
    """How many items of a project this person ever got, and how many of them she skipped."""
    rows = db.session.execute(
        select(Assignment.state, func.count())
        .where(Assignment.project_id == project_id, Assignment.worker_id == user.id)
        .group_by(Assignment.state)
    ).all()
    counts = {row[0]: row[1] for row in rows}
    return sum(counts.values()), counts.get(AssignmentState.RELEASED, 0)


def place(task: Assignment) -> tuple[int, int, list[tuple[int, bool]]]:
    """Which of her items this is, of how many she holds or has answered, and those she can open after it: id, and if it is a picture.

    One statement: each item of a block asks it.
    """
    rows = db.session.execute(_PLACE, {"project": task.project_id, "worker": task.worker_id}).all()
    coming = [row for row in rows if row.id != task.id and row.state in TO_DO]
    coming.sort(key=lambda row: row.state is not AssignmentState.RETURNED)  # those first, as `to_do` has them
    return sum(row.position <= task.position for row in rows), len(rows), [(row.id, row.file_id is not None) for row in coming]


def seconds_this_week(user: User) -> int:
    """Estimated seconds of the work this person took since Monday, UTC."""
    now = clock.now()
    monday = (now - timedelta(days=now.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    taken = select(func.coalesce(func.sum(Assignment.est_seconds), 0)).where(
        Assignment.worker_id == user.id, Assignment.leased_at >= monday, Assignment.state.not_in(GIVEN_UP)
    )
    return int(db.session.scalar(taken) or 0)


def waiting(user: User) -> list[Money]:
    """What this person sent and nobody has decided yet, in each currency."""
    sums = select(Assignment.currency, func.sum(Assignment.price_minor)).where(Assignment.worker_id == user.id, Assignment.times_paid == 0)
    rows = db.session.execute(sums.where(Assignment.state == AssignmentState.IN_REVIEW).group_by(Assignment.currency))
    return [Money(int(total), currency) for currency, total in rows if total]


@dataclass(frozen=True)
class Counts:
    """A project in figures: items, items with approved gold, and its assignments by state."""

    items: int
    gold: int
    states: dict[AssignmentState, int]

    @property
    def decided(self) -> int:
        return sum(self.states.get(state, 0) for state in DECIDED)

    @property
    def waiting(self) -> int:
        return self.states.get(AssignmentState.IN_REVIEW, 0)


def counts(project: Project) -> Counts:
    """The figures of a project."""
    return counts_of([project])[project.id]


def counts_of(projects: Sequence[Project]) -> dict[int, Counts]:
    """The figures of each project by its id, in three statements however many they are."""
    ids = [project.id for project in projects]
    items = _tally(select(Item.project_id, func.count()).where(Item.project_id.in_(ids)).group_by(Item.project_id))
    approved = select(Item.project_id, func.count()).join(Gold, Gold.item_id == Item.id).where(Gold.state == GoldState.APPROVED)
    gold = _tally(approved.where(Item.project_id.in_(ids)).group_by(Item.project_id))
    states: dict[int, dict[AssignmentState, int]] = {id: {} for id in ids}
    given = select(Assignment.project_id, Assignment.state, func.count()).where(Assignment.project_id.in_(ids))
    for id, state, count in db.session.execute(given.group_by(Assignment.project_id, Assignment.state)):
        states[id][state] = count
    return {id: Counts(items.get(id, 0), gold.get(id, 0), states[id]) for id in ids}


def opening_checks(project: Project) -> list[tuple[bool, str]]:
    """Each condition of opening, whether it is met, and its sentence."""
    known = counts(project)
    needed = pricing.reservation(project.rate) * (known.items * project.overlap)
    checks = [
        (known.items > 0, _("Bring in a data set.")),
        (known.gold >= project.gold_needed, _("Known answers: %(have)s of %(need)s.", have=num(known.gold), need=num(project.gold_needed))),
        (guideline_version(project) > 0, _("Write a guideline.")),
        (project.content_risk is not Risk.UNKNOWN, _("Say what people may see in the items.")),
        (bool(cohort_ids(project)), _("Choose a cohort that may work here.")),
    ]
    if project.rate_minor:
        held = budgets.funded(project)
        less = _("The fund holds less than this budget. Finance writes down its grant first.")
        checks += [
            (bool(project.fund), _("Name the fund that pays.")),
            (project.budget_minor >= needed.minor, _("Budget: %(have)s of %(need)s.", have=_plain(project.budget), need=_plain(needed))),
            (held, _("The fund holds this budget.") if held else less),
        ]
    return checks


def datasets(project: Project) -> Sequence[Dataset]:
    """What was imported, the newest first."""
    return db.session.scalars(select(Dataset).where(Dataset.project_id == project.id).order_by(Dataset.id.desc())).all()


def download_bytes(project: Project, items: int) -> int:
    """What a block of items costs to download: the mean of the project's pictures or texts."""
    pictures = select(func.avg(StoredFile.size)).join(Item, Item.file_id == StoredFile.id).where(Item.project_id == project.id)
    each = db.session.scalar(pictures)
    if each is None:
        each = db.session.scalar(select(func.avg(func.length(Item.text))).where(Item.project_id == project.id)) or 0
    return int(each) * items


def draft_of(task: Assignment) -> Draft | None:
    """What was saved of this item and not sent yet."""
    return db.session.get(Draft, task.id)


def latest_annotation(task: Assignment) -> Annotation | None:
    """Her newest answer."""
    return db.session.scalars(
        select(Annotation).where(Annotation.assignment_id == task.id).order_by(Annotation.rev.desc()).limit(1)
    ).one_or_none()


def faults(task: Assignment) -> int:
    """How often this item was returned because the guideline was unclear, before the answer that is decided now."""
    returned = select(func.count(Review.id)).join(Review.annotation).where(Annotation.assignment_id == task.id, Annotation.rev < task.rev)
    return db.session.scalar(returned.where(Review.decision == Decision.RETURN, Review.guideline_fault)) or 0


def reviews_of(task: Assignment) -> Sequence[Review]:
    """What others decided about her answers, the newest first."""
    return db.session.scalars(_REVIEWS, {"task": task.id}).all()


def scores_of(annotation: Annotation) -> dict[str, float | None]:
    """The newest figures of an answer, by metric."""
    rows = db.session.scalars(select(Score).where(Score.annotation_id == annotation.id).order_by(Score.id))
    return {row.metric: row.value for row in rows}


def approved_gold(item_id: int) -> Gold | None:
    """The known answer of an item, for scoring and for feedback that may be shown."""
    found = db.session.get(Gold, item_id)
    return found if found is not None and found.state is GoldState.APPROVED else None


def review_queue(visible: Select[Assignment]) -> Select[Assignment]:
    """Answers that wait, by risk: gold that was missed first, then redone ones, then the longest waiting.

    Gold that was met is not among them: it waits for nobody, only for the end of the block (`reviewing.accept_met_gold`).
    """
    missed = _scored(0.0)
    return (
        visible.where(Assignment.state == AssignmentState.IN_REVIEW, ~_scored(1.0))
        .options(joinedload(Assignment.project), joinedload(Assignment.worker), joinedload(Assignment.item))
        .order_by(missed.desc(), (Assignment.rev > 1).desc(), Assignment.answered_at, Assignment.id)
    )


def missed_gold(tasks: Sequence[Assignment]) -> set[int]:
    """Ids of those whose newest answer missed a known one: to be looked at closely."""
    missed = (
        select(Annotation.assignment_id)
        .join(Score, Score.annotation_id == Annotation.id)
        .where(Annotation.assignment_id.in_([task.id for task in tasks]), Score.metric == "passed", Score.value == 0)
    )
    return set(db.session.scalars(missed))


@dataclass(frozen=True)
class Work:
    """A project on her Work page: how many of her items are to do, returned, being checked and accepted."""

    project: Project
    to_do: int
    returned: int
    checked: int
    accepted: int


def work_of(user: User, given: Select[Project]) -> list[Work]:
    """The projects in which she has something to do or may take it: those with returned items first, then those she began."""
    counts: dict[int, dict[AssignmentState, int]] = {}
    mine = select(Assignment.project_id, Assignment.state, func.count()).where(Assignment.worker_id == user.id)
    for project_id, state, count in db.session.execute(mine.group_by(Assignment.project_id, Assignment.state)):
        counts.setdefault(project_id, {})[state] = count
    found = []
    shown = select(Project).where(or_(Project.id.in_(counts), Project.id.in_(given.with_only_columns(Project.id))))
    for project in db.session.scalars(shown):
        mine_here = counts.get(project.id, {})
        to_do = sum(mine_here.get(state, 0) for state in HELD)
        returned = mine_here.get(AssignmentState.RETURNED, 0)
        if project.state is ProjectState.OPEN or to_do or returned:
            accepted = sum(mine_here.get(state, 0) for state in DECIDED)
            found.append(Work(project, to_do, returned, mine_here.get(AssignmentState.IN_REVIEW, 0), accepted))
    return sorted(found, key=lambda work: (not work.returned, not work.to_do, work.project.id))


def tasks_of(project: Project, user: User) -> Sequence[Assignment]:
    """Her items in a project that were sent at least once, the newest first; no more than a page can show."""
    mine = _of(project.id, user).where(Assignment.answered_at.is_not(None))
    return db.session.scalars(mine.order_by(Assignment.answered_at.desc(), Assignment.id.desc()).limit(SHOWN)).all()


def among(visible: Select[Project], project: Project) -> bool:
    """Whether a project is one of these."""
    return bool(db.session.scalar(select(visible.where(Project.id == project.id).exists())))


@dataclass(frozen=True)
class MockSummary:
    """A person's paid practice in figures. `lower_bound`: Wilson's, by kind of work, None where no gold was seen."""

    accepted: int
    gold_seen: int
    gold_passed: int
    lower_bound: dict[str, float | None]


def mock_summary(user: User) -> MockSummary:
    """Accepted items, and the skill shown by first answers to gold: the last 50 of each kind.

    What came back counts once its redo is decided, or its time is over: before, a changing figure would give gold away.
    """
    settled = Assignment.state.in_(DECIDED) | (Assignment.decided_at.is_not(None) & (Assignment.lease_until < clock.now()))
    accepted = db.session.scalar(select(func.count()).where(Assignment.worker_id == user.id, Assignment.state.in_(DECIDED))) or 0
    rows = db.session.execute(
        select(Project.kind, Score.value)
        .join(Annotation, Annotation.id == Score.annotation_id)
        .join(Assignment, Assignment.id == Annotation.assignment_id)
        .join(Project, Project.id == Assignment.project_id)
        .where(Assignment.worker_id == user.id, settled)
        .where(Annotation.rev == 1, Score.metric == "passed", Score.value.is_not(None))
        .order_by(Score.id)
    ).all()
    by_kind: dict[str, list[float]] = {}
    for kind, value in rows:
        by_kind.setdefault(kind.value, []).append(value or 0.0)
    levels = {kind: scoring.skill(values) for kind, values in by_kind.items()}
    return MockSummary(
        accepted, sum(one.seen for one in levels.values()), sum(one.right for one in levels.values()),
        {kind.value: levels[kind.value].lower if kind.value in levels else None for kind in schemas.Kind},
    )  # fmt: skip


def met_gold(project_id: int, worker_id: int) -> Select[Assignment]:
    """Her answers that wait although they met the known one."""
    mine = select(Assignment).where(Assignment.project_id == project_id, Assignment.worker_id == worker_id)
    return mine.where(Assignment.state == AssignmentState.IN_REVIEW, _scored(1.0)).order_by(Assignment.id)


def _scored(passed: float) -> ColumnElement[bool]:
    """Whether the newest answer of an assignment met its gold (1.0) or missed it (0.0)."""
    return exists().where(
        Annotation.assignment_id == Assignment.id, Annotation.rev == Assignment.rev, Score.annotation_id == Annotation.id,
        Score.metric == "passed", Score.value == passed,
    )  # fmt: skip


def _tally(statement: Any) -> dict[int, int]:
    return {row[0]: row[1] for row in db.session.execute(statement)}


def _plain(amount: Money) -> str:
    """For a sentence that may be told as a refusal, which is plain text."""
    return f"{amount.plain()} {amount.currency}"


def _of(project_id: int, user: User) -> Select[Assignment]:
    return select(Assignment).where(Assignment.project_id == project_id, Assignment.worker_id == user.id)
