"""`lms annotation score` and `agreement` as a partner's script meets them: files in, one JSON object out, or one sentence."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from lms.annotation.batch import Item
from lms.annotation.commands import annotation
from lms.annotation.exporting import export
from lms.annotation.importing import load, recognise
from lms.annotation.schemas import Box, Choice, Kind, Polygon, Span

DATA = Path(__file__).parents[2].parent / "shared" / "data"
real = pytest.mark.skipif(not DATA.exists(), reason="the real data beside the checkout (../shared/data) is absent")
COCO100 = DATA / "coco100" / "instances_val2014_100.json"

GOLD = {
    "images": [{"id": 1, "file_name": "a.png", "width": 200, "height": 200}, {"id": 2, "file_name": "b.png", "width": 200, "height": 200}],
    "categories": [{"id": 1, "name": "RBC"}, {"id": 2, "name": "WBC"}],
    "annotations": [
        {"id": 1, "image_id": 1, "category_id": 1, "bbox": [0, 0, 10, 10], "segmentation": [[0, 0, 10, 0, 10, 10, 0, 10]]},
        {"id": 2, "image_id": 1, "category_id": 2, "bbox": [50, 50, 10, 10], "segmentation": [[50, 50, 60, 50, 60, 60, 50, 60]]},
        {"id": 3, "image_id": 2, "category_id": 1, "bbox": [20, 20, 20, 20], "segmentation": [[20, 20, 40, 20, 40, 40, 20, 40]]},
    ],
}


@pytest.fixture
def put(tmp_path):
    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else (content if isinstance(content, str) else json.dumps(content)).encode())
        return path

    return write


def run(*arguments):
    return CliRunner().invoke(annotation, [str(one) for one in arguments])


def score(gold, submission, *more):
    result = run("score", gold, submission, "--json", *more)
    assert (result.exit_code, result.stderr) == (0, "")
    return json.loads(result.stdout)


def refused(*arguments):
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert result.stderr.count("\n") == 1
    return result.stderr


def test_coco_results_against_instances(put):
    results = [
        {"image_id": 1, "category_id": 1, "bbox": [0, 0, 10, 10], "score": 0.1},
        {"image_id": 1, "category_id": 1, "bbox": [50, 50, 10, 10], "score": 0.9},
        {"image_id": 2, "category_id": 1, "bbox": [20, 20, 20, 10], "score": 1},
        {"image_id": 2, "category_id": 1, "bbox": [5, 5, 0, 3]},
    ]
    found = score(put("gold.json", GOLD), put("sub.json", results))
    assert (found["kind"], found["items"]) == ("boxes", 2)
    total = found["total"]
    assert {key: total[key] for key in ("tp", "fp", "fn", "ignored")} == {"tp": 2, "fp": 1, "fn": 1, "ignored": 0}
    assert (total["mean_iou"], total["quality"]) == (0.75, 1.5 / 3)
    assert total["f1"] == total["precision"] == total["recall"] == pytest.approx(2 / 3)
    assert found["labels"]["WBC"] | {"quality": 0} == {
        "tp": 0, "fp": 0, "fn": 1, "ignored": 0, "precision": None, "precision_reason": "no_submission",
        "recall": 0, "f1": 0, "mean_iou": None, "mean_iou_reason": "no_match", "quality": 0,
    }  # fmt: skip
    (rejected,) = found["rejected"]
    assert (rejected["side"], rejected["item"], rejected["shape"], rejected["reason"]) == ("submission", "b.png", 4 - 2, "no_area")
    assert found["confusion"] == [{"gold": "WBC", "submission": "RBC", "count": 1}]


def test_the_threshold_is_heard(put):
    half = [{"image_id": 2, "category_id": 1, "bbox": [20, 20, 20, 10]}]
    paths = put("gold.json", GOLD), put("sub.json", half)
    assert [score(*paths, "--threshold", limit)["total"]["tp"] for limit in ("0.5", "0.51")] == [1, 0]


@pytest.mark.parametrize("limit", ["0", "-1", "1.1", "nan", "inf", "x"])
def test_a_threshold_that_is_none_is_wrong_use(put, limit):
    assert run("score", put("gold.json", GOLD), put("sub.json", []), "--threshold", limit).exit_code == 2


def test_the_submission_decides_between_boxes_and_polygons(put):
    gold = put("gold.json", GOLD)
    triangle = [{"image_id": 1, "category_id": 1, "segmentation": [[0, 0, 10, 0, 0, 10]]}]
    found = score(gold, put("sub.json", triangle))
    assert (found["kind"], found["total"]["tp"], found["total"]["mean_iou"]) == ("polygons", 1, 0.5)
    assert score(gold, put("empty.json", []))["kind"] == "boxes"
    assert score(gold, gold)["kind"] == "polygons"


def test_nothing_submitted_and_nothing_to_find(put):
    nothing = score(put("gold.json", GOLD), put("sub.json", []))["total"]
    assert (nothing["fn"], nothing["f1"], nothing["precision"], nothing["precision_reason"]) == (3, 0, None, "no_submission")
    empty = score(put("none.json", GOLD | {"annotations": []}), put("sub.json", []))["total"]
    assert (empty["f1"], empty["f1_reason"], empty["quality"], empty["quality_reason"]) == (1, "both_empty", 1, "both_empty")


SHAPES = (Item("a.png", (Box("RBC", 0, 0, 10, 10), Box("WBC", 50, 50, 10, 10)), id="1", width=200, height=200),)


@pytest.mark.parametrize("form", ["coco", "cvat", "label-studio"])
def test_any_export_against_any_gold_of_the_same_items(put, form):
    gold = put("gold.json", GOLD)
    submission = put("sub", export(SHAPES, form))
    assert {key: score(gold, submission)["total"][key] for key in ("tp", "fp", "fn")} == {"tp": 2, "fp": 0, "fn": 1}
    found = score(submission, put("one.cvat", export(SHAPES, "cvat")))
    assert (found["items"], found["total"]["f1"], found["kind"]) == (1, 1, "boxes")


def test_uploaded_names_and_folders_pair_by_the_last_part(put):
    items = (Item("images/a.png", SHAPES[0].gold, width=200, height=200),)
    task = json.loads(export(SHAPES, "label-studio"))
    task[0]["data"] = {"image": "/data/upload/3/1a2b3c4d-a.png"}
    assert score(put("gold.xml", export(items, "cvat")), put("sub.json", task))["total"]["tp"] == 2


def test_spans(put):
    gold = put("gold.conll", "Karl\tB-PER\nSmith\tI-PER\nresigns\tO\n")
    found = score(gold, put("sub.conll", "Karl\tB-PER\nSmith\tO\nresigns\tO\n"))
    assert (found["kind"], found["partial"]) == ("spans", {"cor": 0, "inc": 0, "par": 1, "mis": 0, "spu": 0})
    assert (found["total"]["fp"], found["total"]["fn"], found["total"]["mean_iou_reason"]) == (1, 1, "not_applicable")
    task = Item("other", (Span("PER", 0, 10),), text="Karl Smith resigns")
    assert score(gold, put("sub.json", export([task], "label-studio")))["total"]["f1"] == 1


def test_choice_and_multi_choice(put):
    gold = put("gold.csv", "item,file,label\n1,a,cat\n2,b,dog\n3,c,cat\n4,d,\n")
    found = score(gold, put("sub.csv", "item,label\n1,cat\n2,cat\n4,dog\n"))
    total = found["total"]
    assert (found["kind"], found["items"], total["tp"], total["fp"], total["fn"]) == ("choice", 3, 1, 1, 2)
    assert total["quality"] == pytest.approx(1 / 3)  # accuracy: one of three
    several = score(put("many.csv", "item,file,label\n1,a,x|y\n2,b,z\n3,c,\n"), put("sub.csv", "item,label\n1,y|z\n2,z\n"))
    assert (several["kind"], several["items"], several["total"]["quality"]) == ("multi", 3, 0.5)


def test_without_json_there_are_lines(put):
    result = run("score", put("gold.json", GOLD), put("sub.json", []))
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == "boxes: 2 items, 0 shapes rejected"
    assert "precision - (no_submission)" in result.stdout


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "sub: the file is empty"),
        (b"<annotations>", "sub:1: this is not well-formed XML"),
        (b"[1, 2", "sub:1: this is not JSON"),
        (b'[\n{"image_id": 1, "category_id": 1,\n"bbox": [NaN, 1, 2, 3]}]', "sub:2: object 1: bbox is four finite numbers"),
        (b'[\n\n{"image_id": 1, "category_id": 1, "bbox": [1e400, 1, 2, 3]}]', "sub:3: object 1: bbox is four finite numbers"),
        (b'[\n{"image_id": 1, "category_id": 1, "bbox": [' + b"9" * 6000 + b", 1, 2, 3]}]", "sub:2: object 1: bbox is four finite numbers"),
        (b'[{"image_id": 9, "category_id": 1, "bbox": [1, 1, 2, 3]}]', "sub:1: object 1 names image 9, which is not here"),
        (b'[{"image_id": 1, "category_id": 1}]', "sub:1: object 1 has no bbox and no segmentation"),
        (b'[{"image_id": 1, "category_id": 1, "segmentation": [[1, 2, 3]]}]', "sub:1: object 1: an outline is a list"),
        ("item,label\n1,\u0639\u0631\u0628\u064a\n".encode("cp1256"), "sub:2: this is not UTF-8 text"),
        (b"item,label\n1,cat\n", "sub: this file holds choice, and the gold holds boxes"),
        (b"nothing known", "sub:1: this is no form that is known here"),
    ],
)
def test_bad_submissions_get_one_sentence(put, content, sentence):
    assert f"Error: {sentence}" in refused("score", put("gold.json", GOLD), put("sub", content), "--json")


def test_items_the_gold_does_not_have_and_sizes_that_differ(put):
    gold = put("gold.csv", "item,file,label\n1,a,cat\n")
    assert "sub.csv:2: the gold has no item 7 (and 1 more)" in refused("score", gold, put("sub.csv", "item,label\n7,cat\n8,cat\n"))
    small = [Item("a.png", (Box("RBC", 0, 0, 10, 10),), width=100, height=100)]
    assert "has 100x100 pixels, and in the gold 200x200" in refused("score", put("g.json", GOLD), put("s.xml", export(small, "cvat")))
    assert "the text of item 1 is not the gold's" in refused("score", put("g.conll", "a\tO\n\nb\tO\n"), put("s.conll", "c\tO\n"))


def test_files_that_are_no_gold(put):
    assert "not gold" in refused("score", put("r.json", [{"image_id": 1}]), put("sub.json", []))
    assert "there is no gold in this file" in refused("score", put("g.csv", "item,file\n1,a\n"), put("s.csv", "item,label\n1,cat\n"))
    results = [{"image_id": 1, "category_id": 1, "bbox": [0, 0, 1, 1]}]
    assert "no such numbers" in refused("score", put("g.conll", "a\tO\n"), put("s.json", results))
    mixed = Item("a.png", (Box("RBC", 0, 0, 10, 10), Choice("x")), width=200, height=200)
    assert "mixes answers" in refused("score", put("g.json", GOLD), put("m.xml", export([mixed], "cvat")))


def test_a_file_that_is_not_there_is_wrong_use(tmp_path):
    assert run("score", tmp_path / "no", tmp_path / "no").exit_code == 2
    assert run("agreement").exit_code == 2


def test_a_folder_without_anything(put, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "holds no XML files" in refused("score", put("gold.json", GOLD), empty)


def test_agreement(put):
    path = put("a.csv", "\ufeffitem,worker,label\r\n1,a,1\r\n1,b,1\r\n2,a,2\r\n2,b,\r\n3,a,2\r\n3,b,2\r\n")
    result = run("agreement", path, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    assert json.loads(result.stdout) == {
        "items": 3, "workers": 2, "labels": 2, "raw": 1.0, "alpha": {"nominal": 1.0, "ordinal": 1.0, "interval": 1.0},
        "fleiss_kappa": None, "fleiss_kappa_reason": "uneven", "cohen_kappa_mean": 1.0, "pairable": 4,
    }  # fmt: skip
    assert "alpha nominal: 1.000000" in run("agreement", path).stdout


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("item,worker,label\n1,a,x\n1,a,y\n", "a.csv:3: worker a labels item 1 a second time (first in line 2)"),
        ("item,worker\n1,a\n", "a.csv:1: the column label is missing"),
        ("item,worker,label\n1,a\n", "a.csv:2: the row has 2 cells, the header 3"),
        ("item,worker,label\n,a,x\n", "a.csv:2: the item or the worker is empty"),
        ("", "a.csv: the file is empty"),
        (b"item,worker,label\n1,a,\xe1\n", "a.csv:2: this is not UTF-8 text"),
    ],
)
def test_bad_agreement_files_get_one_sentence(put, content, sentence):
    assert sentence in refused("agreement", put("a.csv", content), "--json")


@real
def test_bccd_against_itself():
    found = score(DATA / "bccd", DATA / "bccd")
    assert (found["kind"], found["items"], found["total"]["tp"], found["total"]["fp"], found["total"]["fn"]) == ("boxes", 40, 770, 0, 0)
    assert [(one["side"], one["item"]) for one in found["rejected"]] == [
        (side, f"BloodImage_{number}.jpg") for side in ("gold", "submission") for number in ("00338", "00343")
    ]
    assert found["total"]["quality"] == 1


@real
def test_wnut17_against_itself():
    found = score(DATA / "wnut17" / "emerging.dev.conll", DATA / "wnut17" / "emerging.dev.conll")
    assert (found["items"], found["total"]["tp"], found["total"]["f1"], found["partial"]["cor"]) == (1009, 836, 1, 836)


@real
def test_coco100_against_its_own_results(put):
    annotations = json.loads(COCO100.read_text())["annotations"]
    plain = [{key: one[key] for key in ("image_id", "category_id", "bbox")} for one in annotations if not one["iscrowd"]]
    total = score(COCO100, put("boxes.json", plain))["total"]
    assert (total["tp"], total["fp"], total["fn"]) == (830, 0, 0)
    crowd_too = [{key: one[key] for key in ("image_id", "category_id", "segmentation")} for one in annotations]
    found = score(COCO100, put("outlines.json", crowd_too))
    assert (found["kind"], found["total"]["tp"], found["total"]["ignored"], found["total"]["fp"]) == ("polygons", 830, 9, 0)


@real
def test_coco100_through_every_form_of_boxes(put):
    reading = load(recognise(COCO100), kind=Kind.BOXES)
    for form in ("cvat", "label-studio"):
        total = score(COCO100, put("sub", export(reading.items, form)))["total"]
        assert (total["tp"], total["fp"], total["fn"]) == (830, 0, 0)


def test_a_web_worker_that_imports_the_room_stays_small():
    code = "import sys, lms.annotation.commands; print([m for m in ('numpy','scipy','shapely','pycocotools') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_polygon_gold_of_another_form(put):
    outlined = [Item("a.png", (Polygon.ring("RBC", [(0, 0), (10, 0), (10, 10), (0, 10)]),), width=200, height=200)]
    found = score(put("g.xml", export(outlined, "cvat")), put("s.xml", export(SHAPES, "cvat")))
    assert (found["kind"], found["total"]["tp"], found["total"]["fp"]) == ("boxes", 1, 1)
