"""The `lms` command: one group a room, and the few commands that speak of the whole installation."""

from __future__ import annotations

from typing import Any

import click
from flask import current_app

from lms.annotation.commands import annotation
from lms.app import ROOT, create_app
from lms.catalogue.commands import courses
from lms.cohorts import roles
from lms.config import Settings, SettingsError
from lms.core import checks, jobs, sealing
from lms.core.access import Role
from lms.core.commands import i18n
from lms.core.errors import Refused
from lms.core.shell import print_json, refuse, with_app
from lms.credentials.commands import certificates
from lms.credentials.proof_commands import credentials
from lms.demo import school
from lms.ledger.commands import ledger
from lms.people import actions, changing, queries
from lms.people.models import User


def application() -> Any:
    """The application for this environment; what the environment lacks is said, exit 1."""
    try:
        return create_app(Settings.from_environment(root=ROOT))
    except SettingsError as wrong:
        refuse("\n".join(wrong.problems))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def main(context: click.Context) -> None:
    """Run and look after a Rukn installation."""
    context.obj = application


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@with_app()
def routes(as_json: bool) -> None:
    """Print METHOD, rule and roles of every address."""
    rows = checks.routes(current_app)
    if as_json:
        print_json({"routes": rows})
        return
    for row in rows:
        click.echo(f"{row['method']} {row['rule']} {','.join(row['roles'])}")


@main.group()
def people() -> None:
    """People."""


@people.command("add")
@click.argument("name")
@click.option("--role", "role", type=click.Choice([str(role) for role in Role]), required=True)
@click.option("--identifier", default="", help="E-mail, phone or sign-in name.")
@with_app(write=True)
def add_person(name: str, role: str, identifier: str) -> None:
    """Add a person and print a one-time code for /sign-in/code."""
    person = actions.add(by=None, name=name, roles=frozenset({Role(role)}), identifier=identifier)
    click.echo(actions.make_code(person, by=None))


@people.command("code")
@click.argument("identifier")
@with_app(write=True)
def new_code(identifier: str) -> None:
    """Print a new one-time code for somebody who has none that works: the e-mail, phone or name they sign in with. Older codes end."""
    click.echo(actions.make_code(_meant(identifier), by=None))


@people.command("identifier")
@click.argument("identifier")
@click.argument("new")
@with_app(write=True)
def change_identifier(identifier: str, new: str) -> None:
    """Write down another e-mail, phone or name for somebody to sign in with, and print a one-time code. All sign-ins of the person end."""
    click.echo(changing.correct(_meant(identifier), new, by=None))


@people.command("role")
@click.argument("identifier")
@click.argument("change", type=click.Choice(["add", "remove"]))
@click.argument("role", type=click.Choice([str(role) for role in Role]))
@click.option("--by", "asked", default="", help="Who of the staff asked for it: e-mail, phone or sign-in name. Is kept with the change.")
@with_app(write=True)
def change_role(identifier: str, change: str, role: str, asked: str) -> None:
    """Give somebody a role, or take it with the seats it gave; the person signs in again. Prints a one-time code where the password,
    good for a trainee, is too short for the new role: it has ended then."""
    person, by = _meant(identifier), _meant(asked) if asked else None
    if by is not None and not by.has(Role.STAFF):
        refuse("Only somebody of the staff can ask for this.")
    if change == "remove":
        done = roles.take(person, Role(role), by=by)
        click.echo(f"The role of {role} is taken." if done else f"This person does not have the role of {role}: nothing was changed.")
    elif person.has(Role(role)):
        click.echo(f"This person has the role of {role} already: nothing was changed.")
    else:
        code = changing.give_role(person, Role(role), by=by)
        click.echo(f"The role of {role} is given." + (" The password was too short for it and has ended. New code:" if code else ""))
        if code:
            click.echo(code)


def _meant(identifier: str) -> User:
    person = queries.by_identifier(identifier)
    if person is None:
        refuse("Nobody signs in with that, or more than one person could be meant.")
    return person


@main.group("db")
def database() -> None:
    """The database."""


@database.command()
def upgrade() -> None:
    """Bring the database to the newest form."""
    from flask_migrate import upgrade as migrate

    with application().app_context():
        migrate()


@main.group()
def keys() -> None:
    """The keys of this installation."""


@keys.command("make")
def make_keys() -> None:
    """Write the key of sealed fields into LMS_KEYS, once. Refused where there is one."""
    try:
        folder = Settings.from_environment(root=ROOT).keys
    except SettingsError as wrong:
        refuse("\n".join(wrong.problems))
    if not sealing.make_key(folder):
        refuse(f"{folder / sealing.KEY_FILE} is there already, and what it sealed opens with no other key: nothing was written.")
    click.echo(f"{folder / sealing.KEY_FILE} is written. Keep a copy apart from the backups: nothing else opens what it seals.")


@main.command()
def worker() -> None:
    """Run jobs until interrupted."""
    jobs.work(application())


@main.command("check")
@click.option("--deploy", is_flag=True, help="Also what a server for real people needs.")
@with_app()
def check(deploy: bool) -> None:
    """Look at the database, the store and the settings: a line per finding, exit 1 when there is one."""
    found = checks.findings(current_app, deploy=deploy)
    for line in found:
        click.echo(line)
    if found:
        raise SystemExit(1)


main.add_command(annotation)
main.add_command(courses)
main.add_command(certificates)
main.add_command(credentials)
main.add_command(ledger)
main.add_command(i18n)


@main.command("demo")
def build_demo() -> None:
    """Build the demo school, where it does not stand already."""
    with application().app_context():
        try:
            built = school.build()
        except Refused as no:
            refuse(no.sentence)
    click.echo("The demo school is built." if built else "The demo school stands already.")
