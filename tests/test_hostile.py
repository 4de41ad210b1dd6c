"""What a hostile browser tries everywhere: other people's fields, odd headers, odd numbers; and what a log must never tell."""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DBAPIError

from lms.annotation import answering
from lms.annotation.models import Assignment, Gold, Project
from lms.core.access import Role
from lms.core.db import db, transaction
from lms.people.models import User
from tests.annotation import rooms
from tests.cast import ROLES
from tests.payouts import scene
from tests.test_access import declared
from tests.test_other_halves import address
from tests.test_other_halves import halves as halves  # the fixture with a row of every kind

LISTS = {"amina": (), "bilal": ("/desk", "/reviews", "/cohorts"), "efe": ("/people", "/cohorts", "/applications"), "fay": ("/payouts",),
         "dana": ("/cohorts", "/people", "/applications", "/projects", "/pool", "/certificates", "/cohorts/1")}  # fmt: skip
MINE = {
    "roles": "staff", "role": "staff", "partner_id": "2", "is_admin": "1", "user_id": "4", "worker_id": "4", "adult": "1", "price": "999",
    "price_minor": "99900", "rate_minor": "99900", "times_paid": "9", "state": "accepted", "passed": "1", "total": "100", "id": "1",
    "email": "x@x.org", "password_hash": "x", "enrolment_id": "2", "cohort_id": "2", "usable_from": "2020-01-01", "share_page": "y",
}  # fmt: skip


@pytest.mark.parametrize("page", ["99999999999999999999", "9" * 5000, "-1", "0", "NaN", "1e9", "٣", "\ufffd"])
def test_any_page_number_is_a_page(as_: Any, page: str) -> None:
    for name, lists in LISTS.items():
        client = as_(name)
        for url in lists:
            assert client.get(url, query_string={"page": page}).status_code == 200, f"{url}?page={page[:30]}"


@pytest.mark.parametrize("id", ["9" * 30, "-" + "9" * 30, "4294967296", "0", "x", "٣"])
def test_a_number_that_is_no_row_is_no_error(app: Flask, world: SimpleNamespace, course: int, as_: Any, stranger: Any, id: str) -> None:
    for who, url in (("bilal", "/desk?cohort="), ("bilal", "/cohorts/1/messages/new?person="), ("dana", "/cohorts/1/calendar?beside="),
                     ("dana", "/cohorts/new?like=")):  # fmt: skip
        assert as_(who).get(url + id).status_code in {200, 404}, url + id
    assert stranger.post("/apply", data={"round": id}).status_code == 404


@pytest.mark.parametrize("header", ["Origin", "Referer"])
def test_an_address_that_is_none_in_a_header(as_: Any, header: str) -> None:
    answer = as_("amina").post("/learn/none/none/done", headers={header: "http://[::1"})
    assert answer.status_code in {400, 404}
    assert as_("amina").get("/today", headers={header: "http://[::1"}).status_code == 200


def test_fields_nobody_asked_for_change_nothing(app: Flask, halves: dict[str, SimpleNamespace], as_: Any) -> None:
    """Every form of every role, with the columns of the tables as fields: people, prices and rights stay as they are."""
    clients, before = {role: as_(name) for name, role in ROLES.items() if name in LISTS}, _kept(app)
    for method, rule, roles in declared():
        if method == "POST" and not rule.startswith(("/sign-", "/enrolments/<int:id>/adult")):
            for role in roles & {str(role) for role in Role}:
                clients[Role(role)].post(address(rule, halves["here"]) if "<" in rule else rule, data=MINE)
    assert _kept(app) == before


def _kept(app: Flask) -> list[Any]:
    fixed = (User.id, User.name, User.email, User.roles, User.adult, User.password_hash, User.country)
    prices = select(Assignment.id, Assignment.worker_id, Assignment.price_minor, Assignment.times_paid).order_by(Assignment.id)
    with app.app_context():
        people = [tuple(row) for row in db.session.execute(select(*fixed).order_by(User.id))]
        priced = select(Project.id, Project.rate_minor, Project.budget_minor).order_by(Project.id)
        rates = [tuple(row) for row in db.session.execute(priced)]
        return [people, rates, [tuple(row) for row in db.session.execute(prices)]]


