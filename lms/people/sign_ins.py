"""Flask-Login's side of signing in: the cookie holds a token, the row decides, a signed stamp tells how long it lay idle."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, g, jsonify, make_response, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user, login_user, logout_user

from lms.core import clock
from lms.core.access import Role, access_of, ask_to_sign_in, wants_json
from lms.core.i18n import _
from lms.people import actions, queries
from lms.people.models import User

TRAINEE_OWN = timedelta(days=14)
TRAINEE_SHARED = timedelta(hours=2)
OTHERS = timedelta(minutes=30)
RENEW = 300  # seconds: the stamp is written at most this often, so most answers set no cookie
STEP_UP = timedelta(minutes=5)
CLEAR = '"cache", "storage"'  # not "cookies": those of other sites under the same domain would go too; ours is taken back by name
PUBLIC = ("public",)

manager = LoginManager()


def wire(app: Flask) -> None:
    """Sign people in by rows. Flask-Login's own remember cookie stays off."""
    manager.init_app(app)
    manager.session_protection = None
    manager.unauthorized_handler(ask_to_sign_in)
    manager.user_loader(load)
    app.permanent_session_lifetime = TRAINEE_OWN


def load(token: str) -> User | None:
    """The person behind this request's token, or nobody once the sign-in was ended or lay idle too long."""
    hashed = actions.token_hash(token)
    row = queries.by_token_hash(hashed)
    if row is None:
        g.lost = queries.was_lost(hashed)
        return None
    now = int(clock.now().timestamp())
    seen = session.get("seen", 0)
    if now - seen > idle_limit(row.user.roles, row.device).total_seconds():
        return None
    if now - seen > RENEW:
        session["seen"] = now
    row.user.sign_in_token = token
    row.user.stepped_up_at = row.stepped_up_at
    row.user.device = row.device
    return row.user


def clear_lost() -> ResponseReturnValue | None:
    """A phone that was signed out from afar is told to forget everything, whatever it asks for: 401 with `Clear-Site-Data`.

    To a person it is a page whose script clears where a browser does not know that header; the cookie goes with it. Runs before the gate.
    """
    reads = "text/html" in request.headers.get("Accept", "")
    told = reads or wants_json() or request.endpoint == "phone.token" or access_of(request.endpoint) != PUBLIC
    if not told or "_user_id" not in session:
        return None
    if current_user.is_authenticated or not g.get("lost"):
        return None
    answer = make_response(_cleared() if reads else jsonify(sentence=_("Sign in to send.")), 401)
    answer.headers["Clear-Site-Data"] = CLEAR
    return answer


def _cleared() -> str:
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language
    return render_template("people/cleared.html")


def idle_limit(roles: frozenset[Role], device: str) -> timedelta:
    """How long a sign-in may lie idle: short for those who see other people's rows."""
    if roles - {Role.TRAINEE}:
        return OTHERS
    return TRAINEE_OWN if device == "own" else TRAINEE_SHARED


def begin(person: User, *, device: str) -> None:
    """Sign a person in on this browser: a new row, a new session, a new CSRF value."""
    language = session.get("language")
    session.clear()
    actions.sign_in(person, device=device)
    session.permanent = device == "own" and person.roles <= {Role.TRAINEE}
    session["seen"] = int(clock.now().timestamp())
    if language:
        session["language"] = language
    login_user(person)


def end(person: User) -> None:
    """Sign out here: the row is ended first, so that the cookie's copy is dead too."""
    actions.sign_out(person.get_id())
    language = session.get("language") or person.language
    logout_user()
    session.clear()
    session["language"] = language  # says nothing about who was here, and the next person on this phone most likely reads it too


def fresh(person: User) -> bool:
    """Whether the password was given within the last five minutes: asked for approvals, bank details, roles, exports."""
    return person.stepped_up_at is not None and clock.now() - person.stepped_up_at < STEP_UP
