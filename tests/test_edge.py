"""The law of the edge, on both stores: to return is to commit, to raise is to roll back, to read is never to write."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Blueprint, Flask, Response, abort
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError

from lms.core.access import me, public, signed_in
from lms.core.db import after_commit, db, mode, release, transaction
from lms.core.errors import Refused
from lms.core.facts import Fact, Kind, record
from lms.partners.models import Partner
from lms.people import passwords
from tests.cast import PASSWORDS, identifier

WRITERS, EACH = 8, 15


def partners(app: Flask) -> set[str]:
    with app.app_context():
        return set(db.session.scalars(select(Partner.code)))


def add(code: str) -> None:
    db.session.add(Partner(code=code, name=code, country="LB"))


def plain(view: Callable[[], str]) -> Callable[[], Any]:
    """Answer with text: the tests' browser holds whatever calls itself a page to the rules of pages."""
    return lambda: Response(view(), mimetype="text/plain")


def write_then(end: Callable[[], Any]) -> Callable[[], Any]:
    """A view that writes a partner and a fact, sends them to the database, and then does something else."""

    def view() -> Any:
        add("NEW")
        db.session.flush()
        record(Kind.PERSON_ADDED, db.session.scalars(select(Partner).where(Partner.code == "NEW")).one())
        return end()

    return view


def raising(error: Exception) -> Callable[[], Any]:
    def end() -> Any:
        raise error

    return end


def twice() -> str:
    add("TWICE")
    add("TWICE")
    return "the commit will not go through"


def nobodys() -> str:
    db.session.add(Fact(kind="x", subject_kind="x", subject_id=1, actor_id=None, at=None, data={}))
    return "nor this one"


def count() -> str:
    row = db.session.scalars(select(Partner).where(Partner.code == "COUNT").with_for_update()).one()
    row.name = str(int(row.name) + 1)
    return row.name


ENDS: dict[str, Callable[[], Any]] = {
    "returns": lambda: "kept",
    "refuses": raising(Refused("Not now. Wait for Sunday.")),
    "aborts": lambda: abort(404),
    "breaks": raising(LookupError("a secret of the server")),
    "is-stale": raising(StaleDataError("two hands")),
    "clashes": twice,
    "breaks-a-rule": nobodys,
}


def probe(app: Flask) -> Flask:
    """The views of this file, on an application that has served nothing yet."""
    bp = Blueprint("probe", __name__)
    for name, end in ENDS.items():
        bp.add_url_rule(f"/probe/{name}", name, public(plain(write_then(end))), methods=["POST"])
    bp.add_url_rule("/probe/count", "count", public(plain(count)), methods=["POST"])
    bp.add_url_rule("/probe/form", "form", public(plain(lambda: "a form stands here")), methods=["GET"])
    app.register_blueprint(bp)
    app.testing = False  # as people meet it: the page of an unforeseen error, not the exception
    return app


def reading_writes() -> str:
    add("READ")
    db.session.flush()
    return "never"


def reading_writes_in_bulk() -> str:
    db.session.execute(update(Partner).values(name="changed by reading"))
    return "never"


@pytest.fixture
def edge(either_school: Flask) -> Flask:
    return probe(either_school)


def test_to_return_is_to_commit(edge: Flask) -> None:
    assert edge.test_client().post("/probe/returns").text == "kept"
    assert "NEW" in partners(edge)


@pytest.mark.parametrize(
    ("name", "status", "sentence"),
    [
        ("refuses", 409, "Not now. Wait for Sunday."),
        ("aborts", 404, "We did not find this page"),
        ("breaks", 500, "Something broke on our side"),
        ("is-stale", 409, "Somebody changed this meanwhile"),
        ("clashes", 409, "Somebody changed this meanwhile"),
        ("breaks-a-rule", 500, "Something broke on our side"),
    ],
)
def test_to_raise_is_to_roll_back(name: str, status: int, sentence: str, edge: Flask) -> None:
    before = partners(edge)
    answer = edge.test_client().post(f"/probe/{name}")
    assert answer.status_code == status
    assert sentence in answer.text
    assert "a secret of the server" not in answer.text
    assert "Traceback" not in answer.text
    assert partners(edge) == before
    with edge.app_context():
        assert db.session.scalars(select(Fact)).all() == []
    assert edge.test_client().post("/probe/returns").status_code == 200, "the next request begins anew"


def test_a_refusal_is_told_where_the_person_stood(edge: Flask) -> None:
    client = edge.test_client()
    answer = client.post("/probe/refuses", headers={"Referer": "http://localhost/probe/form?week=2"})
    assert (answer.status_code, answer.location) == (303, "/probe/form?week=2")
    with client.session_transaction() as session:
        assert session["_flashes"] == [("bad", "Not now. Wait for Sunday.")]


