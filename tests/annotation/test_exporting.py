"""What goes out comes back the same, ids included; what a form cannot say is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from lms.annotation.batch import Item
from lms.annotation.exporting import CannotExport, export, export_voc
from lms.annotation.geometry import overlaps, without_holes
from lms.annotation.importing import load, parse, recognise
from lms.annotation.schemas import Box, Choice, Kind, Label, Polygon, Span

DATA = Path(__file__).parents[2].parent / "shared" / "data"
real = pytest.mark.skipif(not DATA.exists(), reason="the real data beside the checkout (../shared/data) is absent")

BOXES = (
    Item(
        "a.png",
        (Box("RBC", 64, 96, 160, 240, id="31"), Box("<W&B>", 1.5, 2, 30.25, 40, crowd=True, id="12")),
        id="70",
        width=640,
        height=480,
    ),
    Item("b.png", (), id="9", width=640, height=480),
)
POLYGONS = (Item("a.png", (Polygon.ring("cell", [(0, 0), (10, 0), (0, 10)], id="5"),), id="7", width=640, height=480),)
TEXTS = (
    Item("1", (Span("PER", 0, 10), Span("LOC", 20, 23)), text="Karl Smith lives in \u062d\u0644\u0628"),
    Item("2", (), text="\U0001f642 nothing"),
)
CHOICES = (
    Item("x", (Choice("cat"), Choice("dog")), media="a.png"),
    Item("y", (Choice("cat"),), media="b.png"),
    Item("z", None, media="c.png"),
)


def back(tmp_path, items, form, labels=()):
    path = tmp_path / "export"
    path.write_bytes(export(items, form, labels))
    reading = load(recognise(path), kind=Kind.POLYGONS if items is POLYGONS else Kind.BOXES)
    assert (reading.errors, reading.quarantined) == ([], [])
    return reading


def told(items, *, ids=True, shapes=True):
    return [(item.name, item.id if ids else None, item.text, item.width, [_bare(one, shapes) for one in item.gold]) for item in items]


def _bare(answer, with_id):
    return answer if with_id else type(answer)(**{name: getattr(answer, name) for name in answer.__slots__ if name != "id"})


@pytest.mark.parametrize("items", [BOXES, POLYGONS])
def test_coco_round_trip_with_ids(tmp_path, items):
    labels = (Label("cell", "4"), Label("RBC", "18"), Label("<W&B>", "2"))
    reading = back(tmp_path, items, "coco", labels)
    assert told(reading.items) == told(items)
    assert list(reading.labels.values()) == list(labels)


def test_coco_objects_carry_box_area_and_crowd():
    document = json.loads(export(BOXES, "coco"))
    assert document["annotations"][0] | {"category_id": 0} == {
        "id": 31, "image_id": 70, "category_id": 0, "bbox": [64, 96, 160, 240], "area": 38400, "segmentation": [], "iscrowd": 0,
    }  # fmt: skip
    assert document["annotations"][1]["iscrowd"] == 1


def test_ids_are_made_where_there_are_none_and_never_twice():
    items = [Item(f"{n}.png", (Box("a", 0, 0, 5, 5, id=id),), width=9, height=9) for n, id in enumerate(["2", None, "2", "s-1"])]
    document = json.loads(export(items, "coco"))
    assert [one["id"] for one in document["annotations"]] == [2, 1, 3, "s-1"]
    assert [one["id"] for one in document["images"]] == [1, 2, 3, 4]


@pytest.mark.parametrize("items", [BOXES, POLYGONS])
def test_cvat_round_trip(tmp_path, items):
    assert told(back(tmp_path, items, "cvat").items, shapes=False) == told(items, shapes=False)


@pytest.mark.parametrize("items", [BOXES, POLYGONS])
def test_label_studio_round_trip(tmp_path, items):
    found = back(tmp_path, items, "label-studio").items
    assert [(one.name, one.id) for one in found] == [(one.name, one.id) for one in items]
    assert [[a.id for a in one.gold] for one in found] == [[a.id for a in one.gold] for one in items]
    for one, other in zip(found, items, strict=True):
        assert all(overlaps([a], [b])[0, 0] == pytest.approx(1) for a, b in zip(one.gold, other.gold, strict=True))


@pytest.mark.parametrize("form", ["conll", "label-studio"])
def test_spans_round_trip(tmp_path, form):
    assert told(back(tmp_path, TEXTS, form).items, ids=False) == [
        (name, None, text, None, gold) for name, _, text, _, gold in told(TEXTS)
    ]


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_choices_round_trip(tmp_path, form):
    found = back(tmp_path, CHOICES, form).items
    assert [(one.name, one.media, one.gold) for one in found] == [(one.name, one.media, one.gold) for one in CHOICES]


def test_voc_folder_round_trip(tmp_path):
    for name, content in export_voc(BOXES).items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    for item in BOXES:
        Image.new("RGB", (640, 480)).save(tmp_path / item.name)
    found = parse(tmp_path)
    assert found.errors == ()
    assert told(found.items, ids=False, shapes=False) == told(BOXES, ids=False, shapes=False)


def test_a_hole_is_cut_open_for_coco_without_losing_area(tmp_path):
    ring = lambda a, b: ((a, a), (b, a), (b, b), (a, b))  # noqa: E731
    holed = Polygon("cell", ((ring(0.0, 20.0), ring(3.0, 7.0), ring(10.0, 15.0)),))
    items = (Item("a.png", (holed,), width=640, height=480),)
    assert all(len(part) == 1 for part in without_holes(holed).parts)
    path = tmp_path / "x.json"
    path.write_bytes(export(items, "coco"))
    (again,) = load(recognise(path)).items[0].gold
    assert overlaps([again], [holed])[0, 0] == pytest.approx(1)
    for form in ("cvat", "label-studio"):
        with pytest.raises(CannotExport, match="COCO"):
            export(items, form)


@pytest.mark.parametrize(
    ("form", "items", "why"),
    [
        ("coco", TEXTS, "not a shape|is a text"),
        ("cvat", TEXTS, "is a text"),
        ("conll", BOXES, "is not a text"),
        ("csv", BOXES, "choices only"),
        ("jsonl", TEXTS, "choices only"),
        ("csv", (Item("x", (Choice("a|b"),), media="a.png"),), "holds the sign"),
        ("conll", (Item("1", (Span("PER", 1, 4),), text="Karl ran"),), "parts a word"),
        ("conll", (Item("1", (Span("PER", 0, 4), Span("LOC", 0, 8)), text="Karl ran"),), "share a word"),
        ("voc", BOXES, "not a form of one file"),
    ],
)
def test_what_a_form_cannot_say_is_refused(form, items, why):
    with pytest.raises(CannotExport, match=why):
        export(items, form)


def test_voc_refuses_polygons_and_names_that_meet():
    with pytest.raises(CannotExport, match="boxes only"):
        export_voc(POLYGONS)
    with pytest.raises(CannotExport, match="same name"):
        export_voc([Item("a.png", (), width=1, height=1), Item("a.jpg", (), width=1, height=1)])


@real
def test_wnut17_goes_out_and_comes_back(tmp_path):
    found = parse(DATA / "wnut17" / "emerging.dev.conll")
    path = tmp_path / "x.conll"
    path.write_bytes(export(found.items, "conll"))
    assert parse(path).items == found.items


@real
@pytest.mark.parametrize("kind", [Kind.BOXES, Kind.POLYGONS])
def test_coco100_goes_out_and_comes_back(tmp_path, kind):
    reading = load(recognise(DATA / "coco100" / "instances_val2014_100.json"), kind=kind)
    path = tmp_path / "x.json"
    path.write_bytes(export(reading.items, "coco", reading.labels.values()))
    again = load(recognise(path), kind=kind)
    assert again.labels == reading.labels
    for one, other in zip(again.items, reading.items, strict=True):
        assert (one.id, one.name) == (other.id, other.name)
        if kind is Kind.BOXES:
            assert one.gold == other.gold
        assert [answer.id for answer in one.gold] == [answer.id for answer in other.gold]


@real
def test_bccd_goes_out_as_voc_and_comes_back_number_by_number(tmp_path):
    found = parse(DATA / "bccd")
    written = export_voc(found.items)
    for name, content in written.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    again = load(recognise(tmp_path))
    assert [item.gold for item in again.items] == [item.gold for item in found.items]
