"""COCO: instances (images, annotations, categories) and results ([{image_id, category_id, bbox | segmentation}]).

A COCO object has a box and an outline; the caller says which is meant, else outlines are read where there are any.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lms.annotation import rle
from lms.annotation.batch import Drawn, Item, Reading, corners, pixels
from lms.annotation.geometry import as_box, as_polygon
from lms.annotation.jsontree import line_of
from lms.annotation.schemas import Box, Kind, Polygon, nfc, number

Record = Mapping[str, Any]


def kind_of(document: Any) -> Kind:
    """Polygons as soon as one object has a segmentation that is not empty, else boxes."""
    records = document.get("annotations") if isinstance(document, dict) else document
    outlined = isinstance(records, list) and any(isinstance(one, dict) and one.get("segmentation") for one in records)
    return Kind.POLYGONS if outlined else Kind.BOXES


def read(reading: Reading, document: Any, kind: Kind | None) -> Reading:
    """An instances file. Without `annotations` its pictures have no gold; `iscrowd` is 0 where it is missing."""
    categories = _categories(reading, document.get("categories"))
    images = _images(reading, document.get("images"))
    drawn = _objects(reading, document.get("annotations", []), images, categories, kind or kind_of(document))
    for id, (item, line) in images.items():
        reading.add(item, drawn[id] if "annotations" in document else None, line)
    return reading


def read_results(reading: Reading, document: Any, kind: Kind, gold: Reading) -> Reading:
    """A results file, for the pictures and categories of its COCO `gold`: every picture of the gold, with what was found in it."""
    if gold.format != "coco":
        reading.error(None, "COCO results name pictures and labels by number, and this gold has no such numbers")
        return reading
    images: dict[str, tuple[Item, int | None]] = {item.id: (item, None) for item in gold.items if item.id is not None}
    categories = {label.id: label.name for label in gold.labels.values() if label.id is not None}
    drawn = _objects(reading, document, images, categories, kind)
    for id, (item, line) in images.items():
        reading.add(item, drawn[id], line)
    return reading


def _categories(reading: Reading, records: Any) -> dict[str, str]:
    names: dict[str, str] = {}
    for record in _records(reading, "categories", records):
        id, name = _id(record.get("id")), record.get("name")
        if id is None or not isinstance(name, str) or not name.strip():
            reading.error(line_of(record), "a category has no id or no name")
        elif id in names or nfc(name.strip()) in names.values():
            reading.error(line_of(record), f"category {name.strip()} or its id {id} stands a second time")
        else:
            names[id] = nfc(name.strip())
            reading.label(names[id], id)
    return names


def _images(reading: Reading, records: Any) -> dict[str, tuple[Item, int | None]]:
    images: dict[str, tuple[Item, int | None]] = {}
    for record in _records(reading, "images", records):
        id, name, line = _id(record.get("id")), record.get("file_name"), line_of(record)
        width, height = (pixels(record.get(side)) for side in ("width", "height"))
        if id is None or not isinstance(name, str) or not name.strip():
            reading.error(line, "an image has no id or no file_name")
        elif id in images:
            reading.error(line, f"image {id} stands here a second time")
        elif width is None or height is None:
            reading.error(line, f"image {name}: width and height are whole numbers above zero")
        else:
            images[id] = (Item(nfc(name), id=id, media=name, width=width, height=height), line)
    return images


def _objects(
    reading: Reading, records: Any, images: Mapping[str, tuple[Item, int | None]], categories: Mapping[str, str], kind: Kind
) -> dict[str, list[Drawn]]:
    drawn: dict[str, list[Drawn]] = {id: [] for id in images}
    seen: set[str] = set()
    for place, record in enumerate(_records(reading, "annotations", records), 1):
        line, image, category, id = line_of(record), _id(record.get("image_id")), _id(record.get("category_id")), _id(record.get("id"))
        name = f"object {id or place}"
        if image is None or image not in drawn:
            reading.error(line, f"{name} names image {image or 'nothing'}, which is not here")
        elif category is None or category not in categories:
            reading.error(line, f"{name} names category {category or 'nothing'}, which is not here")
        else:
            if id is not None and id in seen:
                reading.warn(line, f"{name} has an id that stands here a second time")
            seen.add(id or "")
            one = _object(reading, record, name, categories[category], id, kind, images[image][0])
            if one:
                drawn[image].append(one)
    return drawn


def _object(reading: Reading, record: Record, name: str, label: str, id: str | None, kind: Kind, item: Item) -> Drawn | None:
    line, crowd = line_of(record), record.get("iscrowd") in (1, True)
    box = _box(record.get("bbox"), label, crowd, id)
    outline = record.get("segmentation")
    if kind is Kind.BOXES and box:
        return Drawn(box, line, at=corners(box))
    if kind is Kind.BOXES and record.get("bbox") is not None:
        reading.error(line, f"{name}: bbox is four finite numbers")
        return None
    if not outline:
        if box:
            return Drawn(as_polygon(box), line, reason=None if box.w > 0 and box.h > 0 else "no_area", at=corners(box))
        reading.error(line, f"{name} has no bbox and no segmentation of finite numbers")
        return None
    try:
        polygon = Polygon(label, _parts(outline, item), crowd, id)
    except ValueError as error:
        reading.error(line, f"{name}: {error}")
        return None
    if not polygon.parts:
        return Drawn(polygon, line, reason="no_area")
    if kind is Kind.POLYGONS:
        return Drawn(polygon, line)
    return Drawn(as_box(polygon), line)


def _box(value: Any, label: str, crowd: bool, id: str | None) -> Box | None:
    if not isinstance(value, list) or len(value) != 4 or any(isinstance(one, str) for one in value):
        return None
    numbers = [number(one) for one in value]
    if None in numbers:
        return None
    x, y, w, h = (one for one in numbers if one is not None)
    return Box(label, x, y, w, h, crowd, id)


def _parts(outline: Any, item: Item) -> tuple[Any, ...]:
    if isinstance(outline, dict):
        return rle.parts(outline, item.width or 0, item.height or 0)
    if not isinstance(outline, list):
        raise ValueError("segmentation is a list of outlines or a run-length mask")
    return tuple((_ring(flat),) for flat in outline)


def _ring(flat: Any) -> tuple[tuple[float, float], ...]:
    numbers = [number(one) for one in flat] if isinstance(flat, list) else []
    if not numbers or len(numbers) % 2 or None in numbers or any(isinstance(one, str) for one in flat):
        raise ValueError("an outline is a list of finite numbers x, y, x, y")
    known = [one for one in numbers if one is not None]
    return tuple(zip(known[::2], known[1::2], strict=True))


def _records(reading: Reading, key: str, records: Any) -> Iterator[Record]:
    if not isinstance(records, Sequence) or isinstance(records, str):
        reading.error(None, f"{key} is missing or not a list")
        return
    for place, record in enumerate(records, 1):
        if isinstance(record, dict):
            yield record
        else:
            reading.error(None, f"entry {place} of {key} is not an object")


def _id(value: Any) -> str | None:
    """Ids are numbers in COCO, and text in the exports of many tools."""
    if isinstance(value, bool) or not isinstance(value, int | str) or value == "":
        return None
    return str(value)
