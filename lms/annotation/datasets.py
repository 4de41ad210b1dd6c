"""Bringing data into a project, all or nothing, and taking it out again in the forms of other tools."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import false, func, select
from sqlalchemy.orm import joinedload

from lms.annotation import batch, importing, schemas
from lms.annotation.answering import known_answers
from lms.annotation.models import (
    DECIDED,
    Annotation,
    Assignment,
    Dataset,
    Decision,
    Gold,
    GoldState,
    Item,
    ItemState,
    Project,
    ProjectState,
    Review,
)
from lms.cohorts.failed_imports import NothingIn, Why
from lms.core import facts, files
from lms.core.db import db, release
from lms.core.errors import Refused
from lms.core.files import StoredFile
from lms.core.i18n import _
from lms.people.models import User

KINDS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}
LARGEST_PICTURE = 20_000_000  # bytes
PAGE = 500

_dice = random.SystemRandom()


@dataclass(frozen=True)
class Outcome:
    """What an import found. `same_as`: the batch that already holds this input; `batch`: the one that was written now."""

    read: importing.Import
    same_as: int | None = None
    batch: int | None = None

    def to_json(self) -> dict[str, Any]:
        """The object of `lms annotation import --json`."""
        return self.read.to_json(self.same_as)


def bring_in(slug: str, path: Path, *, by: User | None, name: str = "", dry_run: bool = False) -> Outcome:
    """Import a file or folder into a project, all or nothing. With errors nothing is written; the same bytes again neither.

    Reading, checking and storing pictures stand outside the write lock. Raises Refused where there is no such project, where it is
    open, or where an item is here already. Call it inside a writing transaction in which nothing was changed yet.
    """
    project = _project(slug)
    schema = project.schema
    release()
    found = importing.parse(path, schema)
    if found.errors:
        return Outcome(found)
    same = same_as(_project(slug), found)
    if dry_run or same is not None:
        return Outcome(found, same)
    release()
    pictures = put_away(found)
    project = _project(slug, lock=True)
    same = same_as(project, found)
    if same is not None:  # another import was faster
        return Outcome(found, same)
    return Outcome(found, batch=write(project, found, pictures, by=by, name=name or path.name).id)


def same_as(project: Project, found: importing.Import) -> int | None:
    """The batch of this project that already holds the same bytes."""
    return db.session.scalar(select(Dataset.id).where(Dataset.project_id == project.id, Dataset.sha256 == found.sha256))


def put_away(found: importing.Import) -> dict[str, StoredFile]:
    """Put the pictures into the store; their rows by item, not yet in the session. Slow: no transaction may be open.

    A picture is kept byte for byte where it carries nothing but itself; where it says place or device (EXIF) it is made anew.
    """
    return {item.name: files.keep(_clean(item.picture)) for item in found.items if item.picture is not None}


def write(project: Project, found: importing.Import, pictures: dict[str, StoredFile], *, by: User | None, name: str) -> Dataset:
    """Write a batch: its items, and their gold, which staff approve by importing it. Read the project FOR UPDATE before.

    Raises Refused for an open project and for an item that is here already.
    """
    if found.errors or found.sha256 is None:
        raise ValueError("a batch with errors is not written")
    if project.state in {ProjectState.OPEN, ProjectState.CLOSED}:
        raise Refused(_("Pause the project first. Then bring in the data."))
    _refuse_known(project, [item.name for item in found.items])
    batch_row = Dataset(
        project_id=project.id, name=name[:120], format=found.format or "", sha256=found.sha256, items=len(found.items), gold=found.gold,
        labels=[[label.name, label.id] for label in found.labels], quarantined=[one.to_json() for one in found.quarantined],
        warnings=[one.to_json() for one in found.warnings], made_by_id=by.id if by else None,
    )  # fmt: skip
    db.session.add(batch_row)
    db.session.add_all(pictures.values())
    db.session.flush()
    rows = [_item(project, batch_row, item, pictures.get(item.name)) for item in found.items]
    db.session.add_all(rows)
    db.session.flush()
    db.session.add_all(
        Gold(item_id=row.id, payload=schemas.to_payload(item.gold), state=GoldState.APPROVED, approver_id=by.id if by else None)
        for row, item in zip(rows, found.items, strict=True)
        if item.gold is not None
    )
    facts.record(facts.Kind.DATASET_IMPORTED, batch_row, actor=by, items=len(rows), gold=found.gold, quarantined=len(found.quarantined))
    return batch_row


def results(project: Project) -> tuple[list[batch.Item], list[schemas.Label]]:
    """Every item with the answer that stands: gold, else the reviewer's correction, else the first accepted answer, else none."""
    ids = {name: id for dataset in _datasets(project) for name, id in dataset.labels}
    labels = [schemas.Label(name, ids.get(name)) for name in project.labels]
    gold, answers = _gold(project), _accepted(project)
    every = select(Item).options(joinedload(Item.file)).where(Item.project_id == project.id).order_by(Item.id)
    found = []
    for item in db.session.scalars(every.execution_options(yield_per=PAGE)):
        stands = gold.get(item.id) if item.id in gold else answers.get(item.id)
        found.append(
            batch.Item(
                name=item.name, id=item.source_id, media=item.file.name if item.file else None, text=item.text, width=item.width,
                height=item.height, gold=stands,
            )
        )
    return found, labels


