"""`lms annotation import` and `export` on real data: what nobody on this project wrote goes in, and comes out the same."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from PIL import Image
from sqlalchemy import func, select

from lms.annotation import actions, answering, claiming, queries
from lms.annotation.models import Annotation, Assignment, AssignmentState, Dataset, Gold, Item, Phase, Risk
from lms.annotation.schemas import Kind
from lms.cli import main
from lms.core import files
from lms.core.db import db, transaction
from lms.core.files import StoredFile
from tests.annotation.rooms import person, usd
from tests.client import Browser

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    def command(*arguments: object) -> Result:
        return CliRunner().invoke(main, ["annotation", *map(str, arguments)], obj=lambda: app)

    # The root command makes the application of the environment; here it is the school of the test.
    main.callback, kept = lambda: None, main.callback
    yield command
    main.callback = kept


def project(app: Flask, world: SimpleNamespace, slug: str, kind: Kind, labels: tuple[str, ...]) -> None:
    with app.app_context(), transaction(write=True):
        made = actions.make_project(
            by=person(world.dana), slug=slug, name=slug, kind=kind, labels=labels, rate=usd(0), est_seconds=60, phase=Phase.QUALIFY,
            content_risk=Risk.NONE, cohorts=(world.cohort,), block=5,
        )  # fmt: skip
        actions.write_guideline(made, by=None, bodies={"en": "Mark it."})


def test_bccd_goes_in_with_two_boxes_quarantined(app: Flask, world: SimpleNamespace, run: Run, real_data: Path) -> None:
    project(app, world, "cells", Kind.BOXES, ("RBC", "WBC", "Platelets"))
    dry = run("import", real_data / "bccd", "--project", "cells", "--dry-run", "--json")
    first = run("import", real_data / "bccd", "--project", "cells", "--json")
    again = run("import", real_data / "bccd", "--project", "cells", "--json")
    assert (dry.exit_code, first.exit_code, again.exit_code) == (0, 0, 0)
    report = json.loads(first.stdout)
    assert json.loads(dry.stdout) == report
    assert (report["format"], report["items"], report["gold"], report["same_as"]) == ("voc", 40, 770, None)
    assert {one["item"].removesuffix(".jpg") for one in report["quarantined"]} == {"BloodImage_00338", "BloodImage_00343"}
    assert {one["reason"] for one in report["quarantined"]} == {"no_area"}
    with app.app_context():
        assert json.loads(again.stdout) == report | {"same_as": db.session.scalars(select(Dataset.id)).one()}
        assert db.session.scalar(select(func.count(Item.id))) == 40
        assert db.session.scalar(select(func.count(Dataset.id))) == 1
        assert db.session.scalar(select(func.count(StoredFile.id))) == 40
        item = db.session.scalars(select(Item).order_by(Item.id)).first()
        assert (item.width, item.height) == (640, 480)
        kept = files.store().get(item.file.key)
        assert kept == (real_data / "bccd" / "images" / item.file.name).read_bytes()


def test_what_went_in_comes_out(app: Flask, world: SimpleNamespace, run: Run, real_data: Path, tmp_path: Path) -> None:
    project(app, world, "cells", Kind.BOXES, ("RBC", "WBC", "Platelets"))
    run("import", real_data / "bccd", "--project", "cells")
    out = tmp_path / "out"
    assert run("export", "--project", "cells", "--format", "voc", "--out", out).exit_code == 0
    assert len(list((out / "annotations").glob("*.xml"))) == 40
    coco = run("export", "--project", "cells", "--format", "coco")
    assert len(json.loads(coco.stdout)["annotations"]) == 770
    assert run("export", "--project", "cells", "--format", "voc").exit_code == 2
    assert run("export", "--project", "nothing", "--format", "coco").exit_code == 1
    assert run("export", "--project", "cells", "--format", "conll").exit_code == 1


def test_wnut_goes_in_and_an_answer_is_scored(app: Flask, world: SimpleNamespace, run: Run, real_data: Path) -> None:
    labels = ("person", "location", "corporation", "product", "creative-work", "group")
    project(app, world, "names", Kind.SPANS, labels)
    done = run("import", real_data / "wnut17" / "emerging.dev.conll", "--project", "names", "--json")
    report = json.loads(done.stdout)
    assert (report["format"], report["items"], report["gold"]) == ("conll", 1009, 836)
    with app.app_context(), transaction(write=True):
        amina, names = person(world.amina), queries.project_of("names")
        actions.open_project(names, by=person(world.dana))
        claiming.read_guideline(names, by=amina)
        db.session.flush()
        first, second = claiming.claim(names, by=amina)[:2]
        known = db.session.get_one(Gold, first.item_id).payload
        right = answering.answer(first, by=amina, payload=known, op="a")
        assert first.state is AssignmentState.IN_REVIEW  # her block is not done yet
        assert queries.scores_of(right)["f1"] == 1.0
        wrong = answering.answer(second, by=amina, payload=[{"label": "group", "start": 0, "end": 1}], op="b")
        assert queries.scores_of(wrong)["passed"] == 0.0
        assert second.state is AssignmentState.IN_REVIEW


def test_one_bad_line_writes_nothing_and_every_bad_line_is_named(app: Flask, world: SimpleNamespace, run: Run, tmp_path: Path) -> None:
    project(app, world, "texts", Kind.CHOICE, ("yes", "no"))
    file = tmp_path / "texts.csv"
    file.write_text("item,text,label\n1,Tea,yes\n2,Tea,maybe\n3,Tea,perhaps\n", "utf-8")
    done = run("import", file, "--project", "texts")
    assert done.exit_code == 1
    assert done.stderr.splitlines() == ["texts.csv:3: the project has no label maybe", "texts.csv:4: the project has no label perhaps"]
    with_json = run("import", file, "--project", "texts", "--json")
    assert with_json.exit_code == 1
    assert [error["line"] for error in json.loads(with_json.stdout)["errors"]] == [3, 4]
    assert run("import", file, "--project", "no-such").exit_code == 1
    with app.app_context():
        assert db.session.scalar(select(func.count(Item.id))) == 0


def test_an_item_that_is_here_already_is_refused(app: Flask, world: SimpleNamespace, run: Run, tmp_path: Path) -> None:
    project(app, world, "texts", Kind.CHOICE, ("yes", "no"))
    one, two = tmp_path / "one.csv", tmp_path / "two.csv"
    one.write_text("item,text,label\n1,Tea,yes\n", "utf-8")
    two.write_text("item,text,label\n9,Cake,yes\n1,Tea,no\n", "utf-8")
    assert run("import", one, "--project", "texts").exit_code == 0
    refused = run("import", two, "--project", "texts")
    assert refused.exit_code == 1
    assert "The item 1 is in this project already" in refused.stderr
    with app.app_context():
        assert db.session.scalar(select(func.count(Item.id))) == 1


def test_a_picture_loses_the_place_it_was_taken_at(app: Flask, world: SimpleNamespace, run: Run, tmp_path: Path) -> None:
    project(app, world, "cups", Kind.CHOICE, ("yes", "no"))
    exif = Image.Exif()
    exif[0x010F] = "A phone"
    Image.new("RGB", (40, 30), "red").save(tmp_path / "a.jpg", exif=exif)
    Image.new("RGB", (40, 30), "blue").save(tmp_path / "b.png")
    (tmp_path / "cups.csv").write_text("item,file,label\na,a.jpg,yes\nb,b.png,no\n", "utf-8")
    assert run("import", tmp_path / "cups.csv", "--project", "cups").exit_code == 0
    with app.app_context():
        one, other = db.session.scalars(select(Item).order_by(Item.id)).all()
        with Image.open(io.BytesIO(files.store().get(one.file.key))) as kept:
            assert (kept.size, len(kept.getexif())) == ((40, 30), 0)
        assert files.store().get(other.file.key) == (tmp_path / "b.png").read_bytes()


def test_a_picture_is_for_its_worker_and_her_mentor(
    app: Flask, world: SimpleNamespace, run: Run, tmp_path: Path, as_: Callable[[str], Browser]
) -> None:
    project(app, world, "cups", Kind.BOXES, ("cup",))
    Image.new("RGB", (40, 30), "red").save(tmp_path / "a.jpg")
    (tmp_path / "cups.csv").write_text("item,file\na,a.jpg\n", "utf-8")
    assert run("import", tmp_path / "cups.csv", "--project", "cups").exit_code == 0
    with app.app_context(), transaction(write=True):
        cups = queries.project_of("cups")
        cups.gold_needed = 0
        actions.open_project(cups, by=None)
    amina, bilal = as_("amina"), as_("bilal")
    amina.post("/work/cups/claims", data={"read": "y"})
    with app.app_context():
        id = db.session.scalars(select(Assignment.id)).one()
    sent = amina.get(f"/work/tasks/{id}/picture")
    assert (sent.status_code, sent.mimetype, sent.headers["Cache-Control"]) == (200, "image/jpeg", "private, max-age=3600")
    assert sent.get_data() == (tmp_path / "a.jpg").read_bytes()
    bilal.page(f"/reviews/{id}/picture", 404)  # she has not sent it
    amina.post(f"/work/tasks/{id}/answer", data={"payload": '[{"label": "cup", "x": 30, "y": 5, "w": 30, "h": 10}]', "client_op_id": "a"})
    assert bilal.get(f"/reviews/{id}/picture").status_code == 200
    assert 'viewBox="0 0 40 30"' in bilal.page(f"/reviews/{id}")
    assert as_("chen").get(f"/reviews/{id}/picture").status_code == 404
    with app.app_context():
        (box,) = db.session.scalars(select(Annotation)).one().payload
        assert (box["x"], box["w"]) == (30.0, 10.0)  # clipped to the picture


def test_a_phones_picture_with_a_second_one_behind_it_goes_in(app: Flask, world: SimpleNamespace, run: Run, tmp_path: Path) -> None:
    project(app, world, "photos", Kind.CHOICE, ("yes", "no"))
    Image.new("RGB", (32, 24)).save(tmp_path / "a.jpg", "MPO", save_all=True, append_images=[Image.new("RGB", (32, 24), "red")])
    (tmp_path / "items.csv").write_text("item,file\na,a.jpg\n")
    assert run("import", tmp_path / "items.csv", "--project", "photos").exit_code == 0
    with app.app_context():
        kept = db.session.scalars(select(StoredFile)).one()
        with Image.open(io.BytesIO(files.store().get(kept.key))) as picture:
            assert (kept.kind, picture.format) == ("image/jpeg", "JPEG")
