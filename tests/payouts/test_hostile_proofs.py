"""Proofs that prove nothing: blank ones, one number for two payments, and returns no page of ours sends."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.core.db import db, transaction
from lms.core.errors import Refused
from lms.payouts import actions, queries
from lms.payouts.models import BatchState, Channel, Evidence
from lms.people.models import User
from tests.payouts import scene


def proofs(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Evidence)) or 0


def test_blanks_are_no_proof_and_no_reason(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    id, fay = scene.write(app, scene.sent, world), as_("fay")
    cash = f"/payouts/{id}/lines/{_number(app, id, world.amina)}"
    for typed in ({"reference": "   ", "witness": "Rana"}, {"reference": "R-1", "witness": "   "}, {"reference": "\t"}):
        assert fay.post(f"{cash}/payment", data=typed).status_code == 422
    assert fay.post(f"{cash}/failure", data={"reason": "  \n "}).status_code == 422
    assert proofs(app) == 0
    assert scene.owed(app, world.amina) == ["5.00"]


def test_a_batch_is_not_cancelled_for_a_blank(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    id = scene.write(app, scene.prepared, world)
    assert as_("fay").post(f"/payouts/{id}/cancellation", data={"reason": "   "}).status_code == 422
    assert scene.state_of(app, id) is BatchState.DRAFT


@pytest.mark.parametrize("token", ["a b c d e f g h", "12345678:9", "é" * 10, "x" * 41, ""])
def test_a_return_bears_a_token_of_ours(app: Flask, world: SimpleNamespace, as_: Any, token: str) -> None:
    id = scene.write(app, scene.sent, world)
    assert as_("fay").post(f"/payouts/{id}/returns/{world.here}", data={"amount": "1.00", "token": token}).status_code == 422


def test_one_number_proves_one_payment_however_the_operator_is_written(either_school: Flask) -> None:
    """The operator is typed by its owner. Its longest name still fits the column."""
    app, world = either_school, either_school.extensions["world"]
    with app.app_context(), transaction(write=True):
        scene.grant()
        for n, name in enumerate(("M-Pesa Kenya of the long and full name", "m-pesa  KENYA of the long and full name")):
            id = (world.amina, world.hana)[n]
            scene.earn(id, "5.00")
            wallet = {"payee_name": "Someone", "account": f"+25471234567{n}", "operator": name}
            actions.set_method(scene.person(id), by=scene.person(id), channel=Channel.MOBILE, **wallet)
        batch = actions.prepare(by=scene.person(world.fay), currency="USD")
        actions.lock(batch, by=scene.person(world.fay))
        actions.approve(batch, by=scene.person(world.ines))
        actions.dispatch(batch, by=scene.person(world.fay))
        first, second = queries.lines_of(batch)
        actions.pay(first, by=scene.person(world.fay), reference="TX-1")
        with pytest.raises(Refused):
            actions.pay(second, by=scene.person(world.fay), reference="TX-1")


def test_one_number_is_one_number_in_any_digits(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    def two_in_cash() -> Any:
        scene.grant()
        scene.earn(world.amina, "5.00")
        scene.earn(scene.newcomer("Basma", world.here).id, "6.00")
        scene.by_cash(world.amina)
        scene.by_cash(_id("Basma"))
        batch = actions.prepare(by=scene.person(world.fay), currency="USD")
        actions.lock(batch, by=scene.person(world.fay))
        actions.approve(batch, by=scene.person(world.ines))
        actions.dispatch(batch, by=scene.person(world.fay))
        return batch

    id, fay = scene.write(app, two_in_cash), as_("fay")
    assert fay.post(f"/payouts/{id}/lines/1/payment", data={"reference": "٤٧١١", "witness": "Rana"}).status_code == 303
    for same in ("4711", "۴۷۱۱", "4711\u200e", "\u202a4711\u202c"):
        assert fay.post(f"/payouts/{id}/lines/2/payment", data={"reference": same, "witness": "Rana"}).status_code == 422
    assert proofs(app) == 1


def _id(name: str) -> int:
    return db.session.scalars(select(User.id).where(User.name == name)).one()


def _number(app: Flask, batch: int, worker: int) -> int:
    return scene.lines(app, batch)[worker].number
