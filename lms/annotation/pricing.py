"""What paid practice costs: sections 6 and 8 of the annotation design. Rounding is always in favour of the one who works; no float comes
near money.
"""

from __future__ import annotations

from fractions import Fraction

from lms.core.money import Money

HOUR = 3600
RESERVED = Fraction(5, 4)  # a lease reserves its price and a quarter, for a bonus and for what may be missing to the hourly floor


def expected_hourly(rate: Money, seconds: int) -> Money:
    """What an hour of items of `seconds` each brings, rounded down: shown before the first item, it must not promise too much."""
    if seconds <= 0:
        raise ValueError("an item takes some time")
    return Money(rate.minor * HOUR // seconds, rate.currency)


def reservation(rate: Money) -> Money:
    """What opening one lease sets aside of the budget."""
    return rate.scaled_up(RESERVED)
