"""`lms ledger`: the books for outside tools, and the rates foreign money is valued at."""

from __future__ import annotations

from datetime import datetime

import click

from lms.core.money import CURRENCIES, Money
from lms.core.shell import refuse, with_app
from lms.ledger import actions, journal, queries
from lms.ledger.accounts import BOOK_CURRENCY, Book


@click.group()
def ledger() -> None:
    """The ledger."""


@ledger.command("export")
@click.option("--book", type=click.Choice([str(book) for book in Book]), help="One book; both without it.")
@with_app()
def export(book: str | None) -> None:
    """Print the ledger as a journal that hledger and ledger check."""
    chosen = Book(book) if book else None
    for line in journal.write(queries.chart(chosen), queries.payees(chosen), queries.transfers(chosen)):
        click.echo(line, nl=False)


@ledger.command("rate")
@click.argument("currency", type=click.Choice(sorted(CURRENCIES)))
@click.argument("amount")
@click.argument("worth")
@click.option("--source", required=True, help="Who says so: a bank, a page.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The day, as 2026-11-22.")
@with_app(write=True)
def rate(currency: str, amount: str, worth: str, source: str, on: datetime) -> None:
    """Keep that AMOUNT of CURRENCY was WORTH so much in the foundation's currency on a day."""
    try:
        foreign, value = Money.parse(amount, currency), Money.parse(worth, BOOK_CURRENCY[Book.FOUNDATION])
        actions.set_rate(foreign=foreign, worth=value, source=source, by=None, on=on.date())
    except ValueError as wrong:
        refuse(str(wrong))
