"""How migrations run: the same on SQLite and PostgreSQL, one transaction for the whole upgrade.

On SQLite a table that is rebuilt with foreign keys on loses the rows of its children, and always loses its triggers. So foreign keys
are off before the transaction begins, triggers are made again at its end, and every reference is checked before it commits.
"""

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Enum, TypeDecorator

from lms.core import triggers
from lms.core.db import db


def render_item(kind: str, item: Any, autogen_context: Any) -> Any:
    """Write our own column types as the plain ones they are stored as: a migration must not depend on today's code."""
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String(length={item.length})"
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


def run() -> None:
    with db.engine.connect().execution_options(write=True) as connection:
        raw = connection.connection.driver_connection
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            raw.execute("PRAGMA foreign_keys=OFF")
        try:
            context.configure(
                connection=connection,
                target_metadata=db.metadata,
                render_as_batch=True,
                compare_type=True,
                render_item=render_item,
                transactional_ddl=True,
            )
            with context.begin_transaction():
                context.run_migrations()
                triggers.create_all(connection, db.metadata)
                if sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()):
                    raise RuntimeError(f"references are broken after the migration: {broken[:5]}")
        finally:
            if sqlite:
                raw.execute("PRAGMA foreign_keys=ON")


assert current_app
run()
