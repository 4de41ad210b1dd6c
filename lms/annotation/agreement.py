"""How far people agree beyond chance: Krippendorff's alpha, Fleiss' and Cohen's kappa, raw agreement.

Nothing here is ever nan: a figure without a value is None and has a reason (`single_category`, `no_overlap`, `not_numeric`,
`uneven`). Raw agreement always stands beside alpha: 99 % of raw agreement can be an alpha of 0.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lms.annotation.batch import Finding, Unreadable
from lms.annotation.schemas import nfc, number
from lms.annotation.tabular import rows_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Rating:
    item: str
    worker: str
    label: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A value, or the reason why there is none."""

    value: float | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    items: int
    workers: int
    labels: int
    pairable: int
    raw: Figure
    nominal: Figure
    ordinal: Figure
    interval: Figure
    fleiss_kappa: Figure
    cohen_kappa_mean: Figure

    def to_json(self) -> dict[str, Any]:
        """The object that `lms annotation agreement --json` prints."""
        alpha: dict[str, Any] = {}
        for name in ("nominal", "ordinal", "interval"):
            _put(alpha, name, getattr(self, name))
        result: dict[str, Any] = {"items": self.items, "workers": self.workers, "labels": self.labels}
        _put(result, "raw", self.raw)
        result["alpha"] = alpha
        _put(result, "fleiss_kappa", self.fleiss_kappa)
        _put(result, "cohen_kappa_mean", self.cohen_kappa_mean)
        result["pairable"] = self.pairable
        return result


def read_ratings(path: Path) -> list[Rating]:
    """Ratings of a CSV file with the columns item, worker, label; empty labels are left out.

    Raises `Unreadable` naming file and line for a missing column, an empty item or worker, or a worker twice on an item.
    """
    ratings: list[Rating] = []
    seen: dict[tuple[str, str], int] = {}
    findings: list[Finding] = []
    for line, row in rows_of(path, ("item", "worker", "label")):
        item, worker, label = nfc(row["item"]), nfc(row["worker"]), nfc(row["label"])
        if not item or not worker:
            findings.append(Finding(path.name, line, "the item or the worker is empty"))
            continue
        if not label:
            continue
        if (item, worker) in seen:
            first = seen[item, worker]
            findings.append(Finding(path.name, line, f"worker {worker} labels item {item} a second time (first in line {first})"))
            continue
        seen[item, worker] = line
        ratings.append(Rating(item, worker, label))
    if findings:
        raise Unreadable(findings)
    return ratings


def agreement(ratings: Sequence[Rating]) -> Agreement:
    """Every figure for ratings of which no worker has two on one item."""
    units: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for rating in ratings:
        units[rating.item].append((rating.worker, rating.label))
    labelled = [[label for _, label in unit] for unit in units.values()]
    pairable = [unit for unit in labelled if len(unit) >= 2]
    return Agreement(
        items=len(units),
        workers=len({rating.worker for rating in ratings}),
        labels=len({rating.label for rating in ratings}),
        pairable=sum(map(len, pairable)),
        raw=raw_agreement(labelled),
        nominal=alpha_nominal(labelled),
        ordinal=alpha_ordinal(labelled),
        interval=alpha_interval(labelled),
        fleiss_kappa=fleiss_kappa(labelled),
        cohen_kappa_mean=cohen_kappa_mean(units.values()),
    )


def raw_agreement(units: Iterable[Sequence[str]]) -> Figure:
    """1 - Do: how often two labels of one item are the same, each item weighing as many labels as it has."""
    pairable = [unit for unit in units if len(unit) >= 2]
    if not pairable:
        return Figure(None, "no_overlap")
    return Figure(_agreeing(pairable) / sum(map(len, pairable)))


def alpha_nominal(units: Iterable[Sequence[str]]) -> Figure:
    """Krippendorff's alpha for labels without order (Krippendorff 2011), units being the labels that each item got.

    Do = 1 - (1/n) sum_u sum_c n_uc(n_uc-1)/(m_u-1);  De = 1 - sum_c n_c(n_c-1)/(n(n-1));  alpha = 1 - Do/De
    """
    pairable = [unit for unit in units if len(unit) >= 2]
    if not pairable:
        return Figure(None, "no_overlap")
    counts = Counter(label for unit in pairable for label in unit)
    if len(counts) == 1:
        return Figure(None, "single_category")
    n = counts.total()
    expected = n * n - sum(count * count for count in counts.values())  # n(n-1) De, a whole number
    return Figure(1 - (n - 1) * (n - _agreeing(pairable)) / expected)


def alpha_interval(units: Iterable[Sequence[str]]) -> Figure:
    """Alpha with the squared difference of the labels' numbers; `not_numeric` unless every label is a finite number."""
    pairable = _numeric(units)
    return pairable if isinstance(pairable, Figure) else _alpha_squared(pairable[0], pairable[1])


