"""The cookie of a sign-in and the value against forged requests: Flask's and Flask-WTF's own, made once where they are the same."""

from __future__ import annotations

from functools import lru_cache

from flask import Flask, current_app, g, session
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import generate_csrf
from itsdangerous import URLSafeTimedSerializer


class Cookies(SecureCookieSessionInterface):
    """Flask's sessions, read and written by one serializer for the life of the application, whose key does not change."""

    def __init__(self) -> None:
        self._serializer: URLSafeTimedSerializer | None = None

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
