"""What makes a shape fit to be scored (annotation design, section 4), and how much two shapes overlap.

`admit` is the one gate: hand-in, import and scoring all pass through it, so that a shape counts everywhere or nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lms.annotation.schemas import Answer, Box, Choice, Part, Point, Polygon, Ring, Shape, Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

SMALLEST = 1.0  # square pixels
MOST_CROSSINGS = 200  # of one shape's lines: to mend more takes half a minute, and it is no outline
MOST_POINTS_MENDED = 2000
FURTHEST = 1e7  # pixels from the corner of the image: beyond, floats lose the areas that are compared
TOLERATED_OUTSIDE = 2.0  # pixels; more than this outside the image is worth a word


@dataclass(frozen=True, slots=True)
class Admission:
    """`answer` as it counts (clipped to the image), or None with the `reason`; `outside`: pixels it stood out of the image."""

    answer: Answer | None
    reason: str | None = None
    outside: float = 0.0


def admit(answer: Answer, *, width: float | None = None, height: float | None = None, text: str | None = None) -> Admission:
    """Judge one answer against its item. Reasons are the keys of `schemas.REASONS`; a choice is always admitted."""
    match answer:
        case Choice():
            return Admission(answer)
        case Span():
            return _admit_span(answer, text)
        case Box():
            return _admit_box(answer, width, height)
        case Polygon():
            return _admit_polygon(answer, width, height)


def self_crossing(polygon: Polygon) -> bool:
    """Whether an outline crosses itself: the person is then offered the geometry of `made_valid`."""
    return not all(_part(part).is_valid for part in polygon.parts)


def made_valid(polygon: Polygon) -> Polygon:
    """The polygon as it will be scored, split where its outline crosses itself."""
    return replace(polygon, parts=parts_of(outline(polygon)))


def outline(shape: Shape) -> BaseGeometry:
    """The valid area of a shape as a shapely geometry. Needs rings of at least three points."""
    import shapely

    if isinstance(shape, Box):
        return shapely.box(shape.x, shape.y, shape.x + shape.w, shape.y + shape.h)
    parts = [_areas(shapely.make_valid(_part(part))) for part in shape.parts]
    return parts[0] if len(parts) == 1 else shapely.union_all(parts)


def parts_of(geometry: BaseGeometry) -> tuple[Part, ...]:
    """The areas of a geometry as plain points, in a settled order."""
    import shapely

    areas = [area for area in shapely.get_parts(_areas(geometry)) if not area.is_empty]
    parts = [tuple(_points(ring) for ring in (area.exterior, *area.interiors)) for area in areas]
    return tuple(sorted(parts))


def without_holes(polygon: Polygon) -> Polygon:
    """The same area in parts that have no hole, cut straight down through each hole: COCO's outlines cannot say a hole."""
    if all(len(part) == 1 for part in polygon.parts):
        return polygon
    return replace(polygon, parts=tuple(piece for part in polygon.parts for piece in _cut(_part(part))))


def as_polygon(shape: Shape) -> Polygon:
    if isinstance(shape, Polygon):
        return shape
    left, top, right, bottom = shape.x, shape.y, shape.x + shape.w, shape.y + shape.h
    return Polygon.ring(shape.label, ((left, top), (right, top), (right, bottom), (left, bottom)), crowd=shape.crowd, id=shape.id)


def as_box(shape: Shape) -> Box:
    """The smallest upright box around a shape."""
    if isinstance(shape, Box):
        return shape
    xs, ys = zip(*(point for part in shape.parts for point in part[0]), strict=True)
    return Box(shape.label, min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys), shape.crowd, shape.id)


def overlaps(submission: Sequence[Shape], gold: Sequence[Shape]) -> NDArray[np.float64]:
    """Matrix [len(submission), len(gold)] of IoU; against crowd gold, the intersection over the submission's own area.

    Boxes by pycocotools; as soon as one is a polygon, all by shapely, which is exact where a raster mask is not.
    """
    import numpy as np

    if not submission or not gold:
        return np.zeros((len(submission), len(gold)))
    if all(isinstance(shape, Box) for shape in (*submission, *gold)):
        from pycocotools import mask

        crowd = [int(shape.crowd) for shape in gold]
        return np.asarray(mask.iou(_rows(submission), _rows(gold), crowd), dtype=np.float64).reshape(len(submission), len(gold))
    import shapely

    ours = np.array([outline(shape) for shape in submission], dtype=object)
    theirs = np.array([outline(shape) for shape in gold], dtype=object)
    shared = shapely.area(shapely.intersection(ours[:, None], theirs[None, :]))
    own, other = shapely.area(ours)[:, None], shapely.area(theirs)[None, :]
    whole = np.where([shape.crowd for shape in gold], own, own + other - shared)
    return np.asarray(np.divide(shared, whole, out=np.zeros_like(shared), where=whole > 0), dtype=np.float64)


