"""Append-only tables, held by the database itself: triggers that refuse UPDATE and DELETE.

A table says so with `__table_args__ = {"info": {"append_only": True}}`. A rebuild of a table on SQLite drops its triggers, so
migrations end with `create_all(connection)`, which may be run any number of times.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, MetaData

REFUSAL = "this table is append-only"


def append_only(metadata: MetaData) -> list[str]:
    """Names of the tables that may only grow."""
    return sorted(name for name, table in metadata.tables.items() if table.info.get("append_only"))


def create_all(connection: Connection, metadata: MetaData) -> None:
    """Make every missing trigger for the tables that exist."""
    present = set(connection.dialect.get_table_names(connection))
    for name in append_only(metadata):
        if name in present:
            for statement in _statements(connection.dialect.name, name):
                connection.exec_driver_sql(statement)


def missing(connection: Connection, metadata: MetaData) -> list[str]:
    """Append-only tables whose triggers are not there; for `lms check`."""
    query = (
        "SELECT name FROM sqlite_master WHERE type='trigger'" if connection.dialect.name == "sqlite" else "SELECT tgname FROM pg_trigger"
    )
    there = {row[0] for row in connection.exec_driver_sql(query)}
    return [name for name in append_only(metadata) if not {f"{name}_no_update", f"{name}_no_delete"} <= there]


def _statements(dialect: str, name: str) -> Iterator[str]:
    if dialect == "sqlite":
        for verb in ("update", "delete"):
            yield (
                f"CREATE TRIGGER IF NOT EXISTS {name}_no_{verb} BEFORE {verb.upper()} ON {name} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
        return
    yield (f"CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$")
    for verb in ("update", "delete"):
        yield f"DROP TRIGGER IF EXISTS {name}_no_{verb} ON {name}"
        yield f"CREATE TRIGGER {name}_no_{verb} BEFORE {verb.upper()} ON {name} FOR EACH ROW EXECUTE FUNCTION refuse_change()"
