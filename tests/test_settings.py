"""The settings: what a server for real people must not run with is refused by name, all at once."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from lms import config
from lms.app import create_app
from lms.config import REQUIRED_IN_PRODUCTION, Settings, SettingsError
from lms.core import sealing
from lms.core.db import db, transaction
from lms.people.models import User
from tests.conftest import settings_for


def good(folder: Path) -> dict[str, str]:
    """An environment that may serve real people."""
    return {
        "LMS_ENV": "production",
        "LMS_NAME": "Corner",
        "LMS_DATABASE_URL": "postgresql://lms@127.0.0.1/lms",
        "LMS_FILES": str(folder / "files"),
        "LMS_KEYS": str(folder / "keys"),
        "LMS_SECRET_KEY": "9f2c" * 16,
        "LMS_BASE_URL": "https://learn.example.org",
        "LMS_REDIS_URL": "redis://127.0.0.1:6379/0",
        "LMS_INSTANCE": str(folder),
        "WEB_CONCURRENCY": "4",
    }


def problems(env: dict[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as wrong:
        Settings.from_environment(env)
    return wrong.value.problems


def test_a_good_environment_is_taken(tmp_path: Path) -> None:
    settings = Settings.from_environment(good(tmp_path))
    assert settings.production
    assert settings.https
    assert settings.host == "learn.example.org"
    assert settings.workers == 4


@pytest.mark.parametrize("name", [name for name in REQUIRED_IN_PRODUCTION if name != "LMS_ENV"])
@pytest.mark.parametrize("value", [None, ""])
def test_what_is_missing_is_named(name: str, value: str | None, tmp_path: Path) -> None:
    env = {key: text for key, text in (good(tmp_path) | {name: value or ""}).items() if value is not None or key != name}
    assert f"{name} is not set." in problems(env)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"LMS_SECRET_KEY": "short"}, "LMS_SECRET_KEY is too short or well known: it needs 32 random bytes or more."),
        ({"LMS_SECRET_KEY": "change-me"}, "LMS_SECRET_KEY is too short or well known: it needs 32 random bytes or more."),
        ({"LMS_SECRET_KEY": "X" * 32}, "LMS_SECRET_KEY is too short or well known: it needs 32 random bytes or more."),
        ({"LMS_SECRET_KEY": "0" * 64}, "LMS_SECRET_KEY is too short or well known: it needs 32 random bytes or more."),
        (
            {"LMS_SECRET_KEY": "please-change-me-please-change-me-please"},
            "LMS_SECRET_KEY is too short or well known: it needs 32 random bytes or more.",
        ),
        ({"FLASK_DEBUG": "1"}, "FLASK_DEBUG is on: a stack trace would be shown to strangers."),
        ({"FLASK_DEBUG": "True"}, "FLASK_DEBUG is on: a stack trace would be shown to strangers."),
        (
            {"LMS_DATABASE_URL": "sqlite:////var/lib/lms/lms.db"},
            "SQLite serves one process: set LMS_DATABASE_URL to PostgreSQL, or WEB_CONCURRENCY to 1.",
        ),
        ({"LMS_REDIS_URL": ""}, "With several workers the rate limits need Redis: set LMS_REDIS_URL."),
        *(
            (
                {"LMS_BASE_URL": url},
                "LMS_BASE_URL must be set and begin with https:// and the name people type: only that host is answered.",
            )
            for url in ("", "http://learn.example.org", "https://", "learn.example.org")
        ),
        ({"WEB_CONCURRENCY": "many"}, "WEB_CONCURRENCY is 'many': it must be a number from 1."),
        ({"WEB_CONCURRENCY": "0"}, "WEB_CONCURRENCY is '0': it must be a number from 1."),
        ({"PORT": "80a"}, "PORT is '80a': it must be a number from 1."),
    ],
)
def test_what_production_refuses(change: dict[str, str], sentence: str, tmp_path: Path) -> None:
    assert problems(good(tmp_path) | change) == [sentence]


def test_one_start_tells_everything(tmp_path: Path) -> None:
    found = problems({"LMS_ENV": "production", "LMS_INSTANCE": str(tmp_path), "FLASK_DEBUG": "1"})
    assert len(found) == len(REQUIRED_IN_PRODUCTION) - 1 + 2
    assert not list(tmp_path.iterdir()), "and writes nothing"


def test_an_unknown_kind_of_installation_is_refused(tmp_path: Path) -> None:
    found = problems({"LMS_ENV": "staging", "LMS_INSTANCE": str(tmp_path)})
    assert found == ["LMS_ENV is 'staging': it must be development or production."]


def test_one_process_may_use_sqlite(tmp_path: Path) -> None:
    env = good(tmp_path) | {"LMS_DATABASE_URL": f"sqlite:///{tmp_path}/lms.db", "WEB_CONCURRENCY": "1", "LMS_REDIS_URL": ""}
    assert Settings.from_environment(env).production


def test_development_needs_nothing(tmp_path: Path) -> None:
    settings = Settings.from_environment({"LMS_INSTANCE": str(tmp_path), "PORT": "8123"})
    assert settings.database_url == f"sqlite:///{tmp_path / 'lms.db'}"
    assert settings.base_url == "http://127.0.0.1:8123"
    assert settings.name == "Rukn"
    kept = tmp_path / "secret-key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert Settings.from_environment({"LMS_INSTANCE": str(tmp_path)}).secret_key == settings.secret_key == kept.read_text()


def test_a_secret_made_by_several_at_once_is_one_and_whole(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _n: config._made_once(tmp_path / "secret-key"), range(32)))
        keys = list(pool.map(lambda _n: sealing.make_key(tmp_path / "keys"), range(32)))
    assert len(made) == 1
    assert len(made.pop()) == 64
    assert keys.count(True) == 1
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["fields.key", "secret-key"]


def production(folder: Path, **changes: Any) -> Settings:
    (folder / "keys").mkdir(parents=True, exist_ok=True)
    values = {"env": "production", "base_url": "https://learn.example.org"}
    return settings_for(folder, f"sqlite:///{folder / 'lms.db'}", **values | changes)


class TestFieldKey:
    def test_production_never_makes_one_by_itself(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError, match="run `lms keys make` once"):
            create_app(production(tmp_path), testing=True)
        assert list((tmp_path / "keys").iterdir()) == []

    def test_one_that_is_cut_off_is_not_used(self, tmp_path: Path) -> None:
        settings = production(tmp_path)
        (tmp_path / "keys" / "fields.key").write_bytes(b"half")
        with pytest.raises(SettingsError, match="has 4 bytes, not 32"):
            create_app(settings, testing=True)

    def test_one_that_was_made_is_used(self, tmp_path: Path) -> None:
        assert sealing.make_key(tmp_path / "keys")
        assert stat.S_IMODE((tmp_path / "keys" / "fields.key").stat().st_mode) == 0o600
        create_app(production(tmp_path), testing=True)


def test_the_demo_accounts_are_never_served_to_the_world(own_school: Flask, tmp_path: Path) -> None:
    kept: Settings = own_school.config["SETTINGS"]
    settings = production(tmp_path, database_url=kept.database_url)
    with pytest.raises(SettingsError, match="The demo accounts are in this database"):
        create_app(settings, testing=True)
    with own_school.app_context(), transaction(write=True):
        for person in db.session.scalars(db.select(User)):
            person.email = None
    create_app(settings, testing=True)


def test_production_answers_its_own_host_over_https_alone(own_school: Flask, tmp_path: Path) -> None:
    with own_school.app_context(), transaction(write=True):
        for person in db.session.scalars(db.select(User)):
            person.email = f"{person.name}@learn.example.org"
    app = create_app(production(tmp_path, database_url=own_school.config["SETTINGS"].database_url), testing=True)
    proxy = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "learn.example.org", "X-Forwarded-For": "203.0.113.9"}
    answer = app.test_client().get("/sign-in", headers=proxy)
    assert answer.status_code == 200
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-rukn=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    for host in ("evil.example", "learn.example.org.evil.example", "evil.example/learn.example.org"):
        for method in ("GET", "POST"):
            answer = app.test_client().open("/sign-in", method=method, headers=proxy | {"X-Forwarded-Host": host})
            assert (answer.status_code, answer.text) == (400, "This server has another name.\n")
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
