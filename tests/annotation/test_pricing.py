from __future__ import annotations

import pytest

from lms.annotation.pricing import expected_hourly, reservation
from lms.core.money import Money


def usd(minor):
    return Money(minor, "USD")


def test_an_hour_is_never_promised_too_much():
    assert expected_hourly(usd(399), 26 * 60) == usd(920)  # 9.2077 an hour; the 3.98 that was published pays 9.1846
    assert expected_hourly(usd(398), 26 * 60) < usd(919)
    with pytest.raises(ValueError, match="takes some time"):
        expected_hourly(usd(1), 0)


def test_a_lease_reserves_a_quarter_more():
    assert reservation(usd(35)) == usd(44)
