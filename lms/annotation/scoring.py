"""Scores of one answer against its gold: the rules of section 4 of the annotation design, to the letter.

A person is graded by one-to-one optimal matching, never by average precision: people give no confidence, and with equal scores
AP depends on the order of drawing. Nothing here depends on the order of submissions or of gold.

    P = TP/(TP+FP)   R = TP/(TP+FN)   F1 = 2TP/(2TP+FP+FN)   mean IoU over TP
    quality of shapes = sum IoU / (TP + FP/2 + FN/2), the panoptic quality of Kirillov et al. 2019 with `>=` for the threshold
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lms.annotation.geometry import as_box, as_polygon, overlaps
from lms.annotation.schemas import Answer, Choice, Kind, Shape, Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SCORER_VERSION = 1
THRESHOLD = 0.5
PASS_MARK = 0.7
LAST = 50  # gold items a skill looks back on
Z = 1.96  # 95 %

# A pair whose IoU is the threshold on paper may miss it by a rounding error: that must cost nobody a match.
_ROUNDING = 1e-9
# Among matchings of equal sum, the one of more pairs, then the one that leaves the ignorable unmatched: else the order decides.
_PAIR, _COUNTED = 1e-8, 1e-11


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts that may be summed over items before dividing. `seen`: items in which a choice was asked for or made."""

    tp: int = 0
    fp: int = 0
    fn: int = 0
    ignored: int = 0
    iou_sum: float = 0.0
    seen: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.tp + other.tp,
            self.fp + other.fp,
            self.fn + other.fn,
            self.ignored + other.ignored,
            self.iou_sum + other.iou_sum,
            self.seen + other.seen,
        )

    @property
    def empty(self) -> bool:
        return not (self.tp or self.fp or self.fn)

    @property
    def precision(self) -> float | None:
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else None

    @property
    def recall(self) -> float | None:
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else None

    @property
    def f1(self) -> float:
        return 1.0 if self.empty else 2 * self.tp / (2 * self.tp + self.fp + self.fn)

    @property
    def mean_iou(self) -> float | None:
        return self.iou_sum / self.tp if self.tp else None

    def quality(self, kind: Kind) -> float:
        """Shapes: see the head of this file. Spans: F1. Choices: the share of right answers (one label: of items; several: Jaccard)."""
        if self.empty:
            return 1.0
        if kind in {Kind.BOXES, Kind.POLYGONS}:
            return self.iou_sum / (self.tp + self.fp / 2 + self.fn / 2)
        if kind is Kind.SPANS:
            return self.f1
        if kind is Kind.MULTI:
            return self.tp / (self.tp + self.fp + self.fn)
        return self.tp / self.seen  # a wrong choice is one FP and one FN, yet one item

    def figures(self, kind: Kind) -> dict[str, Any]:
        """The JSON object of `lms annotation score`: figures, and why one has none."""
        shapes = kind in {Kind.BOXES, Kind.POLYGONS}
        result: dict[str, Any] = {
            "tp": self.tp,
            "fp": self.fp,
            "fn": self.fn,
            "ignored": self.ignored,
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
            "mean_iou": self.mean_iou if shapes else None,
            "quality": self.quality(kind),
        }
        if self.precision is None:
            result["precision_reason"] = "no_submission"
        if self.recall is None:
            result["recall_reason"] = "no_gold"
        if result["mean_iou"] is None:
            result["mean_iou_reason"] = "no_match" if shapes else "not_applicable"
        if self.empty:
            result["f1_reason"] = result["quality_reason"] = "both_empty"
        return result


@dataclass(frozen=True, slots=True)
class Partial:
    """MUC counts of spans: correct, incorrect (overlap, other label), partial (overlap, same label), missing, spurious."""

    cor: int = 0
    inc: int = 0
    par: int = 0
    mis: int = 0
    spu: int = 0

    def __add__(self, other: Partial) -> Partial:
        return Partial(self.cor + other.cor, self.inc + other.inc, self.par + other.par, self.mis + other.mis, self.spu + other.spu)

    def to_json(self) -> dict[str, int]:
        return {"cor": self.cor, "inc": self.inc, "par": self.par, "mis": self.mis, "spu": self.spu}


@dataclass(frozen=True, slots=True)
class Match:
    """Places (from 0) in the submission and in the gold, and their IoU (1.0 for spans and choices)."""

    submission: int
    gold: int
    iou: float


@dataclass(frozen=True, slots=True)
class ItemScore:
    """One answer against its gold. `ignored`: places in the submission that lie in a crowd. `confusions`: right place, other label."""

    kind: Kind
    labels: Mapping[str, Tally]
    matches: tuple[Match, ...] = ()
    confusions: tuple[Match, ...] = ()
    ignored: tuple[int, ...] = ()
    partial: Partial | None = None

    @property
    def total(self) -> Tally:
        whole = sum_tallies(self.labels.values())
        return replace(whole, seen=min(whole.seen, 1))

    @property
    def quality(self) -> float:
        return self.total.quality(self.kind)

    @property
    def reason(self) -> str | None:
        return "both_empty" if self.total.empty else None


