"""The school every test walks through: its people, two cohorts that must never see each other, and a client that reads every page."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, Engine, event

from lms.app import ROOT, create_app
from lms.config import Settings
from lms.core import triggers
from lms.core.db import db, transaction
from lms.core.sealing import KEY_FILE, KEY_SIZE
from tests.cast import fill
from tests.client import Browser
from tests.courses import publish_tiny
from tests.patterns import CompiledOnce, Patterns
from tests.servers import Postgres

STRICT = os.environ.get("LMS_TEST_STRICT") == "1"
ON_POSTGRES = os.environ.get("LMS_TEST_DATABASE") == "postgresql"
ONLY_PAGES = tuple(os.environ["LMS_PAGES"].split(",")) if os.environ.get("LMS_PAGES") else ()
DATA = ROOT.parent / "shared" / "data"
TEMPLATES = CompiledOnce()
LONGEST = ("test_the_whole_way", "test_every_page", "test_jobs_killed")


def missing(sentence: str) -> None:
    """A test that cannot run here: skipped loudly on a developer's machine, a failure where nothing may be missing."""
    if STRICT:
        pytest.fail(sentence)
    pytest.skip(sentence)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One more than there are cores: a walk in a browser waits for a sixth of its time."""
    return (os.cpu_count() or 1) + 1


def pytest_configure(config: pytest.Config) -> None:
    """`LMS_PAGES` narrows one test for whoever builds a page: a run of more, or one that must be whole, is not begun with it."""
    if ONLY_PAGES and (STRICT or not all("test_every_page.py" in argument for argument in config.args)):
        raise pytest.UsageError("LMS_PAGES is set: a whole run looks at every page. Unset it, or run test_every_page.py alone.")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if ONLY_PAGES:
        terminalreporter.write_sep("=", f"NARROWED: LMS_PAGES={','.join(ONLY_PAGES)}. The other pages were not looked at.", yellow=True)


_connected: set[Engine] = set()
_kept: set[Engine] = set()


@event.listens_for(Engine, "engine_connect")
def _remember(connection: Connection) -> None:
    _connected.add(connection.engine)


@pytest.fixture(autouse=True)
def _databases_are_closed() -> Iterator[None]:
    """Every application that a test made lets go of its database: from Python 3.13 on a connection nobody closed is a warning."""
    yield
    for engine in _connected - _kept:
        engine.dispose()
    _connected.clear()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest begin first, so that none runs alone at the end. On PostgreSQL only what asks the school's database is run: the rest
    would be the same run twice."""
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))
    if not ON_POSTGRES:
        return
    asking = [item for item in items if {"school", "own_school"} & set(getattr(item, "fixturenames", ()))]
    config.hook.pytest_deselected(items=[item for item in items if item not in asking])
    items[:] = asking


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The real annotation data beside the checkout."""
    if not DATA.is_dir():
        pytest.skip("the real annotation data (../shared/data) is not here")
    return DATA


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of our own on a free loopback port."""
    server = Postgres.start()
    if server is None:
        missing("PostgreSQL is not installed: apt-get install -y postgresql")
        return
    yield server
    server.stop()


def settings_for(folder: Path, url: str, **changes: Any) -> Settings:
    """Settings of a school that lives in a folder of the test's own."""
    values: dict[str, Any] = {
        "env": "development",
        "name": "Rukn",
        "database_url": url,
        "files": str(folder / "files"),
        "keys": folder / "keys",
        "secret_key": "k" * 40,
        "base_url": "http://localhost",
        "redis_url": None,
        "instance": folder,
        "workers": 1,
        "debug": False,
    }
    return Settings(**values | changes)


def school_at(folder: Path, url: str) -> Flask:
    """An application whose database is there already. A process has one field key at a time, so all schools of the tests have the same."""
    (folder / "keys").mkdir(exist_ok=True)
    (folder / "keys" / KEY_FILE).write_bytes(b"k" * KEY_SIZE)
    app = create_app(settings_for(folder, url), testing=True)
    app.test_client_class = Browser
    app.jinja_env.bytecode_cache = TEMPLATES
    return app


