"""Money: whole minor units of one currency. No float comes near it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction


@dataclass(frozen=True)
class Currency:
    """`exponent`: how many decimals; `cash_step`: the smallest sum payable in cash, in minor units.

    Our own table: CLDR gives Syria, Iraq, Afghanistan and Lebanon no decimals and ISO 4217 gives two or three.
    """

    code: str
    exponent: int
    cash_step: int


CURRENCIES = {
    known.code: known
    for known in (
        Currency("EUR", 2, 1),
        Currency("USD", 2, 1),
        Currency("TRY", 2, 5),
        Currency("KES", 2, 100),
        Currency("LBP", 0, 1000),
        Currency("SYP", 0, 1),
        Currency("IQD", 0, 250),
        Currency("AFN", 0, 1),
    )
}


@dataclass(frozen=True, order=False)
class Money:
    """An amount in minor units (cents) of one currency. Two currencies never meet: adding or comparing them raises TypeError."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.minor, int) or isinstance(self.minor, bool):
            raise TypeError("money is counted in whole minor units")
        if self.currency not in CURRENCIES:
            raise ValueError(f"unknown currency {self.currency}")

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """Read `12.50` exactly; raises ValueError for more decimals than the currency has, or for anything else."""
        exponent = CURRENCIES[currency].exponent
        found = re.fullmatch(r"(-?)(\d{1,12})(?:\.(\d+))?", text.strip())
        if not found or len(found[3] or "") > exponent:
            raise ValueError(f"{text!r} is no amount of {currency}")
        minor = int(found[2] + (found[3] or "").ljust(exponent, "0"))
        return cls(-minor if found[1] else minor, currency)

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(0, currency)

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __mul__(self, times: int) -> Money:
        if not isinstance(times, int) or isinstance(times, bool):
            raise TypeError("money is multiplied by whole numbers; use scaled_up for a ratio")
        return Money(self.minor * times, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.minor >= self._same(other)

    def __bool__(self) -> bool:
        return self.minor != 0

    def scaled_up(self, ratio: Fraction) -> Money:
        """This amount times an exact ratio, rounded up to the minor unit: in doubt for the person who is paid."""
        return Money(-((-self.minor * ratio.numerator) // ratio.denominator), self.currency)

    def allocate(self, weights: Sequence[int]) -> list[Money]:
        """Split by weights (largest remainder, first come first); the parts always sum to the whole.

        Raises ValueError when no weight is above zero or one is below.
        """
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            raise ValueError("weights must be zero or more, and not all zero")
        sign = -1 if self.minor < 0 else 1
        amount = abs(self.minor)
        parts = [amount * weight // total for weight in weights]
        by_remainder = sorted(range(len(weights)), key=lambda at: (-(amount * weights[at] % total), at))
        for at in by_remainder[: amount - sum(parts)]:
            parts[at] += 1
        return [Money(sign * part, self.currency) for part in parts]

    def decimal(self) -> Decimal:
        """The amount in major units, exactly, for showing and for exports."""
        return Decimal(self.minor).scaleb(-CURRENCIES[self.currency].exponent)

    def plain(self) -> str:
        """`12.50`: Latin digits, the currency's own decimals, no grouping; for files that machines read."""
        return f"{self.decimal():.{CURRENCIES[self.currency].exponent}f}"

    def _same(self, other: Money) -> int:
        if not isinstance(other, Money) or other.currency != self.currency:
            raise TypeError(f"{self.currency} and {getattr(other, 'currency', type(other).__name__)} do not add up")
        return other.minor
