"""When the next class is: by tables, and by what is true of every plan."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.cohorts.classes import Change, ClassTime, classes, kept, next_class, overlapping
from lms.cohorts.models import CohortState

SUNDAY, EVENING = ClassTime(6, time(18), 90), ClassTime(1, time(18), 60)


def plan(*times: ClassTime, zone: str = "Asia/Beirut", state: CohortState = CohortState.RUNNING, **dates: date) -> Any:
    span = {"starts_on": date(2026, 11, 2), "ends_on": date(2026, 12, 27), **dates}
    return SimpleNamespace(zone=zone, state=state, class_times=kept(times), **span)


@pytest.mark.parametrize(
    ("after", "starts"),
    [
        ("2026-10-01T00:00", "2026-11-03T18:00+02:00"),  # before the first day
        ("2026-11-23T06:00", "2026-11-24T18:00+02:00"),
        ("2026-11-24T15:59", "2026-11-24T18:00+02:00"),
        ("2026-11-24T16:00", "2026-11-29T18:00+02:00"),  # it has begun: the one after it
        ("2026-12-27T15:00", "2026-12-27T18:00+02:00"),  # the last day
        ("2026-12-27T16:00", None),
    ],
)
def test_the_next_class_of_two_a_week(after: str, starts: str | None) -> None:
    found = next_class(plan(SUNDAY, EVENING), datetime.fromisoformat(after).replace(tzinfo=UTC))
    assert (found and found.starts.isoformat(timespec="minutes")) == starts


@pytest.mark.parametrize(
    ("day", "at", "starts", "ends"),
    [
        (date(2026, 3, 29), time(0, 30), "2026-03-29T01:30+03:00", "2026-03-29T02:30+03:00"),  # Beirut leaves out 00:30
        (date(2026, 3, 29), time(18), "2026-03-29T18:00+03:00", "2026-03-29T19:00+03:00"),
        (date(2026, 10, 24), time(23, 30), "2026-10-24T23:30+03:00", "2026-10-24T23:30+02:00"),  # and has 23:30 twice
        (date(2026, 10, 25), time(18), "2026-10-25T18:00+02:00", "2026-10-25T19:00+02:00"),
    ],
)
def test_a_class_lasts_as_long_where_clocks_change(day: date, at: time, starts: str, ends: str) -> None:
    year = plan(ClassTime(day.weekday(), at, 60), starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31))
    [found] = classes(year, day, day)
    assert (found.starts.isoformat(timespec="minutes"), found.ends.isoformat(timespec="minutes")) == (starts, ends)


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ((0, 18, 60), (0, 19, 60), False),
        ((0, 18, 61), (0, 19, 60), True),
        ((0, 18, 60), (0, 18, 60), True),
        ((0, 18, 60), (1, 18, 60), False),
        ((6, 23, 90), (0, 0, 60), True),  # Sunday night into Monday
        ((6, 23, 60), (0, 0, 60), False),
    ],
)
def test_two_at_the_same_time(one: tuple[int, int, int], other: tuple[int, int, int], together: bool) -> None:
    both = [ClassTime(day, time(hour), minutes) for day, hour, minutes in (one, other)]
    assert (overlapping(both) is not None) is (overlapping(both[::-1]) is not None) is together
    assert overlapping(both[:1]) is None


WHOLE = st.times().map(lambda at: at.replace(second=0, microsecond=0))
CHANGES = st.lists(st.tuples(st.integers(0, 30), st.none() | st.integers(0, 200 * 24 * 60)), max_size=3)  # in which week; until when
TIMES = st.builds(ClassTime, st.integers(0, 6), WHOLE, st.integers(15, 300), changes=st.just(()))


def changed(one: ClassTime, first: date, told: list[tuple[int, int | None]]) -> ClassTime:
    """With some of its classes cancelled or moved."""
    begins = first + timedelta(days=(one.weekday - first.weekday()) % 7)
    start = datetime.combine(first, time())
    moved = {week: None if later is None else start + timedelta(minutes=later) for week, later in told}
    return one._replace(changes=tuple(Change(begins + timedelta(weeks=week), to, 1) for week, to in sorted(moved.items())))


ZONES = st.sampled_from(["UTC", "Asia/Beirut", "Europe/Istanbul", "Asia/Kabul", "Africa/Nairobi", "Australia/Lord_Howe"])


@given(
    st.lists(TIMES, max_size=7), CHANGES, ZONES, st.sampled_from(CohortState), st.dates(date(2026, 1, 1), date(2027, 1, 1)),
    st.integers(1, 200),
    st.integers(0, 580 * 24 * 60).map(lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)),
)  # fmt: skip
def test_what_is_true_of_every_plan(
    times: list[ClassTime], changes: list[Any], zone: str, state: CohortState, first: date, length: int, after: datetime
) -> None:
    last = first + timedelta(days=length)
    times = [changed(times[0], first, changes), *times[1:]] if times and times[0][:3] not in {one[:3] for one in times[1:]} else times
    made = plan(*times, zone=zone, state=state, starts_on=first, ends_on=last)
    found, every = next_class(made, after), list(classes(made, date.min, date.max))
    assert found == next((one for one in every if one.starts > after), None), "the first of all that are to come"
    assert every == sorted(every)
    if state not in (CohortState.RUNNING, CohortState.SCHEDULED):
        assert not every
    for one in every:
        assert first <= one.starts.date() <= last
        assert one.starts.tzinfo == ZoneInfo(zone)
        assert not one.cancelled
        length_told = (one.ends.astimezone(UTC) - one.starts.astimezone(UTC)) // timedelta(minutes=1)
        assert length_told in {told.minutes for told in times}
        assert one.number or (one.starts.weekday(), length_told) in {(told.weekday, told.minutes) for told in times}
    whole = list(classes(made, date.min, date.max, cancelled=True))
    assert [one for one in whole if not one.cancelled] == every


WEEKLY = ClassTime(1, time(18), 60)


@pytest.mark.parametrize(
    ("change", "starts"),
    [
        (None, ["2026-11-24T18:00", "2026-12-01T18:00"]),
        ({"day": "2026-11-24", "to": None, "number": 1}, ["2026-12-01T18:00", "2026-12-08T18:00"]),
        ({"day": "2026-11-24", "to": "2026-11-24T18:00", "number": 2}, ["2026-11-24T18:00", "2026-12-01T18:00"]),  # put back
        ({"day": "2026-11-24", "to": "2026-11-23T09:00", "number": 1}, ["2026-11-23T09:00", "2026-12-01T18:00"]),
        ({"day": "2026-12-01", "to": "2026-11-25T07:30", "number": 1}, ["2026-11-24T18:00", "2026-11-25T07:30"]),  # before its week
        ({"day": "2026-11-24", "to": "2026-12-02T18:00", "number": 1}, ["2026-12-01T18:00", "2026-12-02T18:00"]),  # after the next one
        ({"day": "2026-11-24", "to": "2026-12-28T18:00", "number": 1}, ["2026-12-01T18:00", "2026-12-08T18:00"]),  # the cohort ends before
        ({"day": "2026-10-27", "to": "2026-11-24T09:00", "number": 1}, ["2026-11-24T18:00", "2026-12-01T18:00"]),  # of no day of the plan
    ],
)
def test_one_class_that_is_not_as_planned(change: dict[str, Any] | None, starts: list[str]) -> None:
    now, told = datetime(2026, 11, 23, 6, tzinfo=UTC), plan(WEEKLY._replace(changes=(Change.of(change),) if change else ()))
    first = next_class(told, now)
    assert first is not None
    after = next_class(told, first.starts)
    assert [f"{one.starts:%Y-%m-%dT%H:%M}" for one in (first, after) if one] == starts
    assert {one.lasts for one in (first, after) if one} == {timedelta(minutes=60)}
