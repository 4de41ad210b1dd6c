"""What paid practice costs and pays: sections 6 and 8 of the annotation design. Rounding is always in favour of the one who works.

Times are seconds, whole or exact fractions; no float comes near money.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import pairwise

from lms.core.money import Money

HOUR = 3600
LONGEST_GAP = timedelta(seconds=120)  # a longer silence counts as this much work
REPRICING_SAMPLE = 300  # finished items before a live time says more than the pilot's
REPRICING_RISE = Fraction(11, 10)
RESERVED = Fraction(5, 4)  # a lease reserves its price and a quarter for bonus and top-up
BONUS_TIERS = ((0.85, 10), (0.80, 5))  # Wilson lower bound, per cent of the piece pay


def percentile_75(seconds: Sequence[int]) -> int:
    """The nearest-rank 75th percentile: the value of rank ceil(0.75 n). Raises ValueError for no times."""
    if not seconds:
        raise ValueError("a percentile needs at least one time")
    rank = -(-3 * len(seconds) // 4)
    return sorted(seconds)[rank - 1]


def piece_rate(pilot_seconds: Sequence[int], floor_hourly: Money) -> Money:
    """The pay of one item: three of four people reach the hourly floor at their own speed. Rounded up to the minor unit."""
    return floor_hourly.scaled_up(Fraction(percentile_75(pilot_seconds), HOUR))


def repriced(rate: Money, pilot_seconds: Sequence[int], live_seconds: Sequence[int], floor_hourly: Money) -> Money:
    """The rate of leases yet to come: higher once 300 live items show a p75 more than 10 % above the pilot's, never lower."""
    slower = percentile_75(live_seconds) > percentile_75(pilot_seconds) * REPRICING_RISE if len(live_seconds) >= REPRICING_SAMPLE else False
    return max(rate, piece_rate(live_seconds, floor_hourly)) if slower else rate


def expected_hourly(rate: Money, seconds: int) -> Money:
    """What an hour of items of `seconds` each brings, rounded down: shown before the first item, it must not promise too much."""
    if seconds <= 0:
        raise ValueError("an item takes some time")
    return Money(rate.minor * HOUR // seconds, rate.currency)


def active_time(moments: Sequence[datetime], longest_gap: timedelta = LONGEST_GAP) -> timedelta:
    """Time worked, from the server's receipt times in any order: the gaps between them, each counted up to `longest_gap`."""
    ordered = sorted(moments)
    gaps = (later - earlier for earlier, later in pairwise(ordered))
    return sum((min(gap, longest_gap) for gap in gaps), timedelta())


def top_up(active: timedelta, floor_hourly: Money, earned: Money) -> Money:
    """What is missing to the hourly floor for the time worked, rounded up; zero where piece pay reached it."""
    owed = floor_hourly.scaled_up(Fraction(active // timedelta(microseconds=1), HOUR * 1_000_000))
    return max(owed - earned, Money.zero(earned.currency))


def bonus(piece: Money, lower_bound: float) -> Money:
    """The quality bonus on a period's piece pay, rounded up; it never fills the floor."""
    percent = next((percent for bound, percent in BONUS_TIERS if lower_bound >= bound), 0)
    return piece.scaled_up(Fraction(percent, 100))


def reservation(rate: Money) -> Money:
    """What opening one lease sets aside of the budget."""
    return rate.scaled_up(RESERVED)
