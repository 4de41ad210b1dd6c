"""Label Studio JSON: rectangles and polygons in per cent of the picture, spans of text, choices.

A turned rectangle (`rotation`, clockwise about its stored top left corner) becomes a polygon. Offsets are made to count code points
of the NFC text; where `value.text` shows that a file counts UTF-16 units, as browsers do, they are converted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from lms.annotation.batch import Drawn, Item, Reading, corners, pixels
from lms.annotation.cvat import turned
from lms.annotation.jsontree import line_of
from lms.annotation.schemas import Answer, Box, Choice, Polygon, Span, nfc, number

Record = Mapping[str, Any]
PICTURE = re.compile(r"\.(jpe?g|png|webp|gif|bmp|tiff?)$", re.IGNORECASE)
LABELS = {"rectanglelabels": "rectanglelabels", "polygonlabels": "polygonlabels", "labels": "labels", "choices": "choices"}


def read(reading: Reading, document: list[Any]) -> Reading:
    for place, task in enumerate(document, 1):
        if not isinstance(task, dict) or not isinstance(task.get("data"), dict):
            reading.error(line_of(task), f"task {place} has no data")
        else:
            _read_task(reading, place, task)
    return reading


def _read_task(reading: Reading, place: int, task: Record) -> None:
    data, line = task["data"], line_of(task)
    try:
        media, text = _subject(data)
    except ValueError:
        reading.error(line, f"task {place} names an address that is none")
        return
    id = str(task["id"]) if isinstance(task.get("id"), int | str) and not isinstance(task.get("id"), bool) else None
    said = data.get("item")
    name = nfc(said) if isinstance(said, str) and said else nfc(media) if media else id or str(place)
    if media is None and text is None:
        reading.error(line, f"task {name} has no picture and no text in its data")
        return
    results = _results(reading, name, task)
    width, height = _size(results or [])
    drawn: list[Drawn] = []
    before = len(reading.errors)
    for number_, result in enumerate(results or [], 1):
        try:
            drawn.extend(_drawn(result, width, height, text))
        except ValueError as error:
            reading.error(line_of(result), f"result {result.get('id') or number_} of {name}: {error}")
    if len(reading.errors) == before:
        item = Item(name, id=id, media=media, text=text, width=width, height=height)
        reading.add(item, None if results is None else drawn, line)


def _subject(data: Record) -> tuple[str | None, str | None]:
    """The picture's name or the text: under the usual keys, else in the first value that is a string."""
    for key in ("image", "img", "picture"):
        if isinstance(data.get(key), str):
            return media_name(data[key]), None
    if isinstance(data.get("text"), str):
        return None, data["text"]
    for key, value in data.items():
        if isinstance(value, str) and value and key != "item":
            return (media_name(value), None) if PICTURE.search(urlsplit(value).path) else (None, value)
    return None, None


def media_name(address: str) -> str:
    """The file name at the end of an address of any sort: that is what may be looked for beside the file."""
    parts = urlsplit(address)
    local = parse_qs(parts.query).get("d", [""])[0]  # /data/local-files/?d=folder/name.jpg
    if parts.scheme or parts.netloc or address.startswith("/"):
        return unquote(local or parts.path).rsplit("/", 1)[-1]
    return address


def _results(reading: Reading, name: str, task: Record) -> list[Record] | None:
    """The results of the task's one annotation that counts: the ground truth, else the first that was not cancelled."""
    given = task.get("annotations", task.get("completions"))
    if given is None:
        return None
    done = [one for one in given if isinstance(one, dict) and not one.get("was_cancelled")] if isinstance(given, list) else []
    if not done:
        return None
    chosen = next((one for one in done if one.get("ground_truth") is True), done[0])
    if len(done) > 1:
        reading.warn(line_of(chosen), f"{name} has {len(done)} annotations: one is read")
    results = chosen.get("result", [])
    if not isinstance(results, list) or not all(isinstance(one, dict) for one in results):
        reading.error(line_of(chosen), f"the result of {name} is not a list of objects")
        return []
    return results


