"""A marker stands in every known answer, and in everything a trainee can fetch before her final score it is looked for.

Everything: each GET of `access.txt` that lets a trainee in, with the ids of every row she might try; the answers to drafts, to two
drafts that met, to answers, to skips and to what is refused; the JSON of the workbench; the pictures it fetches ahead.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from itertools import product
from types import SimpleNamespace
from typing import Any

from flask import Flask
from sqlalchemy import select

from lms.annotation import answering, reviewing
from lms.annotation.models import Assignment, AssignmentState, Decision, Draft, Gold, Item, Project
from lms.annotation.schemas import Kind
from lms.core import files
from lms.core.db import db, transaction
from lms.core.files import StoredFile
from tests.annotation.rooms import make, person, take
from tests.browser.bench import HEIGHT, WIDTH, tea_table
from tests.test_access import declared

ID, X = "xyzzy-known-answer", 137.53
GLASS = {"id": ID, "label": "Glass", "x": X, "y": 151.87, "w": 81.19, "h": 149.61}
NAME = {"id": ID, "label": "PER", "start": 0, "end": 13}
MARKERS = tuple(marker.encode() for marker in (ID, str(X), "151.87", "81.19", "149.61"))
ALIKE = {"id": "1", "label": "Glass", "x": 137, "y": 151, "w": 81, "h": 150}
OTHER = {"id": "1", "label": "Glass", "x": 10, "y": 10, "w": 50, "h": 50}
IDS = range(1, 4)


def school(app: Flask, world: SimpleNamespace) -> None:
    """Pictures and texts, every one with a known answer; hana has answered each of them, amina's turn comes."""
    both = (world.cohort, world.other_cohort)
    with app.app_context(), transaction(write=True):
        tea = make(
            world,
            slug="tea",
            kind=Kind.BOXES,
            labels=("Glass", "Bread"),
            items=4,
            gold={n: [GLASS] for n in range(4)},
            overlap=2,
            cohorts=both,
        )
        stored = files.keep(files.accept(tea_table(), "tea.jpg"))
        db.session.add(stored)
        db.session.flush()
        for item in db.session.scalars(select(Item).where(Item.project_id == tea.id)):
            item.text, item.file_id, item.width, item.height = None, stored.id, WIDTH, HEIGHT
        names = make(
            world,
            slug="names",
            kind=Kind.SPANS,
            labels=("PER", "LOC"),
            items=3,
            gold={n: [NAME] for n in range(3)},
            overlap=2,
            cohorts=both,
        )
        for project, answer in ((tea, GLASS), (names, NAME)):
            for n, task in enumerate(take(project, person(world.hana))):
                answering.answer(task, by=person(world.hana), payload=[answer], op=f"{project.slug}{n}")
        assert db.session.query(Gold).count() == 7


def addresses(app: Flask) -> Iterator[str]:
    """Every address a trainee may fetch, with every id there could be."""
    with app.app_context():
        shas = [row.hex() if isinstance(row, bytes) else row for row in db.session.scalars(select(StoredFile.sha256))]
        slugs = list(db.session.scalars(select(Project.slug)))
        tasks = list(db.session.scalars(select(Assignment.id)))
    words = {"slug": slugs, "sha256": shas, "course": ["annotation-basics"], "lesson": ["first"], "code": ["x"], "token": ["x"]}
    for method, rule, roles in declared():
        if method != "GET" or not roles & {"trainee", "signed_in", "public"} or rule.startswith("/static/"):
            continue
        names = re.findall(r"<(?:(\w+):)?(\w+)>", rule)
        values = [(tasks if "/tasks/" in rule else IDS) if kind == "int" else words[name] for kind, name in names]
        for chosen in product(*values):
            address = rule
            for value in chosen:
                address = re.sub(r"<[^>]+>", str(value), address, count=1)
            yield address


def searched(app: Flask, client: Any) -> int:
    """Fetch everything and look for the markers; how many answers were searched."""
    seen = 0
    for address in addresses(app):
        answer = client.get(address, follow_redirects=False)
        clean(answer, address)
        seen += 1
        if (task := re.search(r'data-task="([^"]*)"', answer.get_data(as_text=True))) if answer.mimetype == "text/html" else None:
            data = json.loads(unescape(task[1]))
            assert not {"gold", "known", "score", "quality", "passed"} & data.keys()
            # What a phone keeps of a batch: the pages of the items that follow, and the pictures.
            for url in (*data["prefetch"], *data["ahead"], *(f"{page}/picture" for page in data["ahead"])):
                kept = client.get(url)
                clean(kept, url)
                if url in data["ahead"]:
                    assert kept.headers["X-Offline"] == "keep"
    return seen


