"""Flask-Login's side of signing in: the cookie holds a token, the row decides, a signed stamp tells how long it lay idle."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, session
from flask_login import LoginManager, login_user, logout_user

from lms.core import clock
from lms.core.access import Role, ask_to_sign_in
from lms.people import actions, queries
from lms.people.models import User

TRAINEE_OWN = timedelta(days=14)
TRAINEE_SHARED = timedelta(hours=2)
OTHERS = timedelta(minutes=30)
RENEW = 300  # seconds: the stamp is written at most this often, so most answers set no cookie
STEP_UP = timedelta(minutes=5)

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
    row = queries.by_token_hash(actions.token_hash(token))
    if row is None:
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
    language = session.get("language")
    logout_user()
    session.clear()
    if language:  # says nothing about who was here, and the next person on this phone most likely reads it too
        session["language"] = language


def fresh(person: User) -> bool:
    """Whether the password was given within the last five minutes: asked for approvals, bank details, roles, exports."""
    return person.stepped_up_at is not None and clock.now() - person.stepped_up_at < STEP_UP
