"""The cookie of a sign-in and the value against forged requests: Flask's and Flask-WTF's own, made once where they are the same."""

from __future__ import annotations

from copy import deepcopy
from functools import lru_cache
from time import time
from typing import Any

from flask import Flask, Request, current_app, g, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from flask_wtf.csrf import generate_csrf
from itsdangerous import BadSignature, URLSafeTimedSerializer


class Cookies(SecureCookieSessionInterface):
    """Flask's sessions, read and written by one serializer for the life of the application, whose key does not change.

    A cookie that was proved once is not proved again while it comes back unchanged. How old it is, is looked at each time.
    """

    def __init__(self) -> None:
        self._serializer: URLSafeTimedSerializer | None = None
        self._proved = lru_cache(maxsize=2048)(self._prove)

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        worn = request.cookies.get(self.get_cookie_name(app))
        if not worn or self.get_signing_serializer(app) is None:
            return super().open_session(app, request)
        try:
            held, signed = self._proved(worn)
        except BadSignature:
            return self.session_class()
        age = int(time()) - signed  # by the clock that signed it, which no test holds still
        return self.session_class(deepcopy(held) if 0 <= age <= app.permanent_session_lifetime.total_seconds() else None)

    def _prove(self, worn: str) -> tuple[dict[str, Any], int]:
        """What a cookie holds and the second in which it was signed. Raises BadSignature: not ours, or altered."""
        assert self._serializer is not None
        held, signed = self._serializer.loads(worn, return_timestamp=True)
        return held, int(signed.timestamp())

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        if self._serializer is None:
            self._serializer = super().get_signing_serializer(app)
        return self._serializer


def csrf_token() -> str:
    """Flask-WTF's value for this browser, signed once and not for each page: it has no time limit, and holds as long as the sign-in."""
    secret = session.get("csrf_token")
    if secret is None:  # the first page with a form: there is nothing to sign yet
        return str(generate_csrf())
    known = current_app.extensions.get("csrf_tokens")
    if known is None:
        known = current_app.extensions["csrf_tokens"] = lru_cache(maxsize=4096)(_signed)
    return str(known(secret))


def _signed(_secret: str) -> str:
    g.pop("csrf_token", None)  # what Flask-WTF signed before in this request could be of another secret
    return str(generate_csrf())
