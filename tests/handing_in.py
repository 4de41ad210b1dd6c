"""What the tests of the desk share: the tiny course's task, and good marks for it."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import select

from lms.core.db import db
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
