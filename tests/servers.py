"""Servers that tests start for themselves on a free loopback port, and stop."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Postgres:
    """A PostgreSQL of our own: no password, no fsync, gone afterwards."""

    folder: Path
    port: int
    user: str
    process: subprocess.Popen[bytes]
    made: list[str] = field(default_factory=list)

    @classmethod
    def start(cls) -> Postgres | None:
        """None where PostgreSQL is not installed."""
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
        if not found:
            return None
        tools = found[-1].parent
        folder = Path(tempfile.mkdtemp(prefix="pg-"))
        drop: dict[str, Any] = {}
        user = pwd.getpwuid(os.getuid()).pw_name
        if os.getuid() == 0:  # initdb refuses root
            user = "postgres"
            entry = pwd.getpwnam(user)
            os.chown(folder, entry.pw_uid, entry.pw_gid)
            drop = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        data, port = folder / "data", free_port()
        run = {"check": True, "stdout": subprocess.DEVNULL, "cwd": folder, **drop}
        subprocess.run([tools / "initdb", "-D", data, "-U", user, "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8"], **run)
        options = ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=200", "-c", "listen_addresses=127.0.0.1"]
        command = [str(tools / "postgres"), "-D", str(data), "-p", str(port), "-k", str(folder), *options]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, **drop)
        server = cls(folder, port, user, process)
        server._wait()
        return server

    def _wait(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                psycopg.connect(self.address("postgres")).close()
                return
            except psycopg.OperationalError:
                if self.process.poll() is not None:
                    raise RuntimeError("PostgreSQL ended at its start") from None
                time.sleep(0.05)
        raise RuntimeError("PostgreSQL did not answer within a minute")

    def address(self, database: str) -> str:
        return f"postgresql://{self.user}@127.0.0.1:{self.port}/{database}"

    def new_database(self, like: str = "template1") -> str:
        """The URL of a fresh database: empty, or a copy of the one at the URL `like`, to which nobody may be connected."""
        name, pattern = f"school{len(self.made)}", like.rsplit("/", 1)[-1]
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {pattern} STRATEGY file_copy")
        self.made.append(name)
        return self.address(name)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGQUIT)  # at once: the polite end waits for whoever is connected, and nothing here is kept
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
