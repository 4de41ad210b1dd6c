"""Who needs a word: what a mentor sees of a trainee before she leaves, with the reason in each case. Pure.

The rules are those of learning.md, 7: no work for 7 days, two classes away one after the other, two tasks over their time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lms.cohorts.attendance import Figures, figures
from lms.cohorts.models import Code

QUIET_DAYS = 7
AWAY_ROW = 2
LATE_TASKS = 2
SHOWN = 8  # classes drawn as dots


class Reason(StrEnum):
    QUIET = "quiet"
    AWAY = "away"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of one trainee. `since` is the day her silence is counted from: the last work done, else her first day here.

    `days` are study days of this week; `sent`, `checked` and `late` count tasks; `codes` are her classes, the oldest first.
    """

    since: date
    today: date
    worked: bool
    days: int = 0
    sent: int = 0
    checked: int = 0
    late: int = 0
    codes: Sequence[Code] = ()
    studies: bool = True

    @property
    def quiet(self) -> int:
        """Days without any work; 0 for who has finished or left."""
        return max(0, (self.today - self.since).days) if self.studies else 0

    @property
    def away(self) -> int:
        """Classes away without a reason, one after the other up to the last one."""
        run = 0
        for code in reversed(self.codes):
            if code is not Code.ABSENT:
                break
            run += 1
        return run

    @property
    def figures(self) -> Figures:
        return figures(self.codes)

    @property
    def dots(self) -> Sequence[Code]:
        """The last classes, to be drawn."""
        return self.codes[-SHOWN:]

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why she needs a word, the most telling first; none: she does not."""
        if not self.studies:
            return ()
        met = ((Reason.QUIET, self.quiet >= QUIET_DAYS), (Reason.AWAY, self.away >= AWAY_ROW), (Reason.LATE, self.late >= LATE_TASKS))
        return tuple(reason for reason, holds in met if holds)

    @property
    def order(self) -> tuple[int, int, int, int]:
        """Who needs a word most comes first."""
        return (-len(self.reasons), -self.quiet if self.reasons else 0, -self.away, -self.late)
