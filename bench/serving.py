"""Servers on loopback, the CPU time their processes used, and a phone that asks them."""

from __future__ import annotations

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from types import TracebackType
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
LIKE_A_PHONE = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Accept-Language": "en",
    "Sec-Fetch-Site": "same-origin",
    "User-Agent": "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36",
}
_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


class Server:
    """gunicorn with one gthread worker and eight threads, as `./run demo` starts it. A context manager: left, it has ended."""

    def __init__(self, target: str, environment: dict[str, str] | None = None) -> None:
        self.port = _free_port()
        clean = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
        command = [sys.executable, "-m", "gunicorn", "--no-control-socket", "--worker-class", "gthread", "--workers", "1", "--threads", "8",
                   "--keep-alive", "75", "--bind", f"127.0.0.1:{self.port}", "--log-level", "warning", target]  # fmt: skip
        self._process = subprocess.Popen(command, cwd=ROOT, env={**clean, **(environment or {}), "PORT": str(self.port)})

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Server:
        give_up = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return self
            except OSError:
                if self._process.poll() is not None or time.monotonic() > give_up:
                    raise RuntimeError("the server did not start: what it said stands above") from None
                time.sleep(0.05)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.terminate()
        self._process.wait(30)

    def cpu(self) -> float:
        """Milliseconds of processor time that every thread of this server has used."""
        return sum(_used(id) for id in _family(self._process.pid)) / 1e6


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _family(id: int) -> list[int]:
    """A process and all that it started."""
    children = (Path("/proc") / str(id) / "task").glob("*/children")
    return [id, *(one for file in children for child in file.read_text().split() for one in _family(int(child)))]


def _used(id: int) -> int:
    """Nanoseconds on a processor, by the kernel's own count."""
    return sum(int(file.read_text().split()[0]) for file in (Path("/proc") / str(id) / "task").glob("*/schedstat"))


@dataclass
class Answer:
    """What came back, the body as it was sent."""

    status: int
    head: http.client.HTTPMessage
    body: bytes


@dataclass
class Phone:
    """One browser on one kept connection, with its cookies."""

    server: Server
    cookies: dict[str, str] = field(default_factory=dict)
    _line: http.client.HTTPConnection | None = None

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, headers=headers)

    def post(self, path: str, form: dict[str, str]) -> Answer:
        return self.ask("POST", path, urlencode(form), {"Content-Type": "application/x-www-form-urlencoded"})

    def ask(self, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None) -> Answer:
        """Ask once; RuntimeError where the answer is an error."""
        cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}
        given = LIKE_A_PHONE | cookie | {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        line = self._line = self._line or http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        try:
            line.request(method, path, body, given)
            answer = line.getresponse()
        except (http.client.HTTPException, ConnectionError):  # the server let go of an idle line
            line.close()
            line.request(method, path, body, given)
            answer = line.getresponse()
        content = answer.read()
        for crumb in answer.headers.get_all("Set-Cookie") or ():
            name, _, rest = crumb.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path} answered {answer.status}")
        return Answer(answer.status, answer.headers, content)

    def token(self, path: str) -> str:
        """The CSRF value of a form on this page, asked for without compression."""
        found = _TOKEN.search(self.get(path, Accept_Encoding="identity").body.decode())
        if found is None:
            raise RuntimeError(f"no form on {path}")
        return unescape(found[1])

    def sign_in(self, identifier: str, password: str) -> None:
        """By the form, as a person does."""
        form = {"csrf_token": self.token("/sign-in"), "identifier": identifier, "password": password, "device": "own"}
        if self.post("/sign-in", form).status != 303:
            raise RuntimeError(f"{identifier} could not sign in")
