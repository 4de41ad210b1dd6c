"""What an operator asks of an installation: who may go where, and whether all is well."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from lms.core import triggers
from lms.core.db import db
from lms.core.files import store
from lms.core.jobs import Job

HIDDEN_METHODS = frozenset({"HEAD", "OPTIONS"})
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".local/share/fonts", Path.home() / ".fonts")


def routes(app: Flask) -> list[dict[str, Any]]:
    """Every rule with its method, endpoint and roles, in the order of addresses."""
    rows = [
        {
            "method": method,
            "rule": rule.rule,
            "endpoint": rule.endpoint,
            "roles": list(getattr(app.view_functions[rule.endpoint], "access", ())),
        }
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - HIDDEN_METHODS)
    ]
    return sorted(rows, key=lambda row: (row["rule"], row["method"]))


def findings(app: Flask, *, deploy: bool) -> list[str]:
    """One sentence for each thing that is wrong. Rooms above add theirs through `app.extensions["checks"]`."""
    found = []
    try:
        found += _database()
    except SQLAlchemyError as trouble:
        return [f"The database does not answer: {type(trouble).__name__}."]
    if not store().writable():
        found.append("The file store cannot be written.")
    if not any(path.suffix.lower() in {".ttf", ".otf", ".ttc"} for folder in FONT_FOLDERS for path in folder.rglob("*.*")):
        found.append("This machine has no font: Pango then ends the process that draws a certificate. Install fonts-dejavu-core.")
    for check in app.extensions.get("checks", ()):
        found += check()
    if deploy:
        settings = app.config["SETTINGS"]
        found += [] if settings.production else ["LMS_ENV is not production."]
        found += settings.production_problems() + database_log()
    return found


def database_log() -> list[str]:
    """A row that PostgreSQL refuses, the second one with an e-mail, stands in its log with the e-mail unless that is terse."""
    if db.engine.dialect.name != "postgresql" or db.session.scalar(text("SHOW log_error_verbosity")) == "terse":
        return []
    return ["PostgreSQL writes what stands in a refused row into its log: set log_error_verbosity = terse there."]


def _database() -> list[str]:
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from flask import current_app

    script = ScriptDirectory(current_app.extensions["migrate"].directory)
    connection = db.session.connection()
    now, head = MigrationContext.configure(connection).get_current_revision(), script.get_current_head()
    if now != head:
        return [f"The database is at {now}, not at {head}: run `lms db upgrade`."]
    found = [f"Table {name} has lost its append-only triggers." for name in triggers.missing(connection, db.metadata)]
    if not inspect(connection).has_table("job"):
        return found
    dead = db.session.scalars(select(Job.name).where(Job.state == "dead").distinct()).all()
    return found + [f"Jobs named {name} failed for good." for name in dead]
