"""A network that can be cut, for walks: before a request arrives, or after the server did what it asked and before it could answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from socket import SHUT_RDWR
from typing import Any

from flask import Flask

BEFORE, AFTER = "before", "after"


class Net:
    """The way between a phone and the school. `down`: nothing goes through. `cut(path, when, method)`: the next such request alone."""

    def __init__(self, app: Flask) -> None:
        self.down = False
        self.seen: list[tuple[str, str]] = []
        self._cuts: list[tuple[str, str, str]] = []
        self._through = app.wsgi_app
        app.wsgi_app = self  # type: ignore[method-assign]

    def cut(self, path: str, when: str, method: str = "POST") -> None:
        self._cuts.append((path, when, method))

    @property
    def cuts_left(self) -> int:
        return len(self._cuts)

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        when = BEFORE if self.down else self._cut_of(path, method)
        if when != BEFORE:
            self.seen.append((method, path))
        if when is None:
            return self._through(environ, start)
        if when == AFTER:
            b"".join(self._through(environ, lambda status, headers, exc_info=None: lambda data: None))
        environ["werkzeug.socket"].shutdown(SHUT_RDWR)
        raise ConnectionAbortedError("cut")

    def _cut_of(self, path: str, method: str) -> str | None:
        for cut in self._cuts:
            if path.endswith(cut[0]) and method == cut[2]:
                self._cuts.remove(cut)
                return cut[1]
        return None