def alpha_ordinal(units: Iterable[Sequence[str]]) -> Figure:
    """Alpha for ranked labels, written as numbers.

    Krippendorff's ordinal difference of c and k, (sum of n_g for g from c to k) - (n_c+n_k)/2, is the difference of their mid-ranks:
    so ordinal alpha is interval alpha of the mid-ranks, in O(n log n).
    """
    import numpy as np

    pairable = _numeric(units)
    if isinstance(pairable, Figure):
        return pairable
    values, members = pairable
    _, category, counts = np.unique(values, return_inverse=True, return_counts=True)
    return _alpha_squared((np.cumsum(counts) - counts / 2)[category], members)


def fleiss_kappa(units: Iterable[Sequence[str]]) -> Figure:
    """Fleiss 1971: the same number of labels on every item, whoever gave them; else `uneven`."""
    counted = [Counter(unit) for unit in units]
    sizes = {count.total() for count in counted}
    if not sizes or sizes == {1}:
        return Figure(None, "no_overlap")
    if len(sizes) > 1:
        return Figure(None, "uneven")
    m = sizes.pop()
    labels: Counter[str] = Counter()
    for count in counted:
        labels.update(count)
    if len(labels) == 1:
        return Figure(None, "single_category")
    n = labels.total()
    chance = sum(count * count for count in labels.values())  # n squared times Pe
    agree = sum(k * (k - 1) for count in counted for k in count.values())  # n (m-1) times P
    return Figure((agree * n - chance * (m - 1)) / ((m - 1) * (n * n - chance)))


def cohen_kappa_mean(units: Iterable[Sequence[tuple[str, str]]]) -> Figure:
    """The mean of Cohen's kappa over the pairs of workers with a common item; units are (worker, label) lists.

    A pair that used one single label has no kappa and is left out; `single_category` when no pair has one.
    """
    pairs: dict[tuple[str, str], Counter[tuple[str, str]]] = defaultdict(Counter)
    for unit in units:
        for (worker, label), (other, theirs) in combinations(sorted(unit), 2):
            pairs[worker, other][label, theirs] += 1
    if not pairs:
        return Figure(None, "no_overlap")
    kappas = [figure.value for table in pairs.values() if (figure := _kappa_of(table)).value is not None]
    return Figure(math.fsum(kappas) / len(kappas)) if kappas else Figure(None, "single_category")


def cohen_kappa(first: Sequence[str], second: Sequence[str]) -> Figure:
    """Cohen 1960, for two label lists of the same items in the same order."""
    table = Counter(zip(first, second, strict=True))
    return _kappa_of(table) if table else Figure(None, "no_overlap")


def _agreeing(pairable: Sequence[Sequence[str]]) -> float:
    """n (1 - Do): sums per size of unit stay whole numbers, so that nothing rounds where every item has as many labels."""
    by_size: Counter[int] = Counter()
    for unit in pairable:
        by_size[len(unit)] += sum(count * (count - 1) for count in Counter(unit).values())
    return math.fsum(agree / (size - 1) for size, agree in by_size.items())


def _kappa_of(table: Counter[tuple[str, str]]) -> Figure:
    ours: Counter[str] = Counter()
    theirs: Counter[str] = Counter()
    for (label, other), count in table.items():
        ours[label] += count
        theirs[other] += count
    n = table.total()
    chance = sum(count * theirs[label] for label, count in ours.items())
    if chance == n * n:
        return Figure(None, "single_category")
    agree = sum(count for (label, other), count in table.items() if label == other)
    return Figure((n * agree - chance) / (n * n - chance))


def _numeric(units: Iterable[Sequence[str]]) -> Figure | tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The values of the pairable units and the unit each belongs to, or why there are none."""
    import numpy as np

    known = list(units)
    pairable = [unit for unit in known if len(unit) >= 2]
    if not pairable:
        return Figure(None, "no_overlap")
    numbers = {label: number(label) for unit in known for label in unit}
    if None in numbers.values():
        return Figure(None, "not_numeric")
    values = np.array([numbers[label] for unit in pairable for label in unit], dtype=np.float64)
    return values, np.repeat(np.arange(len(pairable)), [len(unit) for unit in pairable])


def _alpha_squared(values: NDArray[np.float64], members: NDArray[np.int64]) -> Figure:
    """Alpha with squared differences: sum over pairs of (x-y)^2 is 2(m sum x^2 - (sum x)^2), for each unit and for all."""
    import numpy as np

    if (values == values[0]).all():
        return Figure(None, "single_category")
    x = values / np.abs(values).max()  # alpha knows no scale; huge numbers would overflow when squared
    sizes = np.bincount(members)
    centred = x - (np.bincount(members, x) / sizes)[members]
    within = float(np.sum(np.bincount(members, centred * centred) * sizes / (sizes - 1)))
    n = len(x)
    between = float(np.sum((x - x.mean()) ** 2)) * n
    if between == 0:
        return Figure(None, "single_category")
    return Figure(1 - (n - 1) * within / between)


def _put(target: dict[str, Any], name: str, figure: Figure) -> None:
    target[name] = figure.value
    if figure.reason:
        target[f"{name}_reason"] = figure.reason
