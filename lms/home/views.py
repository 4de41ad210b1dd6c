"""The front page for strangers; for those who are in, the way to their first page."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lms.core.access import public
from lms.home import navigation

bp = Blueprint("home", __name__)


@bp.get("/")
@public
def front() -> ResponseReturnValue:
    """What this is and how to come in; a person who is in goes to her first page."""
    if current_user.is_authenticated:
        return redirect(navigation.first_page(current_user.roles))
    return render_template("home/front.html", check_url=url_for("credentials.look_up"))


@bp.get("/manifest.webmanifest")
@public
def manifest() -> Response:
    """What a phone needs to keep this on its home screen: the name a deployment chose, and nothing else about it."""
    return Response(render_template("manifest.webmanifest"), mimetype="application/manifest+json")
