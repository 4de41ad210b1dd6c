"""Money: nothing is lost, nothing is mixed, nothing is rounded unseen."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.core.money import CURRENCIES, Money

codes = st.sampled_from(sorted(CURRENCIES))
minors = st.integers(-(10**11), 10**11)


@given(minors, codes, st.lists(st.integers(0, 10**6), min_size=1, max_size=20).filter(any))
def test_allocate_loses_nothing_and_is_fair_to_one_unit(minor: int, code: str, weights: list[int]) -> None:
    parts = Money(minor, code).allocate(weights)
    assert sum(part.minor for part in parts) == minor
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.minor - Fraction(minor * weight, sum(weights))) < 1
        assert weight or not part


@pytest.mark.parametrize(
    ("minor", "weights", "parts"),
    [(1000, [1, 1, 1], [334, 333, 333]), (10, [50, 30, 21], [5, 3, 2]), (1, [1, 1], [1, 0]), (-1000, [1, 1, 1], [-334, -333, -333])],
)
def test_allocate_by_largest_remainder(minor: int, weights: list[int], parts: list[int]) -> None:
    assert [part.minor for part in Money(minor, "USD").allocate(weights)] == parts


@pytest.mark.parametrize("weights", [[], [0], [0, 0], [2, -1]])
def test_weights_that_cannot_split(weights: list[int]) -> None:
    with pytest.raises(ValueError):
        Money(10, "USD").allocate(weights)


@given(minors, minors, codes, codes)
def test_two_currencies_never_meet(one: int, other: int, first: str, second: str) -> None:
    a, b = Money(one, first), Money(other, second)
    if first == second:
        assert (a + b) - b == a
        assert (a < b) == (one < other)
        return
    for meet in (Money.__add__, Money.__sub__, Money.__lt__, Money.__le__, Money.__gt__, Money.__ge__):
        with pytest.raises(TypeError):
            meet(a, b)


@given(minors, codes)
def test_plain_and_parse_are_inverse(minor: int, code: str) -> None:
    money = Money(minor, code)
    assert Money.parse(money.plain(), code) == money
    assert money.plain().count(".") == (1 if CURRENCIES[code].exponent else 0)


@pytest.mark.parametrize(
    ("text", "code"),
    [("1.005", "USD"), ("1.5", "LBP"), ("", "USD"), ("1,5", "USD"), ("1e3", "USD"), ("--1", "USD"), (".5", "USD"), ("1.", "USD"),
     ("NaN", "USD")],
)
def test_what_is_no_amount(text: str, code: str) -> None:
    with pytest.raises(ValueError):
        Money.parse(text, code)


@pytest.mark.parametrize("minor", [1.0, True, "1", None])
def test_only_whole_numbers(minor: object) -> None:
    with pytest.raises(TypeError):
        Money(minor, "USD")  # type: ignore[arg-type]


def test_an_unknown_currency() -> None:
    with pytest.raises(ValueError):
        Money(1, "XXX")


@given(st.integers(0, 10**9), st.fractions(0, 100))
def test_scaled_up_never_pays_less(minor: int, ratio: Fraction) -> None:
    scaled = Money(minor, "USD").scaled_up(ratio)
    assert 0 <= scaled.minor - minor * ratio < 1
