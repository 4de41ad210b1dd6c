"""Every form is recognised by its content and read whole or not at all; what is wrong is named with file and line."""

from __future__ import annotations

import hashlib
import json
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from lms.annotation import rle
from lms.annotation.importing import parse
from lms.annotation.schemas import Box, Choice, Kind, LabelSchema, Polygon, Span

SIZE = (640, 480)
VOC = """<annotation>
<filename>{name}</filename>
<size><width>640</width><height>480</height><depth>3</depth></size>
<object><name>RBC</name>
<bndbox><xmin>{xmin}</xmin><ymin>96</ymin><xmax>224</xmax><ymax>336</ymax></bndbox></object>
</annotation>
"""
CVAT = """<?xml version="1.0" encoding="utf-8"?>
<annotations><version>1.1</version>
<image id="7" name="a.png" width="640" height="480">
<box label="RBC" xtl="64" ytl="96" xbr="224" ybr="336"/>
</image></annotations>
"""


def label_studio(value, form="rectanglelabels", **task):
    result = {"id": "r1", "type": form, "from_name": "label", "to_name": "image", "value": value}
    result |= {"original_width": 640, "original_height": 480}
    return json.dumps([{"id": 7, "data": {"image": "a.png"}, "annotations": [{"result": [result]}]} | task])


def coco(bbox=(64, 96, 160, 240), **more):
    annotation = {"id": 3, "image_id": 7, "category_id": 18, "bbox": list(bbox)} | more
    image = {"id": 7, "file_name": "a.png", "width": 640, "height": 480}
    return json.dumps({"images": [image], "categories": [{"id": 18, "name": "RBC"}], "annotations": [annotation]}, indent=1)


@pytest.fixture
def folder(tmp_path):
    Image.new("RGB", SIZE).save(tmp_path / "a.png")
    return tmp_path


def put(folder, name, content):
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def only(found):
    assert [str(one) for one in found.errors] == []
    (item,) = found.items
    return item


def refusals(found):
    assert found.items == ()
    assert found.sha256 is None
    assert all(one.file and one.message for one in found.errors)
    return [(one.line, one.message) for one in found.errors]


@pytest.mark.parametrize(
    ("name", "content", "form", "id"),
    [
        ("a.xml", VOC.format(name="a.png", xmin=64), "voc", None),
        ("cvat.xml", CVAT, "cvat", "7"),
        ("x.json", coco(), "coco", "7"),
        ("ls.json", label_studio({"x": 10, "y": 20, "width": 25, "height": 50, "rectanglelabels": ["RBC"]}), "label-studio", "7"),
    ],
)
def test_the_same_box_in_every_form(folder, name, content, form, id):
    found = parse(put(folder, name, content))
    item = only(found)
    (box,) = item.gold
    assert found.format == form
    assert (box.label, box.x, box.y, box.w, box.h) == ("RBC", 64, 96, 160, 240)
    assert (item.id, item.name, item.width, item.height, item.picture) == (id, "a.png", 640, 480, folder / "a.png")
    assert found.gold == 1


def test_a_turned_rectangle_becomes_a_polygon_clipped_and_told(folder):
    value = {"x": 10, "y": 20, "width": 25, "height": 50, "rotation": 90, "rectanglelabels": ["RBC"]}
    found = parse(put(folder, "ls.json", label_studio(value)))
    (polygon,) = only(found).gold
    assert sorted(polygon.parts[0][0]) == [(0, 96), (0, 256), (64, 96), (64, 256)]
    assert "176 px outside" in found.warnings[0].message


def test_a_turned_rectangle_before_clipping():
    from lms.annotation.cvat import turned

    polygon = turned(Box("RBC", 64, 96, 160, 240), 90, (64, 96))
    assert polygon.parts[0][0] == ((64, 96), (64, 256), (-176, 256), (-176, 96))


