"""The working half of the demo school: paid projects with drawn pictures and written texts, reviews, a payout."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from lms.annotation import actions as annotation
from lms.annotation import answering, claiming, datasets, reviewing, schemas
from lms.annotation import queries as annotation_queries
from lms.annotation.models import Decision, Phase, Risk
from lms.core import jobs
from lms.core.db import transaction
from lms.core.money import Money
from lms.demo import guidelines, scenes, texts
from lms.demo.study import person
from lms.payouts import actions as payouts
from lms.payouts import queries as payout_queries
from lms.payouts.models import Channel

SCENES = range(1, 45)  # enough of them without a known answer that the last two people have some too, and their work waits for a mentor
GOLD_SCENES = range(1, 13)
GOLD_TEXTS = 10
KNOWN = frozenset(scenes.name_of(number) for number in GOLD_SCENES)
SPACE = 0.25  # a box with so much round a thing is more than twice as large: the known answer and it share less than half
CHOICES = ("Tea", "No tea")


def make_projects(cohorts: Sequence[int], by: Callable[[], Any]) -> None:
    """Three projects, open to these cohorts: a choice to practise, boxes and names in texts that are paid."""
    drawn = {number: scenes.scene(number) for number in SCENES}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        _choices(cohorts, by, list(drawn.values())[:10], root / "choices")
        _boxes(cohorts, by, drawn, root)
        _names(cohorts, by, root)


def _choices(cohorts: Sequence[int], by: Callable[[], Any], drawn: list[scenes.Scene], folder: Path) -> None:
    with transaction(write=True):
        project = annotation.make_project(
            by=by(), slug="is-there-tea", name="Is there tea?", kind=schemas.Kind.CHOICE, labels=CHOICES, rate=Money.zero("USD"),
            est_seconds=15, phase=Phase.PRACTICE, block=5, gold_needed=5, content_risk=Risk.NONE, content_words="Tables with food.",
            cohorts=cohorts,
        )  # fmt: skip
        annotation.write_guideline(project, by=by(), bodies=guidelines.CHOICE)
    known = {one.name: CHOICES[0 if any(thing.label == "Glass" for thing in one.things) else 1] for one in drawn}
    _fill("is-there-tea", by, scenes.write_plain(drawn, folder, known))


def _boxes(cohorts: Sequence[int], by: Callable[[], Any], drawn: dict[int, scenes.Scene], root: Path) -> None:
    with transaction(write=True):
        project = annotation.make_project(
            by=by(), slug="tea-table", name="Boxes on the tea table", kind=schemas.Kind.BOXES, labels=scenes.LABELS, rate=Money(12, "USD"),
            est_seconds=90, fund="GRANT-A", budget=Money(200_00, "USD"), block=5, gold_needed=10, content_risk=Risk.NONE,
            content_words="Tables with food.", cohorts=cohorts,
        )  # fmt: skip
        annotation.write_guideline(project, by=by(), bodies=guidelines.BOXES)
    gold = [drawn[number] for number in SCENES if number in GOLD_SCENES]
    plain = [drawn[number] for number in SCENES if number not in GOLD_SCENES]
    _fill("tea-table", by, scenes.write_gold(gold, root / "gold"), scenes.write_plain(plain, root / "plain"))


def _names(cohorts: Sequence[int], by: Callable[[], Any], root: Path) -> None:
    with transaction(write=True):
        project = annotation.make_project(
            by=by(), slug="names-and-places", name="Names and places", kind=schemas.Kind.SPANS, labels=texts.LABELS, rate=Money(8, "USD"),
            est_seconds=45, fund="GRANT-A", budget=Money(100_00, "USD"), block=5, gold_needed=10, content_risk=Risk.NONE,
            content_words="Short texts about daily life.", cohorts=cohorts,
        )  # fmt: skip
        annotation.write_guideline(project, by=by(), bodies=guidelines.SPANS)
    half = len(texts.LINES) // 2
    gold, plain = texts.LINES[::2], texts.LINES[1::2]
    (root / "names.conll").write_text(texts.conll(gold), "utf-8")
    rows = "".join(f'text-{at},"{texts.plain(line)}"\n' for at, line in enumerate(plain, start=half))
    (root / "texts.csv").write_text("item,text\n" + rows, "utf-8")
    _fill("names-and-places", by, root / "names.conll", root / "texts.csv")


def _fill(slug: str, by: Callable[[], Any], *paths: Path) -> None:
    for path in paths:
        with transaction(write=True):
            found = datasets.bring_in(slug, path, by=by())
            if found.read.errors:
                raise LookupError(f"{path.name}: {found.read.errors[0]}")
    with transaction(write=True):
        annotation.open_project(_project(slug), by=by())


def _project(slug: str) -> Any:
    found = annotation_queries.project_of(slug)
    if found is None:
        raise LookupError(slug)
    return found


def do(name: str, slug: str, *, count: int, reviewer: str | None, loose: bool = False) -> None:
    """A person reads the guideline, answers this many items as they are, and a reviewer accepts what waits.

    `loose`: in the first picture of which the answer is known, her boxes leave space round the things, as a beginner's do.
    """
    with transaction(write=True):
        claiming.read_guideline(_project(slug), by=person(name))
    done = 0
    while done < count:
        with transaction(write=True):
            tasks = claiming.claim(_project(slug), by=person(name), agreed=True)
            for task in tasks[: count - done]:
                space = SPACE if loose and task.item.name in KNOWN else 0
                loose = loose and not space
                answering.answer(task, by=person(name), payload=_payload(task, space), op=secrets.token_hex(8))
            done += len(tasks)
        jobs.drain()
    if reviewer is not None:
        _accept(name, slug, reviewer)


def _payload(task: Any, space: float = 0) -> list[dict[str, Any]]:
    """What is really there, as the browser would send it; `space`: what each box leaves on each side, as a part of its size."""
    item = task.item
    answers: tuple[schemas.Answer, ...]
    if item.text is None:
        number = int(Path(item.name).stem.rsplit("-", 1)[-1])
        answers = tuple(
            schemas.Box(
                thing.label, thing.x - space * thing.width, thing.y - space * thing.height,
                thing.width * (1 + 2 * space), thing.height * (1 + 2 * space), id=str(at + 1),
            )
            for at, thing in enumerate(scenes.scene(number).things)
        )  # fmt: skip
    else:
        line = next(line for line in texts.LINES if texts.plain(line) == item.text)
        answers = tuple(schemas.Span(label, start, end, id=str(at + 1)) for at, (start, end, label) in enumerate(texts.spans(line)))
    return schemas.to_payload(answers)


def _accept(name: str, slug: str, reviewer: str) -> None:
    with transaction(write=True):
        for task in annotation_queries.tasks_of(_project(slug), person(name)):
            if task.state == "in_review":
                reviewing.decide(task, by=person(reviewer), decision=Decision.ACCEPT)
    jobs.drain()


def pay_out(*, by: str, approved_by: str, receipts: str) -> None:
    """Pay everybody who is owed something in cash, from preparing to the last receipt."""
    _choose_cash()
    with transaction(write=True):
        batch = payouts.prepare(by=person(by), currency="USD")
        payouts.lock(batch, by=person(by))
        payouts.approve(batch, by=person(approved_by))
        payouts.dispatch(batch, by=person(by))
        for line in payout_queries.lines_of(batch):
            payouts.pay(line, by=person(by), reference=f"{receipts}-{line.number:04d}", witness="Asha Mohamed")


def _choose_cash() -> None:
    with transaction(write=True):
        for owed in payout_queries.owed_people("USD"):
            if owed.method is None:
                payouts.set_method(owed.person, by=owed.person, channel=Channel.CASH, payee_name=owed.person.name)


def prepare_batch(*, by: str) -> None:
    """A batch that waits for a second person."""
    _choose_cash()
    with transaction(write=True):
        payouts.lock(payouts.prepare(by=person(by), currency="USD"), by=person(by))
