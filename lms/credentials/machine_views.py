"""What machines ask: a certificate as signed JSON, the keys it was signed with, the list of those that no longer stand.

Public, without a cookie, for scripts of every site; asked again each time, since a revocation shows at once.
"""

from __future__ import annotations

import json

from flask import Blueprint, Response, abort, current_app, request
from flask.typing import ResponseReturnValue

from lms.core import clock
from lms.core.access import public
from lms.credentials import documents, queries, signing
from lms.credentials.models import State
from lms.credentials.views import READABLE, guesses_slowed

bp = Blueprint("credentials_machine", __name__)


@bp.get("/v/<code>.json")
@public
@guesses_slowed
def credential(code: str) -> ResponseReturnValue:
    """The signed credential: nameless, unless its holder shows the name. One taken back says so by the list it points to."""
    found, signer = queries.by_code(code), signing.signer()
    if found is None or signer is None:
        abort(404)
    if found.state is State.ERASED:
        abort(410)
    if not found.share_page:
        abort(404)
    named = found.share_name and found.standing(clock.now().date()) in READABLE
    answer = _answer(signing.signed_credential(found, signer, named=named))
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


@bp.get("/.well-known/did.json")
@public
def keys() -> ResponseReturnValue:
    """Who signs (did:web): every public key there ever was."""
    issuer = signing.issuer(current_app.config["SITE_NAME"])
    return _answer(json.dumps(documents.did_document(issuer, signing.public_keys()), indent=1) + "\n")


@bp.get("/status-lists/<int:number>")
@public
def status_list(number: int) -> ResponseReturnValue:
    """Which certificates of a list were taken back or replaced, signed (Bitstring Status List 1.0)."""
    places, signer = queries.fallen(number), signing.signer()
    if places is None or signer is None:
        abort(404)
    return _answer(signing.signed_list(number, places, signer))


def _answer(text: str) -> Response:
    answer = Response(text, mimetype="application/json")
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cache-Control"] = "public, no-cache"
    answer.add_etag()
    answer.make_conditional(request)
    return answer
