"""The front page for strangers; for those who are in, the way to their first page."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lms.core import clock
from lms.core.access import public
from lms.core.i18n import OFFERED
from lms.home import data_views, navigation
from lms.intake import queries as intake
from lms.intake import wording

bp = Blueprint("home", __name__)
bp.register_blueprint(data_views.bp)


@bp.get("/")
@public
def front() -> ResponseReturnValue:
    """What this is and how to come in; a person who is in goes to her first page."""
    if current_user.is_authenticated:
        return redirect(navigation.first_page(current_user.roles))
    return render_template("home/front.html", check_url=url_for("credentials.look_up"), rounds=intake.open_rounds(), words=wording)


@bp.get("/manifest.webmanifest")
@public
def manifest() -> Response:
    """What a phone needs to keep this on its home screen: the name a deployment chose, and nothing else about it."""
    return Response(render_template("manifest.webmanifest"), mimetype="application/manifest+json")


@bp.get("/help")
@public
def help() -> ResponseReturnValue:
    """Who helps, what to do without the password, how pay works."""
    return render_template("home/help.html")


@bp.get("/.well-known/security.txt")
@public
def security_txt() -> Response:
    """Where to report a hole in the wall (RFC 9116)."""
    base = current_app.config["BASE_URL"]
    lines = (
        f"Contact: mailto:security@{urlsplit(base).hostname}",
        f"Expires: {clock.now() + timedelta(days=180):%Y-%m-%dT00:00:00Z}",
        f"Preferred-Languages: {', '.join(OFFERED)}",
        f"Canonical: {base}{request.path}",
    )
    return Response("".join(f"{line}\n" for line in lines), mimetype="text/plain")