def score_item(kind: Kind, submission: Sequence[Answer], gold: Sequence[Answer], threshold: float = THRESHOLD) -> ItemScore:
    """Score admitted answers (see `geometry.admit`) of one item. Raises TypeError for an answer of another kind."""
    match kind:
        case Kind.BOXES:
            return score_shapes(kind, [as_box(_shape(s)) for s in submission], [as_box(_shape(g)) for g in gold], threshold)
        case Kind.POLYGONS:
            return score_shapes(kind, [as_polygon(_shape(s)) for s in submission], [as_polygon(_shape(g)) for g in gold], threshold)
        case Kind.SPANS:
            return score_spans([_span(s) for s in submission], [_span(g) for g in gold])
        case _:
            return score_choices(kind, [_choice(s) for s in submission], [_choice(g) for g in gold])


def score_shapes(kind: Kind, submission: Sequence[Shape], gold: Sequence[Shape], threshold: float = THRESHOLD) -> ItemScore:
    """Boxes or polygons. Crowd gold is never missed; an unmatched shape that lies in a crowd of its label to `threshold` is ignored."""
    crowd = [g for g in gold if g.crowd]
    plain = [place for place, g in enumerate(gold) if not g.crowd]
    iou = overlaps(submission, [gold[place] for place in plain])
    in_crowd = overlaps(submission, crowd)
    labels: dict[str, Tally] = {}
    matches: list[Match] = []
    ignored: list[int] = []
    for label in sorted({shape.label for shape in (*submission, *gold)}):
        rows = [i for i, s in enumerate(submission) if s.label == label]
        columns = [j for j, place in enumerate(plain) if gold[place].label == label]
        herds = [k for k, g in enumerate(crowd) if g.label == label]
        lies = {i: bool(herds) and bool((in_crowd[i, herds] >= threshold - _ROUNDING).any()) for i in rows}
        pairs = _assign(iou[rows][:, columns], threshold, [not lies[i] for i in rows])
        found = [Match(rows[r], plain[columns[c]], float(iou[rows[r], columns[c]])) for r, c in pairs]
        taken = {match.submission for match in found}
        spared = [i for i in rows if i not in taken and lies[i]]
        labels[label] = Tally(
            tp=len(found),
            fp=len(rows) - len(found) - len(spared),
            fn=len(columns) - len(found),
            ignored=len(spared),
            iou_sum=math.fsum(match.iou for match in found),
        )
        matches += found
        ignored += spared
    confusions = _confused(iou, plain, matches, ignored, threshold)
    return ItemScore(kind, labels, tuple(sorted(matches, key=_place)), confusions, tuple(sorted(ignored)))


def score_spans(submission: Sequence[Span], gold: Sequence[Span]) -> ItemScore:
    """Exact over (start, end, label) as a multiset: a duplicate is wrong. Partial as in MUC, half-open, one to one."""
    places: dict[tuple[int, int, str], list[int]] = defaultdict(list)
    for place, g in enumerate(gold):
        places[_key(g)].append(place)
    matches = [Match(i, places[_key(s)].pop(0), 1.0) for i, s in enumerate(submission) if places[_key(s)]]
    missed = _without(len(gold), (match.gold for match in matches))
    spurious = _without(len(submission), (match.submission for match in matches))
    overlapping = [(spurious[r], missed[c]) for r, c in _pair_spans([submission[i] for i in spurious], [gold[j] for j in missed])]
    alike = sum(submission[i].label == gold[j].label for i, j in overlapping)
    partial = Partial(
        cor=len(matches),
        inc=len(overlapping) - alike,
        par=alike,
        mis=len(missed) - len(overlapping),
        spu=len(spurious) - len(overlapping),
    )
    labels = _tallies([s.label for s in submission], [g.label for g in gold], [submission[match.submission].label for match in matches])
    confusions = tuple(Match(i, j, 1.0) for i, j in overlapping if _key(submission[i])[:2] == _key(gold[j])[:2])
    return ItemScore(Kind.SPANS, labels, tuple(matches), confusions, partial=partial)


def score_choices(kind: Kind, submission: Sequence[Choice], gold: Sequence[Choice]) -> ItemScore:
    """Labels as sets: quality of one choice is 1 or 0, of several their Jaccard index; both empty is 1."""
    ours = {choice.label: place for place, choice in reversed(list(enumerate(submission)))}
    theirs = {choice.label: place for place, choice in reversed(list(enumerate(gold)))}
    right = sorted(ours.keys() & theirs.keys())
    matches = tuple(Match(ours[label], theirs[label], 1.0) for label in right)
    labels = _tallies(list(ours), list(theirs), right)
    confusions: tuple[Match, ...] = ()
    if kind is not Kind.MULTI and len(ours) == len(theirs) == 1 and not right:
        confusions = (Match(0, 0, 1.0),)
    return ItemScore(kind, labels, matches, confusions)


