"""The time, in one place, so that tests can hold it still."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

_held: ContextVar[datetime | None] = ContextVar("held", default=None)


def now() -> datetime:
    """This moment, aware, in UTC."""
    return _held.get() or datetime.now(UTC)


def today(zone: str) -> date:
    """The day it is there: in Kabul it begins hours before Greenwich's."""
    return now().astimezone(ZoneInfo(zone)).date()


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