def test_a_project_of_boxes_quarantines_what_is_turned(folder):
    value = {"x": 10, "y": 20, "width": 5, "height": 5, "rotation": 45, "rectanglelabels": ["RBC"]}
    upright = {"id": "r2", "type": "rectanglelabels", "original_width": 640, "original_height": 480}
    upright["value"] = value | {"rotation": 0}
    tasks = json.loads(label_studio(value))
    tasks[0]["annotations"][0]["result"].append(upright)
    path = put(folder, "ls.json", json.dumps(tasks))
    found = parse(path, LabelSchema(Kind.BOXES, ("RBC",)))
    assert [(one.shape, one.reason) for one in found.quarantined] == [("r1", "wrong_kind")]
    assert [answer.id for answer in only(found).gold] == ["r2"]
    as_polygons = parse(path, LabelSchema(Kind.POLYGONS, ("RBC",)))
    assert [type(answer) for answer in only(as_polygons).gold] == [Polygon, Polygon]


def test_a_label_the_project_does_not_have_is_an_error_with_its_line(folder):
    found = parse(put(folder, "x.json", coco()), LabelSchema(Kind.BOXES, ("WBC",)))
    ((line, message),) = refusals(found)
    assert message == "the project has no label RBC"
    assert line > 10


def test_a_file_of_another_kind_is_refused(folder):
    found = parse(put(folder, "x.csv", "item,file,label\n1,a.png,cat\n"), LabelSchema(Kind.BOXES, ("cat",)))
    assert refusals(found) == [(None, "no answer in this file is of the kind the project asks for (boxes)")]
    two = parse(put(folder, "y.csv", "item,file,label\n1,a.png,cat|dog\n"), LabelSchema(Kind.CHOICE, ("cat", "dog")))
    assert refusals(two) == [(2, "item 1 has 2 labels, and the project asks for one")]


@pytest.mark.parametrize("bbox", [(5, 5, 0, 9), (5, 5, -3, 9), (5, 5, 0.5, 1), (900, 900, 5, 5)])
def test_gold_of_no_area_is_quarantined_and_named_with_its_line(folder, bbox):
    found = parse(put(folder, "x.json", coco(bbox)))
    assert only(found).gold == ()
    (one,) = found.to_json()["quarantined"]
    assert (one["item"], one["shape"], one["label"], one["at"]) == ("a.png", "3", "RBC", list(bbox))
    assert one["line"] is not None


def test_iscrowd_is_read_and_missing_means_no(folder):
    assert [only(parse(put(folder, "x.json", coco(**more)))).gold[0].crowd for more in ({}, {"iscrowd": 0}, {"iscrowd": 1})] == [0, 0, 1]


def test_string_ids_are_ids(folder):
    document = json.loads(coco())
    document["images"][0]["id"] = document["annotations"][0]["image_id"] = "seven"
    assert only(parse(put(folder, "x.json", json.dumps(document)))).id == "seven"


def test_conll_spans_are_offsets_of_the_joined_text(tmp_path):
    found = parse(put(tmp_path, "x.conll", "Karl\tB-PER\nSmith\tI-PER\nresigns\tO\n\n\nAli\tI-PER\nleft\tO\n"))
    first, second = found.items
    assert (first.name, first.text, first.gold) == ("1", "Karl Smith resigns", (Span("PER", 0, 10),))
    assert (second.name, second.gold) == ("2", (Span("PER", 0, 3),))
    assert [(one.line, one.message) for one in found.warnings] == [(6, "I-PER follows no PER: it starts a new span")]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_bom_and_crlf_change_nothing(tmp_path, folder, newline, mark):
    conll = mark + "Karl\tB-PER\nran\tO\n".replace("\n", newline).encode()
    assert only(parse(put(tmp_path, "x.conll", conll))).gold == (Span("PER", 0, 4),)
    table = mark + "item,file,label\n1,a.png,cat|dog\n".replace("\n", newline).encode()
    assert only(parse(put(folder, "x.csv", table))).gold == (Choice("cat"), Choice("dog"))


def test_offsets_count_code_points_of_nfc_text(tmp_path):
    arabic = "\u062d\u0644\u0628"
    text = f"\U0001f642 Ali lives in {arabic}"
    assert len(text) == 18
    words = text.split(" ")
    tags = ["O", "B-PER", "O", "O", "B-LOC"]
    found = parse(put(tmp_path, "x.conll", "".join(f"{word}\t{tag}\n" for word, tag in zip(words, tags, strict=True))))
    assert only(found).gold == (Span("PER", 2, 5), Span("LOC", 15, 18))
    decomposed = unicodedata.normalize("NFD", "Jos\u00e9 Ali")
    assert len(decomposed) == 9
    item = only(parse(put(tmp_path, "y.csv", f"item,text\n1,{decomposed}\n")))
    assert (len(item.text), item.gold) == (8, None)


