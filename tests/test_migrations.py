"""The migrations, on both stores: from nothing to what the models say, whole or not at all, and no rebuild loses a row or a trigger."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import Connection, Enum, TypeDecorator, inspect, text
from sqlalchemy.exc import DBAPIError

from lms.app import ROOT, create_app
from lms.core import triggers
from lms.core.db import db
from tests.conftest import settings_for

STEP = '''
from alembic import op
import sqlalchemy as sa

revision, down_revision, branch_labels, depends_on = {revision!r}, {down!r}, None, None


def upgrade():
{body}
'''


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """An application over a database without tables."""
    url = f"sqlite:///{tmp_path / 'lms.db'}" if request.param == "sqlite" else request.getfixturevalue("postgres").new_database()
    app = create_app(settings_for(tmp_path, url), testing=True)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def connect(app: Flask, *, write: bool = False) -> Connection:
    return db.engine.connect().execution_options(write=write)


def test_from_nothing_to_what_the_models_say(empty: Flask) -> None:
    with empty.app_context():
        upgrade()
        with connect(empty) as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": same_type, "include_object": not_alembics_own})
            assert compare_metadata(context, db.metadata) == []
            assert triggers.missing(connection, db.metadata) == []


def same_type(context: Any, found: Any, declared: Any, read: Any, said: Any) -> bool | None:
    """Our own types are stored as plain ones: compare those."""
    if isinstance(said, Enum):
        return getattr(read, "length", None) != said.length
    if isinstance(said, TypeDecorator):
        return None if type(read) is type(said.impl) else read.python_type is not said.impl.python_type
    return None


def not_alembics_own(item: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
    return name != "alembic_version"


def test_a_second_upgrade_changes_nothing(empty: Flask) -> None:
    with empty.app_context():
        upgrade()
        before = tables(empty)
        upgrade()
        assert tables(empty) == before


def tables(app: Flask) -> set[str]:
    with connect(app) as connection:
        return set(inspect(connection).get_table_names())


def test_what_may_only_grow_is_held_by_the_database(empty: Flask) -> None:
    with empty.app_context():
        upgrade()
        with connect(empty, write=True) as connection, connection.begin():
            connection.execute(FACT)
        for statement in ("UPDATE fact SET kind='y'", "DELETE FROM fact"):
            with connect(empty, write=True) as connection, pytest.raises(DBAPIError, match="append-only"):
                connection.execute(text(statement))


FACT = text("INSERT INTO fact (kind, subject_kind, subject_id, at, data) VALUES ('x', 'person', 1, '2026-11-22 10:00:00', '{}')")


@pytest.fixture
def steps(empty: Flask, tmp_path: Path) -> Any:
    """The project's migrations with a step more: steps("body") upgrades by it."""
    folder = tmp_path / "migrations"
    copytree(ROOT / "migrations", folder)

    def add(body: str) -> None:
        from alembic.script import ScriptDirectory

        script = ScriptDirectory(str(folder))
        head = script.get_current_head()
        indented = "\n".join(f"    {line}" for line in body.strip().splitlines())
        (folder / "versions" / "zz_step.py").write_text(STEP.format(revision="zz_step", down=head, body=indented))
        upgrade(directory=str(folder))

    with empty.app_context():
        upgrade()
        yield add


def test_a_step_that_fails_leaves_nothing(steps: Any, empty: Flask) -> None:
    with pytest.raises(ZeroDivisionError):
        steps("op.create_table('half', sa.Column('id', sa.Integer, primary_key=True))\nop.execute(\"DELETE FROM job\")\n1 / 0")
    assert "half" not in tables(empty)
    with connect(empty) as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) != "zz_step"


def test_a_rebuilt_table_keeps_its_children_and_its_triggers(steps: Any, empty: Flask) -> None:
    with connect(empty, write=True) as connection, connection.begin():
        connection.execute(text("CREATE TABLE parent (id INTEGER PRIMARY KEY, name VARCHAR(10))"))
        connection.execute(text("CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parent(id) ON DELETE CASCADE)"))
        connection.execute(text("INSERT INTO parent VALUES (1, 'a')"))
        connection.execute(text("INSERT INTO child VALUES (1, 1)"))
        connection.execute(FACT)
    steps(
        "for table in ('parent', 'fact'):\n"
        "    with op.batch_alter_table(table, recreate='always' if op.get_bind().dialect.name == 'sqlite' else 'never') as batch:\n"
        "        batch.add_column(sa.Column('more', sa.String(5)))"
    )
    with connect(empty) as connection:
        assert connection.scalar(text("SELECT count(*) FROM child")) == 1, "a rebuild with foreign keys on deletes the children"
        assert connection.scalar(text("SELECT count(*) FROM fact")) == 1
        assert triggers.missing(connection, db.metadata) == [], "and always loses the triggers"
        if connection.dialect.name == "sqlite":
            assert connection.scalar(text("PRAGMA foreign_keys")) == 1, "the rule is on again"


def test_a_step_that_breaks_a_reference_is_refused(steps: Any, empty: Flask) -> None:
    values = "'x', 4711, 'own', '2026-11-22', '2026-11-22'"
    statement = f"INSERT INTO sign_in (token_hash, user_id, device, made_at, stepped_up_at) VALUES ({values})"
    with pytest.raises((SystemExit, DBAPIError)):  # Flask-Migrate turns our own RuntimeError into an exit
        steps(f"op.execute({statement!r})")
    with connect(empty) as connection:
        assert connection.scalar(text("SELECT count(*) FROM sign_in")) == 0
