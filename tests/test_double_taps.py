"""Four at once: every POST that moves money, a mark, a place or a right does it once, on both stores."""

from __future__ import annotations

from collections import Counter
from functools import partial
from types import SimpleNamespace
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from lms.core.db import db, transaction
from lms.core.facts import Fact
from lms.ledger.models import Entry
from tests.client import Browser
from tests.eight import at_once
from tests.handing_in import BEST
from tests.payouts import scene
from tests.test_other_halves import fill_halves

AT_ONCE = 4
ANSWER = {"payload": '[{"label": "cat"}]', "client_op_id": "one-op"}


def test_whatever_is_sent_at_once_happens_once(either_school: Flask) -> None:
    app, world = either_school, either_school.extensions["world"]
    with app.app_context(), transaction(write=True):
        half = fill_halves(world)["here"]
        scene.earn(world.amina, "9.00", 2)
        scene.earn(world.hana, "9.00", 2)
    clients = {name: [_browser(app, name) for _n in range(AT_ONCE)] for name in ("amina", "bilal", "dana", "fay", "ines")}
    for who, path, data, kinds in _taps(half, world):
        before = _facts(app)
        statuses = set(at_once(partial(_tap, path, data), clients[who]))
        made = _facts(app) - before
        assert statuses <= {200, 303, 409, 422}, f"{path}: {statuses}"
        assert {kind: made[kind] for kind in kinds} == kinds, f"{path} at once made {dict(made)}, answered {statuses}"
    with app.app_context():
        assert db.session.scalar(select(func.sum(Entry.cost_minor))) == 0


def _taps(half: SimpleNamespace, world: SimpleNamespace) -> list[tuple[str, str, dict[str, Any], dict[str, int]]]:
    line, new = f"/payouts/{half.batch}/lines/{half.line}", f"/payouts/{half.batch + 1}"
    return [
        ("amina", f"/work/tasks/{half.task}/answer", ANSWER, {"item.submitted": 1}),
        ("bilal", f"/reviews/{half.review}/decision", {"decision": "accept"}, {"item.accepted": 1, "money.posted": 1}),
        ("bilal", f"/reviews/{half.task}/decision", {"decision": "return", "comment": "Again."}, {"item.returned": 1, "money.posted": 1}),
        ("amina", f"/work/tasks/{half.task}/answer", {"payload": '[{"label": "dog"}]', "client_op_id": "redo"}, {"item.submitted": 1}),
        ("bilal", f"/reviews/{half.task}/decision", {"decision": "accept"}, {"item.accepted": 1, "money.posted": 0}),
        ("amina", f"/work/{half.slug}/claims", {"read": "y"}, {"item.claimed": 1}),
        ("bilal", f"/submissions/{half.submission}/grade", BEST, {"submission.released": 0}),
        ("bilal", f"/submissions/{half.submission}/claim", {}, {"submission.released": 0}),
        ("bilal", f"/submissions/{half.submission}/grade", BEST, {"submission.marked": 1, "submission.released": 0}),
        ("amina", "/learn/tiny/labels/done", {}, {"lesson.read": 1}),
        ("amina", f"/messages/{half.thread}", {"text": "And one thing more."}, {"message.sent": 1}),
        ("bilal", f"/enrolments/{half.enrolment}/notes", {"note": "Calls best after six."}, {"note.written": 1}),
        ("bilal", f"/cohorts/{half.cohort}/messages", {"people": str(half.enrolment), "text_en": "Room 2."}, {"message.sent": 1}),
        ("amina", f"/learn/tiny/labels/quiz/{half.attempt}/answers", {}, {"quiz.sent": 1}),
        ("fay", f"{line}/payment", {"reference": "R-1", "witness": "Rana"}, {"payout.paid": 1, "money.posted": 1}),
        ("fay", f"{line}/failure", {"reason": "It came back."}, {"payout.returned": 1, "money.posted": 1}),
        ("fay", f"/payouts/{half.batch}/returns/{half.partner}", {"amount": "1.00", "token": "abcdefgh"}, {"money.posted": 1}),
        ("fay", "/payouts", {"currency": "USD", "partner": ""}, {"batch.prepared": 1}),
        ("fay", f"{new}/lock", {}, {"batch.locked": 1}),
        ("fay", f"{new}/approval", {}, {"batch.approved": 0}),
        ("ines", "/step-up", {"password": "demo-ines-2026"}, {}),
        ("ines", f"{new}/approval", {}, {"batch.approved": 1}),
        ("ines", f"{new}/cancellation", {"reason": "Too late."}, {"batch.cancelled": 0}),
        ("fay", f"{new}/dispatch", {}, {"batch.sent": 1}),
        ("amina", "/work/pool/consent", {}, {"pool.consented": 1}),
        ("amina", "/work/pool/exit", {}, {"pool.left": 1}),
        ("bilal", f"/enrolments/{half.enrolment}/sign-off", {"sentence": "Careful."}, {"pool.signed_off": 1}),
        ("amina", "/me/payout-method", {"way": "cash", "payee_name": "Amina"}, {"payout.method_set": 1}),
        ("dana", f"/certificates/{half.credential}/correction", {}, {"credential.superseded": 1, "credential.issued": 1}),
        ("dana", f"/certificates/{half.credential}/revocation", {"reason": "Wrong."}, {"credential.revoked": 0}),
        ("dana", f"/cohorts/{half.cohort}/people", {"people": "Salma, salma@x.org"}, {"person.added": 1, "enrolment.made": 1}),
        ("dana", f"/projects/{half.slug}/pause", {}, {"project.paused": 1}),
        ("dana", f"/projects/{half.slug}/closing", {}, {"project.closed": 1}),
        ("dana", "/cohorts", {"name": "Tripoli 9", "programme": str(world.programme), "partner": "0", "starts_on": "2027-01-04",
                              "ends_on": "2027-02-26", "zone": "Asia/Beirut", "capacity": "20"}, {"cohort.made": 1}),
    ]  # fmt: skip


def _browser(app: Flask, name: str) -> Browser:
    client = app.test_client()
    assert isinstance(client, Browser)
    client.sign_in(name)
    return client


def _tap(path: str, data: dict[str, Any], client: Browser) -> int:
    return client.post(path, data=data).status_code


def _facts(app: Flask) -> Counter[str]:
    with app.app_context():
        return Counter(db.session.scalars(select(Fact.kind)).all())