@pytest.mark.parametrize(("start", "end"), [(15, 18), (16, 19)])
def test_label_studio_spans_in_code_points_or_in_utf16_units(tmp_path, start, end):
    text = "\U0001f642 Ali lives in \u062d\u0644\u0628"
    result = {"id": "s", "type": "labels", "value": {"start": start, "end": end, "text": text[15:18], "labels": ["LOC"]}}
    task = {"id": 1, "data": {"text": text}, "annotations": [{"result": [result]}]}
    assert only(parse(put(tmp_path, "x.json", json.dumps([task])))).gold == (Span("LOC", 15, 18, "s"),)


def test_label_studio_spans_move_with_nfc(tmp_path):
    text = unicodedata.normalize("NFD", "Jos\u00e9 Ali")
    result = {"id": "s", "type": "labels", "value": {"start": 6, "end": 9, "text": "Ali", "labels": ["PER"]}}
    task = {"id": 1, "data": {"text": text}, "annotations": [{"result": [result]}]}
    item = only(parse(put(tmp_path, "x.json", json.dumps([task]))))
    assert item.text[item.gold[0].start : item.gold[0].end] == "Ali"


def test_csv_and_jsonl_hold_pictures_or_texts_and_labels(folder):
    table = parse(put(folder, "x.csv", "item;file;label\na;a.png;cat\n"))
    assert (table.format, only(table).gold, only(table).width) == ("csv", (Choice("cat"),), 640)
    written = '{"item": 1, "text": "hi", "label": "x|y"}\n{"item": 2, "text": "ho", "label": []}\n{"item": 3, "text": "z"}\n'
    lines = parse(put(folder, "x.jsonl", written))
    assert [item.gold for item in lines.items] == [(Choice("x"), Choice("y")), (), None]


