"""Signs of life for machines: alive, and ready to serve."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from lms.core.access import public
from lms.core.db import db
from lms.core.files import store
from lms.core.jobs import worker_alive

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """Alive."""
    return "ok", 200, {"Content-Type": "text/plain; charset=utf-8"}


@bp.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """Whether the database, the file store and a worker answer."""
    database, worker = _database(), False
    if database:
        worker = worker_alive()
    answer = {"database": database, "storage": store().writable(), "worker": worker}
    return jsonify(answer), 200 if all(answer.values()) else 503


def _database() -> bool:
    try:
        db.session.execute(text("SELECT 1 FROM person WHERE id = 0"))
    except SQLAlchemyError:
        db.session.rollback()
        return False
    return True
