"""Pascal VOC: a folder with one XML file for each picture, directly or in `annotations/`. Corners are kept as they are written."""

from __future__ import annotations

from pathlib import Path

from lms.annotation.batch import Drawn, Item, Reading, Unreadable, content, pixels
from lms.annotation.schemas import Box, nfc, number
from lms.annotation.xmltree import Node, parse

CORNERS = ("xmin", "ymin", "xmax", "ymax")


def files(folder: Path) -> list[Path]:
    """The XML files of a VOC folder, by name; links are not followed."""
    for place in (folder, folder / "annotations", folder / "Annotations"):
        if place.is_dir() and not place.is_symlink():
            found = sorted(path for path in place.glob("*.xml") if path.is_file() and not path.is_symlink())
            if found:
                return found
    return []


def read(reading: Reading, xml_files: list[Path]) -> Reading:
    for file in xml_files:
        try:
            _read_picture(reading, file, root_of(file))
        except Unreadable as error:
            reading.errors.extend(error.findings)
    return reading


def root_of(path: Path) -> Node:
    return parse(path, content(path))


def _read_picture(reading: Reading, file: Path, root: Node) -> None:
    if root.tag != "annotation":
        reading.error(root.line, f"the root element is {root.tag}, not annotation", file.name)
        return
    before = len(reading.errors)
    size = root.first("size")
    width, height = (pixels(size.value(side)) if size else None for side in ("width", "height"))
    if width is None or height is None:
        reading.error((size or root).line, "the picture's size is missing or not a whole number above zero", file.name)
    drawn = [one for node in root.all("object") if (one := _object(reading, file, node))]
    media = nfc(root.value("filename")) or file.stem
    if len(reading.errors) == before:
        reading.add(Item(media, media=media, width=width, height=height), drawn, root.line, file.name)


def _object(reading: Reading, file: Path, node: Node) -> Drawn | None:
    label, bounds = nfc(node.value("name")), node.first("bndbox")
    if not label:
        reading.error(node.line, "an object has no name", file.name)
        return None
    if bounds is None:
        reading.error(node.line, f"object {label} has no bndbox", file.name)
        return None
    values: list[float] = []
    for corner in CORNERS:
        value, child = number(bounds.value(corner)), bounds.first(corner)
        if value is None:
            line = (child or bounds).line
            reading.error(line, f"{corner} of object {label} is {_said(bounds.value(corner))}, not a finite number", file.name)
            return None
        values.append(value)
    left, top, right, bottom = values
    box = Box(label, left, top, right - left, bottom - top, crowd=node.value("iscrowd") == "1")
    return Drawn(box, bounds.line, at=tuple(values))


def _said(text: str) -> str:
    return repr(text[:40]) if text else "missing"
