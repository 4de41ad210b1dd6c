"""A project with items, for the tests of the annotation room."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from lms.annotation import actions, claiming
from lms.annotation.models import Dataset, Gold, GoldState, Item, ItemState, Phase, Project, Risk
from lms.annotation.schemas import Kind
from lms.core.db import db
from lms.core.money import Money
from lms.ledger import actions as ledger
from lms.people.models import User

MARKER = "goldmarker"
TEXT = "Layla Mansour lives in Tripoli."
GUIDELINE = "Mark every name. Leave the full stop out."


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def person(id: int) -> User:
    return db.session.get_one(User, id)


def make(
    world: SimpleNamespace,
    *,
    slug: str = "names",
    kind: Kind = Kind.CHOICE,
    labels: tuple[str, ...] = ("cat", "dog", MARKER),
    items: int = 10,
    gold: dict[int, list[dict[str, Any]]] | None = None,
    rate: int = 12,
    overlap: int = 1,
    block: int = 5,
    phase: Phase = Phase.MOCK,
    risk: Risk = Risk.NONE,
    cohorts: tuple[int, ...] = (),
    open_: bool = True,
    budget: int = 5_000_000,
    text: str = TEXT,
) -> Project:
    """An open project of `items` texts; `gold`: known answers by the number of the item. Amina's cohort may work in it."""
    dana = person(world.dana)
    ledger.grant(key=f"grant:{slug}", fund="GRANT-A", amount=usd(100_000_000), by=dana)
    project = actions.make_project(
        by=dana, slug=slug, name="Names in the news", kind=kind, labels=labels, rate=usd(rate), est_seconds=60, fund="GRANT-A",
        budget=usd(budget), phase=phase, overlap=overlap, block=block, gold_needed=0, content_risk=risk, content_words="blood",
        cohorts=cohorts or (world.cohort,),
    )  # fmt: skip
    actions.write_guideline(project, by=dana, bodies={"en": GUIDELINE})
    fill(project, items, gold or {}, text)
    if open_:
        actions.open_project(project, by=dana)
    return project


def fill(project: Project, items: int, gold: dict[int, list[dict[str, Any]]], text: str = TEXT) -> None:
    dataset = Dataset(
        project_id=project.id, name="made", format="jsonl", sha256=f"{project.id:064d}", items=items, gold=len(gold), labels=[],
        quarantined=[], warnings=[],
    )  # fmt: skip
    db.session.add(dataset)
    db.session.flush()
    rows = [
        Item(
            project_id=project.id, dataset_id=dataset.id, name=f"item-{n}", text=text, state=ItemState.IMPORTED,
            open_slots=project.overlap, shuffle=n,
        )
        for n in range(items)
    ]  # fmt: skip
    db.session.add_all(rows)
    db.session.flush()
    db.session.add_all(Gold(item_id=rows[n].id, payload=payload, state=GoldState.APPROVED) for n, payload in gold.items())
    db.session.flush()


def take(project: Project, worker: User, **more: Any) -> list[Any]:
    """Read the guideline and claim."""
    claiming.read_guideline(project, by=worker)
    db.session.flush()
    return claiming.claim(project, by=worker, **more)
