"""Real data that nobody on this project wrote goes in whole: blood cells, social media, COCO's crowds."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest

from lms.annotation import rle
from lms.annotation.importing import load, parse, recognise
from lms.annotation.schemas import Kind, LabelSchema, Polygon


def test_bccd(real_data: Path) -> None:
    found = parse(real_data / "bccd", LabelSchema(Kind.BOXES, ("RBC", "WBC", "Platelets")))
    assert (found.format, len(found.items), found.gold, found.errors) == ("voc", 40, 770, ())
    assert [(one.item, one.reason, one.at) for one in found.quarantined] == [
        ("BloodImage_00338.jpg", "no_area", (504, 337, 504, 337)),
        ("BloodImage_00343.jpg", "no_area", (181, 329, 181, 329)),
    ]
    assert all(item.picture.is_file() for item in found.items)


def test_wnut17(real_data: Path) -> None:
    found = parse(real_data / "wnut17" / "emerging.dev.conll")
    assert (found.format, len(found.items), found.gold) == ("conll", 1009, 836)
    assert sum(not item.gold for item in found.items) == 381
    assert len(found.labels) == 6
    assert all(item.text == unicodedata.normalize("NFC", item.text) for item in found.items)


@pytest.mark.parametrize("kind", [Kind.BOXES, Kind.POLYGONS])
def test_coco100(real_data: Path, kind: Kind) -> None:
    reading = load(recognise(real_data / "coco100" / "instances_val2014_100.json"), kind=kind)
    gold = [answer for item in reading.items for answer in item.gold]
    assert (len(reading.items), len(gold), sum(answer.crowd for answer in gold)) == (100, 839, 9)
    assert (reading.errors, reading.quarantined) == ([], [])


def test_run_length_masks_cover_the_pixels_pycocotools_says(real_data: Path) -> None:
    from pycocotools import mask

    from lms.annotation.geometry import outline

    document = json.loads((real_data / "coco100" / "instances_val2014_100.json").read_text())
    sizes = {image["id"]: (image["width"], image["height"]) for image in document["images"]}
    crowds = [one for one in document["annotations"] if one["iscrowd"]]
    assert len(crowds) == 9
    for one in crowds:
        width, height = sizes[one["image_id"]]
        packed = mask.frPyObjects(one["segmentation"], height, width)
        packed["counts"] = packed["counts"].decode()
        assert rle.counts(packed["counts"]) == one["segmentation"]["counts"]
        area = outline(Polygon("x", rle.parts(packed, width, height))).area
        assert area == float(mask.area(packed))
