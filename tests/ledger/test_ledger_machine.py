"""Any order of grants, accruals, retries, reversals and payments keeps the ledger whole and equal to a plain model of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import func, select

from lms.core.access import Role
from lms.core.db import db, mode
from lms.core.errors import Refused
from lms.ledger import accounts, actions, queries
from lms.ledger.accounts import Book
from lms.ledger.actions import Line
from lms.ledger.models import Entry, Transfer
from lms.people.models import User
from tests.ledger.worked import usd

sums = st.integers(1, 5000)
who = st.integers(0, 2)


def machine(app: Flask) -> type[RuleBasedStateMachine]:  # noqa: C901 - each rule counts as a branch
    """The machine over one school; every run begins with an empty ledger, in a transaction that is rolled back."""

    class Ledger(RuleBasedStateMachine):
        keys = Bundle("keys")

        def __init__(self) -> None:
            super().__init__()
            self.context = app.app_context()
            self.context.push()
            mode(write=True)
            names = [f"W-{n}" for n in range(3)]
            self.people = [User(name=name, pseudonym=name, sign_in_name=name.lower(), roles=frozenset({Role.TRAINEE})) for name in names]
            db.session.add_all(self.people)
            db.session.flush()
            self.start = self.count()
            self.model: dict[str, tuple[str, int, int]] = {}  # key -> (kind, worker, minor)
            self.reversed: set[str] = set()

        def count(self) -> int:
            return db.session.scalar(select(func.count()).select_from(Transfer)) or 0

        def post(self, kind: str, worker: int, minor: int, key: str) -> None:
            person, amount = self.people[worker], usd("0.01") * minor
            if kind == "accrue":
                actions.accrue(key=key, worker=person, fund="F", project="P", amount=amount, by=None)
                return
            code, bank = accounts.worker(person.pseudonym, "USD"), accounts.bank(Book.FOUNDATION, "USD")
            lines = [Line(code, amount), Line(bank, -amount)]
            actions.post(key=key, kind="pay", book=Book.FOUNDATION, lines=lines, by=None, description="Payment")

        @rule(target=keys, kind=st.sampled_from(["accrue", "pay"]), worker=who, minor=sums)
        def move(self, kind: str, worker: int, minor: int) -> str:
            key = f"{kind}:{len(self.model)}"
            self.post(kind, worker, minor, key)
            self.model[key] = (kind, worker, minor)
            return key

        @rule(key=keys)
        def again(self, key: str) -> None:
            self.post(*self.model[key], key)

        @rule(key=keys, more=sums)
        def again_with_another_sum(self, key: str, more: int) -> None:
            kind, worker, minor = self.model[key]
            refused(lambda: self.post(kind, worker, minor + more, key))

        @rule(key=keys)
        def reverse(self, key: str) -> None:
            transfer = queries.by_key(key)
            assert transfer is not None
            actions.reverse(transfer, None, f"reverse:{key}")
            self.reversed.add(key)

        @rule(key=keys)
        def reverse_under_another_key(self, key: str) -> None:
            transfer = queries.by_key(key)
            if key in self.reversed:
                refused(lambda: actions.reverse(transfer, None, f"other:{key}"))  # type: ignore[arg-type]

        @rule(key=keys)
        def reverse_a_reversal(self, key: str) -> None:
            back = queries.by_key(f"reverse:{key}")
            if back is not None:
                refused(lambda: actions.reverse(back, None, f"back:{key}"))

        @invariant()
        def it_is_whole(self) -> None:
            assert queries.unbalanced() == []
            assert (db.session.scalar(select(func.sum(Entry.cost_minor))) or 0) == 0
            assert self.count() - self.start == len(self.model) + len(self.reversed)

        @invariant()
        def debts_are_those_of_the_model(self) -> None:
            for n, person in enumerate(self.people):
                standing = [(kind, minor) for key, (kind, worker, minor) in self.model.items() if worker == n and key not in self.reversed]
                expected = sum(minor if kind == "accrue" else -minor for kind, minor in standing)
                assert queries.owed(person) == ([usd("0.01") * expected] if expected else [])

        def teardown(self) -> None:
            db.session.rollback()
            db.session.remove()
            self.context.pop()

    return Ledger


def refused(act: Callable[[], Any]) -> None:
    try:
        act()
    except Refused:
        return
    raise AssertionError("it went through")


def test_no_order_of_events_breaks_the_ledger(app: Flask) -> None:
    run_state_machine_as_test(
        machine(app),
        settings=settings(max_examples=15, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)),
    )
