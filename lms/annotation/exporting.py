"""Items and their answers in the forms of other tools, with the ids they came with.

`export` gives one file, `export_voc` a folder's. What a form cannot say is refused, never bent: raises `CannotExport`.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from lms.annotation.batch import Item
from lms.annotation.geometry import as_box, outline, without_holes
from lms.annotation.schemas import Answer, Box, Choice, Label, Polygon, Shape, Span
from lms.annotation.tabular import SEVERAL

CELL = re.compile(r"[^ \t\r\n]+")


class CannotExport(Exception):
    """The form has no way to say this; the sentence says what and which form has."""


def export(items: Sequence[Item], format: str, labels: Iterable[Label] = ()) -> bytes:
    """One file in UTF-8. `format`: coco, cvat, label-studio, conll, csv or jsonl; `labels` in the order they should keep."""
    if format not in WRITERS:
        raise CannotExport(f"{format} is not a form of one file: there are {', '.join(WRITERS)}")
    return WRITERS[format](items, _known_labels(items, labels)).encode()


def export_voc(items: Sequence[Item]) -> dict[str, bytes]:
    """File names (under `annotations/`) and contents. VOC has boxes only and no ids."""
    files = {f"annotations/{PurePosixPath(item.name).stem}.xml": _voc(item).encode() for item in items}
    if len(files) != len(items):
        raise CannotExport("two pictures have the same name but for their ending, and VOC has one file for each name")
    return files


def _coco(items: Sequence[Item], labels: Sequence[Label]) -> str:
    category = _ids([label.id for label in labels])
    numbers = {label.name: category[place] for place, label in enumerate(labels)}
    images = _ids([item.id for item in items])
    objects = _ids([answer.id for item in items for answer in item.gold or ()])
    annotations: list[dict[str, Any]] = []
    for image, item in zip(images, items, strict=True):
        for answer in item.gold or ():
            shape = _shape(answer, item, "COCO")
            box = as_box(shape)
            annotations.append(
                {
                    "id": objects[len(annotations)],
                    "image_id": image,
                    "category_id": numbers[answer.label],
                    "bbox": [_plain(value) for value in (box.x, box.y, box.w, box.h)],
                    "area": outline(shape).area if isinstance(shape, Polygon) else box.w * box.h,
                    "segmentation": _rings(shape) if isinstance(shape, Polygon) else [],
                    "iscrowd": int(shape.crowd),
                }
            )
    document = {
        "images": [
            {"id": image, "file_name": _picture(item, "COCO"), "width": item.width, "height": item.height}
            for image, item in zip(images, items, strict=True)
        ],
        "categories": [{"id": numbers[label.name], "name": label.name} for label in labels],
        "annotations": annotations,
    }
    return _json(document)


def _rings(polygon: Polygon) -> list[list[float]]:
    return [[_plain(value) for point in part[0] for value in point] for part in without_holes(polygon).parts]


def _cvat(items: Sequence[Item], labels: Sequence[Label]) -> str:
    lines = ['<?xml version="1.0" encoding="utf-8"?>', "<annotations>", "<version>1.1</version>", "<meta><task><labels>"]
    lines += [f"<label><name>{escape(label.name)}</name></label>" for label in labels]
    lines.append("</labels></task></meta>")
    for id, item in zip(_ids([item.id for item in items], first=0), items, strict=True):
        size = f'width="{item.width}" height="{item.height}"'
        lines.append(f"<image id={quoteattr(str(id))} name={quoteattr(_picture(item, 'CVAT'))} {size}>")
        lines += [line for answer in item.gold or () for line in _cvat_shape(answer, item)]
        lines.append("</image>")
    return "\n".join([*lines, "</annotations>", ""])


def _cvat_shape(answer: Answer, item: Item) -> list[str]:
    label = f"label={quoteattr(answer.label)}"
    if isinstance(answer, Choice):
        return [f'<tag {label} source="manual"/>']
    shape = _shape(answer, item, "CVAT")
    crowd = '<attribute name="iscrowd">1</attribute>' if shape.crowd else ""
    if isinstance(shape, Box):
        corners = zip(("xtl", "ytl", "xbr", "ybr"), (shape.x, shape.y, shape.x + shape.w, shape.y + shape.h), strict=True)
        place = " ".join(f'{name}="{_plain(value)}"' for name, value in corners)
        return [f'<box {label} source="manual" occluded="0" {place} z_order="0">{crowd}</box>']
    if len(shape.parts) > 1 or len(shape.parts[0]) > 1:
        raise CannotExport(f"a polygon of {item.name} has several parts or a hole: CVAT has none, COCO has")
    points = ";".join(f"{_plain(x)},{_plain(y)}" for x, y in shape.parts[0][0])
    return [f'<polygon {label} source="manual" occluded="0" points="{points}" z_order="0">{crowd}</polygon>']


def _label_studio(items: Sequence[Item], _labels: Sequence[Label]) -> str:
    tasks = []
    for id, item in zip(_ids([item.id for item in items]), items, strict=True):
        data = {"item": item.name} | ({"text": item.text} if item.text is not None else {"image": item.media or item.name})
        task: dict[str, Any] = {"id": id, "data": data}
        if item.gold is not None:
            task["annotations"] = [{"result": _results(item, item.gold)}]
        tasks.append(task)
    return _json(tasks)


def _results(item: Item, answers: Sequence[Answer]) -> list[dict[str, Any]]:
    choices = [answer.label for answer in answers if isinstance(answer, Choice)]
    if choices:
        to_name = "image" if item.text is None else "text"
        return [{"from_name": "choice", "to_name": to_name, "type": "choices", "value": {"choices": choices}}]
    return [_result(item, answer) for answer in answers]


def _result(item: Item, answer: Answer) -> dict[str, Any]:
    result: dict[str, Any] = {"id": answer.id} if answer.id else {}
    if isinstance(answer, Span):
        value = {"start": answer.start, "end": answer.end, "text": (item.text or "")[answer.start : answer.end], "labels": [answer.label]}
        return result | {"from_name": "label", "to_name": "text", "type": "labels", "value": value}
    shape = _shape(answer, item, "Label Studio")
    if not item.width or not item.height:
        raise CannotExport(f"the size of {item.name} is not known, and Label Studio measures in per cent of it")
    across, down = 100 / item.width, 100 / item.height
    result |= {"from_name": "label", "to_name": "image", "original_width": item.width, "original_height": item.height, "image_rotation": 0}
    result |= {"iscrowd": 1} if shape.crowd else {}
    if isinstance(shape, Box):
        place = {"x": shape.x * across, "y": shape.y * down, "width": shape.w * across, "height": shape.h * down, "rotation": 0}
        return result | {"type": "rectanglelabels", "value": place | {"rectanglelabels": [shape.label]}}
    if len(shape.parts) > 1 or len(shape.parts[0]) > 1:
        raise CannotExport(f"a polygon of {item.name} has several parts or a hole: Label Studio has none, COCO has")
    points = [[x * across, y * down] for x, y in shape.parts[0][0]]
    return result | {"type": "polygonlabels", "value": {"points": points, "polygonlabels": [shape.label]}}


def _conll(items: Sequence[Item], _labels: Sequence[Label]) -> str:
    return "\n".join(_conll_text(item) for item in items)


def _conll_text(item: Item) -> str:
    if item.text is None:
        raise CannotExport(f"{item.name} is not a text, and CoNLL holds texts only")
    cells = [(found.start(), found.end(), found[0]) for found in CELL.finditer(item.text)]
    if not cells:
        raise CannotExport(f"the text of {item.name} is empty")
    starts, ends = {start: place for place, (start, _, _) in enumerate(cells)}, {end: place for place, (_, end, _) in enumerate(cells)}
    tags = ["O"] * len(cells)
    for answer in item.gold or ():
        if not isinstance(answer, Span):
            raise CannotExport(f"{item.name} has an answer that is not a span, and CoNLL holds spans only")
        first, last = starts.get(answer.start), ends.get(answer.end)
        if first is None or last is None:
            raise CannotExport(f"span {answer.start}-{answer.end} of {item.name} parts a word: CoNLL cannot say that, Label Studio can")
        if any(tag != "O" for tag in tags[first : last + 1]):
            raise CannotExport(f"two spans of item {item.name} share a word: CoNLL cannot say that, Label Studio can")
        tags[first : last + 1] = [f"B-{answer.label}"] + [f"I-{answer.label}"] * (last - first)
    return "".join(f"{token}\t{tag}\n" for (_, _, token), tag in zip(cells, tags, strict=True))


def _csv(items: Sequence[Item], _labels: Sequence[Label]) -> str:
    rows = [_row(item) for item in items]
    names = ["item", *(name for name in ("file", "text") if any(name in row for row in rows))]
    names += ["label"] if any(row["label"] is not None for row in rows) else []
    written = io.StringIO()
    writer = csv.DictWriter(written, names, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(row | {"label": SEVERAL.join(row["label"] or ())} for row in rows)
    return written.getvalue()


def _jsonl(items: Sequence[Item], _labels: Sequence[Label]) -> str:
    lines = [{key: value for key, value in _row(item).items() if value is not None} for item in items]
    return "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)


def _row(item: Item) -> dict[str, Any]:
    row: dict[str, Any] = {"item": item.name} | ({"text": item.text} if item.text is not None else {"file": item.media or item.name})
    for answer in item.gold or ():
        if not isinstance(answer, Choice):
            raise CannotExport(f"{item.name} has shapes or spans: CSV and JSON Lines hold choices only")
        if SEVERAL in answer.label:
            raise CannotExport(f"the label {answer.label} holds the sign {SEVERAL}, which parts labels here")
    return row | {"label": None if item.gold is None else [answer.label for answer in item.gold]}


def _voc(item: Item) -> str:
    if item.width is None or item.height is None:
        raise CannotExport(f"the size of {item.name} is not known")
    lines = ["<annotation>", f"\t<filename>{escape(_picture(item, 'VOC'))}</filename>"]
    lines.append(f"\t<size><width>{item.width}</width><height>{item.height}</height><depth>3</depth></size>")
    for answer in item.gold or ():
        if not isinstance(answer, Box):
            raise CannotExport(f"{item.name} has an answer that is not a box, and VOC holds boxes only")
        corners = zip(("xmin", "ymin", "xmax", "ymax"), (answer.x, answer.y, answer.x + answer.w, answer.y + answer.h), strict=True)
        bounds = "".join(f"<{name}>{_plain(value)}</{name}>" for name, value in corners)
        crowd = "<iscrowd>1</iscrowd>" if answer.crowd else ""
        lines.append(f"\t<object><name>{escape(answer.label)}</name>{crowd}<bndbox>{bounds}</bndbox></object>")
    return "\n".join([*lines, "</annotation>", ""])


WRITERS: Mapping[str, Callable[[Sequence[Item], Sequence[Label]], str]] = {
    "coco": _coco,
    "cvat": _cvat,
    "label-studio": _label_studio,
    "conll": _conll,
    "csv": _csv,
    "jsonl": _jsonl,
}


def _known_labels(items: Sequence[Item], labels: Iterable[Label]) -> list[Label]:
    """The given labels, then any other that an answer bears."""
    known = {label.name: label for label in labels}
    for item in items:
        for answer in item.gold or ():
            known.setdefault(answer.label, Label(answer.label))
    return list(known.values())


def _ids(given: Sequence[str | None], first: int = 1) -> list[int | str]:
    """The ids things came with, as numbers where they are; free numbers for those without or with one already taken."""
    result: list[int | str] = []
    taken = {id for id in given if id is not None}
    used: set[str] = set()
    following = first
    for id in given:
        if id is None or id in used:
            while str(following) in taken | used:
                following += 1
            id = str(following)
        used.add(id)
        result.append(int(id) if id.isascii() and id.isdigit() and str(int(id)) == id else id)
    return result


def _shape(answer: Answer, item: Item, form: str) -> Shape:
    if isinstance(answer, Span | Choice):
        raise CannotExport(f"{item.name} has an answer that is not a shape, and {form} holds shapes only")
    return answer


def _picture(item: Item, form: str) -> str:
    if item.text is not None:
        raise CannotExport(f"{item.name} is a text, and {form} holds pictures only")
    return item.media or item.name


def _plain(value: float) -> int | float:
    """Whole numbers without a decimal point: those of VOC and COCO stay as they came."""
    return int(value) if float(value).is_integer() and abs(value) < 2**53 else value


def _json(document: object) -> str:
    return json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n"
