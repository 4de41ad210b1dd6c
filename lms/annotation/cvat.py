"""CVAT for images 1.1: boxes, polygons and tags of pictures. What is not scored here is quarantined by name."""

from __future__ import annotations

import math

from lms.annotation.batch import Drawn, Item, Reading, corners, pixels
from lms.annotation.schemas import Box, Choice, Point, Polygon, nfc, number
from lms.annotation.xmltree import Node

CORNERS = ("xtl", "ytl", "xbr", "ybr")
UNSUPPORTED = {"polyline", "points", "cuboid", "ellipse", "mask", "skeleton"}


def read(reading: Reading, root: Node) -> Reading:
    for node in root.all("track"):
        reading.error(node.line, "tracks belong to a video: export the frames as CVAT for images 1.1")
    for labels in _label_lists(root):
        for label in labels.all("label"):
            if name := nfc(label.value("name")):
                reading.label(name)
    for image in root.all("image"):
        _read_image(reading, image)
    return reading


def _label_lists(root: Node) -> list[Node]:
    """The labels of the task, job or project in `meta`."""
    owners = [owner for meta in root.all("meta") for owner in meta.children]
    return [labels for owner in owners for labels in owner.all("labels")]


def _read_image(reading: Reading, image: Node) -> None:
    name = nfc(image.attributes.get("name", "").strip())
    width, height = (pixels(image.attributes.get(side)) for side in ("width", "height"))
    if not name or width is None or height is None:
        reading.error(image.line, "an image has no name, or no width and height that are whole numbers above zero")
        return
    drawn: list[Drawn] = []
    before = len(reading.errors)
    for node in image.children:
        try:
            if one := _shape(node):
                drawn.append(one)
        except ValueError as error:
            reading.error(node.line, f"{node.tag} of {name}: {error}")
    if len(reading.errors) == before:
        item = Item(name, id=image.attributes.get("id"), media=name, width=width, height=height)
        reading.add(item, drawn, image.line)


def _shape(node: Node) -> Drawn | None:
    if node.tag not in {"box", "polygon", "tag"} | UNSUPPORTED:
        return None
    label = nfc(node.attributes.get("label", "").strip())
    if not label:
        raise ValueError("the label is missing")
    crowd = any(one.attributes.get("name") == "iscrowd" and one.text.strip() in {"1", "true"} for one in node.all("attribute"))
    match node.tag:
        case "box":
            return _box(node, label, crowd)
        case "polygon":
            return Drawn(Polygon.ring(label, _points(node.attributes.get("points", "")), crowd=crowd), node.line)
        case "tag":
            return Drawn(Choice(label), node.line)
        case _:
            return Drawn(Choice(label), node.line, reason="unsupported")


def _box(node: Node, label: str, crowd: bool) -> Drawn:
    left, top, right, bottom = (_number(node.attributes.get(corner), corner) for corner in CORNERS)
    box = Box(label, left, top, right - left, bottom - top, crowd)
    turn = _number(node.attributes.get("rotation", "0"), "rotation") % 360
    at = (left, top, right, bottom)
    if turn == 0 or box.w <= 0 or box.h <= 0:
        return Drawn(box, node.line, at=at)
    return Drawn(turned(box, turn, (left + box.w / 2, top + box.h / 2)), node.line, at=corners(box))


def turned(box: Box, degrees: float, about: Point) -> Polygon:
    """The box as a polygon, turned clockwise as seen on the screen (y grows downward). Quarter turns are exact."""
    quarter = {0.0: (1.0, 0.0), 90.0: (0.0, 1.0), 180.0: (-1.0, 0.0), 270.0: (0.0, -1.0)}.get(degrees % 360)
    cosine, sine = quarter or (math.cos(math.radians(degrees)), math.sin(math.radians(degrees)))
    (cx, cy), points = about, []
    for x, y in ((box.x, box.y), (box.x + box.w, box.y), (box.x + box.w, box.y + box.h), (box.x, box.y + box.h)):
        points.append((cx + (x - cx) * cosine - (y - cy) * sine, cy + (x - cx) * sine + (y - cy) * cosine))
    return Polygon.ring(box.label, points, crowd=box.crowd, id=box.id)



def _points(text: str) -> list[Point]:
    points = []
    for pair in text.split(";"):
        x, comma, y = pair.partition(",")
        if not comma:
            raise ValueError("points are written x,y;x,y")
        points.append((_number(x, "a point"), _number(y, "a point")))
    return points


def _number(text: str | None, name: str) -> float:
    value = number(text)
    if value is None:
        raise ValueError(f"{name} is {'missing' if text is None else repr(text[:40])}, not a finite number")
    return value
