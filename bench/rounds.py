"""Pages asked in turn, round after round, so that a busy minute of the machine falls on all of them alike."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median

from bench.serving import Server

FLOOR = "bare page"


@dataclass
class Page:
    """A page to ask for: its name, the server whose processor time counts, the asking, and its milliseconds per request in each round."""

    name: str
    server: Server
    ask: Callable[[], object]
    spent: list[float] = field(default_factory=list)


@dataclass(frozen=True)
class Ratio:
    """Processor time beside another page's, round by round: the middle, the least, the most."""

    middle: float
    least: float
    most: float

    def __str__(self) -> str:
        return f"{self.middle:.2f} ({self.least:.2f} to {self.most:.2f})"


def run(pages: Sequence[Page], *, rounds: int, each: int, warm: int = 20, seed: int = 1) -> None:
    """Ask `each` times for every page in each of `rounds` rounds, in another order each time."""
    dice = random.Random(seed)
    for page in pages:
        for _ in range(warm):
            page.ask()
    for _round in range(rounds):
        for page in dice.sample(list(pages), len(pages)):
            before = page.server.cpu()
            for _ in range(each):
                page.ask()
            page.spent.append((page.server.cpu() - before) / each)


def ratio(page: Page, floor: Page) -> Ratio:
    """A page beside the floor, each round against its own."""
    found = [spent / bare for spent, bare in zip(page.spent, floor.spent, strict=True)]
    return Ratio(median(found), min(found), max(found))