@pytest.mark.parametrize(
    ("name", "content", "line", "message"),
    [
        ("x.csv", "item,file,label\n1,a.png,cat\n1,a.png,dog\n", 3, "second time"),
        ("x.csv", "item,file\n1,a.png,cat\n", 2, "the row has 3 cells"),
        ("x.csv", "item,file\n1,gone.png\n", 2, "picture gone.png is not here"),
        ("x.csv", "item,label\n1,cat\n", 2, "no file and no text"),
        ("x.csv", "item,file\n,a.png\n", 2, "no name"),
        ("x.csv", "item,file\n1,/etc/passwd\n", 2, "not a plain relative file name"),
        ("x.csv", "item,file\n1,../a.png\n", 2, "not a plain relative file name"),
        ("x.csv", "item,file\n1,..\\a.png\n", 2, "not a plain relative file name"),
        ("x.csv", 'item,file\n1,"a.png\n', 2, "not CSV"),
        ("x.csv", "item,text\n1,\u0639\u0631\u0628\u064a\n".encode("cp1256"), 2, "not UTF-8"),
        ("x.csv", "item,file\n", None, "no items"),
        ("x.conll", "a\tO\nb O\n", 2, "one tab"),
        ("x.conll", "a\tO\nb\tX-PER\n", 2, "the tag 'X-PER'"),
        ("x.conll", "a\tO\n\tO\n", 2, "token is empty"),
        ("x.jsonl", '{"item": "1", "text": "a"}\n{"item": "2"\n', 2, "not JSON"),
        ("x.json", '{"images": [\n', 2, "not JSON"),
        ("x.json", '{"other": 1}', None, "neither COCO nor"),
        ("x.json", '"\\ud800"', 1, "no form that is known"),
        ("x.json", '{"images": [],\n "categories": [{"id": 1, "name": "\\ud800"}]}', 2, "half a character"),
        ("x.json", "[" * 100_000, None, "nested too deeply"),
        ("x.json", coco((float("nan"), 1, 2, 3)), None, "four finite numbers"),
        ("x.json", coco().replace("160", "1e400"), None, "four finite numbers"),
        ("x.json", coco().replace("160", "9" * 5000), None, "four finite numbers"),
        ("x.json", coco(image_id=8), None, "names image 8, which is not here"),
        ("x.json", coco(category_id=8), None, "names category 8, which is not here"),
        ("x.json", coco(bbox=(1, 2, 3)), None, "four finite numbers"),
        ("x.json", coco().replace("480", "0"), None, "width and height"),
        ("x.json", coco().replace("480", "481"), None, "has 640x480 pixels"),
        ("x.json", coco().replace("a.png", "/a.png"), None, "plain relative"),
        ("x.json", label_studio({"x": 1, "y": 1, "width": 1e999, "height": 1, "rectanglelabels": ["a"]}), 1, "not a finite number"),
        ("x.json", label_studio({"points": [[1, 2], [3]], "polygonlabels": ["a"]}, "polygonlabels"), 1, "pairs of numbers"),
        ("x.xml", VOC.format(name="a.png", xmin="nan"), 5, "xmin of object RBC is 'nan'"),
        ("x.xml", VOC.format(name="a.png", xmin="1e400"), 5, "xmin of object RBC is '1e400'"),
        ("x.xml", VOC.format(name="a.png", xmin=""), 5, "xmin of object RBC is missing"),
        ("x.xml", VOC.format(name="a.png", xmin=1).replace("</object>", ""), 6, "not well-formed XML"),
        ("x.xml", VOC.format(name="../a.png", xmin=1), 1, "plain relative"),
        ("x.xml", VOC.format(name="a.png", xmin=1).replace("<name>RBC</name>", ""), 4, "no name"),
        ("x.xml", '<!DOCTYPE a [<!ENTITY x "y">]>\n<annotation>&x;</annotation>', 1, "document type"),
        ("x.xml", '<!DOCTYPE a SYSTEM "file:///etc/passwd">\n<annotation/>', 1, "document type"),
        ("x.xml", "<a>" * 200, 1, "nested too deeply"),
        ("x.xml", '<?xml version="1.0" encoding="klingon"?><annotation/>', 1, "encoding"),
        ("x.xml", "<html/>", 1, "root element html"),
        ("x.xml", CVAT.replace('"64"', '"NaN"'), 4, "xtl is 'NaN'"),
        ("x.xml", CVAT.replace("<box", "<box points='1'").replace("box", "polygon"), 4, "x,y;x,y"),
        ("x.txt", "only some words\n", 1, "no form that is known"),
        ("x.txt", "", None, "empty"),
        ("x.xml", " \n", None, "empty"),
        ("x.bin", b"a\tO\nb\0\tO\n", 2, "zero byte"),
    ],
)  # fmt: skip
def test_bad_input_is_one_clear_sentence_with_its_line(folder, name, content, line, message):
    found = refusals(parse(put(folder, name, content)))
    assert message in found[0][1]
    if line is not None:
        assert found[0][0] == line
    elif name == "x.json" and not any(words in message for words in ("neither", "nested")):
        assert found[0][0] is not None


def test_every_bad_line_is_listed_and_nothing_goes_in(folder):
    found = parse(put(folder, "x.csv", "item,file,label\n1,a.png,cat\n1,a.png,dog\n3,gone.png,cat\n4,../b.png,cat\n"))
    assert [line for line, _ in refusals(found)] == [3, 4, 5]
    assert found.to_json()["items"] == 0


