"""Who may: the three marks a view can bear, and the two questions a view asks about a row.

Every view bears exactly one of `@public`, `@signed_in`, `@only(Role...)`. The gate answers 403 for a view without one, so that a
forgotten mark shuts a door instead of opening it.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar, cast
from urllib.parse import SplitResult, urlsplit, urlunsplit

from flask import abort, current_app, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import Select
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from lms.core.db import db
from lms.core.i18n import _
from lms.core.pages import safe_next

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")


class Role(StrEnum):
    """What a person does here. One person may hold several."""

    TRAINEE = "trainee"
    MENTOR = "mentor"
    PARTNER = "partner"
    STAFF = "staff"
    FINANCE = "finance"


def public(view: F) -> F:
    """Anyone may ask for this page."""
    return _mark(view, ("public",))


def signed_in(view: F) -> F:
    """Anyone who has signed in may ask for this page."""
    return _mark(view, ("signed_in",))


def only(*roles: Role) -> Callable[[F], F]:
    """Only people who hold one of these roles may ask for this page."""
    if not roles:
        raise ValueError("name at least one role")
    return lambda view: _mark(view, tuple(str(role) for role in roles))


def _mark(view: F, access: tuple[str, ...]) -> F:
    if hasattr(view, "access"):
        raise TypeError(f"{view.__name__} bears two marks")
    view.access = access  # type: ignore[attr-defined]
    return view


def access_of(endpoint: str | None) -> tuple[str, ...] | None:
    """The mark of an endpoint, or None where there is none."""
    view = current_app.view_functions.get(endpoint or "")
    return cast("tuple[str, ...] | None", getattr(view, "access", None))


def gate() -> ResponseReturnValue | None:
    """The door: runs before every view. An address that leads nowhere goes on to its 404."""
    if request.endpoint is None:
        return None
    access = access_of(request.endpoint)
    if access is None:
        abort(403)
    if access == ("public",):
        return None
    if not current_user.is_authenticated:
        return ask_to_sign_in()
    if access != ("signed_in",) and not current_user.roles & {Role(name) for name in access}:
        abort(403)
    return None


def ask_to_sign_in() -> ResponseReturnValue:
    """To the sign-in page for a person; 401 with a sentence for a script, which would take a redirect for success.

    A person who has written something gets 401 too: its page keeps her words, which a redirect would lose.
    """
    if wants_json():
        return jsonify(sentence=_("Sign in to send.")), 401
    if typed():
        abort(401)
    # The query of a GET is part of where she was; a POST cannot be repeated, so she returns to the page that holds its form.
    target = request.full_path.rstrip("?") if request.method == "GET" else where_she_stood() or request.path
    return redirect(url_for("people.sign_in", next=target), 302)


def typed() -> list[tuple[str, str]]:
    """What a person wrote into the form she sent, as (field, text): all but passwords and the CSRF value."""
    if request.method != "POST":
        return []
    return [(name, text) for name, text in request.form.items(multi=True) if text and name != "csrf_token" and "password" not in name]


def where_she_stood() -> str | None:
    """The page whose form was sent, from the browser's own word, as a path of this site that can be fetched."""
    referrer = _parts(request.referrer or "")
    if request.method != "POST" or referrer.netloc != request.host:
        return None
    path = safe_next(urlunsplit(("", "", referrer.path, referrer.query, "")))
    return path if path and _can_be_fetched(referrer.path) else None


def _parts(address: str) -> SplitResult:
    """The parts of an address that a browser named; none of what cannot be one, such as `http://[`."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _can_be_fetched(path: str) -> bool:
    """Whether a GET leads somewhere. A form shown again with its errors stands at an address that takes POST alone."""
    adapter = current_app.create_url_adapter(request)
    try:
        return adapter is not None and adapter.match(path, method="GET") is not None
    except RequestRedirect:
        return True
    except HTTPException:
        return False


def from_elsewhere() -> bool:
    """Whether another site's page sent this. Its words must not come back on a page of ours with a button that sends them."""
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return False
    if site := request.headers.get("Sec-Fetch-Site"):
        return site not in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return origin is not None and _parts(origin).netloc != request.environ.get("HTTP_HOST")


def wants_json() -> bool:
    """Whether the answer queue, htmx or the API asks, rather than a person's browser."""
    return "X-Request-Id" in request.headers or "HX-Request" in request.headers or request.path.startswith("/api/")


def me() -> Any:
    """The person who asks: the row itself, never Flask-Login's proxy, which must not reach a relationship."""
    return current_user._get_current_object()


def one_or_404(visible: Select[T], id: object, *, lock: bool = False) -> T:
    """The row with this id among the visible ones. Not visible is 404, like one that never was.

    `lock` reads it FOR UPDATE, anew where it was read before: whatever is read, changed and written needs that on PostgreSQL.
    """
    entity = visible.column_descriptions[0]["entity"]
    found = visible.where(entity.id == id)
    row = db.session.scalars(found.with_for_update(of=entity).execution_options(populate_existing=True) if lock else found).one_or_none()
    if row is None:
        abort(404)
    return row


def require(allowed: bool) -> None:
    """Visible and not allowed is 403."""
    if not allowed:
        abort(403)