def _admit_span(span: Span, text: str | None) -> Admission:
    if span.start >= span.end:
        return Admission(None, "empty_span")
    if span.start < 0 or (text is not None and span.end > len(text)):
        return Admission(None, "outside_text")
    return Admission(span)


def _admit_box(box: Box, width: float | None, height: float | None) -> Admission:
    if box.w <= 0 or box.h <= 0:
        return Admission(None, "no_area")
    if any(abs(value) > FURTHEST for value in (box.x, box.y, box.w, box.h)):
        return Admission(None, "outside_image")
    if box.w * box.h < SMALLEST:
        return Admission(None, "too_small")
    outside = _outside((box.x, box.y, box.x + box.w, box.y + box.h), width, height)
    if outside <= 0 or width is None or height is None:
        return Admission(box)
    left, top = max(box.x, 0.0), max(box.y, 0.0)
    clipped = replace(box, x=left, y=top, w=min(box.x + box.w, width) - left, h=min(box.y + box.h, height) - top)
    if clipped.w <= 0 or clipped.h <= 0 or clipped.w * clipped.h < SMALLEST:
        return Admission(None, "outside_image", outside)
    return Admission(clipped, outside=outside)


def _admit_polygon(polygon: Polygon, width: float | None, height: float | None) -> Admission:
    import shapely

    rings = [ring for part in polygon.parts for ring in part]
    if not rings or any(len(set(ring)) < 3 for ring in rings):
        return Admission(None, "few_points")
    if any(abs(value) > FURTHEST for ring in rings for point in ring for value in point):
        return Admission(None, "outside_image")
    if _is_scribble(polygon, rings):
        return Admission(None, "malformed")
    geometry = outline(polygon)
    if geometry.area <= 0:
        return Admission(None, "collinear")
    if geometry.area < SMALLEST:
        return Admission(None, "too_small")
    outside = _outside(geometry.bounds, width, height)
    if outside <= 0 or width is None or height is None:
        return Admission(polygon)
    clipped = _areas(shapely.intersection(geometry, shapely.box(0, 0, width, height)))
    if clipped.area < SMALLEST:
        return Admission(None, "outside_image", outside)
    return Admission(replace(polygon, parts=parts_of(clipped)), outside=outside)


def _is_scribble(polygon: Polygon, rings: Sequence[Ring]) -> bool:
    """Whether the lines of a shape that must be mended cross more often than a hand that slipped makes them."""
    import numpy as np
    import shapely

    if not self_crossing(polygon):
        return False
    if sum(map(len, rings)) > MOST_POINTS_MENDED:
        return True
    lines = shapely.linestrings(np.array([(a, b) for ring in rings for a, b in zip(ring, (*ring[1:], ring[0]), strict=True)]))
    pairs = shapely.STRtree(lines).query(lines, predicate="crosses").shape[1]  # each crossing from both sides
    return bool(pairs > 2 * MOST_CROSSINGS)


def _outside(bounds: Sequence[float], width: float | None, height: float | None) -> float:
    if width is None or height is None:
        return 0.0
    left, top, right, bottom = bounds
    return max(-left, -top, right - width, bottom - height, 0.0)


def _rows(shapes: Sequence[Shape]) -> NDArray[np.float64]:
    import numpy as np

    return np.array([(box.x, box.y, box.w, box.h) for box in shapes if isinstance(box, Box)], dtype=np.float64)


def _cut(geometry: BaseGeometry) -> tuple[Part, ...]:
    import shapely

    pieces: list[Part] = []
    for area in shapely.get_parts(_areas(shapely.make_valid(geometry))):
        if not len(area.interiors):
            pieces += parts_of(area)
            continue
        left, top, right, bottom = area.bounds
        middle = area.interiors[0].centroid.x
        for half in (shapely.box(left, top, middle, bottom), shapely.box(middle, top, right, bottom)):
            pieces += _cut(shapely.intersection(area, half))
    return tuple(pieces)


def _part(part: Part) -> BaseGeometry:
    import shapely

    return shapely.Polygon(part[0], part[1:])


def _areas(geometry: BaseGeometry) -> BaseGeometry:
    """The areas of a geometry without the stray lines and points that a repair or a cut may leave."""
    import shapely

    if geometry.geom_type in {"Polygon", "MultiPolygon"}:
        return geometry
    areas = [part for part in shapely.get_parts(geometry) if part.geom_type in {"Polygon", "MultiPolygon"}]
    return shapely.union_all(areas) if areas else shapely.MultiPolygon()


def _points(ring: BaseGeometry) -> Ring:
    points: list[Point] = [(float(x), float(y)) for x, y in ring.coords]
    return tuple(points[:-1])
