"""What an own phone asks for beside pages: its script and worker, the page without a network, and who is signed in."""

from __future__ import annotations

import json
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from flask_wtf.csrf import generate_csrf

from lms.core import phone, stored
from lms.core.access import public
from lms.core.fmt import SYSTEMS
from lms.core.i18n import OFFERED, force_locale, language, locale_of
from lms.core.pages import address, asset, unchanged
from lms.core.reading import Reading, read_as, reading
from lms.home.phone_words import words

bp = Blueprint("phone", __name__)

LATIN = "latn"


@bp.get("/phone.js")
@public
def script() -> Response:
    """The script of an own phone's pages in one piece: its words in one language, the queue, the page. Kept for a year."""
    spoken, digits = request.args.get("lang", ""), request.args.get("digits", "")
    if spoken not in OFFERED or digits not in ("", LATIN):
        abort(404)
    answer = stored.answer(_pressed(spoken, digits, *_files("queue.js", "phone.js")), mimetype="text/javascript")
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer


def script_url() -> str:
    """Its address for the language of this page and the digits of its reader."""
    spoken = language()
    digits = LATIN if spoken in SYSTEMS and reading().latin_digits else ""
    return address("phone.script", lang=spoken, digits=digits or None, v=_version(spoken, digits, *_files("queue.js", "phone.js")))


@bp.get("/sw.js")
@public
def worker() -> Response:
    """The service worker of an own phone. A new version of what it keeps for everybody, or another language, is another worker."""
    files = [asset("js/app.js"), script_url(), asset("icons/favicon.svg"), url_for("phone.offline")]
    files += [asset("css/larger.css")] if reading().larger else []
    parts = list(map(_lines_of, _files("queue.js", "worker.js")))
    told = render_template("home/offline.html", **_NOBODY) + "".join([*files, *parts])
    version = f"{sha256(told.encode()).hexdigest()[:12]}-{language()}"
    answer = Response(status=304)
    if not unchanged(version):
        shell = json.dumps({"name": f"shell-{version}", "files": files})
        answer = Response("\n".join([f"const SHELL = {shell};", *parts]), mimetype="text/javascript")
    answer.set_etag(version)
    answer.headers["Cache-Control"] = "no-cache"
    return answer


@bp.get("/offline")
@public
def offline() -> str:
    """What is kept on this phone. The page itself lies there for whoever holds it, and so names nobody."""
    return render_template("home/offline.html", **_NOBODY)


@bp.get("/token")
@public
def token() -> ResponseReturnValue:
    """Who is signed in, and a fresh value against forged requests: `{"user": "", "csrf": ""}`, both empty where nobody is."""
    if not current_user.is_authenticated:
        return jsonify(user="", csrf="")
    return jsonify(user=phone.sign_of(current_user.id), csrf=generate_csrf())


_NOBODY: dict[str, object] = {
    "nav": (), "shell": "public", "signed_in": False, "languages": (), "phone": "", "get_flashed_messages": lambda **_kinds: [],
}  # fmt: skip


def _files(*names: str) -> tuple[str, ...]:
    """Paths of our scripts. Each is read once, as in `asset`."""
    return tuple(f"{current_app.static_folder}/js/{name}" for name in names)


@lru_cache(maxsize=32)
def _joined(spoken: str, digits: str, *files: str) -> str:
    with force_locale(locale_of(spoken)), read_as(Reading(latin_digits=digits == LATIN)):
        told = json.dumps(words(), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return "\n".join([f"const WORDS = {told};", *map(_lines_of, files)])


def _lines_of(file: str) -> str:
    """A script without the lines that only its writers read: a phone on a slow network pays for each byte. No text of ours begins so."""
    return "\n".join(line for line in Path(file).read_text("utf-8").splitlines() if not line.lstrip().startswith("//"))


@lru_cache(maxsize=32)
def _pressed(spoken: str, digits: str, *files: str) -> stored.Copy:
    return stored.pressed(_joined(spoken, digits, *files), "", None)


@lru_cache(maxsize=32)
def _version(spoken: str, digits: str, *files: str) -> str:
    return sha256(_joined(spoken, digits, *files).encode()).hexdigest()[:12]
