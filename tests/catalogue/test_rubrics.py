"""Adding up a rubric."""

from __future__ import annotations

import pytest

from lms.catalogue import rubrics
from lms.catalogue.courses import Criterion, Level, Rubric
from lms.catalogue.plain import Text


def row(uid: str, *points: int) -> Criterion:
    return Criterion(uid, Text(en=uid), tuple(Level(f"l{n}", p, Text(en=f"{p} points")) for n, p in enumerate(points)))


RUBRIC = Rubric((row("facts", 0, 2, 4), row("words", 0, 1, 3), row("form", 1, 2, 3)))


@pytest.mark.parametrize(
    ("marks", "points"),
    [
        ({"facts": "l2", "words": "l2", "form": "l2"}, 10),
        ({"facts": "l0", "words": "l0", "form": "l0"}, 1),
        ({"form": "l1", "words": "l2", "facts": "l1"}, 7),
    ],
)
def test_total_is_the_sum_of_the_chosen_levels(marks: dict[str, str], points: int) -> None:
    assert rubrics.total(RUBRIC, marks) == points


def test_the_whole_is_the_best_of_every_row() -> None:
    assert RUBRIC.points == 10


def test_an_empty_row_is_named() -> None:
    with pytest.raises(rubrics.RubricError) as refused:
        rubrics.total(RUBRIC, {"facts": "l2", "words": ""})
    assert [row.uid for row in refused.value.empty] == ["words", "form"]
    assert refused.value.unknown == ()


@pytest.mark.parametrize("stray", [{"colour": "l1"}, {"facts": "l9"}])
def test_a_uid_of_another_rubric_is_named(stray: dict[str, str]) -> None:
    with pytest.raises(rubrics.RubricError) as refused:
        rubrics.total(RUBRIC, {"facts": "l2", "words": "l1", "form": "l0", **stray})
    assert refused.value.unknown == tuple(f"{row}/{level}" for row, level in stray.items())


def test_levels_come_in_the_order_of_the_rubric() -> None:
    assert list(rubrics.chosen(RUBRIC, {"form": "l1", "words": "l2", "facts": "l1"})) == ["facts", "words", "form"]