def _project(slug: str, *, lock: bool = False) -> Project:
    wanted = select(Project).where(Project.slug == slug).execution_options(populate_existing=True)
    project = db.session.scalars(wanted.with_for_update() if lock else wanted).one_or_none()
    if project is None:
        raise Refused(_("There is no project %(slug)s.", slug=slug))
    return project


def _refuse_known(project: Project, names: Sequence[str]) -> None:
    for start in range(0, len(names), PAGE):
        part = names[start : start + PAGE]
        known = db.session.scalar(select(Item.name).where(Item.project_id == project.id, Item.name.in_(part)).limit(1))
        if known is not None:
            said = _("The item %(name)s is in this project already. Give new items other names.", name=known)
            raise NothingIn(Why.KNOWN, sentence=said)


def _item(project: Project, dataset: Dataset, item: batch.Item, picture: StoredFile | None) -> Item:
    return Item(
        project_id=project.id, dataset_id=dataset.id, name=item.name[:200], source_id=item.id, file_id=picture.id if picture else None,
        width=item.width, height=item.height, text=item.text, state=ItemState.IMPORTED, open_slots=project.overlap,
        shuffle=_dice.randrange(2**31),
    )  # fmt: skip


def _clean(path: Path) -> files.Accepted:
    from PIL import Image

    content = path.read_bytes()
    if len(content) > LARGEST_PICTURE:
        raise Refused(_("The picture %(name)s is too big.", name=path.name))
    try:
        with Image.open(io.BytesIO(content), formats=tuple(KINDS)) as probe:
            second = probe.format == "MPO"  # a phone's JPEG with another picture behind it, which is left out
            form = "JPEG" if second else probe.format or "JPEG"
            probe.verify()
        with Image.open(io.BytesIO(content), formats=(form,)) as picture:
            if second or len(picture.getexif()):
                # Not turned upright: the boxes of the file were drawn on the pixels as they lie.
                made = io.BytesIO()
                picture.save(made, form, quality=90, exif=b"")
                content = made.getvalue()
            else:
                picture.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as trouble:
        raise Refused(_("The picture %(name)s is broken.", name=path.name)) from trouble
    return files.Accepted(content, KINDS[form], path.name[:200])


def _datasets(project: Project) -> Sequence[Dataset]:
    return db.session.scalars(select(Dataset).where(Dataset.project_id == project.id).order_by(Dataset.id)).all()


def _gold(project: Project) -> dict[int, tuple[schemas.Answer, ...]]:
    approved = select(Gold).join(Item, Item.id == Gold.item_id).where(Item.project_id == project.id, Gold.state == GoldState.APPROVED)
    rows = db.session.scalars(approved)
    return {row.item_id: known_answers(project, row.payload) for row in rows}


def _accepted(project: Project) -> dict[int, tuple[schemas.Answer, ...]]:
    fixed = func.coalesce(Review.decision == Decision.FIX, false())  # a payload that is no correction is JSON's null, not SQL's
    rows = db.session.execute(
        select(Assignment.item_id, Annotation.payload, Review.payload, fixed)
        .join(Annotation, (Annotation.assignment_id == Assignment.id) & (Annotation.rev == Assignment.rev))
        .outerjoin(Review, Review.annotation_id == Annotation.id)
        .where(Assignment.project_id == project.id, Assignment.state.in_(DECIDED))
        .order_by(fixed.desc(), Annotation.id)
    ).all()
    found: dict[int, tuple[schemas.Answer, ...]] = {}
    for item_id, answered, corrected, by_reviewer in rows:
        if item_id not in found:
            found[item_id] = schemas.from_payload(project.kind, corrected if by_reviewer else answered)
    return found