def build(folder: Path, url: str) -> Flask:
    """An application with an empty, complete database."""
    app = school_at(folder, url)
    with app.app_context():
        with db.engine.connect().execution_options(write=True) as connection, connection.begin():
            db.metadata.create_all(connection)
            triggers.create_all(connection, db.metadata)
    return app


@pytest.fixture(scope="session")
def patterns(tmp_path_factory: pytest.TempPathFactory) -> Patterns:
    """Of what tests need a copy of their own, made once in a run."""
    return Patterns(tmp_path_factory.mktemp("patterns"), written)


def written(folder: Path, url: str) -> SimpleNamespace:
    """Write a school with the cast in it; nobody is connected to its database afterwards."""
    app = build(folder, url)
    with app.app_context():
        with transaction(write=True):
            world = fill()
        db.session.remove()
        db.engine.dispose()
    return world


@pytest.fixture(scope="session")
def school(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application with the cast in it, made once. Tests take `app`, which gives everything back."""
    folder = tmp_path_factory.mktemp("school")
    url = request.getfixturevalue("postgres").new_database() if ON_POSTGRES else "sqlite:///:memory:"
    app = build(folder, url)
    with app.app_context():
        with transaction(write=True):
            app.extensions["world"] = fill()
        _kept.add(db.engine)
    yield app
    with app.app_context():
        db.engine.dispose()


@contextmanager
def given_back(school: Flask) -> Iterator[None]:
    """Everything written meanwhile is inside one transaction that is rolled back; a second one may stand inside the first."""
    with school.app_context():
        engines, before = db.engines, db.engine
    inside = isinstance(before, Connection)
    connection = before if isinstance(before, Connection) else before.connect().execution_options(write=True)
    around = connection.begin_nested() if inside else connection.begin()
    engines[None] = connection  # type: ignore[assignment]  # Flask-SQLAlchemy takes its bind from this dict
    db.session.session_factory.configure(join_transaction_mode="create_savepoint")
    try:
        yield
    finally:
        engines[None] = before
        around.rollback()
        if not inside:
            db.session.session_factory.configure(join_transaction_mode="conditional_savepoint")
            connection.close()


@pytest.fixture(scope="module")
def ground(school: Flask) -> Flask:
    """What the tests of a file start from. A file that always needs the same costly thing fills it in, once, inside `given_back`."""
    return school


@pytest.fixture
def app(ground: Flask) -> Iterator[Flask]:
    """The school for one test: everything it writes is given back."""
    from lms.people.views import limiter

    with ground.app_context():
        limiter.reset()
    with given_back(ground):
        yield ground


@pytest.fixture
def world(app: Flask) -> SimpleNamespace:
    """Ids of the people and things in the school: `world.amina`, `world.cohort`, `world.enrolment`..."""
    return app.extensions["world"]


@pytest.fixture
def course(app: Flask, world: SimpleNamespace) -> int:
    """The tiny course, published and pinned to both cohorts: its version's id."""
    with app.app_context(), transaction(write=True):
        return publish_tiny(world)


@pytest.fixture
def stranger(app: Flask) -> Browser:
    """A browser nobody has signed in with."""
    return app.test_client()


@pytest.fixture
def as_(app: Flask) -> Any:
    """`as_("amina")`: a browser in which this person has signed in."""

    def signed_in(name: str, device: str = "own") -> Browser:
        client = app.test_client()
        client.sign_in(name, device=device)
        return client

    return signed_in


@pytest.fixture
def own_school(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """A school with a database of its own and real transactions: for threads and for what the edge itself does."""
    yield from copied(tmp_path, request, "postgresql" if ON_POSTGRES else "sqlite")


@pytest.fixture(params=["sqlite", "postgresql"])
def either_school(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The same on both stores, whatever the suite runs on: SQLite's lock hides lost updates that PostgreSQL shows."""
    yield from copied(tmp_path, request, request.param)


def copied(folder: Path, request: pytest.FixtureRequest, store: str) -> Iterator[Flask]:
    """The cast in a database of the test's own."""
    patterns = request.getfixturevalue("patterns")
    postgres = request.getfixturevalue("postgres") if store == "postgresql" else None
    url, world = patterns.on_postgres(postgres) if postgres else patterns.in_file(folder)
    app = school_at(folder, url)
    app.extensions["world"] = world
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
