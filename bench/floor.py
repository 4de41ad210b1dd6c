"""The floor: what Flask itself costs for a page of 12 KB to somebody who is signed in. No database, no compression.

    gunicorn bench.floor:app
"""

from __future__ import annotations

from pathlib import Path

from flask import Flask, render_template, session
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user

SIZE = 12_000
PROSE = (Path(__file__).parent / "course" / "01-long" / "lesson.md").read_text("utf-8").split("---\n", 2)[2]

app = Flask(__name__)
app.secret_key = "a floor holds nobody's secrets"
manager = LoginManager(app)


class Reader(UserMixin):  # type: ignore[misc]  # the library has no types
    """Somebody who is known without a database."""

    def __init__(self, id: str) -> None:
        self.id = id
        self.name = f"Reader {id}"


def _paragraphs() -> list[str]:
    """Prose of about 12 KB."""
    found: list[str] = []
    while True:
        for paragraph in PROSE.split("\n\n"):
            if sum(map(len, found)) >= SIZE - 900:
                return found
            found.append(paragraph)


PARAGRAPHS = _paragraphs()


@manager.user_loader  # type: ignore[untyped-decorator]
def load(id: str) -> Reader:
    return Reader(id)


@app.get("/enter")
def enter() -> str:
    """Sign in: the cookie is all there is."""
    login_user(Reader("1"))
    session["seen"] = 1
    return "in"


@app.get("/page")
@login_required  # type: ignore[untyped-decorator]
def page() -> str:
    """The page every other one is compared with."""
    menu = ("today", "learn", "work", "me")
    return render_template("page.html", title="A bare page", menu=menu, paragraphs=PARAGRAPHS, reader=current_user)