@pytest.mark.parametrize(
    "referrer", ["http://localhost/probe/refuses", "http://evil.example/probe/form", "http://localhost//evil.example/", ""]
)
def test_a_refusal_never_leads_to_a_dead_end_or_away(referrer: str, edge: Flask) -> None:
    answer = edge.test_client().post("/probe/refuses", headers={"Referer": referrer})
    assert answer.status_code == 409, "a page of its own: the address takes POST alone, or is another site's"
    assert "Not now. Wait for Sunday." in answer.text


def test_a_script_gets_the_sentence_alone(edge: Flask) -> None:
    for header in ("X-Request-Id", "HX-Request"):
        answer = edge.test_client().post("/probe/refuses", headers={header: "1", "Referer": "http://localhost/probe/form"})
        assert (answer.status_code, answer.json) == (409, {"sentence": "Not now. Wait for Sunday."})
        answer = edge.test_client().post("/probe/breaks", headers={header: "1"})
        assert answer.status_code == 500
        assert set(answer.json) == {"sentence"}


@pytest.mark.parametrize("view", [reading_writes, reading_writes_in_bulk])
def test_to_read_is_never_to_write(view: Callable[[], str], either_school: Flask) -> None:
    either_school.add_url_rule("/probe/reading", "reading", public(plain(view)), methods=["GET"])
    either_school.testing = False
    before = partners(either_school)
    assert either_school.test_client().get("/probe/reading").status_code == 500
    assert partners(either_school) == before


def test_no_update_is_lost(edge: Flask) -> None:
    with edge.app_context(), transaction(write=True):
        db.session.add(Partner(code="COUNT", name="0", country="LB"))

    def write(_n: int) -> list[int]:
        client = edge.test_client()
        return [client.post("/probe/count").status_code for _each in range(EACH)]

    with ThreadPoolExecutor(WRITERS) as pool:
        statuses = [status for some in pool.map(write, range(WRITERS)) for status in some]
    assert set(statuses) == {200}
    with edge.app_context():
        assert db.session.scalar(select(Partner.name).where(Partner.code == "COUNT")) == str(WRITERS * EACH)


def test_signed_in_writers_take_the_lock_before_they_read(own_school: Flask) -> None:
    """The user loader's SELECT opens the transaction: were it a reading one, most of these would fail at once."""

    def view() -> str:
        row = db.session.get_one(Partner, 1, with_for_update=True)
        row.name = str(int(row.name) + 1)
        return str(me().id)

    own_school.add_url_rule("/probe/mine", "mine", signed_in(plain(view)), methods=["POST"])
    with own_school.app_context(), transaction(write=True):
        db.session.get_one(Partner, 1).name = "0"

    def write(name: str) -> list[int]:
        client = own_school.test_client()
        client.sign_in(name)
        return [client.post("/probe/mine").status_code for _each in range(EACH)]

    names = list(PASSWORDS)[:WRITERS]
    with ThreadPoolExecutor(WRITERS) as pool:
        statuses = [status for some in pool.map(write, names) for status in some]
    assert set(statuses) == {200}
    with own_school.app_context():
        assert db.session.get_one(Partner, 1).name == str(WRITERS * EACH)


def in_transaction(app: Flask, *steps: Callable[[], Any]) -> None:
    with app.app_context(), transaction(write=True):
        for step in steps:
            step()


class TestRelease:
    """Letting go of the lock before slow work must not lose what was written."""

    @staticmethod
    def change_in_a_savepoint() -> None:
        with db.session.begin_nested():
            db.session.get_one(Partner, 1).name = "changed"

    @staticmethod
    def change_by_a_statement() -> None:
        db.session.execute(update(Partner).values(name="changed"))

    @pytest.mark.parametrize("write", [lambda: add("NEW"), change_in_a_savepoint, change_by_a_statement])
    @pytest.mark.parametrize("flush", [False, True])
    def test_what_was_written_is_not_lost_in_silence(self, write: Callable[[], None], flush: bool, either_school: Flask) -> None:
        with pytest.raises(RuntimeError, match="unsaved rows"):
            in_transaction(either_school, write, *([db.session.flush] if flush else []), release)
        with either_school.app_context():
            assert db.session.get_one(Partner, 1).name != "changed"
        assert "NEW" not in partners(either_school)

    def test_what_was_only_read_is_read_again(self, either_school: Flask) -> None:
        with either_school.app_context(), transaction(write=True):
            partner = db.session.get_one(Partner, 1)
            release()
            with either_school.app_context(), transaction(write=True):  # somebody else, meanwhile
                db.session.get_one(Partner, 1).name = "changed meanwhile"
            assert partner.name == "changed meanwhile"
            partner.name = "and again"
        with either_school.app_context():
            assert db.session.get_one(Partner, 1).name == "and again"

    def test_after_a_rollback_it_may_be_called(self, own_school: Flask) -> None:
        with own_school.app_context(), transaction(write=True):
            add("NEW")
            db.session.flush()
            db.session.rollback()
            release()


