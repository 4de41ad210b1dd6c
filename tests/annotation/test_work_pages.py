"""The trainee's way: look, claim, answer, skip, feedback. And what no page of hers may ever hold."""

from __future__ import annotations

import json
import re
from html import unescape
from types import SimpleNamespace
from typing import Any

from flask import Flask
from sqlalchemy import select

from lms.annotation import answering, queries
from lms.annotation.models import Annotation, Assignment, AssignmentState, Draft, Phase, ProjectState, Risk
from lms.annotation.schemas import Kind
from lms.core.db import db, transaction
from tests.annotation.rooms import MARKER, TEXT, make, person, take

CAT, GOLD = [{"label": "cat"}], [{"label": MARKER}]
SECRET = "xyzzy-known-answer"


def set_up(app: Flask, world: SimpleNamespace, **more: Any) -> None:
    with app.app_context(), transaction(write=True):
        make(world, **more)


def tasks(app: Flask, worker: int) -> list[int]:
    with app.app_context():
        return list(db.session.scalars(select(Assignment.id).where(Assignment.worker_id == worker).order_by(Assignment.position)))


def data_of(page: str) -> dict[str, Any]:
    return json.loads(unescape(re.search(r'data-task="([^"]*)"', page)[1]))


def test_what_is_promised_is_what_a_claim_gives(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    """The last three items of a block of five pay for three; where none is left that is said, and no button promises one."""
    set_up(app, world, rate=12, block=5, items=3)
    amina = as_("amina")
    page = amina.page("/work/names")
    assert "Start: 3 items" in page
    assert "0.36 USD" in page
    assert "0.60 USD" not in page
    amina.post("/work/names/claims", data={"read": "y", "agreed": "y"})
    held = tasks(app, world.amina)
    assert len(held) == 3
    for task in held:
        amina.post(f"/work/tasks/{task}/answer", data={"payload": json.dumps(CAT)})
    page = amina.page("/work/names")
    assert "There is no item for you here now. Look again tomorrow." in page
    assert "Start:" not in page


def test_her_next_step_leads_where_an_item_is_left_for_her(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    with app.app_context(), transaction(write=True):
        for task in take(make(world, slug="done", items=1), person(world.amina)):
            answering.answer(task, by=person(world.amina), payload=CAT, op="op-1")
        make(world, slug="left", items=1)
    page = as_("amina").page("/work")
    assert page.index("/work/left") < page.index("/work/done")


def test_she_sees_price_time_and_label_before_she_starts(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    set_up(app, world, rate=12, block=5, risk=Risk.MILD)
    amina = as_("amina")
    assert "Names in the news" in amina.page("/work")
    page = amina.page("/work/names")
    shown = ("0.12 USD", "0.60 USD", "7.20 USD", "5 minutes", "Some items may be hard to see: blood", "Mark every name", "I have read it")
    for words in shown:
        assert words in page
    refused = amina.post("/work/names/claims", data={"read": "y"})
    assert refused.status_code == 422
    assert "Tick that you agree" in refused.get_data(as_text=True)
    assert tasks(app, world.amina) == []
    taken = amina.post("/work/names/claims", data={"read": "y", "agreed": "y"})
    assert taken.status_code == 303
    assert len(tasks(app, world.amina)) == 5
    assert taken.location == f"/work/tasks/{tasks(app, world.amina)[0]}"
    amina.post("/work/names/claims", data={"agreed": "y"})
    assert len(tasks(app, world.amina)) == 5


def test_the_outsider_finds_nothing_and_the_wrong_role_no_door(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    set_up(app, world)
    amina = as_("amina")
    amina.post("/work/names/claims", data={"read": "y"})
    id = tasks(app, world.amina)[0]
    hana = as_("hana")
    assert "Names in the news" not in hana.page("/work")
    hana.page("/work/names", 404)
    assert hana.post("/work/names/claims", data={"read": "y"}).status_code == 404
    for path in ("", "/picture", "/feedback"):
        hana.page(f"/work/tasks/{id}{path}", 404)
    for path in ("draft", "answer", "skip"):
        assert hana.post(f"/work/tasks/{id}/{path}", data={"label": "cat", "reason": "other"}).status_code == 404
    assert hana.put(f"/work/tasks/{id}/draft", json={"version": 0, "payload": []}).status_code == 404
    for name in ("bilal", "dana", "efe", "fay"):
        as_(name).page(f"/work/tasks/{id}", 403)
    assert app.test_client().get("/work").status_code == 302
    with app.app_context():
        assert db.session.get_one(Assignment, id).state is AssignmentState.LEASED


def test_an_answer_by_plain_fields_leads_to_the_next_item(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    set_up(app, world, items=2)
    amina = as_("amina")
    amina.post("/work/names/claims", data={"read": "y"})
    first, second = tasks(app, world.amina)
    empty = amina.post(f"/work/tasks/{first}/answer", data={"client_op_id": "a"})
    assert empty.status_code == 422
    assert "Choose a label." in empty.get_data(as_text=True)
    sent = amina.post(f"/work/tasks/{first}/answer", data={"label": "cat", "client_op_id": "a"})
    assert (sent.status_code, sent.location) == (303, f"/work/tasks/{second}")
    again = amina.post(f"/work/tasks/{first}/answer", data={"label": "cat", "client_op_id": "a"})
    assert again.location == f"/work/tasks/{second}"
    last = amina.post(f"/work/tasks/{second}/answer", data={"payload": '[{"label": "dog"}]', "client_op_id": "b"})
    assert last.location == "/work/names"
    assert "You sent everything" in amina.page("/work/names")
    assert "within seven days" in amina.page(f"/work/tasks/{first}")
    with app.app_context():
        assert [row.payload for row in db.session.scalars(select(Annotation).order_by(Annotation.id))] == [CAT, [{"label": "dog"}]]


def test_the_queue_of_a_phone_gets_json(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    set_up(app, world, kind=Kind.SPANS, labels=("person",), items=1)
    amina = as_("amina")
    amina.post("/work/names/claims", data={"read": "y"})
    (id,) = tasks(app, world.amina)
    headers = {"X-Request-Id": "r1"}
    bad = json.dumps([{"id": "s9", "label": "person", "start": 4, "end": 4}])
    wrong = amina.post(f"/work/tasks/{id}/answer", data={"payload": bad}, headers=headers)
    assert (wrong.status_code, wrong.json["shape"]) == (422, "s9")
    good = json.dumps([{"id": "s9", "label": "person", "start": 0, "end": 13}])
    for _tap in range(2):
        sent = amina.post(f"/work/tasks/{id}/answer", data={"payload": good}, headers=headers)
        assert (sent.status_code, sent.json) == (200, {"next": "/work/names"})
    other = amina.post(f"/work/tasks/{id}/answer", data={"payload": good}, headers={"X-Request-Id": "r2"})
    assert other.status_code == 409


def test_drafts_follow_each_other(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    set_up(app, world, kind=Kind.SPANS, labels=("person",), items=1)
    amina = as_("amina")
    amina.post("/work/names/claims", data={"read": "y"})
    (id,) = tasks(app, world.amina)
    span = [{"id": "a", "label": "person", "start": 0, "end": 5}]
    assert amina.put(f"/work/tasks/{id}/draft", json={"version": 0, "payload": span}).json == {"version": 1}
    conflict = amina.put(f"/work/tasks/{id}/draft", json={"version": 0, "payload": []})
    assert conflict.status_code == 409
    assert conflict.json["payload"] == span
    assert conflict.json["version"] == 1
    assert amina.put(f"/work/tasks/{id}/draft", json={"payload": []}).status_code == 400
    page = amina.page(f"/work/tasks/{id}")
    data = data_of(page)
    assert (data["answers"], data["draft_version"], data["text"]) == (span, 1, TEXT)
    assert data["tokens"][-2:] == [[23, 30], [30, 31]]  # the full stop can be left out
    # and by plain fields: tick "lives in", mark it, drop the first
    words = {"word": ["2", "3"], "label": "person"}
    assert amina.post(f"/work/tasks/{id}/draft", data=words).status_code == 303
    with app.app_context():
        assert db.session.get_one(Draft, id).payload == [{"label": "person", "start": 14, "end": 22}]


def test_a_text_is_answered_without_a_script(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    set_up(app, world, kind=Kind.SPANS, labels=("person", "place"), items=1)
    amina = as_("amina")
    amina.post("/work/names/claims", data={"read": "y"})
    (id,) = tasks(app, world.amina)
    amina.post(f"/work/tasks/{id}/draft", data={"word": ["0", "1"], "label": "person"})
    page = amina.page(f"/work/tasks/{id}")
    kept = unescape(re.search(r'name="keep" value="([^"]*)"', page)[1])
    amina.post(f"/work/tasks/{id}/answer", data={"keep": kept, "word": "4", "label": "place", "client_op_id": "a"})
    with app.app_context():
        payload = db.session.scalars(select(Annotation)).one().payload
    assert [(one["label"], TEXT[one["start"] : one["end"]]) for one in payload] == [("person", "Layla Mansour"), ("place", "Tripoli")]


def test_boxes_are_answered_as_numbers_in_any_digits(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    set_up(app, world, kind=Kind.BOXES, labels=("cup", "pot"), items=1)
    amina = as_("amina")
    amina.post("/work/names/claims", data={"read": "y"})
    (id,) = tasks(app, world.amina)
    fields = {"rows": "3", "label-0": "cup", "x-0": "١٠", "y-0": "20.5", "w-0": "30", "h-0": "40", "label-1": "pot"}
    wrong = amina.post(f"/work/tasks/{id}/answer", data=fields | {"x-1": "1", "y-1": "", "w-1": "", "h-1": ""})
    assert wrong.status_code == 422
    assert 'value="20.5"' in wrong.get_data(as_text=True)  # what was typed is still there
    amina.post(f"/work/tasks/{id}/answer", data=fields)
    with app.app_context():
        (box,) = db.session.scalars(select(Annotation)).one().payload
    assert box == {"id": "1", "label": "cup", "x": 10.0, "y": 20.5, "w": 30.0, "h": 40.0}


def test_skipping_gives_the_next_one(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    set_up(app, world, items=2)
    amina = as_("amina")
    amina.post("/work/names/claims", data={"read": "y"})
    first, second = tasks(app, world.amina)
    assert amina.post(f"/work/tasks/{first}/skip", data={"reason": "upsetting"}).location == f"/work/tasks/{second}"
    assert "You skipped it" in amina.page(f"/work/tasks/{first}")


def test_gold_and_others_answers_are_on_no_page_before_the_decision(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    """The known answers and another's hold a marker; every page and every answer of the server is searched for it."""
    gold = {n: [{"id": SECRET, "label": "cat", "start": 0, "end": 5}] for n in range(4)}
    set_up(app, world, kind=Kind.SPANS, labels=("cat", "dog"), items=4, gold=gold, overlap=2, cohorts=(world.cohort, world.other_cohort))
    with app.app_context(), transaction(write=True):
        hana, project = person(world.hana), queries.project_of("names")
        for n, task in enumerate(take(project, hana)):
            answering.answer(task, by=hana, payload=[{"id": f"{SECRET}-hana", "label": "dog", "start": 0, "end": 5}], op=f"h{n}")
    amina = as_("amina")
    seen = [amina.page("/work"), amina.page("/work/names")]
    amina.post("/work/names/claims", data={"read": "y"})
    ids = tasks(app, world.amina)
    for id in ids:
        seen += [amina.page(f"/work/tasks/{id}"), amina.get(f"/work/tasks/{id}/feedback").get_data(as_text=True)]
        seen.append(amina.put(f"/work/tasks/{id}/draft", json={"version": 0, "payload": []}).get_data(as_text=True))
        seen.append(amina.put(f"/work/tasks/{id}/draft", json={"version": 0, "payload": []}).get_data(as_text=True))
    span = [{"id": "mine", "label": "cat", "start": 0, "end": 5}]
    for id in ids[:3]:  # three are right; one is still in her hands
        sent = amina.post(f"/work/tasks/{id}/answer", data={"payload": json.dumps(span), "client_op_id": f"a{id}"})
        assert amina.get(f"/work/tasks/{id}/feedback").status_code == 302
        seen += [sent.get_data(as_text=True), amina.page(f"/work/tasks/{id}"), amina.page("/work/names"), amina.page("/work")]
    assert all(SECRET not in page for page in seen)
    assert all("known answer" not in page for page in seen if "How we check" not in page)
    assert "Right answers" not in seen[-1]  # a figure that moves would give gold away
    amina.post(f"/work/tasks/{ids[3]}/answer", data={"payload": json.dumps(span), "client_op_id": "last"})
    after = amina.page(f"/work/tasks/{ids[0]}/feedback")
    assert "Beside the known answer" in after
    assert f"{SECRET}-hana" not in after
    assert "Right answers: 4 of 4." in amina.page("/work")


def test_a_gold_item_looks_like_any_other(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    set_up(app, world, items=6, gold=dict.fromkeys(range(3), CAT), block=6)
    amina = as_("amina")
    amina.post("/work/names/claims", data={"read": "y"})
    ids = tasks(app, world.amina)
    before = {plain_of(amina.page(f"/work/tasks/{id}")) for id in ids}
    for id in ids[:-1]:
        amina.post(f"/work/tasks/{id}/answer", data={"label": "cat", "client_op_id": str(id)})
    after = {plain_of(amina.page(f"/work/tasks/{id}")) for id in ids[:-1]}
    assert (len(before), len(after)) == (1, 1)


def plain_of(page: str) -> str:
    """A page without what differs from item to item: numbers, ids, names of the next pictures."""
    words = re.sub(r'data-[a-z]+="[^"]*"|value="[^"]*"|<style>.*?</style>', "", page, flags=re.DOTALL)
    return re.sub(r"\d+", "", words)


def test_practice_shows_at_once_what_was_missed(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    gold = {n: [{"label": "person", "start": 0, "end": 13}] for n in range(2)}
    set_up(app, world, kind=Kind.SPANS, labels=("person",), items=2, gold=gold, rate=0, phase=Phase.PRACTICE)
    amina = as_("amina")
    amina.post("/work/names/claims", data={"read": "y"})
    first = tasks(app, world.amina)[0]
    wrong = [{"id": "x", "label": "person", "start": 0, "end": 5}]
    amina.post(f"/work/tasks/{first}/answer", data={"payload": json.dumps(wrong), "client_op_id": "a"})
    page = amina.page(f"/work/tasks/{first}/feedback")
    assert "Too short" in page
    assert "Layla Mansour" in page


def test_a_paused_project_is_told_in_words(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    set_up(app, world)
    with app.app_context(), transaction(write=True):
        queries.project_of("names").state = ProjectState.PAUSED
    amina = as_("amina")
    refused = amina.post("/work/names/claims", data={"read": "y"})
    assert refused.status_code == 422
    assert "This work is paused" in refused.get_data(as_text=True)
