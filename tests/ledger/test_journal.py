"""The journal: accepted by two outside tools, refused by both when one figure of it is wrong."""

from __future__ import annotations

import datetime as dt
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from lms.core.db import transaction
from lms.core.money import CURRENCIES, Money
from lms.ledger import journal, queries
from lms.ledger.commands import ledger
from lms.ledger.journal import Named, Posted, Posting
from tests.conftest import missing
from tests.ledger.worked import END, end_balances, post_all

HLEDGER = ["hledger", "check", "-s", "payees", "ordereddates", "-f"]
LEDGER = ["ledger", "--strict", "--pedantic", "--args-only", "balance", "-f"]
TOOLS = {"hledger": HLEDGER, "ledger": LEDGER}


def exit_code(tool: str, path: Path) -> tuple[int, str]:
    if shutil.which(tool) is None:
        missing(f"{tool} is not installed: apt-get install -y {tool}")
    done = subprocess.run([*TOOLS[tool], str(path)], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def text_of_worked(app: Flask) -> str:
    with app.app_context(), transaction(write=True):
        post_all()
        return "".join(journal.write(queries.chart(), queries.payees(), queries.transfers()))


@pytest.mark.parametrize("tool", TOOLS)
def test_the_worked_journal_passes(app: Flask, tmp_path: Path, tool: str) -> None:
    path = tmp_path / "worked.journal"
    path.write_text(text_of_worked(app), "utf-8")
    code, said = exit_code(tool, path)
    assert code == 0, said


MUTANTS = {
    "a false assertion": ("= -5.00 USD", "= -5.01 USD"),
    "an unbalanced transfer": ("expenses:trainee-pay:GRANT-A:P1  0.35 USD", "expenses:trainee-pay:GRANT-A:P1  0.34 USD"),
    "an undeclared account": ("account expenses:fx:USD-KES\n", ""),
    "an undeclared commodity": ("commodity KES\n    format 1000.00 KES\n", ""),
}


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("name", MUTANTS)
def test_a_wrong_figure_is_found(app: Flask, tmp_path: Path, tool: str, name: str) -> None:
    text = text_of_worked(app)
    old, new = MUTANTS[name]
    assert old in text
    path = tmp_path / "mutant.journal"
    path.write_text(text.replace(old, new, 1), "utf-8")
    assert exit_code(tool, path)[0] != 0


def test_hledger_finds_an_undeclared_payee_and_a_wrong_order(app: Flask, tmp_path: Path) -> None:
    text = text_of_worked(app)
    path = tmp_path / "mutant.journal"
    for old, new in (("payee W002\n", ""), ("2026-01-02 *", "2026-01-13 *")):
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")
        assert exit_code("hledger", path)[0] != 0


def test_the_end_balances_are_those_of_the_design(app: Flask) -> None:
    with app.app_context(), transaction(write=True):
        post_all()
        assert end_balances() == END
        assert queries.unbalanced() == []
        granted, spent = queries.fund("GRANT-A")
        assert (granted.plain(), spent.plain()) == ("1000.00", "11.10")
        assert queries.findings() == []


def test_the_same_ledger_gives_the_same_bytes(app: Flask) -> None:
    with app.app_context(), transaction(write=True):
        post_all()
        first, second = ("".join(journal.write(queries.chart(), queries.payees(), queries.transfers())) for _time in range(2))
    assert first == second
    assert "    assets:float:NGO-KE:KES  -774.00 KES @@ 5.99 USD = 518.50 KES\n" in first
    assert "2026-01-12 * (accrue:item:17:rev:1) W001  ; Pay for work in P1\n" in first


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("currency", CURRENCIES)
def test_every_currency_and_every_description_is_readable(tmp_path: Path, tool: str, currency: str) -> None:
    lines = (Posting("assets:bank:foundation", Money(100, currency), 100), Posting("income:grants:G-1", Money(-100, currency), -100))
    evil = "date: x [2026/99/99] ; key:: value\n| 5 USD @ 6 = 7 {8} \u0639\u0631\u0628\u064a"
    posted = [Posted(dt.date(2026, 1, 2), "grant:G-1:1", evil, "USD", lines)]
    chart = [Named("assets:bank:foundation", currency), Named("income:grants:G-1", currency)]
    path = tmp_path / "one.journal"
    path.write_text("".join(journal.write(chart, ["G-1"], posted)), "utf-8")
    code, said = exit_code(tool, path)
    assert code == 0, said


@pytest.mark.parametrize("tool", TOOLS)
def test_the_empty_ledger_is_a_journal(app: Flask, tmp_path: Path, tool: str) -> None:
    with app.app_context():
        text = "".join(journal.write(queries.chart(), queries.payees(), queries.transfers()))
    path = tmp_path / "empty.journal"
    path.write_text(text, "utf-8")
    assert exit_code(tool, path)[0] == 0


def test_the_command_prints_one_book_or_both(app: Flask) -> None:
    with app.app_context(), transaction(write=True):
        post_all()
    both = CliRunner().invoke(ledger, ["export"], obj=lambda: app)
    foundation = CliRunner().invoke(ledger, ["export", "--book", "foundation"], obj=lambda: app)
    company = CliRunner().invoke(ledger, ["export", "--book", "company"], obj=lambda: app)
    assert both.exit_code == foundation.exit_code == company.exit_code == 0
    assert both.output == foundation.output
    assert "(grant:GRANT-A:1)" in both.output
    assert "GRANT-A" not in company.output
