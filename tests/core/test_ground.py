"""The ground under every room: facts that stay, jobs with their cause, sealed fields, words and sums, addresses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import event, select, text, update
from sqlalchemy.exc import DBAPIError

from lms.core import facts, fmt, jobs, sealing, triggers
from lms.core.db import db, transaction
from lms.core.facts import Fact, Kind, listening, record
from lms.core.jobs import Job
from lms.core.money import Money
from lms.core.pages import safe_next
from lms.people.models import User


def amina(app: Flask) -> User:
    return db.session.get_one(User, app.extensions["world"].amina)


class TestFacts:
    def test_they_only_grow(self, either_school: Flask) -> None:
        with either_school.app_context():
            with transaction(write=True):
                record(Kind.PERSON_ADDED, amina(either_school))
            for statement in ("UPDATE fact SET kind='forged'", "DELETE FROM fact"):
                with pytest.raises(DBAPIError, match="append-only"), transaction(write=True):
                    db.session.execute(text(statement))
            assert db.session.scalars(select(Fact.kind)).all() == ["person.added"]

    def test_a_lost_trigger_is_missed(self, either_school: Flask) -> None:
        with either_school.app_context(), db.engine.connect().execution_options(write=True) as connection, connection.begin():
            assert triggers.missing(connection, db.metadata) == []
            drop = "DROP TRIGGER fact_no_delete" + ("" if connection.dialect.name == "sqlite" else " ON fact")
            connection.exec_driver_sql(drop)
            assert triggers.missing(connection, db.metadata) == ["fact"]
            triggers.create_all(connection, db.metadata)
            triggers.create_all(connection, db.metadata)
            assert triggers.missing(connection, db.metadata) == []


@pytest.fixture
def heard(either_school: Flask, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What a listener of the fact person.added heard."""
    ids: list[int] = []
    monkeypatch.setitem(jobs.HANDLERS, "tests.hear", listening(lambda fact: ids.append(fact.id)))
    monkeypatch.setitem(facts._reactions, "person.added", ("tests.hear",))
    return ids


