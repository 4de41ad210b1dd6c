"""COCO's run-length masks as exact outlines: the pixels' own edges, so that masks and polygons meet in one geometry.

Written here and not by pycocotools.mask.decode, which trusts the run lengths of the file with its memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lms.annotation.geometry import parts_of
from lms.annotation.schemas import Part


def parts(mask: Mapping[str, Any], width: int, height: int) -> tuple[Part, ...]:
    """The areas of a mask of `width` x `height` pixels. Raises ValueError when its size or its runs do not fit."""
    import shapely

    if mask.get("size") != [height, width]:
        raise ValueError("the mask's size is not the picture's")
    runs = counts(mask.get("counts"))
    if sum(runs) != width * height:
        raise ValueError("the mask's runs do not fill the picture")
    strips = []
    at = 0
    for place, run in enumerate(runs):
        if place % 2:  # runs of background and of mask by turns, column by column
            strips += _strips(at, at + run, height)
        at += run
    return parts_of(shapely.union_all([shapely.box(*strip) for strip in strips])) if strips else ()


def counts(value: Any) -> list[int]:
    """Run lengths, from the list or from COCO's compressed text (the little-endian base 32 of its maskApi.c)."""
    if isinstance(value, str):
        return _decompressed(value)
    if not isinstance(value, list) or not all(type(run) is int and run >= 0 for run in value):
        raise ValueError("the mask's counts are whole numbers, or text")
    return value


def _decompressed(text: str) -> list[int]:
    runs: list[int] = []
    number = shift = 0
    for sign in text:
        digit = ord(sign) - 48
        if not 0 <= digit < 64 or shift > 60:
            raise ValueError("the mask's counts cannot be read")
        number |= (digit & 0x1F) << shift
        shift += 5
        if digit & 0x20:
            continue
        if digit & 0x10:
            number -= 1 << shift
        run = number + (runs[-2] if len(runs) > 2 else 0)  # from the fourth on, the difference to the run before the last
        if run < 0:
            raise ValueError("the mask's counts cannot be read")
        runs.append(run)
        number = shift = 0
    if shift:
        raise ValueError("the mask's counts end too early")
    return runs


def _strips(start: int, end: int, height: int) -> list[tuple[int, int, int, int]]:
    """The pixels [start, end), counted down the columns, as rectangles: at most a piece, whole columns, a piece."""
    first, top = divmod(start, height)
    last, bottom = divmod(end, height)
    if first == last:
        return [(first, top, last + 1, bottom)] if bottom > top else []
    strips = []
    if top:
        strips.append((first, top, first + 1, height))
        first += 1
    if last > first:
        strips.append((first, 0, last, height))
    if bottom:
        strips.append((last, 0, last + 1, bottom))
    return strips
