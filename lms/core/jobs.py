"""Jobs: rows written with their cause, run by Huey. A job is lost only with the database and takes effect once.

`enqueue` writes the row in the caller's transaction (the outbox); its id goes to Huey after the commit. `run` leases the row, does the
work and marks it done in one transaction that a fencing token guards, so a worker that was thought dead cannot write twice. What the
broker loses, the sweep sends again. An effect outside the database (a mail) is a job of its own.
"""

from __future__ import annotations

import json
import logging
import random
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from flask import Flask, current_app
from huey import Huey, MemoryHuey, SqliteHuey
from huey.registry import Message
from huey.serializer import Serializer
from sqlalchemy import Float, Index, String, and_, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.functions import FunctionElement

from lms.core import clock
from lms.core.db import Model, after_commit, db, transaction

LEASE = 60.0  # seconds a worker holds a job without a heartbeat
BEAT = 20.0
SWEEP = 15.0
MAX_ATTEMPTS = 8
BROKER_CAP = 100  # the sweep is quiet above this many waiting messages: it would only repeat itself

log = logging.getLogger(__name__)
Handler = Callable[[dict[str, Any]], None]
HANDLERS: dict[str, Handler] = {}


class Job(Model):
    """Work that must be done once. Times are seconds since 1970 by the database's own clock."""

    __tablename__ = "job"
    __table_args__ = (Index("ix_job_due", "state", "run_after"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    payload: Mapped[dict[str, Any]]
    key: Mapped[str] = mapped_column(String(200), unique=True)
    state: Mapped[str] = mapped_column(String(10), default="queued")
    run_after: Mapped[float] = mapped_column(Float, default=0.0)
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[float | None] = mapped_column(Float)
    lease_until: Mapped[float | None] = mapped_column(Float)
    lease_token: Mapped[str | None] = mapped_column(String(32))
    error: Mapped[str | None] = mapped_column(String(80))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)


class LeaseLost(Exception):
    """Another worker took the job over; what this one wrote goes away with it."""


class epoch(FunctionElement[float]):
    """Now, in seconds since 1970, by the database's clock: hosts disagree, the database does not."""

    type = Float()
    inherit_cache = True


@compiles(epoch, "sqlite")
def _epoch_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(epoch, "postgresql")
def _epoch_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    return "EXTRACT(EPOCH FROM clock_timestamp())"


class JsonSerializer(Serializer):
    """Messages as JSON: with Huey's pickle, write access to the broker would be code execution."""

    def _serialize(self, data: Any) -> bytes:
        return json.dumps(data._asdict() if isinstance(data, Message) else {"value": data}, default=str).encode()

    def _deserialize(self, data: bytes) -> Any:
        read = json.loads(bytes(data))
        return read["value"] if "value" in read else Message(**read)


def wire(app: Flask, handlers: Mapping[str, Handler]) -> None:
    """Give the application its Huey and the table of handlers. Tests run jobs at once, in memory."""
    HANDLERS.clear()
    HANDLERS.update(handlers)
    huey = _engine(app)

    def run_one(id: int) -> None:
        with app.app_context():
            run(id)

    app.extensions["huey"] = huey
    # Huey keeps what a task raises to itself; a test must see it.
    app.extensions["run_job"] = run_one if app.testing else huey.task(name="run")(run_one)


def _engine(app: Flask) -> Huey:
    if app.testing:
        return MemoryHuey("jobs", immediate=True, results=False)
    if url := app.config.get("REDIS_URL"):
        from huey import RedisHuey

        return RedisHuey("jobs", url=url, results=False, serializer=JsonSerializer())
    file = Path(app.config["JOBS_FILE"])
    file.parent.mkdir(parents=True, exist_ok=True)
    return SqliteHuey("jobs", filename=str(file), results=False, serializer=JsonSerializer(), timeout=20)


def enqueue(name: str, payload: dict[str, Any], *, key: str, delay: float = 0.0) -> int | None:
    """Write a job in this transaction; its id, or None where a job with this key was written before.

    It is sent to the broker after the commit, `delay` seconds later at the earliest.
    """
    if name not in HANDLERS:
        raise LookupError(f"no handler is named {name!r}")
    dialect = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    row = dialect.insert(Job).values(
        name=name, payload=payload, key=key, state="queued", attempts=0, run_after=epoch() + delay, made_at=clock.now()
    )
    id = db.session.execute(row.on_conflict_do_nothing(index_elements=[Job.key]).returning(Job.id)).scalar_one_or_none()
    if id is not None and not delay:
        after_commit(lambda: send(id))
    return id


def send(id: int) -> None:
    """Hand the id to the broker. A broker that is down costs time only: the sweep sends again."""
    try:
        current_app.extensions["run_job"](id)
    except Exception as trouble:
        if current_app.testing:
            raise
        log.warning("job %s was not sent: %s", id, type(trouble).__name__)


def run(id: int) -> bool:
    """Do one job if it is free: due, or left behind by a worker whose lease ran out. Whether it was done here."""
    token = secrets.token_hex(16)
    free = or_(and_(Job.state == "queued", Job.run_after <= epoch()), and_(Job.state == "running", Job.lease_until < epoch()))
    lease = {"state": "running", "lease_token": token, "lease_until": epoch() + LEASE, "attempts": Job.attempts + 1}
    with transaction(write=True):
        row = db.session.execute(
            update(Job).where(Job.id == id, free).values(lease).returning(Job.name, Job.payload, Job.attempts)
        ).one_or_none()
    if row is None:
        return False
    if row.attempts > MAX_ATTEMPTS:  # it ended its worker each time, which no exception has told
        _give_up(id, token)
        return False
    mine = update(Job).where(Job.id == id, Job.lease_token == token, Job.state == "running")
    with heartbeat(id, token):
        try:
            with transaction(write=True):
                HANDLERS[row.name](row.payload)
                if _count(mine.values(state="done", error=None)) != 1:
                    raise LeaseLost
            return True
        except Exception as trouble:
            if current_app.testing:
                raise
            log.exception("job %s (%s) failed", id, row.name)
            state = "dead" if row.attempts >= MAX_ATTEMPTS else "queued"
            with transaction(write=True):
                _count(mine.values(state=state, error=type(trouble).__name__, run_after=epoch() + backoff(row.attempts)))
            return False


def _give_up(id: int, token: str) -> None:
    with transaction(write=True):
        _count(update(Job).where(Job.id == id, Job.lease_token == token).values(state="dead", error="WorkerDied"))


def backoff(attempts: int) -> float:
    """Seconds until the next try: doubling from 10 to an hour, with jitter so that many do not wake together."""
    return float(min(2**attempts * 5, 3600)) * random.uniform(1.0, 1.25)  # noqa: S311


def _count(statement: Any) -> int:
    return int(cast("Any", db.session.execute(statement)).rowcount)


@contextmanager
def heartbeat(id: int, token: str) -> Iterator[None]:
    """Extend the lease while the work goes on, from a thread with its own connection."""
    app = cast("Any", current_app)._get_current_object()
    stop = threading.Event()

    def beat() -> None:
        while not stop.wait(BEAT):
            try:
                with app.app_context(), transaction(write=True):
                    db.session.execute(update(Job).where(Job.id == id, Job.lease_token == token).values(lease_until=epoch() + LEASE))
            except Exception:
                log.exception("the lease of job %s was not extended", id)  # the next beat may come through; the token guards the rest

    if app.testing:  # one connection under one outer transaction: a second thread has nothing to write to
        yield
        return
    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()


def sweep() -> int:
    """Send what is due and was not sent lately: what a broker lost, what a dead worker held. How many were sent."""
    huey: Huey = current_app.extensions["huey"]
    room = BROKER_CAP - huey.pending_count()
    if room <= 0:
        return 0
    due = or_(and_(Job.state == "queued", Job.run_after <= epoch()), and_(Job.state == "running", Job.lease_until < epoch()))
    unsent = or_(Job.sent_at.is_(None), Job.sent_at < epoch() - SWEEP)
    chosen = select(Job.id).where(due, unsent).order_by(Job.id).limit(room).with_for_update(skip_locked=True)
    with transaction(write=True):
        ids = list(db.session.scalars(chosen))
        if ids:
            db.session.execute(update(Job).where(Job.id.in_(ids)).values(sent_at=epoch()))
    for id in ids:
        send(id)
    return len(ids)


def drain() -> int:
    """Do every job that is due, here and now; how many were done. For commands that end: a server leaves this to its workers."""
    done = 0
    while ids := _due_ids():
        done += sum(run(id) for id in ids)
    return done


def _due_ids() -> list[int]:
    with transaction(write=False):
        return list(db.session.scalars(select(Job.id).where(Job.state == "queued", Job.run_after <= epoch()).order_by(Job.id)))


def beat_worker() -> None:
    """A worker says it is alive; `/readyz` reads it."""
    dialect = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    row = dialect.insert(Job).values(
        name="worker.alive", payload={}, key="worker:alive", state="done", attempts=0, run_after=0.0, sent_at=epoch(), made_at=clock.now()
    )
    with transaction(write=True):
        db.session.execute(row.on_conflict_do_update(index_elements=[Job.key], set_={"sent_at": epoch()}))


def worker_alive() -> bool:
    """Whether a worker has beaten within three sweeps."""
    found = select(func.count()).where(Job.key == "worker:alive", Job.sent_at > epoch() - 3 * SWEEP)
    return bool(db.session.scalar(found))


def work(app: Flask, *, threads: int = 2) -> None:
    """Run jobs until interrupted; the sweep runs beside them."""
    stop = threading.Event()

    def sweeping() -> None:
        while True:
            try:
                with app.app_context():
                    beat_worker()
                    sweep()
            except Exception:
                log.exception("the sweep failed")
            if stop.wait(SWEEP):
                return

    thread = threading.Thread(target=sweeping, daemon=True)
    thread.start()
    consumer = app.extensions["huey"].create_consumer(workers=threads, worker_type="thread", max_delay=0.5, periodic=False)
    try:
        consumer.run()
    finally:
        stop.set()
