"""The settings of one installation, read from the environment once. The names are promises to operators."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

REQUIRED_IN_PRODUCTION = ("LMS_ENV", "LMS_NAME", "LMS_DATABASE_URL", "LMS_FILES", "LMS_KEYS", "LMS_SECRET_KEY")
WORDS_OF_EXAMPLES = ("change", "secret", "password", "example", "default")
TRUE = frozenset({"1", "true", "yes", "on"})


class SettingsError(Exception):
    """The environment asks for something this installation refuses. `problems` holds one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Settings:
    """What the server, the worker and every command agree on."""

    env: str
    name: str
    database_url: str
    files: str
    keys: Path
    secret_key: str
    base_url: str
    redis_url: str | None
    instance: Path
    workers: int
    debug: bool

    @property
    def production(self) -> bool:
        return self.env == "production"

    @property
    def https(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).netloc

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None, *, root: Path | None = None) -> Settings:
        """Read the settings; raises SettingsError with every problem at once, so that one restart mends them all."""
        env = os.environ if environ is None else environ
        mode = env.get("LMS_ENV") or "development"
        problems = [] if mode in {"development", "production"} else [f"LMS_ENV is {mode!r}: it must be development or production."]
        if mode == "production":
            problems += [f"{name} is not set." for name in REQUIRED_IN_PRODUCTION if not env.get(name)]
        numbers = {"PORT": env.get("PORT") or "8000", "WEB_CONCURRENCY": env.get("WEB_CONCURRENCY") or "1"}
        for name, text in numbers.items():
            if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
                problems.append(f"{name} is {text!r}: it must be a number from 1.")
                numbers[name] = "1"
        instance = Path(env.get("LMS_INSTANCE") or (root or Path.cwd()) / "instance").resolve()
        settings = cls(
            env=mode,
            name=env.get("LMS_NAME") or "Rukn",
            database_url=env.get("LMS_DATABASE_URL") or f"sqlite:///{instance / 'lms.db'}",
            files=env.get("LMS_FILES") or str(instance / "files"),
            keys=Path(env.get("LMS_KEYS") or instance / "keys"),
            secret_key=env.get("LMS_SECRET_KEY") or ("" if mode == "production" else _made_once(instance / "secret-key")),
            base_url=(env.get("LMS_BASE_URL") or f"http://127.0.0.1:{numbers['PORT']}").rstrip("/"),
            redis_url=env.get("LMS_REDIS_URL") or None,
            instance=instance,
            workers=int(numbers["WEB_CONCURRENCY"]),
            debug=env.get("FLASK_DEBUG", "").lower() in TRUE,
        )
        problems += settings.production_problems() if settings.production else []
        if problems:
            raise SettingsError(problems)
        return settings

    def production_problems(self) -> list[str]:
        """What a server that real people depend on must not run with; one sentence each."""
        found = []
        if self.secret_key and _is_weak(self.secret_key):
            found.append("LMS_SECRET_KEY is too short or well known: it needs 32 random bytes or more.")
        if self.debug:
            found.append("FLASK_DEBUG is on: a stack trace would be shown to strangers.")
        if self.workers > 1 and self.database_url.startswith("sqlite"):
            found.append("SQLite serves one process: set LMS_DATABASE_URL to PostgreSQL, or WEB_CONCURRENCY to 1.")
        if self.workers > 1 and not self.redis_url:
            found.append("With several workers the rate limits need Redis: set LMS_REDIS_URL.")
        if not self.https or not self.host:
            found.append("LMS_BASE_URL must be set and begin with https:// and the name people type: only that host is answered.")
        return found


def _is_weak(secret: str) -> bool:
    """Too short, one sign over and over, or words from somebody's example."""
    return len(secret.encode()) < 32 or len(set(secret)) < 4 or any(word in secret.lower() for word in WORDS_OF_EXAMPLES)


def _made_once(path: Path) -> str:
    """A random secret kept in a file only its owner may read; the first process to come makes it."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{secrets.token_hex(8)}")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
        try:
            os.link(part, path)  # whole or not at all: the worker starts beside the server
        except FileExistsError:
            pass
        finally:
            part.unlink()
    return path.read_text().strip()
