"""The time, in one place, so that tests can hold it still."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_held: ContextVar[datetime | None] = ContextVar("held", default=None)


def now() -> datetime:
    """This moment, aware, in UTC."""
    return _held.get() or datetime.now(UTC)


@contextmanager
def held(moment: datetime) -> Iterator[None]:
    """Hold `now()` at an aware moment; for tests and for building the demo school's past."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its zone")
    token = _held.set(moment)
    try:
        yield
    finally:
        _held.reset(token)