def clean(answer: Any, what: str) -> None:
    body = answer.get_data() + repr(answer.headers).encode()
    found = [marker.decode() for marker in MARKERS if marker in body]
    assert not found, f"{what} holds {found}"


def ids(app: Flask, worker: int, slug: str) -> list[int]:
    with app.app_context():
        mine = select(Assignment.id).join(Project).where(Assignment.worker_id == worker, Project.slug == slug)
        return list(db.session.scalars(mine.order_by(Assignment.position)))


def test_a_marker_in_every_known_answer_is_nowhere_before_the_final_score(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    school(app, world)
    amina = as_("amina")
    assert searched(app, amina) > 40
    for slug in ("tea", "names"):
        clean(amina.post(f"/work/{slug}/claims", data={"read": "y"}), slug)
    tea, names = ids(app, world.amina, "tea"), ids(app, world.amina, "names")
    assert (len(tea), len(names)) == (4, 3)
    searched(app, amina)
    for id, part in [(id, ALIKE) for id in tea] + [(id, {**NAME, "id": "1"}) for id in names]:
        for _phone in range(2):  # the second one meets the first one's draft
            clean(amina.put(f"/work/tasks/{id}/draft", json={"version": 0, "payload": [part]}), "draft")
        clean(amina.post(f"/work/tasks/{id}/draft", data={"rows": "0"}), "plain draft")
        clean(amina.post(f"/work/tasks/{id}/answer", data={"payload": '[{"label": "no such"}]', "client_op_id": f"w{id}"}), "refused")
    with app.app_context():
        drafts = json.dumps([draft.payload for draft in db.session.scalars(select(Draft))]).encode()
    assert not [marker for marker in MARKERS if marker in drafts]
    searched(app, amina)
    clean(amina.post(f"/work/tasks/{names[2]}/skip", data={"reason": "unclear"}), "skip")
    # Three of four pictures and one text are sent: right ones and wrong ones; the rest is in her hands.
    sent = [(tea[0], ALIKE), (tea[1], OTHER), (tea[2], ALIKE), (names[0], {**NAME, "id": "1"})]
    for id, part in sent:
        headers = {"X-Request-Id": f"r{id}"}
        for _tap in range(2):
            clean(amina.post(f"/work/tasks/{id}/answer", data={"payload": json.dumps([part])}, headers=headers), "answer")
    searched(app, amina)
    # One comes back to her: that is no final score.
    with app.app_context(), transaction(write=True):
        task = db.session.get_one(Assignment, tea[1])
        reviewing.decide(task, by=person(world.bilal), decision=Decision.RETURN, comments=[{"shape": "1", "text": "Look again."}])
    searched(app, amina)
    clean(amina.put(f"/work/tasks/{tea[1]}/draft", json={"version": 0, "payload": [ALIKE]}), "draft of what came back")
    # The last ones of the block are answered: what met the known answer is accepted now, and only there it may be read.
    for id, part in ((tea[3], ALIKE), (tea[1], ALIKE), (names[1], {**NAME, "start": 1, "id": "1"})):
        clean(amina.post(f"/work/tasks/{id}/answer", data={"payload": json.dumps([part]), "client_op_id": f"z{id}"}), "last")
    with app.app_context():
        states = {id: db.session.get_one(Assignment, id).state for id in (*tea, *names)}
    decided = {id for id, state in states.items() if state is AssignmentState.ACCEPTED}
    assert decided == {*tea, names[0]}
    undecided = [address for address in addresses(app) if not any(address == f"/work/tasks/{id}/feedback" for id in decided)]
    for address in undecided:
        clean(amina.get(address), address)
    clean(as_("hana").get(f"/work/tasks/{tea[0]}/feedback"), "another's")


def test_the_search_would_find_it(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    """After the decision the known box is on her page: a search that never finds anything would prove nothing."""
    school(app, world)
    amina = as_("amina")
    amina.post("/work/tea/claims", data={"read": "y"})
    first, *others = ids(app, world.amina, "tea")
    amina.post(f"/work/tasks/{first}/answer", data={"payload": json.dumps([OTHER]), "client_op_id": "a"})
    with app.app_context(), transaction(write=True):
        reviewing.decide(db.session.get_one(Assignment, first), by=person(world.bilal), decision=Decision.ACCEPT)
    assert str(X) in amina.page(f"/work/tasks/{first}/feedback")
    assert str(X) in amina.page("/work")  # as the example of a mistake
    for id in others:
        clean(amina.get(f"/work/tasks/{id}"), "an open one")
