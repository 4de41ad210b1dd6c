"""What is said of each part of an answer: one verdict for each, and one slip told once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.annotation.mistakes import State, Verdict, verdicts
from lms.annotation.schemas import Answer, Box, Choice, Kind, Polygon, Span

GLASS = Box("Glass", 100, 100, 40, 40)
WORD = Span("PER", 10, 20)


def glass(x: float, y: float, w: float, h: float, label: str = "Glass") -> Box:
    return Box(label, x, y, w, h)


@pytest.mark.parametrize(
    ("mine", "known", "told"),
    [
        ([GLASS], [GLASS], [Verdict(State.RIGHT, 0, 0)]),
        ([glass(102, 101, 40, 40)], [GLASS], [Verdict(State.RIGHT, 0, 0)]),
        ([glass(80, 80, 80, 80)], [GLASS], [Verdict(State.BIG, 0, 0)]),  # IoU .25
        ([glass(110, 110, 20, 20)], [GLASS], [Verdict(State.SMALL, 0, 0)]),  # IoU .25
        ([glass(120, 110, 40, 40)], [GLASS], [Verdict(State.OFF, 0, 0)]),  # IoU 600 / 2600
        ([glass(136, 136, 40, 40)], [GLASS], [Verdict(State.EXTRA, 0), Verdict(State.MISSED, known=0)]),  # IoU .005: meant nothing
        ([glass(300, 300, 40, 40)], [GLASS], [Verdict(State.EXTRA, 0), Verdict(State.MISSED, known=0)]),
        ([glass(100, 100, 40, 40, "Plate")], [GLASS], [Verdict(State.CONFUSED, 0, 0)]),
        ([glass(80, 80, 80, 80, "Plate")], [GLASS], [Verdict(State.EXTRA, 0), Verdict(State.MISSED, known=0)]),
        ([GLASS, GLASS], [GLASS], [Verdict(State.RIGHT, 0, 0), Verdict(State.EXTRA, 1)]),
        ([], [GLASS], [Verdict(State.MISSED, known=0)]),
        ([], [], []),
        # The nearer of two that mean the same thing gets it.
        ([glass(80, 80, 90, 90), glass(80, 80, 80, 80)], [GLASS], [Verdict(State.EXTRA, 0), Verdict(State.BIG, 1, 0)]),
        # What lies in a crowd is spared, and a crowd is never missed.
        ([GLASS], [Box("Glass", 0, 0, 300, 300, crowd=True)], [Verdict(State.RIGHT, 0)]),
        ([], [Box("Glass", 0, 0, 300, 300, crowd=True)], []),
    ],
)
def test_boxes(mine: list[Answer], known: list[Answer], told: list[Verdict]) -> None:
    assert verdicts(Kind.BOXES, mine, known) == told


@pytest.mark.parametrize(
    ("mine", "told"),
    [
        ([WORD], [Verdict(State.RIGHT, 0, 0)]),
        ([Span("PER", 10, 25)], [Verdict(State.BIG, 0, 0)]),
        ([Span("PER", 10, 15)], [Verdict(State.SMALL, 0, 0)]),
        ([Span("PER", 15, 25)], [Verdict(State.OFF, 0, 0)]),
        ([Span("LOC", 10, 20)], [Verdict(State.CONFUSED, 0, 0)]),
        ([Span("PER", 20, 30)], [Verdict(State.EXTRA, 0), Verdict(State.MISSED, known=0)]),  # half-open: they only touch
    ],
)
def test_words(mine: list[Answer], told: list[Verdict]) -> None:
    assert verdicts(Kind.SPANS, mine, [WORD]) == told


def test_outlines_and_choices() -> None:
    triangle = Polygon.ring("Leaf", [(0, 0), (40, 0), (0, 40)])
    twice = Polygon.ring("Leaf", [(0, 0), (80, 0), (0, 80)])
    assert verdicts(Kind.POLYGONS, [twice], [triangle]) == [Verdict(State.BIG, 0, 0)]
    assert verdicts(Kind.CHOICE, [Choice("dog")], [Choice("cat")]) == [Verdict(State.CONFUSED, 0, 0)]
    assert verdicts(Kind.MULTI, [Choice("a"), Choice("b")], [Choice("b"), Choice("c")]) == [
        Verdict(State.EXTRA, 0), Verdict(State.RIGHT, 1, 0), Verdict(State.MISSED, known=1),
    ]  # fmt: skip


boxes = st.lists(
    st.builds(Box, st.sampled_from(["a", "b"]), st.integers(0, 50), st.integers(0, 50), st.integers(1, 50), st.integers(1, 50)), max_size=6
)


@given(boxes, boxes)
def test_every_part_is_told_once(mine: list[Answer], known: list[Answer]) -> None:
    told = verdicts(Kind.BOXES, mine, known)
    assert [one.mine for one in told if one.mine is not None] == list(range(len(mine)))
    spoken = sorted(one.known for one in told if one.known is not None)
    assert spoken == list(range(len(known)))
    assert all(one.state is State.RIGHT for one in verdicts(Kind.BOXES, mine, mine))
