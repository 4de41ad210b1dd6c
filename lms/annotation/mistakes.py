"""What is right and what is not in an answer, part by part, as a person would say it. Pure: answers in, verdicts out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lms.annotation import geometry, scoring
from lms.annotation.schemas import Answer, Box, Kind, Polygon, Span

NEAR = 0.1
"""From this IoU on, a shape that is too far off to count still means the thing it lies on."""
MUCH = 1.25
"""How many times larger one shape is than another before it is called big."""


class State(StrEnum):
    """Right; meant a known part but too big, too small or beside it; on it with another label; on nothing; or a part nobody marked."""

    RIGHT = "right"
    BIG = "big"
    SMALL = "small"
    OFF = "off"
    CONFUSED = "confused"
    EXTRA = "extra"
    MISSED = "missed"


@dataclass(frozen=True)
class Verdict:
    """One part of an answer: `mine` and `known` are places in the two lists; a missed part has no `mine`, an extra one no `known`."""

    state: State
    mine: int | None = None
    known: int | None = None


def verdicts(kind: Kind, mine: Sequence[Answer], known: Sequence[Answer]) -> list[Verdict]:
    """One verdict for each of her parts in her order, then one for each known part that she left out.

    Right is what the scorer matched or spared (`annotation.md` 4). Beside that, what is wrong is put together with the known part it
    most likely meant, so that one slip is told once.
    """
    result = scoring.score_item(kind, mine, known)
    found = {match.submission: Verdict(State.RIGHT, match.submission, match.gold) for match in result.matches}
    found |= {place: Verdict(State.RIGHT, place) for place in result.ignored}
    found |= {match.submission: Verdict(State.CONFUSED, match.submission, match.gold) for match in result.confusions}
    taken = {verdict.known for verdict in found.values()}
    missed = [j for j, one in enumerate(known) if j not in taken and not getattr(one, "crowd", False)]
    for i, j in _meant(mine, known, [i for i in range(len(mine)) if i not in found], missed):
        found[i] = Verdict(_by_size(mine[i], known[j]), i, j)
        missed.remove(j)
    own = [found.get(i, Verdict(State.EXTRA, i)) for i in range(len(mine))]
    return own + [Verdict(State.MISSED, known=j) for j in missed]


def _meant(mine: Sequence[Answer], known: Sequence[Answer], extra: Sequence[int], missed: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Which extra part meant which missed one: of the same label, the nearest first, each once."""
    pairs = [(i, j) for i in extra for j in missed if mine[i].label == known[j].label]
    near = sorted(((_overlap(mine[i], known[j]), i, j) for i, j in pairs), key=lambda pair: (-pair[0], *pair[1:]))
    left, right = set(extra), set(missed)
    for share, i, j in near:
        if share >= NEAR and i in left and j in right:
            left.remove(i)
            right.remove(j)
            yield i, j


def _overlap(one: Answer, other: Answer) -> float:
    """Intersection over union: of areas, or of characters."""
    if isinstance(one, Box | Polygon) and isinstance(other, Box | Polygon):
        return float(geometry.overlaps([one], [other])[0, 0])
    if isinstance(one, Span) and isinstance(other, Span):
        both = min(one.end, other.end) - max(one.start, other.start)
        return max(0, both) / (max(one.end, other.end) - min(one.start, other.start))
    return 0.0


def _by_size(one: Answer, other: Answer) -> State:
    if isinstance(one, Span) and isinstance(other, Span):
        longer, much = (one.end - one.start) / (other.end - other.start), 1.0
    else:
        longer, much = _area(one) / _area(other), MUCH
    return State.BIG if longer > much else State.SMALL if longer < 1 / much else State.OFF


def _area(shape: Answer) -> float:
    return geometry.outline(shape).area if isinstance(shape, Box | Polygon) else 1.0
