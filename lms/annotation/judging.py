"""Judging an answer before it is kept: can it be read, is it what the project asks for, does every shape count."""

from __future__ import annotations

from lms.annotation import geometry, schemas, wording
from lms.annotation.models import Item, Project
from lms.core.errors import Refused


class Unfit(Refused):
    """An answer that cannot be taken: `shape` is the id of the part that is wrong, or its number from 1."""

    def __init__(self, shape: str | int, reason: str) -> None:
        super().__init__(wording.objection(shape, reason))
        self.shape = shape
        self.reason = reason


def read(project: Project, payload: object) -> tuple[schemas.Answer, ...]:
    """The answers of a payload of the project's kind, as they are drawn. Raises Unfit for what cannot be read."""
    try:
        return schemas.from_payload(project.kind, payload)
    except schemas.BadAnswer as wrong:
        raise Unfit(wrong.shape, wrong.reason) from None


def admitted(project: Project, item: Item, payload: object) -> tuple[schemas.Answer, ...]:
    """The answers of a payload as they count, clipped to their picture. Raises Unfit for the first that does not."""
    answers = read(project, payload)
    wrong = project.schema.objection(answers)
    if wrong is not None:
        raise Unfit(wrong.shape, wrong.reason)
    if not answers and project.kind in {schemas.Kind.CHOICE, schemas.Kind.ORDINAL}:
        raise Unfit(1, "nothing")
    return tuple(_admitted(place, one, item) for place, one in enumerate(answers, 1))


def _admitted(place: int, one: schemas.Answer, item: Item) -> schemas.Answer:
    admission = geometry.admit(one, width=item.width, height=item.height, text=item.text)
    if admission.answer is None:
        raise Unfit(one.id or place, admission.reason or "malformed")
    return admission.answer
