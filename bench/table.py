"""The figures as Markdown."""

from __future__ import annotations

import platform
import sqlite3
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import sqlalchemy

from bench.serving import ROOT
from lms.core import clock


@dataclass(frozen=True)
class Row:
    """A target, what was measured, the limit of the design."""

    what: str
    measured: str
    limit: str
    note: str = ""


def write(path: Path, parts: Sequence[tuple[str, Sequence[Row]]], how: str) -> None:
    """Write the tables with what they were measured on. Nothing in them is a pass or a fail."""
    head = f"""# Figures

Written by `.venv/bin/python -m bench`; what is measured and how: `bench/README.md`. Nothing here is a pass or a fail.

Commit {_commit()}, {clock.now():%Y-%m-%d %H:%M} UTC, Python {platform.python_version()}, Flask {version("flask")}, SQLAlchemy
{sqlalchemy.__version__}, SQLite {sqlite3.sqlite_version}. {how}
"""
    path.write_text(head + "".join(_table(title, rows) for title, rows in parts), "utf-8")


def _table(title: str, rows: Sequence[Row]) -> str:
    lines = [f"\n## {title}\n", "| what | measured | limit | |", "| --- | --- | --- | --- |"]
    lines += [f"| {row.what} | {row.measured} | {row.limit} | {row.note} |" for row in rows]
    return "\n".join(lines) + "\n"


def _commit() -> str:
    """The commit that was measured, and whether files differed from it."""
    told = [subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True).stdout.strip() for words in (
        ("rev-parse", "--short", "HEAD"), ("status", "--porcelain", "--", "lms", "static", "bench"))]  # fmt: skip
    return (told[0] or "unknown") + (" with changes" if told[1] else "")