class TestAfterCommit:
    def test_it_runs_once_the_rows_stand(self, own_school: Flask) -> None:
        seen: list[bool] = []
        with own_school.app_context():
            with transaction(write=True):
                add("NEW")
                after_commit(lambda: seen.append("NEW" in partners(own_school)))
                assert seen == []
            assert seen == [True]

    @pytest.mark.parametrize("way", ["raises", "rolls back"])
    def test_it_does_not_run_for_what_is_gone(self, way: str, own_school: Flask) -> None:
        seen: list[int] = []
        with own_school.app_context():
            try:
                with transaction(write=True):
                    after_commit(lambda: seen.append(1))
                    db.session.get(Partner, 1)
                    if way == "raises":
                        raise Refused("no")
                    db.session.rollback()
                    mode(write=True)
            except Refused:
                pass
            with transaction(write=True):
                pass
        assert seen == []


def write_meanwhile(app: Flask) -> None:
    """Another person's write, from another thread; on SQLite it fails when it has to wait for a lock longer than the busy timeout."""
    with app.app_context(), transaction(write=True):
        db.session.execute(update(Partner).values(country="TR"))


def slow(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> tuple[threading.Event, threading.Event]:
    """Make a function wait inside itself until it is let go; (it has begun, let it go)."""
    begun, go = threading.Event(), threading.Event()
    real = getattr(owner, name)

    def held(*args: Any, **kwargs: Any) -> Any:
        begun.set()
        assert go.wait(30), "nobody let it go"
        return real(*args, **kwargs)

    monkeypatch.setattr(owner, name, held)
    return begun, go


def test_a_second_writer_finishes_while_a_password_is_compared(either_school: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go = slow(monkeypatch, passwords, "matches")
    with ThreadPoolExecutor(1) as pool:
        data = {"identifier": identifier("amina"), "password": PASSWORDS["amina"]}
        signing_in = pool.submit(lambda: either_school.test_client().post("/sign-in", data=data).status_code)
        assert begun.wait(30)
        try:
            write_meanwhile(either_school)
        finally:
            go.set()
        assert signing_in.result() == 303


def test_a_second_writer_finishes_while_a_new_password_is_hashed(either_school: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    from lms.people import actions
    from lms.people.models import User

    with either_school.app_context(), transaction(write=True):
        code = actions.make_code(db.session.get_one(User, either_school.extensions["world"].amina), by=None)
    begun, go = slow(monkeypatch, passwords, "make")
    with ThreadPoolExecutor(1) as pool:
        data = {"identifier": identifier("amina"), "code": code, "password": "a new long word"}
        choosing = pool.submit(lambda: either_school.test_client().post("/sign-in/code", data=data).status_code)
        assert begun.wait(30)
        try:
            write_meanwhile(either_school)
        finally:
            go.set()
        assert choosing.result() == 303


def test_one_code_is_used_once_by_two_at_once(either_school: Flask) -> None:
    from lms.people import actions
    from lms.people.models import User

    with either_school.app_context(), transaction(write=True):
        code = actions.make_code(db.session.get_one(User, either_school.extensions["world"].amina), by=None)

    def use(n: int) -> int:
        data = {"identifier": identifier("amina"), "code": code, "password": f"a new long word {n}"}
        return int(either_school.test_client().post("/sign-in/code", data=data).status_code)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(use, range(4))) == [303, 422, 422, 422]


def test_a_held_lock_would_have_shown(own_school: Flask) -> None:
    """The tests above can fail: while a transaction holds SQLite's lock, no second writer gets through."""
    if own_school.config["SQLALCHEMY_DATABASE_URI"].startswith("postgresql"):
        return  # rows are locked there, not the database
    with own_school.app_context(), transaction(write=True):
        add("HELD")
        db.session.flush()
        with db.engine.connect().execution_options(write=True) as other:
            raw = other.connection.driver_connection
            assert raw is not None
            raw.execute("PRAGMA busy_timeout=1")
            with pytest.raises(OperationalError, match="locked"):
                other.exec_driver_sql("UPDATE partner SET country='TR'")
