"""What a person sees when something cannot be done or breaks: a calm page, a sentence and a way back."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, Response, flash, g, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import AnonymousUserMixin, current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge, SecurityError

from lms.core import fmt
from lms.core.access import access_of, ask_to_sign_in, from_elsewhere, typed, wants_json, where_she_stood
from lms.core.errors import Refused
from lms.core.files import NotThere
from lms.core.i18n import _


def catch(app: Flask) -> None:
    """Every error has a calm page, a sentence and a way back; a script gets the sentence as JSON."""
    _catch_ours(app)
    _catch_the_rest(app)


def _catch_ours(app: Flask) -> None:
    """What our own rules say no to."""

    @app.errorhandler(Refused)
    def refused(no: Refused) -> ResponseReturnValue:
        back = where_she_stood()
        if wants_json():
            return jsonify(sentence=no.sentence), 409
        if back is None:
            return _page(409, _("This cannot be done now"), no.sentence)
        flash(no.sentence, "bad")
        return redirect(back, 303)

    @app.errorhandler(CSRFError)
    def stale_form(no: CSRFError) -> ResponseReturnValue:
        if wants_json():
            return jsonify(sentence=_("Sign in to send.")), 401
        if not current_user.is_authenticated and access_of(request.endpoint) != ("public",):
            return signed_out(no) if typed() else ask_to_sign_in()
        return _page(400, _("This page was open for a long time"), _("Nothing is lost. Send it again with the button."), again=True)

    @app.errorhandler(401)
    def signed_out(no: HTTPException) -> ResponseReturnValue:
        return _page(401, _("You are signed out"), _("Nothing is lost. Sign in, then send it again."), again=True)

    @app.errorhandler(NotThere)
    def lost_file(no: NotThere) -> ResponseReturnValue:
        return _page(404, _("This file is missing"), _("We cannot find it now. Our staff can look for it."))

    @app.errorhandler(StaleDataError)
    def changed_meanwhile(no: StaleDataError) -> ResponseReturnValue:
        return _page(409, *SENTENCES[409]())


def _catch_the_rest(app: Flask) -> None:
    """What Flask and the unforeseen raise."""

    @app.errorhandler(RequestEntityTooLarge)
    def too_large(no: RequestEntityTooLarge) -> ResponseReturnValue:
        sent, limit = request.content_length or 0, app.config["MAX_CONTENT_LENGTH"]
        if sent > limit:
            told = _("The file is too big (%(size)s). The limit is %(limit)s.", size=fmt.size(sent), limit=fmt.size(limit))
            return _page(413, _("The file is too big"), told)
        limit = app.config["MAX_FORM_MEMORY_SIZE"]
        told = _("What you wrote is too long (%(size)s). The limit is %(limit)s.", size=fmt.size(sent), limit=fmt.size(limit))
        return _page(413, _("The text is too long"), told)

    @app.errorhandler(SecurityError)
    def not_our_name(no: SecurityError) -> ResponseReturnValue:  # without a host of ours no page can name its links
        return Response("This server has another name.\n", 400, mimetype="text/plain")

    @app.errorhandler(HTTPException)
    def known(no: HTTPException) -> ResponseReturnValue:
        if no.response is not None or (no.code or 500) < 400:
            return no
        answer = app.make_response(_page(no.code or 500, *SENTENCES.get(no.code or 500, SENTENCES[400])()))
        if isinstance(no, MethodNotAllowed) and no.valid_methods:
            answer.allow.update(no.valid_methods)
        return answer

    @app.errorhandler(Exception)
    def unknown(no: Exception) -> ResponseReturnValue:
        if isinstance(no, IntegrityError) and _clashes(no):  # two requests wrote the same thing, and this one came second
            return _page(409, *SENTENCES[409]())
        if app.testing:
            raise no
        logging.getLogger("lms").error("unexpected error in %s", request.endpoint, exc_info=no)
        try:
            return _page(500, *SENTENCES[500]())
        except SQLAlchemyError:  # without a database nobody can be recognised; the page is drawn as for a stranger
            g._login_user = AnonymousUserMixin()
            return _page(500, *SENTENCES[500]())


def _clashes(no: IntegrityError) -> bool:
    """Whether a unique key was taken already, as opposed to a reference or a rule that was broken."""
    return getattr(no.orig, "sqlstate", None) == "23505" or "UNIQUE constraint" in str(no.orig)


SENTENCES: dict[int, Any] = {
    400: lambda: (_("We did not understand this"), _("Go back and try again.")),
    403: lambda: (_("This page is not for you"), _("Ask your mentor or the staff if you need it.")),
    404: lambda: (_("We did not find this page"), _("Check the address, or go back to the start.")),
    405: lambda: (_("We did not understand this"), _("Go back and try again.")),
    409: lambda: (_("Somebody changed this meanwhile"), _("Go back, look at it again, and then save.")),
    413: lambda: (_("The file is too big"), _("Send a smaller file.")),
    429: lambda: (_("Wait a little"), _("You tried many times. Wait a few minutes. Your mentor can give you a code.")),
    500: lambda: (_("Something broke on our side"), _("Nothing you sent before is lost. Try again in a few minutes.")),
}


def _page(status: int, title: str, sentence: str, *, again: bool = False) -> ResponseReturnValue:
    if wants_json():
        return jsonify(sentence=sentence), status
    again = again and not from_elsewhere() and request.method == "POST"
    return render_template("error.html", title=title, sentence=sentence, status=status, again=again, typed=typed() if again else []), status
