"""Eight writers at the same moment, each in a transaction of its own: what is read, changed and written must come out as if one by one."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from flask import Flask

from lms.core.db import db, transaction

T = TypeVar("T")


def eight_at_once(app: Flask, act: Callable[[int], T]) -> list[T]:
    """What `act(0)` to `act(7)` gave, all begun together. Raises what any of them raised."""
    start = threading.Barrier(8)

    def begin(number: int) -> T:
        with app.app_context():
            start.wait(timeout=20)
            try:
                with transaction(write=True):
                    return act(number)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(begin, range(8), timeout=60))
