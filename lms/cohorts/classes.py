"""The classes of a cohort that are planned: times of the week in its own zone, and the moments they come to. No database, no page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from lms.cohorts.models import CohortState

MOST = 7
SHORTEST, LONGEST = 15, 300  # minutes
HELD = (CohortState.SCHEDULED, CohortState.RUNNING)
WEEK = 7 * 24 * 60


class ClassTime(NamedTuple):
    """A class of every week: 0 is Monday; the time is one of the cohort's zone."""

    weekday: int
    at: time
    minutes: int

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> ClassTime:
        """As a cohort keeps it."""
        return cls(kept["weekday"], time.fromisoformat(kept["at"]), kept["minutes"])

    def kept(self) -> dict[str, Any]:
        """As a cohort keeps it."""
        return {"weekday": self.weekday, "at": f"{self.at:%H:%M}", "minutes": self.minutes}

    @property
    def minute(self) -> int:
        """When it begins, counted from the first minute of Monday."""
        return (self.weekday * 24 + self.at.hour) * 60 + self.at.minute


class Class(NamedTuple):
    """One class: both moments are aware, in the cohort's zone."""

    starts: datetime
    ends: datetime

    @property
    def lasts(self) -> timedelta:
        """How long it is by a clock that nobody changes."""
        return self.ends.astimezone(UTC) - self.starts.astimezone(UTC)


class Plan(Protocol):
    """What classes are reckoned from: a cohort."""

    @property
    def state(self) -> CohortState: ...
    @property
    def zone(self) -> str: ...
    @property
    def starts_on(self) -> date: ...
    @property
    def ends_on(self) -> date: ...
    @property
    def class_times(self) -> list[Any]: ...


def times_of(plan: Plan) -> list[ClassTime]:
    """The times of the week, from Monday on."""
    return sorted(ClassTime.of(kept) for kept in plan.class_times)


def overlapping(times: Iterable[ClassTime]) -> tuple[ClassTime, ClassTime] | None:
    """Two of these that are at the same time, also across midnight and from Sunday to Monday; None where there are no two."""
    week = sorted(times, key=lambda one: one.minute)
    for one, after in zip(week, [*week[1:], *week[:1]], strict=True):
        if one is not after and (after.minute - one.minute) % WEEK < one.minutes:
            return one, after
    return None


def next_class(plan: Plan, after: datetime) -> Class | None:
    """The first class that begins after this moment."""
    if not plan.class_times or plan.state not in HELD:
        return None
    first = max(plan.starts_on, after.astimezone(ZoneInfo(plan.zone)).date())
    return next((one for one in classes(plan, first, first + timedelta(days=7)) if one.starts > after), None)


def classes(plan: Plan, first: date, last: date) -> Iterator[Class]:
    """Every class from one day to another, both included, the earliest first; none before the cohort starts or after it ends."""
    if not plan.class_times or plan.state not in HELD:
        return
    times, zone = times_of(plan), ZoneInfo(plan.zone)
    day, last = max(first, plan.starts_on), min(last, plan.ends_on)
    while day <= last:
        yield from sorted(_class(day, one, zone) for one in times if one.weekday == day.weekday())
        day += timedelta(days=1)


def _class(day: date, one: ClassTime, zone: ZoneInfo) -> Class:
    """A time that the clocks leave out is as much later as they go forward; one that they give twice is the first of both."""
    starts = datetime.combine(day, one.at, zone).astimezone(UTC)
    return Class(starts.astimezone(zone), (starts + timedelta(minutes=one.minutes)).astimezone(zone))


def mark(times: Iterable[ClassTime]) -> str:
    """The same times, the same mark: a form carries that of the times it was made from."""
    return " ".join(f"{one.weekday}/{one.at:%H:%M}/{one.minutes}" for one in sorted(times))


def kept(times: Sequence[ClassTime]) -> list[Any]:
    """As a cohort keeps them, from Monday on."""
    return [one.kept() for one in sorted(times)]