def _size(results: list[Record]) -> tuple[int | None, int | None]:
    for result in results:
        width, height = pixels(result.get("original_width")), pixels(result.get("original_height"))
        if width and height:
            return width, height
    return None, None


def _drawn(result: Record, width: int | None, height: int | None, text: str | None) -> Iterator[Drawn]:
    value, line = result.get("value"), line_of(result)
    form = str(result.get("type", "")).lower()
    id = str(result["id"]) if isinstance(result.get("id"), int | str) and result.get("id") != "" else None
    crowd = result.get("iscrowd") in (1, True)
    if not isinstance(value, dict) or ("original_width" not in result and form in {"rectanglelabels", "polygonlabels"}):
        raise ValueError("value or original_width is missing")
    names = value.get(LABELS.get(form, ""))
    if form not in LABELS or not isinstance(names, list) or not names:
        yield Drawn(Choice(form or "result", id), line, reason="unsupported")
        return
    if not all(isinstance(name, str) and name.strip() for name in names):
        raise ValueError("a label is not text")
    labels = [nfc(name.strip()) for name in names]
    if form == "choices":
        yield from (Drawn(Choice(label, id), line) for label in labels)
        return
    for label in labels[:1]:
        yield _shape(form, value, label, id, crowd, line, width, height, text)
    for label in labels[1:]:
        yield Drawn(Choice(label, id), line, reason="unsupported")


def _shape(
    form: str,
    value: Record,
    label: str,
    id: str | None,
    crowd: bool,
    line: int | None,
    width: int | None,
    height: int | None,
    text: str | None,
) -> Drawn:
    if form == "labels":
        return Drawn(_span(value, label, id, text or ""), line)
    if width is None or height is None:
        raise ValueError("original_width and original_height are whole numbers above zero")
    if form == "polygonlabels":
        return Drawn(Polygon.ring(label, _points(value.get("points"), width, height), crowd=crowd, id=id), line)
    x, y, w, h = (_number(value.get(key), key) for key in ("x", "y", "width", "height"))
    box = Box(label, x * width / 100, y * height / 100, w * width / 100, h * height / 100, crowd, id)
    turn = _number(value.get("rotation", 0), "rotation") % 360
    answer: Answer = turned(box, turn, (box.x, box.y)) if turn and box.w > 0 and box.h > 0 else box
    return Drawn(answer, line, at=corners(box))


def _points(points: Any, width: int, height: int) -> list[tuple[float, float]]:
    if not isinstance(points, list) or not all(isinstance(point, list) and len(point) == 2 for point in points):
        raise ValueError("points are pairs of numbers")
    return [(_number(x, "a point") * width / 100, _number(y, "a point") * height / 100) for x, y in points]


def _span(value: Record, label: str, id: str | None, raw: str) -> Span:
    start, end, said = value.get("start"), value.get("end"), value.get("text")
    if type(start) is not int or type(end) is not int:
        raise ValueError("start and end are whole numbers")
    if isinstance(said, str) and raw[max(start, 0) : max(end, 0)] != said:
        units = raw.encode("utf-16-le")
        if units[2 * max(start, 0) : 2 * max(end, 0)] != said.encode("utf-16-le", "surrogatepass"):
            raise ValueError(f"the text at {start}-{end} is not {said[:40]!r}")
        start, end = (len(units[: 2 * at].decode("utf-16-le")) for at in (start, end))
    if not 0 <= start <= end <= len(raw):
        return Span(label, start, end, id)  # not within the text: admission says so
    return Span(label, len(nfc(raw[:start])), len(nfc(raw[:end])), id)


def _number(value: Any, name: str) -> float:
    result = None if isinstance(value, str) else number(value)
    if result is None:
        raise ValueError(f"{name} is missing or not a finite number")
    return result
