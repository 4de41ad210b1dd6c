"""What she learns from an answer once it is decided: two pictures, a line for each part, and one mistake on her Work page."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from flask import Flask

from lms.annotation import answering, queries, reviewing
from lms.annotation.models import Assignment, Decision, Item
from lms.annotation.schemas import Kind
from lms.core import clock, files
from lms.core.db import db, transaction
from tests.annotation.rooms import make, person, take
from tests.browser.bench import HEIGHT, WIDTH, tea_table

GLASSES = [{"label": "Glass", "x": left, "y": 150, "w": 80, "h": 150} for left in (100, 320, 540)]
MINE = [
    {"id": "1", "label": "Glass", "x": 60, "y": 100, "w": 200, "h": 250},  # 12000 of 50000: too big
    {"id": "4", "label": "Bread", "x": 320, "y": 150, "w": 80, "h": 150},
    {"id": "5", "label": "Glass", "x": 10, "y": 10, "w": 40, "h": 40},
]


def pictures(app: Flask, world: SimpleNamespace, *, known: bool = True, **more: Any) -> int:
    """The id of an item that amina answered with `MINE`."""
    with app.app_context(), transaction(write=True):
        gold = {0: GLASSES} if known else {}
        project = make(world, slug="tea", kind=Kind.BOXES, labels=("Glass", "Bread"), items=1, gold=gold, **more)
        stored = files.keep(files.accept(tea_table(), "tea.jpg"))
        db.session.add(stored)
        db.session.flush()
        for item in db.session.query(Item).filter_by(project_id=project.id):
            item.text, item.file_id, item.width, item.height = None, stored.id, WIDTH, HEIGHT
        task = take(project, person(world.amina))[0]
        answering.answer(task, by=person(world.amina), payload=MINE, op="a")
        return int(task.id)


def decide(app: Flask, world: SimpleNamespace, id: int, decision: Decision = Decision.ACCEPT, **more: Any) -> None:
    with app.app_context(), transaction(write=True):
        reviewing.decide(db.session.get_one(Assignment, id), by=person(world.bilal), decision=decision, **more)


def test_her_picture_and_the_right_one_stand_side_by_side(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    id = pictures(app, world)
    amina = as_("amina")
    assert amina.get(f"/work/tasks/{id}/feedback").status_code == 302
    assert "Not like this" not in amina.page("/work")
    decide(app, world, id)
    page = amina.page(f"/work/tasks/{id}/feedback")
    mine, right = re.findall(r"<figure>.*?</figure>", page, re.DOTALL)
    assert ("Your answer" in mine, "The right answer" in right) == (True, True)
    assert mine.count("stroke-dasharray") == 3
    assert re.findall(r"<text[^>]*>(\d+)</text>", mine) == ["1", "4", "5"]
    # A known box bears the number of hers that meant it, a missed one the next free number.
    assert re.findall(r"<text[^>]*>(\d+)</text>", right) == ["1", "4", "6"]
    told = [" ".join(re.sub(r"<[^>]+>", " ", line).split()) for line in re.findall(r'<li(?: class="no")?>(.*?)</li>', page, re.DOTALL)]
    lines = [line for line in told if re.match(r"\d+\. (Too|Other|Not|You|Right)", line)]
    assert lines == [
        "1. Too big: Glass 200 wide, 250 high",
        "4. Other label: Bread 80 wide, 150 high The label is Glass .",
        "5. Not there: Glass 40 wide, 40 high",
        "6. You missed it: Glass 80 wide, 150 high",
    ]
    assert re.search(r"<details open>\s*<summary>Guideline", page)


def test_what_came_back_is_no_right_or_wrong_answer_before_it_is_redone(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    """It would tell her that the answer is known, and that it stays wrong whatever she does."""
    id, amina = pictures(app, world), as_("amina")
    decide(app, world, id, Decision.RETURN, comments=[{"shape": None, "text": "Too big."}])
    assert "Right answers" not in amina.page("/work")
    with app.app_context(), transaction(write=True):
        answering.answer(db.session.get_one(Assignment, id), by=person(world.amina), payload=MINE[1:], op="b")
    assert "Right answers" not in amina.page("/work"), "nobody decided about the redo"
    decide(app, world, id)
    page = amina.page("/work")
    assert ("Right answers: 0 of 1." in page, "Your first answer to an item counts here." in page) == (True, True)


def test_what_is_never_redone_counts_when_its_time_is_over(app: Flask, world: SimpleNamespace) -> None:
    """Else who leaves all she did wrong would look better than she is."""
    id = pictures(app, world)
    decide(app, world, id, Decision.RETURN, comments=[{"shape": None, "text": "Too big."}])
    with app.app_context(), clock.held(clock.now() + reviewing.REDO_WITHIN - timedelta(hours=1)):
        assert queries.mock_summary(person(world.amina)).gold_seen == 0
    with app.app_context(), clock.held(clock.now() + reviewing.REDO_WITHIN + timedelta(hours=1)):
        summary = queries.mock_summary(person(world.amina))
        assert (summary.gold_seen, summary.gold_passed) == (1, 0)


def test_one_mistake_is_shown_on_work_with_a_piece_of_its_picture(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    id = pictures(app, world)
    decide(app, world, id)
    page = as_("amina").page("/work")
    assert "Right answers: 0 of 1." in page
    assert "Not like this." in page
    assert "The shape is too big." in page
    # Both pieces are of one place: 1.3 times the longer side (250) round the two boxes, moved inside the picture.
    assert re.findall(r'<svg viewBox="([^"]*)" direction', page) == ["0 62.5 325.0 325.0"] * 2
    assert f"/work/tasks/{id}/feedback" in page
    assert "Not like this" not in as_("hana").page("/work")


def test_a_correction_stands_beside_her_answer_where_nothing_is_known(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    id = pictures(app, world, known=False)
    decide(app, world, id, Decision.FIX, payload=GLASSES, comments=[{"shape": "4", "text": "A glass."}])
    page = as_("amina").page(f"/work/tasks/{id}/feedback")
    assert len(re.findall(r"<figure>", page)) == 2
    assert "<b>Shape 4:</b>" in page
    assert "Beside the known answer" not in page


def test_what_came_back_shows_nothing_of_the_known_answer(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    id = pictures(app, world)
    decide(app, world, id, Decision.RETURN, comments=[{"shape": "1", "text": "Look again."}])
    amina = as_("amina")
    page = amina.page(f"/work/tasks/{id}/feedback")
    assert page.count("<figure>") == 1
    for words in ("The right answer", "You missed it", "Too big", "of this item is right"):
        assert words not in page
    assert "Not like this" not in amina.page("/work")


def test_an_answer_without_a_fault_is_one_text(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    span = [{"id": "1", "label": "person", "start": 0, "end": 13}]
    with app.app_context(), transaction(write=True):
        project = make(world, kind=Kind.SPANS, labels=("person", "place"), items=1, gold={0: span})
        task = take(project, person(world.amina))[0]
        answering.answer(task, by=person(world.amina), payload=span, op="a")
        id = int(task.id)
    page = as_("amina").page(f"/work/tasks/{id}/feedback")
    assert page.count("<figure>") == 1
    assert "1. Right:" in re.sub(r"\s+", " ", page)
    assert re.search(r"<details>\s*<summary>Guideline", page)
    assert "Not like this" not in as_("amina").page("/work")


def test_words_are_marked_in_both_texts(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    with app.app_context(), transaction(write=True):
        gold = [{"label": "person", "start": 0, "end": 13}, {"label": "place", "start": 23, "end": 30}]
        project = make(world, kind=Kind.SPANS, labels=("person", "place"), items=1, gold={0: gold})
        task = take(project, person(world.amina))[0]
        answering.answer(task, by=person(world.amina), payload=[{"id": "1", "label": "person", "start": 0, "end": 5}], op="a")
        id = int(task.id)
    decide(app, world, id)
    amina = as_("amina")
    page = amina.page(f"/work/tasks/{id}/feedback")
    marks = [re.sub(r"<[^>]+>", "|", mark) for mark in re.findall(r"<mark[^>]*>(.*?)</mark>", page, re.DOTALL)]
    assert marks == ["Layla|1 |person||", "Layla Mansour|1 |person||", "Tripoli|2 |place||"]
    assert 'class="no"' in page
    assert "Too few words are marked." in amina.page("/work")


def test_a_reviewer_reads_numbers_and_no_bullets(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    id = pictures(app, world)
    page = as_("bilal").page(f"/reviews/{id}")
    listed = re.search(r'<ul class="plain">(.*?)</ul>', page, re.DOTALL)[1]
    assert [line.split(".")[0] for line in re.findall(r"<li>(.*?)</li>", listed, re.DOTALL)] == ["1", "4", "5"]
    # What she wrote about shape 4 is about shape 4, also in the rows where it is corrected.
    assert re.findall(r"<legend>Shape (\d+)</legend>", page) == ["1", "4", "5", "6", "7", "8"]
    sides = {f"{side}-{n}": json.dumps(row[side]) for n, row in enumerate(GLASSES) for side in "xywh"}
    fields = sides | {f"label-{n}": "Glass" for n in range(3)} | {"id-0": "1", "id-1": "4", "id-2": "5", "rows": "3", "decision": "fix"}
    assert as_("bilal").post(f"/reviews/{id}/decision", data=fields).status_code == 303
    with app.app_context():
        review = db.session.query(reviewing.Review).one()
        assert [part["id"] for part in review.payload] == ["1", "4", "5"]
