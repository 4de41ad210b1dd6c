"""The front page for strangers; for those who are in, the way to their first page."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template
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
    return render_template("home/front.html")