def test_a_log_tells_no_value_of_a_row(either_school: Flask, caplog: pytest.LogCaptureFixture) -> None:
    """PostgreSQL names the key that clashed, and the whole row that broke a rule; SQLAlchemy adds what was sent."""
    app, world = either_school, either_school.extensions["world"]
    secret = 987_000 + 654
    tries = (
        lambda: db.session.add(User(name="Zeinab Secret", roles=frozenset({Role.TRAINEE}), email="amina@demo.example")),
        lambda: db.session.execute(text("UPDATE person SET name = NULL WHERE email = 'amina@demo.example'")),
        lambda: db.session.execute(text("INSERT INTO mentor_seat (cohort_id, user_id) VALUES (:secret, 1)"), {"secret": secret}),
    )

    def attempt(act: Any) -> None:
        with transaction(write=True):
            act()
            db.session.flush()

    for act in tries:
        with app.app_context(), pytest.raises(DBAPIError) as trouble:
            attempt(act)
        logging.getLogger("lms").error("unexpected", exc_info=trouble.value)
    with app.app_context():
        assert inspect(db.engine).has_table("person")
        assert db.session.get_one(User, world.amina).name == "Amina"
    told = "".join(logging.Formatter().format(record) for record in caplog.records)
    assert "unexpected" in told
    for word in ("DETAIL", str(secret), "argon2", "=(amina", "Zeinab S,"):
        assert word not in told, word


def test_the_known_answer_is_in_no_response_before_the_decision(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    """Neither in a page, nor in JSON, a header, a draft or a picture, whatever is asked in whatever order."""
    with app.app_context(), transaction(write=True):
        project = rooms.make(world, items=4, gold={n: [{"label": rooms.MARKER, "id": "goldshape"}] for n in range(2)}, block=4)
        held = rooms.take(project, scene.person(world.amina))
        golden = set(db.session.scalars(select(Gold.item_id)))
        ids, known = [task.id for task in held], next(task for task in held if task.item_id in golden)
        answering.answer(known, by=scene.person(world.amina), payload=[{"label": "cat"}], op="op-1")
        sent = known.id
    amina = as_("amina")
    for id in ids:
        for url in (f"/work/tasks/{id}", f"/work/tasks/{id}/feedback", f"/work/tasks/{id}/picture", "/work", "/work/names", "/today"):
            _silent(amina.get(url))
        _silent(amina.put(f"/work/tasks/{id}/draft", json={"version": 7, "payload": []}))
        _silent(amina.put(f"/work/tasks/{id}/draft", json={"version": 0, "payload": []}))
        if id != sent:
            _silent(amina.post(f"/work/tasks/{id}/answer", data={"payload": '[{"label": "horse"}]'}, headers={"X-Request-Id": "r"}))
    with app.app_context():  # answered wrongly, so it waits like any other: the state must not tell either
        states = {task.state for task in db.session.scalars(select(Assignment).where(Assignment.id == sent))}
        assert states == {"in_review"}


def _silent(answer: Any) -> None:
    told = answer.get_data(as_text=True) + str(answer.headers)
    assert "goldshape" not in told
    assert "known" not in str(answer.headers).lower()


def test_unknown_people_get_the_same_answer(stranger: Any) -> None:
    bodies = set()
    for who in ("amina@demo.example", "nobody@demo.example", "+96170000000", "nobody", ""):
        answer = stranger.post("/sign-in/code", data={"identifier": who or "x", "code": "000000", "password": "a-long-password"})
        bodies.add((answer.status_code, answer.get_data(as_text=True).replace(who or "x", "").count("not right")))
    assert len(bodies) == 1
