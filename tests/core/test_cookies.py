"""The cookie of a sign-in is proved once, and holds no longer than Flask's own would, nor anything that another request wrote."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from time import time

import pytest
from flask import Flask, flash, session
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient

from lms.core import cookies
from lms.core.cookies import Cookies

LIFE = timedelta(days=14)


@pytest.fixture
def app() -> Flask:
    made = Flask(__name__)
    made.secret_key = "of this test alone"
    made.permanent_session_lifetime = LIFE
    made.config["SESSION_REFRESH_EACH_REQUEST"] = False
    made.session_interface = Cookies()

    @made.get("/in")
    def sign_in() -> str:
        session.permanent = True
        session["who"] = "amina"
        flash("Welcome")
        return ""

    @made.get("/who")
    def who() -> str:
        return str(session.get("who", "nobody"))

    @made.get("/told")
    def told() -> str:
        flash("Once more")
        return str(len(session["_flashes"]))

    return made


def worn(app: Flask) -> str:
    browser = app.test_client()
    browser.get("/in")
    cookie = browser.get_cookie("session")
    assert cookie is not None
    return cookie.value


def asks(app: Flask, cookie: str, address: str = "/who") -> str:
    browser: FlaskClient = app.test_client(use_cookies=False)
    return browser.get(address, headers={"Cookie": f"session={cookie}"}).get_data(as_text=True)


def test_a_cookie_is_proved_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    proved: list[str] = []
    prove = Cookies._prove

    def counted(self: Cookies, cookie: str) -> object:
        proved.append(cookie)
        return prove(self, cookie)

    monkeypatch.setattr(Cookies, "_prove", counted)
    app.session_interface = Cookies()
    cookie = worn(app)
    assert [asks(app, cookie) for _ in range(3)] == ["amina"] * 3
    assert proved == [cookie]


@pytest.mark.parametrize(
    "alter",
    [
        lambda cookie: cookie[:-1] + ("A" if cookie[-1] != "A" else "B"),
        lambda cookie: "x" + cookie,
        lambda cookie: cookie.rpartition(".")[0],
        lambda _cookie: "no cookie of ours",
    ],
)
def test_an_altered_one_is_nobodys_also_beside_the_one_that_was_proved(app: Flask, alter: Callable[[str], str]) -> None:
    cookie = worn(app)
    assert asks(app, cookie) == "amina"
    assert asks(app, alter(cookie)) == "nobody"
    assert asks(app, alter(cookie)) == "nobody"


@pytest.mark.parametrize(("later", "said"), [(timedelta(), "amina"), (LIFE, "amina"), (LIFE + timedelta(seconds=2), "nobody")])
@pytest.mark.parametrize("interface", [Cookies, SecureCookieSessionInterface])
def test_it_ends_as_flasks_own_does_although_it_was_proved(
    app: Flask, monkeypatch: pytest.MonkeyPatch, interface: type[SecureCookieSessionInterface], later: timedelta, said: str
) -> None:
    app.session_interface = interface()
    cookie = worn(app)
    assert asks(app, cookie) == "amina"
    moment = int(time()) + later.total_seconds()
    monkeypatch.setattr(cookies, "time", lambda: moment)
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: moment)
    assert asks(app, cookie) == said


def test_a_cookie_signed_in_the_future_is_nobodys(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    cookie = worn(app)
    assert asks(app, cookie) == "amina"
    monkeypatch.setattr(cookies, "time", lambda: time() - 60)
    assert asks(app, cookie) == "nobody"


def test_what_one_request_writes_stands_in_no_other(app: Flask) -> None:
    """The same old cookie comes twice, as from two tabs: each finds what it brought, not what the other added."""
    cookie = worn(app)
    assert [asks(app, cookie, "/told") for _ in range(3)] == ["2", "2", "2"]
