"""What the tests of the desk share: the tiny course's task, and good marks for it."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import select, update

from lms.core import jobs
from lms.core.db import db, transaction
from lms.core.jobs import Job
from lms.grading import sending
from lms.grading.models import Submission

TASK = "/learn/tiny/rules/task"
ANSWER = "Name what you see. Half a cup is a cup."
BEST = {"level-clear": "full", "level-short": "full", "level-example": "full"}
LOW = {"level-clear": "no", "level-short": "part", "level-example": "no"}


def hand_in(client: Any, text: str = ANSWER, attempt: int = 1, **more: Any) -> Any:
    return client.post(TASK, data={"text": text, "attempt": str(attempt), **more})


def submissions(app: Flask) -> list[Submission]:
    with app.app_context():
        return list(db.session.scalars(select(Submission).order_by(Submission.id)))


def let_go(app: Flask) -> None:
    """The ten seconds in which a mark can be undone are over, and the worker has run."""
    with app.app_context():
        with transaction(write=True):
            db.session.execute(update(Job).where(Job.name == sending.JOB).values(run_after=0.0))
        jobs.drain()
