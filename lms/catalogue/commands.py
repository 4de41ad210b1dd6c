"""`lms courses`: look a course folder over, and publish it."""

from __future__ import annotations

from pathlib import Path

import click

from lms.catalogue import actions, checking
from lms.catalogue.loading import COURSE_FILE
from lms.core.shell import with_app

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def courses() -> None:
    """Courses as folders of Markdown."""


@courses.command()
@click.argument("path", type=FOLDER)
def check(path: Path) -> None:
    """Lint a course folder, or a folder of them: a line per finding, exit 1 when any is an error."""
    findings = checking.check(path)
    for finding in findings:
        click.echo(str(finding))
    if checking.has_errors(findings):
        raise SystemExit(1)


@courses.command()
@click.argument("path", type=FOLDER)
@with_app(write=True)
def publish(path: Path) -> None:
    """Publish a course folder, or a folder of them, whole or not at all; print uid and content hash of each."""
    folders = [path] if (path / COURSE_FILE).exists() else sorted(file.parent for file in path.glob(f"*/{COURSE_FILE}"))
    for folder in folders or [path]:
        version = actions.publish(folder, by=None)
        click.echo(f"{version.uid} {version.content_hash}")
