"""Workers killed with -9 in the middle of their jobs, a broker that forgets: nothing lost, nothing done twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from lms.annotation import reviewing
from lms.app import ROOT, create_app
from lms.config import Settings
from lms.core import jobs, triggers
from lms.core.db import db, transaction
from lms.core.jobs import Job
from tests.conftest import missing
from tests.servers import free_port

JOBS, KILLS, AFTER = 40, 4, 5

WORKER = """
import os
import sys
import threading

from sqlalchemy import text

from lms.app import create_app
from lms.core import jobs
from lms.core.db import db, transaction

jobs.LEASE, jobs.BEAT, jobs.SWEEP = 2.0, 0.5, 0.5
for _line in sys.stdin:  # each line asks for a worker, a process of its own: the product is loaded once for all of them
    if not (child := os.fork()):
        break
    print("worker", child, flush=True)
    print("ended", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
else:
    sys.exit()
app = create_app()
pause = threading.Event()


def effect(payload):
    print("begun", payload["n"], flush=True)
    db.session.execute(text("INSERT INTO effect (n) VALUES (:n)"), payload)
    jobs.enqueue("letter", payload, key=f"letter:{payload['n']}")
    pause.wait(0.05)  # the work; the killer comes now


def letter(payload):
    with open(sys.argv[1], "a") as post:
        post.write(f"{payload['n']}\\n")


def watch():
    while not pause.wait(0.2):
        with app.app_context(), transaction(write=False):
            if not db.session.scalar(text("SELECT count(*) FROM job WHERE state <> 'done'")):
                print("all done", flush=True)
                return


jobs.HANDLERS.update(effect=effect, letter=letter)
threading.Thread(target=watch, daemon=True).start()
jobs.work(app)
"""


@dataclass
class Place:
    """An installation of its own, as a server and its workers see it."""

    app: Flask
    folder: Path
    env: dict[str, str]
    forget: Callable[[], Any]

    def start(self, *command: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *command],
            env=self.env,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    """A Redis of our own on a free loopback port, without a memory of its own."""
    port = free_port()
    try:
        server = subprocess.Popen(
            ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)],
            stdout=subprocess.PIPE,
            text=True,
        )
    except FileNotFoundError:
        missing("Redis is not installed: apt-get install -y redis-server")
        return
    assert server.stdout is not None
    for line in server.stdout:
        if "eady to accept connections" in line:
            break
    yield f"redis://127.0.0.1:{port}/0"
    server.terminate()
    server.wait(20)
    server.stdout.close()


@pytest.fixture(params=["SQLite", "PostgreSQL and Redis"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    env = {key: value for key, value in os.environ.items() if not key.startswith("LMS_")}
    env |= {"LMS_INSTANCE": str(tmp_path), "LMS_SECRET_KEY": "9f2c" * 16, "PYTHONPATH": str(ROOT)}
    if request.param != "SQLite":
        env["LMS_DATABASE_URL"] = request.getfixturevalue("postgres").new_database()
        env["LMS_REDIS_URL"] = request.getfixturevalue("redis_url")
    app = create_app(Settings.from_environment(env))
    with app.app_context():
        with db.engine.connect().execution_options(write=True) as connection, connection.begin():
            db.metadata.create_all(connection)
            triggers.create_all(connection, db.metadata)
            connection.execute(text("CREATE TABLE effect (n INTEGER NOT NULL)"))
    huey = app.extensions["huey"]
    yield Place(app, tmp_path, env, huey.flush)
    if request.param == "SQLite":
        huey.storage.close()
    else:
        huey.storage.conn.close()
        huey.storage.conn.connection_pool.disconnect()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def wait_for(worker: subprocess.Popen[str], word: str, times: int = 1) -> int:
    """Read what the worker says until it has said this so many times; the number at the end of that line, or 0."""
    assert worker.stdout is not None
    limit = threading.Timer(120, worker.kill)
    limit.start()
    try:
        for line in worker.stdout:
            times -= line.startswith(word)
            if times == 0:
                return int(line.split()[-1]) if line.split()[-1].isdigit() else 0
    finally:
        limit.cancel()
    raise AssertionError(f"the worker ended before it said {word!r}")


def kill(worker: subprocess.Popen[str]) -> None:
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait(20)
    close(worker)


def close(worker: subprocess.Popen[str]) -> None:
    assert worker.stdin is not None
    assert worker.stdout is not None
    worker.stdin.close()
    worker.stdout.close()


def begin(forge: subprocess.Popen[str]) -> int:
    """Let WORKER begin one more worker; its process id."""
    assert forge.stdin is not None
    forge.stdin.write("\n")
    forge.stdin.flush()
    return wait_for(forge, "worker")


def end(worker: subprocess.Popen[str]) -> int:
    """Ask the worker to stop as the service manager does; its exit code."""
    worker.send_signal(signal.SIGINT)
    code = worker.wait(30)
    close(worker)
    return code


def test_nothing_is_lost_and_nothing_is_done_twice(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script, post = tmp_path / "worker.py", tmp_path / "post"
    script.write_text(WORKER)
    monkeypatch.setitem(jobs.HANDLERS, "effect", lambda payload: None)
    with place.app.app_context():
        for n in range(JOBS):
            with transaction(write=True):
                jobs.enqueue("effect", {"n": n}, key=f"effect:{n}")
    forge = place.start(str(script), str(post))
    try:
        for turn in range(KILLS):
            worker = begin(forge)
            wait_for(forge, "begun", AFTER)
            os.kill(worker, signal.SIGKILL)
            wait_for(forge, "ended")
            if turn == 1:
                place.forget()  # the broker loses whatever it had
        worker = begin(forge)
        wait_for(forge, "all done")
        os.kill(worker, signal.SIGINT)  # as the service manager asks it to stop
        assert wait_for(forge, "ended 0") == 0
    finally:
        kill(forge)
    with place.app.app_context():
        effects = Counter(db.session.scalars(text("SELECT n FROM effect")))
        tried = db.session.scalar(select(func.sum(Job.attempts)).where(Job.name == "effect"))
    assert effects == Counter(range(JOBS)), "each effect once"
    letters = Counter(int(line) for line in post.read_text().split())
    assert set(letters) == set(range(JOBS)), "each letter at least once"
    assert sum(letters.values()) <= JOBS + KILLS * 2, "and a second time only where a worker of two threads was killed"
    assert tried is not None
    assert tried > JOBS, "some were in the middle when the worker was killed"


def test_the_command_runs_what_waits_and_ends_in_peace(place: Place) -> None:
    """`lms worker` itself, with a job of the product."""
    with place.app.app_context(), transaction(write=True):
        id = jobs.enqueue(reviewing.SWEEP, {"day": "2026-11-22"}, key="sweep:1")
    worker = place.start("-m", "lms", "worker")
    try:
        deadline = time.monotonic() + 60
        state, alive = "", False
        while (state != "done" or not alive) and time.monotonic() < deadline:
            threading.Event().wait(0.1)
            with place.app.app_context(), transaction(write=False):
                state, alive = db.session.scalar(select(Job.state).where(Job.id == id)) or "", jobs.worker_alive()
        assert state == "done"
        assert place.app.test_client().get("/readyz").json == {"database": True, "storage": True, "worker": True}
        assert end(worker) == 0
    finally:
        if worker.poll() is None:
            kill(worker)
