"""What follows from the codes of somebody's classes. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lms.cohorts.models import Code

CAP = 4  # days without connection that count like excused ones; further ones count as absent
EARNS = (Code.PRESENT, Code.LATE)


@dataclass(frozen=True, slots=True)
class Figures:
    """Classes a person came to, of those that count for her: excused ones leave both sides (rule C7)."""

    came: int
    held: int

    @property
    def percent(self) -> int | None:
        """0 to 100, rounded down, so that 79.9 is never shown as the 80 that is needed; None before any class counts."""
        return 100 * self.came // self.held if self.held else None


def figures(codes: Iterable[Code]) -> Figures:
    """The figures to date of one person's codes, in any order."""
    seen = list(codes)
    unconnected = sum(code is Code.NO_CONNECTION for code in seen)
    excused = sum(code is Code.EXCUSED for code in seen) + min(unconnected, CAP)
    return Figures(came=sum(code in EARNS for code in seen), held=len(seen) - excused)
