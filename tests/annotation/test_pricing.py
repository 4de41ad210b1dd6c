from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.annotation.pricing import active_time, bonus, expected_hourly, percentile_75, piece_rate, repriced, reservation, top_up
from lms.core.money import Money

PILOT = [60 * minutes for minutes in (11, 12, 18, 19, 20, 21, 22, 23, 24, 24, 25, 25, 25, 25, 26, 26, 26, 27, 29, 33, 34)]
START = datetime(2026, 1, 5, 8, tzinfo=UTC)


def usd(minor):
    return Money(minor, "USD")


def at(*seconds):
    return [START + timedelta(seconds=second) for second in seconds]


def test_piece_rate_rounds_up_so_that_the_floor_is_reached():
    assert percentile_75(PILOT) == 26 * 60
    rate = piece_rate(PILOT, usd(919))
    assert rate == usd(399)
    assert expected_hourly(rate, 26 * 60) == usd(920)  # 9.2077 an hour; the 3.98 that was published pays 9.1846
    assert expected_hourly(usd(398), 26 * 60) < usd(919)


def test_a_rate_needs_a_pilot():
    with pytest.raises(ValueError, match="at least one"):
        piece_rate([], usd(919))


@pytest.mark.parametrize(
    ("moments", "longest", "seconds"),
    [((0, 10, 70, 400, 410, 600), 120, 320), ((600, 410, 400, 70, 10, 0), 120, 320), ((5,), 120, 0), ((), 120, 0), ((0, 500), 60, 60)],
)
def test_active_time_counts_a_silence_up_to_the_cap(moments, longest, seconds):
    assert active_time(at(*moments), timedelta(seconds=longest)) == timedelta(seconds=seconds)


@pytest.mark.parametrize(("minutes", "floor", "earned", "missing"), [(95, 200, 250, 67), (60, 200, 250, 0), (1, 199, 0, 4), (0, 200, 0, 0)])
def test_top_up_fills_to_the_floor(minutes, floor, earned, missing):
    assert top_up(timedelta(minutes=minutes), usd(floor), usd(earned)) == usd(missing)


@pytest.mark.parametrize(("lower", "extra"), [(0.7999, 0), (0.8, 51), (0.8116, 51), (0.85, 101), (0.8654, 101)])
def test_bonus_tiers_round_up(lower, extra):
    assert bonus(usd(1001), lower) == usd(extra)


@pytest.mark.parametrize(
    ("live", "rate"),
    [([1800] * 299, 399), ([1800] * 300, 460), ([26 * 60] * 300, 399), ([600] * 300, 399), ([int(26 * 60 * 1.1)] * 300, 399)],
)
def test_rates_go_up_only_and_only_on_evidence(live, rate):
    assert repriced(usd(399), PILOT, live, usd(919)) == usd(rate)


def test_a_lease_reserves_a_quarter_more():
    assert reservation(usd(35)) == usd(44)


@settings(deadline=None)
@given(st.lists(st.integers(1, 10_000), min_size=1, max_size=40), st.integers(1, 5_000))
def test_the_rate_always_reaches_the_floor_at_p75(times, floor):
    rate = piece_rate(times, usd(floor))
    assert rate.minor * 3600 >= floor * percentile_75(times)
    assert (rate.minor - 1) * 3600 < floor * percentile_75(times)


@settings(deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 5_000), st.integers(0, 10**6))
def test_after_the_top_up_the_floor_holds(seconds, floor, earned):
    missing = top_up(timedelta(seconds=seconds), usd(floor), usd(earned))
    assert missing.minor >= 0
    assert (earned + missing.minor) * 3600 >= floor * seconds
    assert missing.minor == 0 or (earned + missing.minor - 1) * 3600 < floor * seconds