def sum_tallies(tallies: Iterable[Tally]) -> Tally:
    return sum(tallies, Tally())


def wilson_lower(right: int, seen: int, z: float = Z) -> float:
    """Lower bound of the Wilson score interval (Wilson 1927) for `right` of `seen`; 0.0 where nothing was seen or right."""
    if not 0 <= right <= seen:
        raise ValueError("right lies between 0 and seen")
    if right == 0:
        return 0.0
    share, z2 = right / seen, z * z
    centre = share + z2 / (2 * seen)
    margin = z * math.sqrt(share * (1 - share) / seen + z2 / (4 * seen * seen))
    return (centre - margin) / (1 + z2 / seen)


@dataclass(frozen=True, slots=True)
class SkillLevel:
    """`right` of `seen` gold items passed, and the lower bound that decisions use."""

    right: int
    seen: int
    lower: float


def skill(qualities: Sequence[float], pass_mark: float = PASS_MARK, last: int = LAST) -> SkillLevel:
    """The skill shown by the item qualities of first answers to gold, oldest first: the `last` ones count."""
    recent = qualities[-last:]
    right = sum(quality >= pass_mark - _ROUNDING for quality in recent)
    return SkillLevel(right, len(recent), wilson_lower(right, len(recent)))


def _assign(iou: NDArray[np.float64], threshold: float, counted: Sequence[bool]) -> list[tuple[int, int]]:
    """Pairs (row, column) that maximise the sum of IoU, none below the threshold. `counted`: rows that cost an FP if unmatched."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    good = iou >= threshold - _ROUNDING
    if not good.any():
        return []
    weight = np.where(good, iou + _PAIR + _COUNTED * np.asarray(counted, dtype=float)[:, None], 0.0)
    rows, columns = linear_sum_assignment(weight, maximize=True)
    return [(int(r), int(c)) for r, c in zip(rows, columns, strict=True) if good[r, c]]


def _confused(
    iou: NDArray[np.float64], plain: Sequence[int], matches: Sequence[Match], ignored: Sequence[int], threshold: float
) -> tuple[Match, ...]:
    """A second matching that does not look at labels, over what the first one left."""
    rows = _without(len(iou), (*(match.submission for match in matches), *ignored))
    taken = {match.gold for match in matches}
    columns = [j for j, place in enumerate(plain) if place not in taken]
    if not rows or not columns:
        return ()
    pairs = _assign(iou[rows][:, columns], threshold, [True] * len(rows))
    return tuple(Match(rows[r], plain[columns[c]], float(iou[rows[r], columns[c]])) for r, c in pairs)


def _pair_spans(submission: Sequence[Span], gold: Sequence[Span]) -> list[tuple[int, int]]:
    """One to one, maximising the characters shared; among equals, pairs of the same label, then more pairs."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    if not submission or not gold:
        return []
    starts = np.maximum.outer([s.start for s in submission], [g.start for g in gold])
    ends = np.minimum.outer([s.end for s in submission], [g.end for g in gold])
    shared = np.maximum(ends - starts, 0)
    alike = np.array([[s.label == g.label for g in gold] for s in submission])
    most = min(shared.shape)
    # Whole numbers, so that the order of wishes is exact: a shared character outweighs every label, a label every pair.
    weight = np.where(shared > 0, (shared * (most + 1) + alike) * (most + 1) + 1, 0)
    rows, columns = linear_sum_assignment(weight, maximize=True)
    return [(int(r), int(c)) for r, c in zip(rows, columns, strict=True) if shared[r, c] > 0]


def _tallies(submission: Iterable[str], gold: Iterable[str], right: Iterable[str]) -> dict[str, Tally]:
    ours, theirs, both = Counter(submission), Counter(gold), Counter(right)
    return {
        label: Tally(tp=both[label], fp=ours[label] - both[label], fn=theirs[label] - both[label], seen=1)
        for label in sorted(ours.keys() | theirs.keys())
    }


def _without(count: int, taken: Iterable[int]) -> list[int]:
    gone = set(taken)
    return [place for place in range(count) if place not in gone]


def _key(span: Span) -> tuple[int, int, str]:
    return span.start, span.end, span.label


def _place(match: Match) -> int:
    return match.submission


def _shape(answer: Answer) -> Shape:
    if isinstance(answer, Span | Choice):
        raise TypeError("a shape is wanted")
    return answer


def _span(answer: Answer) -> Span:
    if not isinstance(answer, Span):
        raise TypeError("a span is wanted")
    return answer


def _choice(answer: Answer) -> Choice:
    if not isinstance(answer, Choice):
        raise TypeError("a choice is wanted")
    return answer
