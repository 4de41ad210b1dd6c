"""Adds up a rubric: one level chosen in every row."""

from __future__ import annotations

from collections.abc import Mapping

from lms.catalogue.courses import Criterion, Level, Rubric


class RubricError(ValueError):
    """`empty` holds the criteria without a chosen level, `unknown` the uids that are no criterion or no level of theirs."""

    def __init__(self, empty: tuple[Criterion, ...], unknown: tuple[str, ...] = ()) -> None:
        super().__init__("; ".join([f"no level for {row.uid}" for row in empty] + [f"unknown: {uid}" for uid in unknown]))
        self.empty = empty
        self.unknown = unknown


def chosen(rubric: Rubric, marks: Mapping[str, str]) -> dict[str, Level]:
    """The level of every row, in the order of the rubric. `marks`: criterion uid to level uid.

    Raises RubricError when a row has no level, or a uid is not of this rubric.
    """
    levels = {row.uid: {level.uid: level for level in row.levels} for row in rubric.criteria}
    unknown = tuple(f"{row}/{level}" for row, level in marks.items() if level and level not in levels.get(row, {}))
    empty = tuple(row for row in rubric.criteria if not marks.get(row.uid))
    if empty or unknown:
        raise RubricError(empty, unknown)
    return {row.uid: levels[row.uid][marks[row.uid]] for row in rubric.criteria}


def total(rubric: Rubric, marks: Mapping[str, str]) -> int:
    """The points of the chosen levels, 0 to `rubric.points`. Raises RubricError as `chosen` does."""
    return sum(level.points for level in chosen(rubric, marks).values())
