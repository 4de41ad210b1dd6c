"""What is made once in a run and given to each test that needs one: compiled templates, and a school to copy."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable
from pathlib import Path
from types import CodeType, SimpleNamespace

import pytest
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket

from tests.servers import Postgres


class CompiledOnce(BytecodeCache):
    """Templates compiled once for all applications of this process, apart for each language: the words stand in the code."""

    def __init__(self) -> None:
        self.code: dict[tuple[str, str], CodeType] = {}

    def get_bucket(self, environment: Environment, name: str, filename: str | None, source: str) -> Bucket:
        spoken = getattr(environment, "spoken", "")
        bucket = Bucket(environment, self.get_cache_key(f"{spoken}/{name}", filename), self.get_source_checksum(source))
        self.load_bytecode(bucket)
        return bucket

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self.code[bucket.key, bucket.checksum] = bucket.code


def once_in_a_run(factory: pytest.TempPathFactory, config: pytest.Config, name: str, write: Callable[[Path], None]) -> Path:
    """The folder `name` with what `write(folder)` puts there: whichever process of this run comes first writes, the others wait for it."""
    run = factory.getbasetemp().parent if hasattr(config, "workerinput") else factory.getbasetemp()
    folder = run / name
    with (run / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / ".whole").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            write(folder)
            (folder / ".whole").touch()
    return folder


class Patterns:
    """Schools with the cast in them. `write(folder, url)` writes one into an empty database and gives the ids of everything in it."""

    def __init__(self, folder: Path, write: Callable[[Path, str], SimpleNamespace]) -> None:
        self.folder, self.write = folder, write
        self.worlds: dict[str, tuple[str, SimpleNamespace]] = {}

    def in_file(self, folder: Path) -> tuple[str, SimpleNamespace]:
        """The URL of a copy in an SQLite file in this folder, and what is in it."""
        pattern = self.folder / "school.db"
        _url, world = self._first("sqlite", lambda: f"sqlite:///{pattern}")
        shutil.copyfile(pattern, folder / "school.db")
        return f"sqlite:///{folder / 'school.db'}", world

    def on_postgres(self, server: Postgres) -> tuple[str, SimpleNamespace]:
        """The URL of a copy on this server, and what is in it."""
        pattern, world = self._first("postgresql", server.new_database)
        return server.new_database(like=pattern), world

    def _first(self, store: str, empty: Callable[[], str]) -> tuple[str, SimpleNamespace]:
        if store not in self.worlds:
            url = empty()
            self.worlds[store] = url, self.write(self.folder, url)
        url, world = self.worlds[store]
        return url, SimpleNamespace(**vars(world))
