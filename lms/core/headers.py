"""The headers of every answer: what a page may load, how long it may be kept, whose phone it was made for."""

from __future__ import annotations

from functools import lru_cache

from flask import Flask, Response, g, request, session

from lms.core import phone
from lms.core.access import from_elsewhere
from lms.core.sheets import Sheets

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'{sheet}; img-src 'self' data: blob:; media-src 'self'{media}; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"  # worker-src: as script-src
)
CSP = "Content-Security-Policy"


def wire(app: Flask, sheets: Sheets) -> None:
    """Put them on every answer of this application. What a view said itself stands."""

    @lru_cache(maxsize=256)
    def same_for_all(sheet: str | None, records: bool) -> tuple[tuple[str, str], ...]:
        """What an answer needs to know no more for than its sheet, and whether it may record a voice: most of it, put together once."""
        allowed = "".join(f" '{hash}'" for hash in sheets.hashes(sheet)) if sheet else ""
        return (
            (CSP, POLICY.format(sheet=allowed, media=" blob:" if records else "")),
            ("X-Content-Type-Options", "nosniff"),
            ("Permissions-Policy", f"camera=(), geolocation=(), microphone=({'self' if records else ''})"),
            ("Referrer-Policy", "same-origin"),
            *((("Strict-Transport-Security", "max-age=31536000"),) if app.config["SESSION_COOKIE_SECURE"] else ()),
        )

    @app.after_request
    def headers(answer: Response) -> Response:
        said = {name.lower() for name, _value in answer.headers}
        if answer.status_code == 304:  # no page was written, so its sheet has no name here: what was sent with the kept page stands
            said.add(CSP.lower())
        for name, value in same_for_all(g.get("sheet"), "records" in g):
            if name.lower() not in said:
                answer.headers.add(name, value)
        if request.endpoint == "static" and answer.status_code < 400:  # a 404 of this minute must not be kept for a year
            answer.headers["Cache-Control"] = "public, max-age=31536000, immutable" if "v" in request.args else "public, max-age=300"
        else:
            if "cache-control" not in said:
                answer.headers.add("Cache-Control", "no-store")
            vary(answer, "Cookie")
        phone.dress(answer)
        if from_elsewhere():  # another site's form must not take the place of this browser's sign-in
            session.modified = False
        return answer


def vary(answer: Response, name: str) -> None:
    """Say that the answer depends on this header too. As text: Werkzeug would make a set of what stands there and write it out again."""
    before = answer.headers.get("Vary", "")
    if name.lower() not in before.lower():
        answer.headers["Vary"] = f"{before}, {name}" if before else name