def test_links_are_not_followed(folder, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    Image.new("RGB", SIZE).save(elsewhere / "b.png")
    (folder / "b.png").symlink_to(elsewhere / "b.png")
    (folder / "sub").symlink_to(elsewhere)
    for name in ("b.png", "sub/b.png"):
        ((_, message),) = refusals(parse(put(folder, "x.csv", f"item,file\n1,{name}\n")))
        assert message == f"picture {name} is reached through a link"


def test_voc_folders_may_keep_pictures_apart(folder):
    put(folder, "annotations/a.xml", VOC.format(name="a.png", xmin=64))
    put(folder, "annotations/b.xml", VOC.format(name="b.png", xmin=64))
    (folder / "images").mkdir()
    Image.new("RGB", SIZE).save(folder / "images" / "b.png")
    found = parse(folder)
    assert (found.format, len(found.items), found.gold) == ("voc", 2, 2)
    put(folder, "annotations/c.xml", "<annotation>")
    put(folder, "annotations/d.xml", VOC.format(name="d.png", xmin="x"))
    assert {one.file for one in parse(folder).errors} == {"c.xml", "d.xml"}


def test_a_folder_without_anything_and_pictures_that_are_none(tmp_path):
    assert "holds no XML files" in refusals(parse(tmp_path))[0][1]
    put(tmp_path, "a.png", "no picture")
    assert "not a picture" in refusals(parse(put(tmp_path, "x.csv", "item,file\n1,a.png\n")))[0][1]


def test_the_digest_knows_the_file_and_its_pictures(folder):
    text = put(folder, "x.conll", "Karl\tO\n")
    assert parse(text).sha256 == hashlib.sha256(text.read_bytes()).hexdigest()
    path = put(folder, "x.csv", "item,file\n1,a.png\n")
    before = parse(path).sha256
    assert parse(path).sha256 == before
    Image.new("RGB", SIZE, "red").save(folder / "a.png")
    assert parse(path).sha256 != before


def test_names_in_any_normal_form_find_their_picture(tmp_path):
    decomposed = unicodedata.normalize("NFD", "caf\u00e9.png")
    Image.new("RGB", SIZE).save(tmp_path / decomposed)
    found = parse(put(tmp_path, "a.xml", VOC.format(name=unicodedata.normalize("NFC", decomposed), xmin=64)))
    assert only(found).picture == tmp_path / decomposed


def test_xml_that_declares_an_old_encoding_is_read_in_it(folder):
    text = '<?xml version="1.0" encoding="windows-1256"?>' + VOC.format(name="a.png", xmin=64).replace("RBC", "\u062e\u0644\u064a\u0629")
    assert only(parse(put(folder, "a.xml", text.encode("cp1256")))).gold[0].label == "\u062e\u0644\u064a\u0629"


def test_an_import_is_told_in_lines(folder):
    lines = list(parse(put(folder, "x.json", coco((5, 5, 0, 9)))).lines())
    assert lines == ["coco: 1 items, 0 gold, 1 quarantined", "quarantined: a.png: RBC 3 (5, 5, 0, 9) has no width or no height"]
    assert list(parse(put(folder, "x.csv", "item,file\n1,gone.png\n")).lines()) == [
        "csv: 0 items, 0 gold, 0 quarantined",
        "error: x.csv:2: picture gone.png is not here",
    ]


@pytest.mark.parametrize(
    "mask",
    [
        {"size": [3, 2], "counts": [1, 4]},
        {"size": [2, 3], "counts": [1, 4, 1]},
        {"size": [3, 2], "counts": [-1, 7]},
        {"size": [3, 2], "counts": "\u00ff"},
        {"size": [3, 2], "counts": "ooooooooooooooooo"},
        {"size": [3, 2]},
    ],
)
def test_masks_that_do_not_fit_are_refused(mask):
    with pytest.raises(ValueError, match="mask"):
        rle.parts(mask, 2, 3)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_make_it_stumble(tmp_path_factory, data):
    found = parse(put(tmp_path_factory.getbasetemp(), "noise", data))
    assert found.errors == () or found.items == ()


broken = st.sampled_from([None, "x", -1, 0, 1e400, float("nan"), True, [], {}, [[]], "\u0639", 10**400])
keys = st.sampled_from(["id", "image_id", "category_id", "bbox", "segmentation", "iscrowd"])


@settings(deadline=None)
@given(keys, broken)
def test_no_value_in_coco_makes_it_stumble(tmp_path_factory, key, value):
    place = tmp_path_factory.getbasetemp()
    Image.new("RGB", SIZE).save(place / "a.png")
    document = json.loads(coco())
    document["annotations"][0][key] = value
    try:
        text = json.dumps(document)
    except ValueError:  # Python itself writes no number of so many digits
        return
    found = parse(put(place, "broken.json", text))
    assert bool(found.errors) != bool(found.items)


@settings(deadline=None)
@given(st.sampled_from(["x", "y", "width", "height", "rotation", "rectanglelabels"]), broken)
def test_no_value_in_label_studio_makes_it_stumble(tmp_path_factory, key, value):
    place = tmp_path_factory.getbasetemp()
    Image.new("RGB", SIZE).save(place / "a.png")
    good = {"x": 10, "y": 20, "width": 25, "height": 50, "rotation": 0, "rectanglelabels": ["RBC"]}
    found = parse(put(place, "broken-ls.json", label_studio(good | {key: value})))
    assert bool(found.errors) != bool(found.items)
