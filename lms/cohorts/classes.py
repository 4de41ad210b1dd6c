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


class Change(NamedTuple):
    """What became of the class of one day: when it begins instead, by the cohort's clock, or None where it is cancelled; and how often
    that was said. One that was put back as it was planned keeps its number: a calendar takes no older word for a newer one.
    """

    day: date
    to: datetime | None
    number: int

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Change:
        """As a cohort keeps it."""
        return cls(date.fromisoformat(kept["day"]), datetime.fromisoformat(kept["to"]) if kept["to"] else None, kept["number"])

    def kept(self) -> dict[str, Any]:
        """As a cohort keeps it."""
        return {"day": f"{self.day}", "to": f"{self.to:%Y-%m-%dT%H:%M}" if self.to else None, "number": self.number}


class ClassTime(NamedTuple):
    """A class of every week: 0 is Monday; the time is one of the cohort's zone. `changes`: the days on which it is not so."""

    weekday: int
    at: time
    minutes: int
    changes: tuple[Change, ...] = ()

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> ClassTime:
        """As a cohort keeps it."""
        changes = tuple(Change.of(one) for one in kept["changes"]) if "changes" in kept else ()
        return cls(kept["weekday"], time.fromisoformat(kept["at"]), kept["minutes"], changes)

    def kept(self) -> dict[str, Any]:
        """As a cohort keeps it."""
        told: dict[str, Any] = {"weekday": self.weekday, "at": f"{self.at:%H:%M}", "minutes": self.minutes}
        return told | ({"changes": [one.kept() for one in self.changes]} if self.changes else {})

    def change_of(self, day: date) -> Change | None:
        """What became of its class of this day; None where nobody said anything about it."""
        return next((one for one in self.changes if one.day == day), None)

    @property
    def minute(self) -> int:
        """When it begins, counted from the first minute of Monday."""
        return (self.weekday * 24 + self.at.hour) * 60 + self.at.minute


class Class(NamedTuple):
    """One class: its moments are aware, in the cohort's zone. `planned`: when the plan of the week has it; `number`: how often that was
    changed since. One that is cancelled stands where it was planned.
    """

    starts: datetime
    ends: datetime
    planned: datetime
    number: int = 0
    cancelled: bool = False

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
    weeks = 1 + sum(len(kept.get("changes", ())) for kept in plan.class_times)  # each change takes at most one class out of a week
    return next((one for one in classes(plan, first, first + timedelta(weeks=weeks)) if one.starts > after), None)


def classes(plan: Plan, first: date, last: date, *, cancelled: bool = False) -> Iterator[Class]:
    """Every class from one day to another, both included, the earliest first; none before the cohort starts or after it ends. Those that
    are cancelled are left out, or are among them.
    """
    if not plan.class_times or plan.state not in HELD:
        return
    times, zone = times_of(plan), ZoneInfo(plan.zone)
    changed = [_changed(change, one, plan) for one in times for change in one.changes if plan.starts_on <= change.day <= plan.ends_on]
    day, last = max(first, plan.starts_on), min(last, plan.ends_on)
    while day <= last:
        found = [on_day(day, one, zone) for one in times if one.weekday == day.weekday() and not (changed and one.change_of(day))]
        found += [one for one in changed if one.starts.date() == day and (cancelled or not one.cancelled)]
        yield from sorted(found)
        day += timedelta(days=1)


def on_day(day: date, one: ClassTime, zone: ZoneInfo) -> Class:
    """The class of a day as the plan of the week has it. A time that the clocks leave out is as much later as they go forward; one that
    they give twice is the first of both.
    """
    starts, ends = _moments(datetime.combine(day, one.at), one.minutes, zone)
    return Class(starts, ends, starts)


def _changed(change: Change, one: ClassTime, plan: Plan) -> Class:
    """One that was moved to a day which the cohort has no more is cancelled: its leaders see it, and can put it back."""
    zone = ZoneInfo(plan.zone)
    planned = on_day(change.day, one, zone)
    if change.to is None or not plan.starts_on <= change.to.date() <= plan.ends_on:
        return planned._replace(number=change.number, cancelled=True)
    return Class(*_moments(change.to, one.minutes, zone), planned.starts, change.number)


def _moments(at: datetime, minutes: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    starts = at.replace(tzinfo=zone).astimezone(UTC)
    return starts.astimezone(zone), (starts + timedelta(minutes=minutes)).astimezone(zone)


def mark(times: Iterable[ClassTime]) -> str:
    """The same times, the same mark: a form carries that of the times it was made from."""
    return " ".join(f"{one.weekday}/{one.at:%H:%M}/{one.minutes}" for one in sorted(times))


def kept(times: Sequence[ClassTime]) -> list[Any]:
    """As a cohort keeps them, from Monday on."""
    return [one.kept() for one in sorted(times)]
