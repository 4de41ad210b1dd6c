"""A person's own phone: whose it is, what its pages may keep, and the headers its answer queue sends and waits for.

On a shared phone there is no key, and without a key nothing is kept, marked or registered.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from re import compile as pattern
from typing import Any, TypeVar, cast

from flask import Response, current_app, g, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lms.core import asking, clock
from lms.core.sealing import blind

F = TypeVar("F", bound=Callable[..., Any])
OWN = "own"
AS_WRITTEN = timedelta(hours=72)
"""How long the phone's own time counts for what was written without a network (rule R7)."""

_REQUEST_ID = pattern(r"[\w-]{8,64}")


def key() -> str:
    """The sign of the person whose own phone this is: the same on every page, and saying nothing about them. Empty on a shared phone."""
    known = g.get("phone_key")
    if known is None:  # asked again after the page's transaction is over, when the row would be read anew
        person = asking.person()
        known = g.phone_key = sign_of(person.id) if person is not None and person.device == OWN else ""
    return str(known)


def sign_of(person_id: int) -> str:
    """How a phone names a person: it bears their saved pages and their unsent answers."""
    return blind(str(person_id), "phone")[:16]


def kept(view: F) -> F:
    """A mark of a view, under who may see it: an own phone keeps this page for reading without a network."""

    @wraps(view)
    def marked(*args: Any, **kwargs: Any) -> Response:
        answer = current_app.make_response(view(*args, **kwargs))
        if key() and answer.status_code in {200, 304}:
            answer.headers.setdefault("X-Offline", "keep")
        return answer

    return cast("F", marked)


def lent(page: ResponseReturnValue, life: timedelta) -> Response:
    """A page that an own phone keeps for a time alone: by its own clock no longer than `life` after the page came."""
    answer = current_app.make_response(page)
    if key() and answer.status_code == 200 and life > timedelta(seconds=1):
        answer.headers["X-Offline"] = "keep"
        answer.headers["X-Keep-For"] = str(int(life.total_seconds()))
    return answer


def queued() -> str:
    """The id of an answer that the phone's queue sends; empty for every other request."""
    id = request.headers.get("X-Request-Id", "")
    return id if request.method == "POST" and "X-User" in request.headers and _REQUEST_ID.fullmatch(id) else ""


def meant_for_another() -> bool:
    """Whether the queue holds this answer for somebody else than who is signed in now."""
    return bool(queued()) and not (current_user.is_authenticated and request.headers["X-User"] == sign_of(current_user.id))


def written_at() -> datetime:
    """When the person did what this request sends: by the phone's clock where the queue carried it within 72 hours, else now."""
    now = clock.now()
    try:
        written = datetime.fromisoformat(request.headers.get("X-Written-At", "")) if queued() else now
        written = written.replace(tzinfo=UTC) if written.tzinfo is None else written.astimezone(UTC)
    except (ValueError, OverflowError):  # the first and the last day of the calendar stand in no other zone
        return now
    return written if now - AS_WRITTEN <= written <= now else now


def waited_since() -> datetime | None:
    """When what this request sends was written, where it waited on the phone for longer than a minute; else None."""
    written = written_at()
    return written if clock.now() - written > timedelta(minutes=1) else None


def dress(answer: Response) -> None:
    """Say with every page whose own phone it was made for, so that the phone shows nobody another person's pages."""
    if (name := g.get("phone_key")) and answer.mimetype == "text/html":
        answer.headers["X-User"] = name
