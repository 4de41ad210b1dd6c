"""Section 6 of the annotation design, row by row, and the laws that hold for every score."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.annotation import scoring
from lms.annotation.geometry import admit, made_valid, outline, overlaps, self_crossing
from lms.annotation.schemas import Box, Choice, Kind, Polygon, Span
from lms.annotation.scoring import Partial, score_item, skill, wilson_lower


def box(x, y, w, h, label="cell", crowd=False):
    return Box(label, x, y, w, h, crowd)


def boxes(*rows, label="cell"):
    return [box(*row, label=label) for row in rows]


def square(left, top, side, label="cell"):
    return Polygon.ring(label, [(left, top), (left + side, top), (left + side, top + side), (left, top + side)])


def counts(score):
    return score.total.tp, score.total.fp, score.total.fn, score.total.ignored


ORDER = [(0, 0, 10, 10), (20, 20, 30, 30), (60, 60, 40, 40)]
EXTRA = (150, 150, 10, 10)


@pytest.mark.parametrize("at", [0, 1, 2, 3])
def test_order_of_drawing_changes_nothing(at):
    drawn = [*ORDER[:at], EXTRA, *ORDER[at:]]
    total = score_item(Kind.BOXES, boxes(*drawn), boxes(*ORDER)).total
    assert (total.tp, total.fp, total.fn) == (3, 1, 0)
    assert total.precision == pytest.approx(0.75)
    assert total.recall == 1
    assert total.f1 == pytest.approx(0.857143, abs=1e-6)
    assert total.quality(Kind.BOXES) == pytest.approx(0.857143, abs=1e-6)


def test_a_duplicate_is_a_false_positive():
    twice = score_item(Kind.BOXES, boxes((0, 0, 10, 10), (0, 0, 10, 10)), boxes((0, 0, 10, 10)))
    assert counts(twice) == (1, 1, 0, 0)
    assert twice.total.f1 == pytest.approx(0.666667, abs=1e-6)


@pytest.mark.parametrize("drawn", [[0, 0, 1], [0, 1, 0]])
def test_where_a_duplicate_stands_does_not_matter(drawn):
    gold = boxes((0, 0, 10, 10), (50, 50, 10, 10))
    assert score_item(Kind.BOXES, [gold[place] for place in drawn], gold).total.f1 == pytest.approx(0.8)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_matching_is_optimal_not_greedy(order):
    gold, drawn = boxes((0, 0, 10, 8), (0, 0, 10, 15)), boxes((0, 0, 10, 10), (0, 0, 10, 6))
    assert overlaps(drawn, gold).tolist() == [pytest.approx([0.8, 0.6667], abs=1e-4), pytest.approx([0.75, 0.4])]
    score = score_item(Kind.BOXES, [drawn[place] for place in order], gold)
    assert counts(score) == (2, 0, 0, 0)
    assert score.total.iou_sum == pytest.approx(1.416667, abs=1e-6)
    assert score.total.f1 == 1


@pytest.mark.parametrize(
    ("drawn", "gold", "f1", "quality", "reason"),
    [([], [], 1, 1, "both_empty"), (boxes((0, 0, 5, 5)), [], 0, 0, None), ([], boxes((0, 0, 5, 5)), 0, 0, None)],
)
@pytest.mark.parametrize("kind", [Kind.BOXES, Kind.POLYGONS])
def test_empty_sides(kind, drawn, gold, f1, quality, reason):
    score = score_item(kind, drawn, gold)
    assert (score.total.f1, score.quality, score.reason) == (f1, quality, reason)


@pytest.mark.parametrize(
    ("other", "iou"),
    [((5, 5, 10, 10), 0.142857), ((5, 0, 10, 10), 0.333333), ((10, 0, 10, 10), 0), ((0, 0, 10, 5), 0.5)],
)
@pytest.mark.parametrize("form", ["box", "polygon"])
def test_iou(form, other, iou):
    left, right = box(0, 0, 10, 10), box(*other)
    if form == "polygon":
        left = square(0, 0, 10)
    assert overlaps([left], [right])[0, 0] == pytest.approx(iou, abs=1e-6)


def test_exactly_the_threshold_is_a_match():
    assert counts(score_item(Kind.BOXES, boxes((0, 0, 10, 5)), boxes((0, 0, 10, 10)))) == (1, 0, 0, 0)
    # 0.1 and 0.2 have no exact float: a rounding error must not cost the match
    assert counts(score_item(Kind.BOXES, boxes((0.1, 0.1, 30.3, 10.1)), boxes((0.1, 0.1, 30.3, 20.2)))) == (1, 0, 0, 0)


def test_crowd_gold_forgives_and_is_never_missed():
    gold = [box(0, 0, 100, 100, crowd=True), box(150, 150, 20, 20)]
    assert overlaps(boxes((0, 0, 10, 10)), gold[:1])[0, 0] == 1.0
    assert overlaps(boxes((0, 0, 10, 10)), boxes((0, 0, 100, 100)))[0, 0] == pytest.approx(0.01)
    drawn = boxes((0, 0, 10, 10), (20, 20, 10, 10), (40, 40, 10, 10), (150, 150, 20, 20))
    for kind in (Kind.BOXES, Kind.POLYGONS):
        assert counts(score_item(kind, drawn, gold)) == (1, 0, 0, 3)
    assert counts(score_item(Kind.BOXES, [], gold[:1])) == (0, 0, 0, 0)
    assert counts(score_item(Kind.BOXES, boxes((0, 0, 10, 10), label="other"), gold[:1])) == (0, 1, 0, 0)


def test_which_of_two_equals_is_matched_is_settled_by_the_crowd():
    gold = [box(0, 0, 10, 10), box(-10, 0, 15, 10, crowd=True)]
    left, right = box(-5, 0, 10, 10), box(5, 0, 10, 10)  # the same IoU of 1/3, and only the left one lies in the crowd
    for drawn in ([left, right], [right, left]):
        assert counts(score_item(Kind.BOXES, drawn, gold, threshold=0.3)) == (1, 0, 0, 1)


def test_polygons_are_exact():
    ten = square(0, 0, 10)
    assert overlaps([ten], [square(5, 5, 10)])[0, 0] == pytest.approx(0.142857, abs=1e-6)
    triangle = Polygon.ring("cell", [(0, 0), (10, 0), (0, 10)])
    assert overlaps([triangle], [ten])[0, 0] == 0.5  # a raster mask says .45
    hole = ((3.0, 3.0), (7.0, 3.0), (7.0, 7.0), (3.0, 7.0))
    assert overlaps([Polygon("cell", ((ten.parts[0][0], hole),))], [ten])[0, 0] == pytest.approx(0.84)
    assert counts(score_item(Kind.POLYGONS, [triangle], [ten])) == (1, 0, 0, 0)


def test_bow_tie_is_scored_as_mended():
    bow_tie = Polygon.ring("cell", [(0, 0), (10, 10), (10, 0), (0, 10)])
    assert self_crossing(bow_tie)
    assert outline(bow_tie).area == 50
    assert len(made_valid(bow_tie).parts) == 2
    assert admit(bow_tie).answer == bow_tie
    assert counts(score_item(Kind.POLYGONS, [bow_tie], [square(0, 0, 10)])) == (1, 0, 0, 0)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (box(5, 5, 0, 3), "no_area"),
        (box(5, 5, 3, -1), "no_area"),
        (box(5, 5, 0.9, 1), "too_small"),
        (box(5, 5, 1, 1), None),
        (box(200, 5, 5, 5), "outside_image"),
        (Polygon.ring("cell", [(0, 0), (5, 5)]), "few_points"),
        (Polygon.ring("cell", [(0, 0), (5, 5), (0, 0), (5, 5)]), "few_points"),
        (Polygon.ring("cell", [(0, 0), (5, 5), (9, 9)]), "collinear"),
        (Polygon.ring("cell", [(0, 0), (1, 0), (0, 1)]), "too_small"),
        (Polygon.ring("cell", [(200, 0), (300, 0), (200, 50)]), "outside_image"),
        (Polygon("cell", ()), "few_points"),
        (Span("PER", 3, 3), "empty_span"),
        (Span("PER", 3, 50), "outside_text"),
        (Span("PER", -1, 2), "outside_text"),
    ],
)
def test_what_is_not_admitted(answer, reason):
    assert admit(answer, width=100, height=100, text="a text of this").reason == reason


def test_shapes_are_clipped_to_the_image_and_the_overhang_is_told():
    clipped = admit(box(-3, 90, 10, 20), width=100, height=100)
    assert (clipped.answer, clipped.outside) == (box(0, 90, 7, 10), 10)
    turned = admit(square(-5, 0, 10), width=100, height=100)
    assert outline(turned.answer).bounds == (0, 0, 5, 10)
    assert admit(box(0, 0, 100, 100), width=100, height=100).outside == 0


def test_wrong_class_in_the_right_place_is_confusion_and_two_mistakes():
    score = score_item(Kind.BOXES, boxes((0, 0, 10, 10), label="WBC"), boxes((0, 0, 10, 10), label="RBC"))
    assert counts(score) == (0, 1, 1, 0)
    assert [(one.submission, one.gold, one.iou) for one in score.confusions] == [(0, 0, 1.0)]
    assert (score.labels["WBC"].fp, score.labels["RBC"].fn) == (1, 1)


S = Span


@pytest.mark.parametrize(
    ("drawn", "gold", "exact", "partial"),
    [
        ([S("PER", 3, 6)], [S("PER", 0, 3)], (0, 1, 1), Partial(mis=1, spu=1)),  # half-open: they only touch
        ([S("PER", 0, 4)], [S("PER", 0, 4)], (1, 0, 0), Partial(cor=1)),
        ([S("PER", 0, 4)] * 2, [S("PER", 0, 4)], (1, 1, 0), Partial(cor=1, spu=1)),
        ([S("PER", 0, 4)] * 2, [S("PER", 0, 4)] * 2, (2, 0, 0), Partial(cor=2)),
        ([S("PER", 0, 4)], [S("PER", 0, 9)], (0, 1, 1), Partial(par=1)),
        ([S("LOC", 0, 4)], [S("PER", 0, 4)], (0, 1, 1), Partial(inc=1)),
        ([S("LOC", 0, 4)], [S("PER", 2, 9)], (0, 1, 1), Partial(inc=1)),
        ([], [S("PER", 0, 4)], (0, 0, 1), Partial(mis=1)),
        ([S("PER", 0, 9)], [S("PER", 0, 2), S("PER", 3, 9)], (0, 1, 2), Partial(par=1, mis=1)),
        ([S("PER", 0, 5), S("PER", 5, 9)], [S("PER", 1, 9)], (0, 2, 1), Partial(par=1, spu=1)),
    ],
)
def test_spans(drawn, gold, exact, partial):
    score = score_item(Kind.SPANS, drawn, gold)
    assert counts(score)[:3] == exact
    assert score.partial == partial
    assert score.quality == score.total.f1


def test_one_gold_span_goes_to_the_submission_that_shares_most():
    score = score_item(Kind.SPANS, [S("A", 0, 3), S("B", 3, 12)], [S("A", 2, 12)])
    assert score.partial == Partial(inc=1, spu=1)


@pytest.mark.parametrize(
    ("kind", "drawn", "gold", "exact", "quality"),
    [
        (Kind.CHOICE, "a", "a", (1, 0, 0), 1),
        (Kind.CHOICE, "b", "a", (0, 1, 1), 0),
        (Kind.CHOICE, "", "a", (0, 0, 1), 0),
        (Kind.MULTI, "ab", "bc", (1, 1, 1), 1 / 3),
        (Kind.MULTI, "abc", "abc", (3, 0, 0), 1),
        (Kind.MULTI, "", "", (0, 0, 0), 1),
        (Kind.MULTI, "a", "", (0, 1, 0), 0),
        (Kind.ORDINAL, "3", "4", (0, 1, 1), 0),
    ],
)
def test_choices(kind, drawn, gold, exact, quality):
    score = score_item(kind, [Choice(label) for label in drawn], [Choice(label) for label in gold])
    assert counts(score)[:3] == exact
    assert score.quality == pytest.approx(quality)


def test_figures_without_a_value_say_why():
    nothing = score_item(Kind.BOXES, [], []).total.figures(Kind.BOXES)
    assert nothing == {
        "tp": 0, "fp": 0, "fn": 0, "ignored": 0,
        "precision": None, "precision_reason": "no_submission", "recall": None, "recall_reason": "no_gold",
        "f1": 1.0, "f1_reason": "both_empty", "mean_iou": None, "mean_iou_reason": "no_match",
        "quality": 1.0, "quality_reason": "both_empty",
    }  # fmt: skip
    spans = score_item(Kind.SPANS, [S("A", 0, 1)], [S("A", 0, 1)]).total.figures(Kind.SPANS)
    assert (spans["mean_iou"], spans["mean_iou_reason"]) == (None, "not_applicable")


@pytest.mark.parametrize(
    ("right", "seen", "lower"),
    [(5, 5, 0.5655), (18, 20, 0.699), (20, 20, 0.8389), (27, 30, 0.7438), (45, 50, 0.7864), (46, 50, 0.8116), (48, 50, 0.8654), (0, 10, 0)],
)
def test_wilson_lower_bound(right, seen, lower):
    assert wilson_lower(right, seen) == pytest.approx(lower, abs=5e-5)


def test_skill_counts_the_last_fifty_against_the_pass_mark():
    level = skill([1.0] * 30 + [0.7] * 45 + [0.69] * 5)
    assert (level.right, level.seen) == (45, 50)
    assert level.lower == pytest.approx(0.7864, abs=5e-5)
    assert skill([]).lower == 0.0


def test_an_answer_of_another_kind_is_a_fault_of_the_caller():
    with pytest.raises(TypeError):
        score_item(Kind.SPANS, boxes((0, 0, 1, 1)), [])


coordinate = st.integers(0, 12)
side = st.integers(1, 8)
label = st.sampled_from("ab")
any_box = st.builds(Box, label, coordinate, coordinate, side, side, st.just(False))
any_gold = st.builds(Box, label, coordinate, coordinate, side, side, st.booleans())
any_span = st.builds(lambda label, start, length: Span(label, start, start + length), label, st.integers(0, 10), st.integers(1, 6))


@settings(deadline=None)
@given(st.lists(any_box, max_size=6), st.lists(any_gold, max_size=6), st.randoms(use_true_random=False))
def test_shape_scores_are_shares_and_know_no_order(drawn, gold, random):
    for kind in (Kind.BOXES, Kind.POLYGONS):
        score = score_item(kind, drawn, gold)
        for value in (score.total.precision, score.total.recall, score.total.f1, score.total.mean_iou, score.quality):
            assert value is None or 0 <= value <= 1 + 1e-12
        assert score.total.tp + score.total.fp + score.total.ignored == len(drawn)
        assert score.total.tp + score.total.fn == sum(not g.crowd for g in gold)
        shuffled = score_item(kind, random.sample(drawn, len(drawn)), random.sample(gold, len(gold)))
        assert counts(shuffled) == counts(score)
        assert shuffled.quality == pytest.approx(score.quality)


@settings(deadline=None)
@given(st.lists(any_box, max_size=4), st.lists(any_box, max_size=4))
def test_matching_is_what_trying_everything_finds(drawn, gold):
    drawn, gold = [replace(one, label="a") for one in drawn], [replace(one, label="a") for one in gold]
    iou, pairs = overlaps(drawn, gold), min(len(drawn), len(gold))
    best = (0.0, 0)
    for rows in permutations(range(len(drawn)), pairs):
        for columns in combinations(range(len(gold)), pairs):
            found = [iou[r, c] for r, c in zip(rows, columns, strict=True) if iou[r, c] >= 0.5]
            best = max(best, (round(sum(found), 9), len(found)))
    total = score_item(Kind.BOXES, drawn, gold).total
    assert (round(total.iou_sum, 9), total.tp) == best


@settings(deadline=None)
@given(st.lists(any_span, max_size=7), st.lists(any_span, max_size=7), st.randoms(use_true_random=False))
def test_span_scores_are_shares_and_know_no_order(drawn, gold, random):
    score = score_item(Kind.SPANS, drawn, gold)
    assert 0 <= score.quality <= 1
    shuffled = score_item(Kind.SPANS, random.sample(drawn, len(drawn)), random.sample(gold, len(gold)))
    assert (counts(shuffled), shuffled.partial) == (counts(score), score.partial)
    found = score.partial
    assert found.cor + found.inc + found.par + found.spu == len(drawn)
    assert found.cor + found.inc + found.par + found.mis == len(gold)


cells = st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=6)


@settings(deadline=None)
@given(cells, st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.integers(-6, 6)), min_size=1, max_size=6), st.data())
def test_a_duplicate_never_raises_f1(places, drawn, data):
    gold = [box(30 * x, 30 * y, 20, 20) for x, y in places]  # things that do not overlap
    ours = [box(30 * x + shift, 30 * y, 20, 20) for x, y, shift in drawn]
    again = [*ours, data.draw(st.sampled_from(ours))]
    assert score_item(Kind.BOXES, again, gold).total.f1 <= score_item(Kind.BOXES, ours, gold).total.f1


@settings(deadline=None)
@given(st.lists(any_box, max_size=6), st.lists(any_box, min_size=1, max_size=6))
def test_adding_a_correct_missing_shape_never_lowers_f1(drawn, gold):
    before = score_item(Kind.BOXES, drawn, gold)
    found = {match.gold for match in before.matches}
    for place in set(range(len(gold))) - found:
        assert score_item(Kind.BOXES, [*drawn, gold[place]], gold).total.f1 >= before.total.f1


@settings(deadline=None)
@given(st.lists(any_span, max_size=6), st.lists(any_span, max_size=6))
def test_spans_agree_with_the_two_laws_too(drawn, gold):
    before = score_item(Kind.SPANS, drawn, gold)
    for place in set(range(len(gold))) - {match.gold for match in before.matches}:
        assert score_item(Kind.SPANS, [*drawn, gold[place]], gold).total.f1 >= before.total.f1
    distinct = set(gold)
    for span in drawn:
        assert score_item(Kind.SPANS, [*drawn, span], list(distinct)).total.f1 <= score_item(Kind.SPANS, drawn, list(distinct)).total.f1


def test_the_scorer_has_a_version():
    assert scoring.SCORER_VERSION >= 1
