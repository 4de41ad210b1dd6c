"""`lms credentials`: verify a file, and take a new key into use."""

from __future__ import annotations

from pathlib import Path

import click

from lms.core.shell import print_json, refuse, with_app
from lms.credentials import signing, verifying


@click.group()
def credentials() -> None:
    """Signed credentials."""


@credentials.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_app()
def verify(file: Path, as_json: bool) -> None:
    """Say whether FILE (PDF, JSON, PNG or SVG) is a certificate of this installation that still stands. Asks no network.

    Exit 1 unless it is.
    """
    try:
        verdict = verifying.judge(file.read_bytes(), *verifying.installation())
    except OSError as trouble:
        refuse(f"{file} cannot be read: {trouble.strerror}.")
    except verifying.NoCredential as nothing:
        verdict = verifying.Verdict(reasons=[str(nothing)])
    if as_json:
        print_json(verdict.as_json())
    elif verdict.valid:
        click.echo("Valid: signed here, unchanged, and not taken back.")
    if not verdict.valid:
        refuse(" ".join(verdict.reasons))


@credentials.command("new-key")
@with_app(write=True)
def new_key() -> None:
    """Sign with a new key from now on. What the old ones signed goes on verifying."""
    made = signing.make_key()
    click.echo(f"Key {made.number} signs from now on: {made.public}")
