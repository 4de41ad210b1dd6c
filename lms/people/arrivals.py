"""Answers that a phone kept and sends with an id of their own: each counts once, however often it arrives.

The id is written in the transaction of what the answer does, after it: a view may let go of its transaction before slow work. Of two
that arrive at once the second meets the first one's id, and everything that it did is taken back.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, current_app, g, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from lms.core import phone
from lms.core.access import me
from lms.core.db import db, mode
from lms.core.errors import Refused
from lms.core.forms import error_list
from lms.core.i18n import _
from lms.people.models import Arrival


def once(view: Callable[[], ResponseReturnValue]) -> ResponseReturnValue:
    """Run a view for the queue once. 200 with `X-Arrived` when its answer has arrived, now or before; 422 with a sentence, never a page.

    Any other request is left alone. Inside `transaction(write=True)`, after the gate.
    """
    id = phone.queued()
    if not id:
        return view()
    person = me().id
    if _known(person, id):
        return _arrived(id)
    try:
        answer = current_app.make_response(view())
        if answer.status_code >= 400:
            return _said(answer)
        with db.session.begin_nested():
            db.session.execute(insert(Arrival).values(user_id=person, request_id=id))
    except (Refused, IntegrityError, StaleDataError):  # perhaps because the same answer came first
        db.session.rollback()
        mode(write=True)
        if _known(person, id):
            return _arrived(id)
        raise
    except HTTPException as no:
        if no.response is None or (no.code or 0) >= 400:
            raise
        raise Refused(_("This is not open now.")) from no  # a queue cannot be led to another page
    return _arrived(id, answer.headers.get("Location", ""))


def _known(person: int, id: str) -> bool:
    return db.session.scalar(select(Arrival.at).where(Arrival.user_id == person, Arrival.request_id == id)) is not None


def _arrived(id: str, onward: str = "") -> Response:
    answer = jsonify(next=onward)
    answer.headers["X-Arrived"] = id
    return answer


def _said(answer: Response) -> Response:
    """What is wrong with a form, in words alone; the page that was drawn round them stays here."""
    if answer.mimetype != "text/html":
        return answer
    form = getattr(g, "wrong_form", None)
    told = [sentence for _field, sentence in error_list(form)] if form else []
    said = jsonify(sentence=" ".join(told) or _("We did not understand this"))
    said.status_code = answer.status_code
    return said
