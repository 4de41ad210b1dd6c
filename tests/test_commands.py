"""The commands of the whole installation: exit 0 done, 1 refused with one sentence on stderr, 2 wrong use."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result

from lms import cli
from lms.app import create_app
from lms.core import checks, triggers
from lms.core.db import db, transaction
from lms.core.jobs import Job
from tests.conftest import build, school_at
from tests.servers import Postgres
from tests.test_settings import good


@pytest.fixture
def lms(tmp_path: Path) -> Any:
    """Run `lms ...` in an installation of its own."""

    def run(*words: str, **env: str) -> Result:
        clean = dict.fromkeys(["LMS_ENV", "LMS_NAME", "LMS_DATABASE_URL", "LMS_FILES", "LMS_KEYS", "LMS_SECRET_KEY", "LMS_BASE_URL"])
        return CliRunner().invoke(cli.main, list(words), env=clean | {"LMS_INSTANCE": str(tmp_path)} | env)

    return run


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """An installation whose database has its tables."""
    app = build(tmp_path, f"sqlite:///{tmp_path / 'lms.db'}")
    with app.app_context():
        db.engine.dispose()
    return tmp_path


LINES = ("routes", "worker", "db upgrade", "check", "keys make", "people add X --role staff", "people code X", "people identifier X Y",
         "people role X add staff")  # fmt: skip


@pytest.mark.parametrize("line", LINES)
def test_every_command_says_what_the_environment_lacks(line: str, lms: Any, tmp_path: Path) -> None:
    done = lms(*line.split(), LMS_ENV="production")
    assert done.exit_code == 1
    assert done.stdout == ""
    for name in ("LMS_NAME", "LMS_DATABASE_URL", "LMS_FILES", "LMS_KEYS", "LMS_SECRET_KEY"):
        assert f"{name} is not set." in done.stderr.splitlines()
    assert "Traceback" not in done.output
    assert list(tmp_path.iterdir()) == []


def test_wrong_use_is_2(lms: Any) -> None:
    assert lms("people", "add", "X", "--role", "king").exit_code == 2
    assert lms("no-such-command").exit_code == 2


def test_routes_speak_to_people_and_to_machines(lms: Any) -> None:
    lines = lms("routes").stdout.splitlines()
    assert "GET /healthz public" in lines
    assert "GET /me signed_in" in lines
    done = lms("routes", "--json")
    rows = json.loads(done.stdout)["routes"]
    assert {"method": "GET", "rule": "/me", "endpoint": "people.own_page", "roles": ["signed_in"]} in rows
    assert len(rows) == len(lines)
    assert done.stderr == ""


def test_a_person_is_added_and_comes_in_with_the_code(lms: Any, installed: Path) -> None:
    done = lms("people", "add", "Dana", "--role", "staff", "--identifier", "dana@learn.example.org")
    assert done.exit_code == 0, done.output
    code = done.stdout.strip()
    assert code.isdigit()
    assert len(code) == 6
    app = build(installed, f"sqlite:///{installed / 'lms.db'}")
    client = app.test_client()
    data = {"identifier": "dana@learn.example.org", "code": code, "password": "a long enough word"}
    assert client.post("/sign-in/code", data=data).status_code == 303
    assert client.post("/sign-in", data=data).status_code == 303
    with app.app_context():
        db.engine.dispose()
    again = lms("people", "add", "Other", "--role", "staff", "--identifier", "DANA@learn.example.org")
    assert again.exit_code == 1
    assert again.stderr.strip() == "Another person has this phone, email or name already."


def test_who_lost_the_password_gets_a_new_code_and_the_older_one_ends(lms: Any, installed: Path) -> None:
    old = lms("people", "add", "Bilal", "--role", "mentor", "--identifier", "bilal@learn.example.org").stdout.strip()
    done = lms("people", "code", "BILAL@learn.example.org ")
    assert done.exit_code == 0, done.output
    new = done.stdout.strip()
    app = build(installed, f"sqlite:///{installed / 'lms.db'}")
    client = app.test_client()
    data = {"identifier": "bilal@learn.example.org", "password": "a long enough word"}
    assert client.post("/sign-in/code", data=data | {"code": old}).status_code == 422
    assert client.post("/sign-in/code", data=data | {"code": new}).status_code == 303
    with app.app_context():
        db.engine.dispose()
    nobody = lms("people", "code", "nobody@learn.example.org")
    assert (nobody.exit_code, nobody.stdout) == (1, "")
    assert nobody.stderr.strip() == "Nobody signs in with that, or more than one person could be meant."


def test_another_number_and_another_role_are_written_down_by_command(lms: Any, installed: Path) -> None:
    lms("people", "add", "Dana", "--role", "staff", "--identifier", "dana@learn.example.org")
    lms("people", "add", "Chen", "--role", "mentor", "--identifier", "chen@lern.example.org")
    done = lms("people", "identifier", "chen@lern.example.org", "+961 70 123 456")
    assert (done.exit_code, len(done.stdout.strip())) == (0, 6), done.output
    taken = lms("people", "identifier", "dana@learn.example.org", "0096170123456")
    assert (taken.exit_code, taken.stdout) == (1, "")
    assert taken.stderr.strip() == "Another person has this phone, email or name already."
    role = ("people", "role", "+96170123456")
    assert lms(*role, "add", "partner", "--by", "dana@learn.example.org").stdout == "The role of partner is given.\n"
    assert lms(*role, "add", "partner").stdout == "This person has the role of partner already: nothing was changed.\n"
    assert lms(*role, "remove", "mentor").stdout == "The role of mentor is taken.\n"
    assert lms(*role, "remove", "mentor").stdout == "This person does not have the role of mentor: nothing was changed.\n"
    for words, sentence in (
        ((*role, "add", "staff", "--by", "+96170123456"), "Only somebody of the staff can ask for this."),
        (("people", "role", "dana@learn.example.org", "add", "finance", "--by", "dana@learn.example.org"), "Nobody changes the own roles."),
        (("people", "role", "dana@learn.example.org", "remove", "staff"), "This is the last person of the staff. Add another one first."),
        (("people", "role", "nobody@learn.example.org", "add", "staff"), "Nobody signs in with that"),
    ):
        refused = lms(*words)
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert refused.stderr.startswith(sentence)


class TestKeys:
    def test_they_are_made_once(self, lms: Any, tmp_path: Path) -> None:
        env = good(tmp_path)
        first = lms("keys", "make", **env)
        key = (tmp_path / "keys" / "fields.key").read_bytes()
        assert first.exit_code == 0, first.output
        assert len(key) == 32
        second = lms("keys", "make", **env)
        assert second.exit_code == 1
        assert "is there already" in second.stderr
        assert (tmp_path / "keys" / "fields.key").read_bytes() == key

    def test_without_them_nothing_starts_in_production(self, lms: Any, tmp_path: Path) -> None:
        done = lms("routes", **good(tmp_path))
        assert done.exit_code == 1
        assert done.stderr.strip() == "There is no fields.key in LMS_KEYS: run `lms keys make` once."


class TestCheck:
    """`checks.findings`, asked inside an application whose database is at head: there are no migrations but those of the project."""

    @pytest.fixture
    def findings(self, installed: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
        from alembic.migration import MigrationContext
        from alembic.script import ScriptDirectory

        monkeypatch.setattr(ScriptDirectory, "get_current_head", lambda self: "head")
        monkeypatch.setattr(MigrationContext, "get_current_revision", lambda self: "head")
        app = create_app(build(installed, f"sqlite:///{installed / 'lms.db'}").config["SETTINGS"], testing=True)

        def ask(*, deploy: bool = False) -> list[str]:
            with app.app_context():
                with transaction(write=False):
                    return checks.findings(app, deploy=deploy)

        yield ask
        with app.app_context():
            db.engine.dispose()

    def test_all_is_well(self, findings: Any) -> None:
        assert findings() == []

    def test_a_lost_trigger_is_found(self, findings: Any, installed: Path) -> None:
        raw = sqlite3.connect(installed / "lms.db")
        raw.execute("DROP TRIGGER fact_no_update")
        raw.close()
        assert findings() == ["Table fact has lost its append-only triggers."]

    def test_a_dead_job_is_found(self, findings: Any, installed: Path) -> None:
        raw = sqlite3.connect(installed / "lms.db")
        row = "'mail', '{}', 'k', 'dead', 0, 8, '2026-11-22'"
        raw.execute(f"INSERT INTO job (name, payload, key, state, run_after, attempts, made_at) VALUES ({row})")
        raw.commit()
        raw.close()
        assert findings() == ["Jobs named mail failed for good."]

    def test_a_store_that_cannot_be_written_is_found(self, findings: Any, installed: Path) -> None:
        (installed / "files").write_text("a file where the folder should be")
        assert findings() == ["The file store cannot be written."]

    def test_deploy_asks_what_real_people_need(self, findings: Any) -> None:
        found = findings(deploy=True)
        assert "LMS_ENV is not production." in found
        assert any(line.startswith("LMS_BASE_URL must be set") for line in found)


@pytest.mark.postgres
def test_a_database_that_writes_people_into_its_log_is_found(postgres: Postgres, tmp_path: Path) -> None:
    url = postgres.new_database()
    app = school_at(tmp_path, url)
    with app.app_context():
        (told,) = checks.database_log()
        assert told == "PostgreSQL writes what stands in a refused row into its log: set log_error_verbosity = terse there."
        db.session.remove()
        db.engine.dispose()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"ALTER DATABASE {url.rsplit('/', 1)[-1]} SET log_error_verbosity = terse")
        assert checks.database_log() == []


def test_check_prints_a_line_each_and_exits_1(lms: Any, installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "findings", lambda app, *, deploy: ["One thing.", "Another."])
    done = lms("check")
    assert (done.exit_code, done.stdout) == (1, "One thing.\nAnother.\n")
    monkeypatch.setattr(checks, "findings", lambda app, *, deploy: [])
    assert lms("check").exit_code == 0


def test_check_names_a_machine_without_a_font(lms: Any, installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "_database", list)
    monkeypatch.setattr(checks, "FONT_FOLDERS", (tmp_path / "none", tmp_path / "fonts"))
    done = lms("check")
    assert (done.exit_code, done.stdout.startswith("This machine has no font")) == (1, True)
    (tmp_path / "fonts" / "truetype").mkdir(parents=True)
    (tmp_path / "fonts" / "truetype" / "One.TTF").touch()
    assert (lms("check").exit_code, lms("check").stdout) == (0, "")


def test_a_table_that_may_only_grow_is_named_by_its_model() -> None:
    assert {"fact", "entry", "transfer"} <= set(triggers.append_only(db.metadata))
    assert Job.__tablename__ not in triggers.append_only(db.metadata)
