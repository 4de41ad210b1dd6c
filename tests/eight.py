"""Eight writers at the same moment, each in a transaction of its own: what is read, changed and written must come out as if one by one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, cast

from flask import Flask

from lms.core.db import db, transaction
from tests.client import Browser

S = TypeVar("S")
T = TypeVar("T")


def eight_at_once(app: Flask, act: Callable[[int], Any], but: type[Exception] | tuple[()] = ()) -> list[Any]:
    """What `act(0)` to `act(7)` gave, all begun together. An exception of the kind `but` undoes its transaction and stands in the place
    of what it kept back. Raises any other that was raised.
    """
    start = threading.Barrier(8)

    def begin(number: int) -> Any:
        with app.app_context():
            try:
                with transaction(write=True):
                    if db.engine.dialect.name == "postgresql":
                        db.session.connection()  # to connect takes longer than to act: the first would be done before the last begins
                    start.wait(timeout=60)
                    return act(number)
            except but as no:
                return no
            finally:
                db.session.remove()

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(begin, range(8), timeout=120))


def eight_browsers(app: Flask, name: str) -> list[Browser]:
    """Eight tabs of one person who has signed in: what they send at once goes through the page, and the lock is the page's own."""
    first = cast("Browser", app.test_client())
    first.sign_in(name)
    return eight_tabs(first)


def eight_tabs(first: Browser) -> list[Browser]:
    """A browser, and seven more with its cookie."""
    with first.session_transaction() as session:
        kept = dict(session)
    tabs = [first, *(cast("Browser", first.application.test_client()) for _n in range(7))]
    for tab in tabs[1:]:
        with tab.session_transaction() as session:
            session.update(kept)
    return tabs


def at_once(act: Callable[[S], T], given: Sequence[S]) -> list[T]:
    """What `act` gave for each of these, in their order, all begun together and each in a thread. Raises what any of them raised."""
    start = threading.Barrier(len(given))

    def begin(one: S) -> T:
        start.wait(timeout=20)
        return act(one)

    with ThreadPoolExecutor(len(given)) as pool:
        return list(pool.map(begin, given, timeout=120))
