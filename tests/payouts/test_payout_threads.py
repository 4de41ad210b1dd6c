"""Eight people at once: one batch takes a debt, one transfer pays it. On both stores."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import func, select

from lms.core.access import one_or_404
from lms.core.db import db, transaction
from lms.core.errors import Refused
from lms.ledger import queries as ledger
from lms.ledger.models import Transfer
from lms.payouts import actions, policy, queries
from lms.payouts.models import OPEN, BatchState, Payout, PayoutBatch
from tests.eight import eight_at_once
from tests.payouts import scene
from tests.payouts.scene import person, usd

N = 8


def test_eight_who_prepare_put_a_worker_in_one_open_batch(either_school: Flask) -> None:
    app, world = either_school, either_school.extensions["world"]
    with app.app_context(), transaction(write=True):
        scene.two_earn(world)
        for n in range(6):
            worker = scene.newcomer(f"Worker {n}", partner=world.here)
            scene.earn(worker.id, "1.00")
            scene.by_cash(worker.id)

    def prepare(n: int) -> int:
        partner = None if n % 2 else db.session.get_one(scene.Referral, world.amina).partner
        return actions.prepare(by=person(world.fay), currency="USD", partner=partner).id

    got = eight_at_once(app, prepare, but=Refused)
    assert any(isinstance(one, int) for one in got)
    with app.app_context():
        rows = db.session.execute(select(Payout.worker_id, func.count()).where(Payout.state.in_(OPEN)).group_by(Payout.worker_id)).all()
        assert len(rows) == 8
        assert {count for _worker, count in rows} == {1}
        assert db.session.scalar(select(func.sum(Payout.amount_minor))) == 1700


def test_eight_who_write_the_same_proof_pay_once(either_school: Flask) -> None:
    app, world = either_school, either_school.extensions["world"]
    with app.app_context(), transaction(write=True):
        id = scene.sent(world).id

    def pay(n: int) -> str:
        fay = person(world.fay)
        batch = one_or_404(policy.visible_batches(fay), id, lock=True)
        actions.pay(scene.line_of(batch, world.hana), by=fay, reference="E1")
        return "paid"

    got = eight_at_once(app, pay, but=Refused)
    assert got.count("paid") == 1
    told = {str(no) for no in got if isinstance(no, Refused)}  # each waited for the batch, and is told by the rule, not by the index below
    assert told == {"This payment is not on its way. Look at the line again."}
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Transfer).where(Transfer.kind == "pay")) == 1
        assert ledger.owed(person(world.hana)) == []


def test_the_last_lines_paid_at_once_settle_the_batch(either_school: Flask) -> None:
    app, world = either_school, either_school.extensions["world"]
    with app.app_context(), transaction(write=True):
        scene.grant()
        for n in range(N):
            worker = scene.newcomer(f"Worker {n}")
            scene.earn(worker.id, "1.00")
            scene.by_mobile(worker.id)
        batch = actions.prepare(by=person(world.fay), currency="USD")
        actions.lock(batch, by=person(world.fay))
        actions.approve(batch, by=person(world.ines))
        actions.dispatch(batch, by=person(world.fay))
        id = batch.id

    def pay(n: int) -> str:
        fay = person(world.fay)
        batch = one_or_404(policy.visible_batches(fay), id, lock=True)
        lines = queries.lines_of(batch)  # kept, as a page that shows them does: what was read before the others is not read again
        actions.pay(lines[n], by=fay, reference=f"TX{n}")
        return "paid"

    assert eight_at_once(app, pay) == ["paid"] * N
    with app.app_context():
        assert db.session.get_one(PayoutBatch, id).state is BatchState.SETTLED
        assert ledger.balance("assets:bank:foundation:USD") == usd("992.00")
        assert ledger.unbalanced() == []