class TestJobs:
    def test_a_listener_hears_a_fact_once(self, either_school: Flask, heard: list[int]) -> None:
        with either_school.app_context():
            with transaction(write=True):
                fact = record(Kind.PERSON_ADDED, amina(either_school))
                assert heard == [], "not before the commit"
            assert heard == [fact.id]
            job = db.session.scalars(select(Job).where(Job.name == "tests.hear")).one()
            assert (job.state, job.attempts, job.key) == ("done", 1, f"tests.hear:fact:{fact.id}")
            assert jobs.run(job.id) is False, "done is done"
            assert heard == [fact.id]

    def test_what_is_rolled_back_leaves_no_job(self, either_school: Flask, heard: list[int]) -> None:
        with either_school.app_context():
            with transaction(write=True):
                record(Kind.PERSON_ADDED, amina(either_school))
                db.session.rollback()
            assert heard == []
            assert db.session.scalars(select(Job)).all() == []

    def test_one_key_is_one_job(self, either_school: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        done: list[int] = []
        monkeypatch.setitem(jobs.HANDLERS, "tests.do", lambda payload: done.append(payload["n"]))
        with either_school.app_context():
            for n in range(3):
                with transaction(write=True):
                    first = jobs.enqueue("tests.do", {"n": n}, key="same")
                    assert (first is not None) is (n == 0)
            assert done == [0]
            with pytest.raises(LookupError, match="no handler"), transaction(write=True):
                jobs.enqueue("nobody", {}, key="x")

    @pytest.fixture
    def failing(self, either_school: Flask, monkeypatch: pytest.MonkeyPatch) -> int:
        """A job whose handler always fails, as a real worker meets it."""

        def fail(_payload: dict[str, Any]) -> None:
            raise OSError("the printer burns")

        monkeypatch.setitem(jobs.HANDLERS, "tests.fail", fail)
        with either_school.app_context(), transaction(write=True):
            id = jobs.enqueue("tests.fail", {}, key="fail", delay=-1)
            assert id is not None
        either_school.testing = False
        return id

    def test_a_failure_is_tried_again_later_and_at_last_given_up(self, either_school: Flask, failing: int) -> None:
        with either_school.app_context():
            for attempt in range(1, jobs.MAX_ATTEMPTS + 1):
                assert jobs.run(failing) is False
                job = db.session.get_one(Job, failing, populate_existing=True)
                db.session.rollback()
                assert (job.attempts, job.error) == (attempt, "OSError")
                assert job.state == ("dead" if attempt == jobs.MAX_ATTEMPTS else "queued")
                assert jobs.run(failing) is False, "not before its time"
                with transaction(write=True):
                    assert db.session.scalar(select(Job.run_after > jobs.epoch() + 5).where(Job.id == failing))
                    db.session.execute(update(Job).values(run_after=0.0))
            assert jobs.run(failing) is False
            assert db.session.get_one(Job, failing, populate_existing=True).attempts == jobs.MAX_ATTEMPTS

    def test_a_job_that_ends_its_worker_each_time_is_given_up(self, either_school: Flask, failing: int) -> None:
        with either_school.app_context():
            with transaction(write=True):
                db.session.execute(update(Job).values(state="running", lease_until=0.0, attempts=jobs.MAX_ATTEMPTS))
            assert jobs.run(failing) is False
            job = db.session.get_one(Job, failing, populate_existing=True)
            assert (job.state, job.error) == ("dead", "WorkerDied")

    def test_whoever_lost_the_lease_writes_nothing(self, either_school: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        app = either_school

        def late(_payload: dict[str, Any]) -> None:
            amina(app).name = "written too late"
            db.session.execute(update(Job).values(lease_token="another worker's"))

        monkeypatch.setitem(jobs.HANDLERS, "tests.late", late)
        with app.app_context():
            with transaction(write=True):
                id = jobs.enqueue("tests.late", {}, key="late", delay=-1)
                assert id is not None
            app.testing = False
            assert jobs.run(id) is False
            assert db.session.get_one(User, app.extensions["world"].amina, populate_existing=True).name == "Amina"

    def test_the_sweep_sends_what_the_broker_lost_and_not_too_often(self, either_school: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        done: list[int] = []
        monkeypatch.setitem(jobs.HANDLERS, "tests.do", lambda payload: done.append(payload["n"]))
        with either_school.app_context():
            monkeypatch.setattr(jobs, "send", lambda id: None)  # a broker that forgets at once
            with transaction(write=True):
                jobs.enqueue("tests.do", {"n": 1}, key="lost")
            assert jobs.sweep() == 1
            assert jobs.sweep() == 0, "it was sent just now"
            monkeypatch.undo()
            monkeypatch.setitem(jobs.HANDLERS, "tests.do", lambda payload: done.append(payload["n"]))
            with transaction(write=True):
                db.session.execute(update(Job).values(sent_at=0.0))
            assert jobs.sweep() == 1
            assert done == [1]
            assert jobs.sweep() == 0

    def test_waiting_grows_to_an_hour(self) -> None:
        waits = [jobs.backoff(attempt) for attempt in range(1, 15)]
        assert all(10 * 2**n <= wait <= 12.5 * 2**n for n, wait in enumerate(waits[:8]))
        assert all(3600 <= wait <= 4500 for wait in waits[9:])

    def test_messages_are_json(self) -> None:
        serializer = jobs.JsonSerializer()
        message = jobs.Message("1", "run", None, 0, 0, None, [7], {}, None, None, None)
        assert serializer._deserialize(serializer._serialize(message))[:2] == ("1", "run")
        assert serializer._serialize({"a": 1}).startswith(b"{")


class TestSealing:
    def test_the_database_never_holds_the_number(self, app: Flask) -> None:
        with app.app_context(), transaction(write=True):
            amina(app).phone = "+9613123456"
            db.session.flush()
            raw = db.session.execute(text("SELECT phone FROM person WHERE phone IS NOT NULL")).scalar_one()
            assert b"3123456" not in bytes(raw)
            db.session.expire_all()
            assert amina(app).phone == "+9613123456"

    def test_a_value_opens_in_its_own_column_alone(self, app: Flask) -> None:
        one, other = sealing.Sealed("person.phone"), sealing.Sealed("payout_method.account")
        sealed = one.process_bind_param("+9613123456", None)  # type: ignore[arg-type]
        assert sealed != one.process_bind_param("+9613123456", None), "the same value looks different each time"  # type: ignore[arg-type]
        assert one.process_result_value(sealed, None) == "+9613123456"  # type: ignore[arg-type]
        with pytest.raises(RuntimeError, match="another key or for another column"):
            other.process_result_value(sealed, None)  # type: ignore[arg-type]

    def test_another_key_opens_nothing_and_finds_nothing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        rings = []
        for name in ("one", "two"):
            ring = sealing.Keyring()
            ring.unlock(tmp_path / name, make=True)
            rings.append(ring)
        monkeypatch.setattr(sealing, "keyring", rings[0])
        column = sealing.Sealed("person.phone")
        sealed, index = column.process_bind_param("x", None), sealing.blind("x", "person.phone")  # type: ignore[arg-type]
        assert index == sealing.blind("x", "person.phone")
        assert index != sealing.blind("x", "person.card")
        monkeypatch.setattr(sealing, "keyring", rings[1])
        assert index != sealing.blind("x", "person.phone")
        with pytest.raises(RuntimeError):
            column.process_result_value(sealed, None)  # type: ignore[arg-type]


@pytest.fixture
def arabic(app: Flask) -> Any:
    with app.test_request_context(), force_locale("ar_SY"):
        yield


class TestFmt:
    def test_arabic_digits_and_months(self, arabic: None) -> None:
        assert fmt.date(date(2026, 11, 22), weekday=False) == "٢٢ تشرين الثاني ٢٠٢٦"
        assert fmt.num(1234.5) == "١٬٢٣٤٫٥"
        assert fmt.clock(datetime(2026, 11, 22, 15, 5, tzinfo=UTC), zone="Asia/Beirut") == "١٧:٠٥"

    @pytest.mark.parametrize(
        ("minor", "currency", "shown"),
        [
            (1250, "USD", "12.50 USD"),
            (-1250, "EUR", "-12.50 EUR"),
            (-5, "USD", "-0.05 USD"),
            (1250000, "LBP", "1,250,000 LBP"),
            (0, "KES", "0.00 KES"),
        ],
    )
    def test_a_sum_is_read_from_left_to_right_everywhere(self, minor: int, currency: str, shown: str, arabic: None) -> None:
        assert fmt.money(Money(minor, currency)) == f'<bdi class="ltr num">{shown}</bdi>'

    def test_sizes_are_rounded_up(self, app: Flask) -> None:
        with app.test_request_context(), force_locale("en"):
            assert [fmt.size(n) for n in (0, 1, 1000, 1001, 999_999, 1_000_000, 1_000_001)] == [
                "1 KB", "1 KB", "1 KB", "2 KB", "1,000 KB", "1 MB", "2 MB",
            ]  # fmt: skip
            assert fmt.waited(timedelta(minutes=59)) == "59 minutes"
            assert fmt.waited(timedelta(hours=25)) == "1 day"


class TestLanguage:
    @pytest.mark.parametrize(
        ("asks", "chosen"),
        [("ar,en;q=0.5", "ar"), ("ar-SY", "ar"), ("fr", "en"), ("", "en"), ("tr,ar;q=0.2", "ar"), ("en-GB,ar;q=0.9", "en")],
    )
    def test_a_stranger_gets_what_the_browser_asks_for(self, asks: str, chosen: str, stranger: Any) -> None:
        assert f'<html lang="{chosen}"' in stranger.get("/sign-in", headers={"Accept-Language": asks}).text

    def test_a_choice_stays_and_follows_to_another_phone(self, stranger: Any, as_: Any) -> None:
        client = as_("amina")
        assert client.post("/language", data={"lang": "ar", "next": "/me"}).location == "/me"
        assert '<html lang="ar" dir="rtl">' in client.page("/me")
        assert '<html lang="ar" dir="rtl">' in as_("amina").page("/me")
        assert client.post("/language", data={"lang": "xx"}).status_code == 404


@pytest.mark.parametrize(
    ("target", "kept"),
    [
        ("/learn", True), ("/learn?week=2#now", True), ("/%2F/evil.example", True), ("/a//b", True),
        ("//evil.example", False), ("///evil.example", False), ("/\\evil.example", False), ("\\\\evil.example", False),
        ("https://evil.example", False), ("http:evil", False), ("javascript:alert(1)", False), ("/\tx", False), ("/\nx", False),
        (" /learn", False), ("/a b", False), ("/x\x7f", False), ("learn", False), ("", False), (None, False),
    ],
)  # fmt: skip
def test_next_leads_to_this_site_or_nowhere(target: str | None, kept: bool) -> None:
    assert safe_next(target) == (target if kept else None)


@pytest.mark.parametrize(
    ("path", "name", "most"), [("/healthz", None, 0), ("/", None, 1), ("/sign-in", None, 0), ("/help", None, 0), ("/me", "amina", 6)]
)
def test_a_page_costs_few_statements(path: str, name: str | None, most: int, app: Flask, as_: Any, stranger: Any) -> None:
    client = as_(name) if name else stranger
    said: list[str] = []
    with app.app_context():
        engine = db.engines[None].engine
    event.listen(engine, "before_cursor_execute", told := lambda c, cur, statement, *rest: said.append(statement))
    try:
        assert client.get(path).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", told)
    asked = [one for one in said if one.startswith(("SELECT", "INSERT", "UPDATE", "DELETE"))]
    assert len(asked) <= most, asked
