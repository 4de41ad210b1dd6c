"""The pictures of courses, by their content."""

from __future__ import annotations

from flask import Blueprint, Response, abort
from flask.typing import ResponseReturnValue

from lms.catalogue import queries
from lms.core.access import signed_in
from lms.core.pages import unchanged

bp = Blueprint("catalogue", __name__)

# A picture opened by itself is a document: an SVG must then run nothing and fetch nothing.
POLICY = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'"


@bp.get("/media/<sha256>")
@signed_in
def media(sha256: str) -> ResponseReturnValue:
    """One picture. Its name is its content, so a phone may keep it for ever."""
    if unchanged(sha256):
        return _lasting(Response(status=304), sha256)
    picture = queries.picture(sha256)
    if picture is None:
        abort(404)
    return _lasting(Response(picture.content, mimetype=picture.kind), sha256)


def _lasting(answer: Response, sha256: str) -> Response:
    answer.set_etag(sha256)
    answer.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Content-Disposition"] = "inline"
    return answer
