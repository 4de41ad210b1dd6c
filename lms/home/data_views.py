"""Download my data: what it holds and whom to show it to, and the file itself."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lms.core import clock, phone
from lms.core.access import me, signed_in
from lms.core.db import mode, release
from lms.core.facts import Kind, record
from lms.home import own_data
from lms.people import sign_ins
from lms.people.views import limiter

bp = Blueprint("data", __name__, url_prefix="/me/data")


@bp.get("")
@signed_in
def ask() -> ResponseReturnValue:
    """What the file holds. With a fresh password the button stands there, else the way to the password."""
    return render_template(
        "home/own_data.html", size=own_data.weight(me()), fresh=sign_ins.fresh(me()), shared=me().device != phone.OWN, person=me()
    )


@bp.post("")
@signed_in
@limiter.limit("6 per hour", key_func=lambda: f"data|{current_user.id}")
def take() -> ResponseReturnValue:
    """The file, for a fresh password. It is read and made while nobody waits for it; that it was taken stays as a fact."""
    if not sign_ins.fresh(me()):
        return redirect(url_for("people.ask_step_up", next=url_for("home.data.ask")), 303)
    release()
    mode(write=False)
    made = own_data.written(own_data.read(me()), me())
    mode(write=True)
    record(Kind.PERSON_DATA_TAKEN, me(), actor=me())
    size = made.tell()
    answer = Response(own_data.in_pieces(made), mimetype="application/zip")
    answer.content_length = size
    answer.headers.set("Content-Disposition", "attachment", filename=f"my-data-{clock.now():%Y-%m-%d}.zip")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
