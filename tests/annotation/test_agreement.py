"""Published examples, the 39 real workers, degenerate tables, and the krippendorff library as a second opinion."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import krippendorff
import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.annotation.agreement import (
    Rating,
    agreement,
    alpha_interval,
    alpha_nominal,
    alpha_ordinal,
    cohen_kappa,
    fleiss_kappa,
)

BLUEBIRDS = Path(__file__).parents[2].parent / "shared" / "data" / "bluebirds"

KRIPPENDORFF = """
A 1 2 3 3 2 1 4 1 2 . . .
B 1 2 3 3 2 2 4 1 2 5 . 3
C . 3 3 3 2 3 4 2 2 5 1 .
D 1 2 3 3 2 4 4 1 2 5 1 .
"""
FLEISS = (
    "00060 03003 01401 00006 03030 20400 00402 20310 20040 00006 10050 11040 03300 10050 02031 "
    "00501 30012 51000 02040 10203 00006 01050 02013 20040 10041 05010 40002 02040 10500 00006"
)


def krippendorff_ratings():
    rows = [line.split() for line in KRIPPENDORFF.split("\n") if line]
    return [Rating(str(item), worker, label) for worker, *labels in rows for item, label in enumerate(labels) if label != "."]


def units(*rows):
    return [list(row) for row in rows]


def test_krippendorff_2011():
    result = agreement(krippendorff_ratings())
    assert result.nominal.value == pytest.approx(0.743421, abs=1e-6)
    assert result.ordinal.value == pytest.approx(0.815388, abs=1e-6)
    assert result.interval.value == pytest.approx(0.849107, abs=1e-6)
    assert (result.items, result.workers, result.labels, result.pairable) == (12, 4, 5, 40)
    assert result.fleiss_kappa.reason == "uneven"


def test_fleiss_1971():
    rows = [[label for label, count in enumerate(row) for _ in range(int(count))] for row in FLEISS.split()]
    assert [sum(row.count(label) for row in rows) for label in range(5)] == [26, 26, 30, 55, 43]
    assert fleiss_kappa([list(map(str, row)) for row in rows]).value == pytest.approx(0.430245, abs=1e-6)


def test_cohen_1968():
    table = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]
    pairs = [(str(i), str(j)) for i in range(3) for j in range(3) for _ in range(table[i][j])]
    assert cohen_kappa(*zip(*pairs, strict=True)).value == pytest.approx(0.491525, abs=1e-6)


@pytest.mark.parametrize(
    ("first", "second", "alpha"),
    [("1122", "2211", -0.75), ("1122", "1122", 1.0), ("1" * 99 + "2", "1" * 100, 0.0)],
)
def test_two_raters(first, second, alpha):
    result = agreement([Rating(str(i), w, label) for w, labels in (("a", first), ("b", second)) for i, label in enumerate(labels)])
    assert result.nominal.value == alpha
    assert result.raw.value == pytest.approx(sum(map(str.__eq__, first, second)) / len(first))


def test_high_raw_agreement_can_be_no_agreement():
    ratings = [Rating(str(i), w, "2" if (i, w) == (99, "a") else "1") for i in range(100) for w in "ab"]
    result = agreement(ratings).to_json()
    assert (result["raw"], result["alpha"]["nominal"], result["cohen_kappa_mean"]) == (0.99, 0.0, 0.0)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (("11", "11", "11"), {"alpha": "single_category", "fleiss": "single_category", "cohen": "single_category", "raw": 1.0}),
        (("1", "2", "1"), {"alpha": "no_overlap", "fleiss": "no_overlap", "cohen": "no_overlap", "raw": None}),
        ((), {"alpha": "no_overlap", "fleiss": "no_overlap", "cohen": "no_overlap", "raw": None}),
    ],
)
def test_degenerate_tables_have_no_value_but_a_reason(rows, expected):
    result = agreement([Rating(str(i), str(w), label) for i, row in enumerate(rows) for w, label in enumerate(row)]).to_json()
    assert result["alpha"] == {
        key: value
        for name in ("nominal", "ordinal", "interval")
        for key, value in ((name, None), (f"{name}_reason", expected["alpha"]))
    }
    assert (result["fleiss_kappa"], result["fleiss_kappa_reason"]) == (None, expected["fleiss"])
    assert (result["cohen_kappa_mean"], result["cohen_kappa_mean_reason"]) == (None, expected["cohen"])
    assert result["raw"] == expected["raw"]


@pytest.mark.parametrize("odd", ["cat", "nan", "inf", "1e400", ""])
def test_one_label_that_is_no_number_takes_ordinal_and_interval(odd):
    rows = units(["1", "2"], ["2", odd])
    assert (alpha_ordinal(rows).reason, alpha_interval(rows).reason) == ("not_numeric", "not_numeric")
    assert alpha_nominal(rows).value is not None


def test_huge_numbers_do_not_overflow():
    small, huge = units("12", "22", "31"), [[f"{label}e307" for label in row] for row in units("12", "22", "31")]
    assert alpha_interval(huge).value == pytest.approx(alpha_interval(small).value)


def test_pairs_without_a_kappa_are_left_out_of_the_mean():
    ratings = [Rating(i, w, label) for i, row in {"1": "aab", "2": "aaa", "3": "aab"}.items() for w, label in zip("xyz", row, strict=True)]
    assert agreement(ratings).cohen_kappa_mean.value == 0.0  # x and y agree on one single label


@pytest.mark.skipif(not BLUEBIRDS.exists(), reason="the real data beside the checkout (../shared/data) is absent")
def test_the_39_bluebird_workers():
    labels = yaml.safe_load((BLUEBIRDS / "labels.yaml").read_text())
    truth = yaml.safe_load((BLUEBIRDS / "gt.yaml").read_text())
    ratings = [Rating(str(item), str(worker), str(label)) for worker, row in labels.items() for item, label in row.items()]
    result = agreement(ratings)
    assert (result.items, result.workers, result.labels, result.pairable) == (108, 39, 2, 108 * 39)
    assert result.nominal.value == pytest.approx(0.125501, abs=1e-6)
    assert result.fleiss_kappa.value == pytest.approx(0.125293, abs=1e-6)
    votes = {item: Counter(row[item] for row in labels.values()).most_common(1)[0][0] for item in truth}
    assert sum(votes[item] == truth[item] for item in truth) == 82
    accuracies = sorted(sum(row[item] == truth[item] for item in truth) / len(truth) for row in labels.values())
    expected = (0.324074, 0.635566, 0.888889)
    assert (accuracies[0], sum(accuracies) / 39, accuracies[-1]) == pytest.approx(expected, abs=1e-6)
    for worker, kappa in ((39, 0.571429), (97, 0.133891)):
        items = sorted(truth)
        found = cohen_kappa([str(labels[worker][item]) for item in items], [str(truth[item]) for item in items])
        assert found.value == pytest.approx(kappa, abs=1e-6)


table = st.lists(st.lists(st.sampled_from([None, 1, 2, 3, 5, 8]), min_size=4, max_size=4), min_size=2, max_size=8)


@settings(deadline=None)
@given(table)
def test_the_krippendorff_library_agrees(rows):
    ours = [[str(value) for value in row if value is not None] for row in rows]
    data = np.array([[math.nan if value is None else value for value in row] for row in rows], dtype=float).T
    for level, alpha in (("nominal", alpha_nominal), ("ordinal", alpha_ordinal), ("interval", alpha_interval)):
        figure = alpha(ours)
        if figure.value is not None:
            assert figure.value == pytest.approx(krippendorff.alpha(reliability_data=data, level_of_measurement=level), abs=1e-9)


@settings(deadline=None)
@given(table, st.permutations(["a", "b", "c", "d", "e"]), st.randoms(use_true_random=False))
def test_alpha_knows_no_names_and_no_order(rows, names, random):
    ours = [[str(value) for value in row if value is not None] for row in rows]
    other = dict(zip(("1", "2", "3", "5", "8"), names, strict=True))
    renamed = [random.sample([other[label] for label in row], len(row)) for row in random.sample(ours, len(ours))]
    assert alpha_nominal(renamed) == alpha_nominal(ours)


@settings(deadline=None)
@given(table)
def test_alpha_interval_knows_no_unit(rows):
    ours = [[str(value) for value in row if value is not None] for row in rows]
    scaled = [[str(3 * int(label) - 7) for label in row] for row in ours]
    before, after = alpha_interval(ours), alpha_interval(scaled)
    assert after.reason == before.reason
    assert after.value == pytest.approx(before.value) if before.value is not None else after.value is None
    assert alpha_ordinal(scaled).value == pytest.approx(alpha_ordinal(ours).value) if before.value is not None else True
