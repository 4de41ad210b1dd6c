"""A browser for tests: to fetch a page is to check it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from tests.cast import PASSWORDS, identifier


class Page(HTMLParser):
    """What a page must have, collected while reading it."""

    VOID = frozenset({"hidden", "submit", "button"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.problems: list[str] = []
        self.h1 = 0
        self.html: dict[str, str | None] = {}
        self.labels: set[str] = set()
        self.fields: list[tuple[str, dict[str, str | None]]] = []
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.in_label = 0
        self.in_script = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "html":
            self.html = given
        if tag == "h1":
            self.h1 += 1
        if (id := given.get("id")) is not None:
            if id in self.ids:
                self.problems.append(f"id {id!r} stands twice")
            self.ids.add(id or "")
        if tag == "a" and given.get("href"):
            self.links.append(given["href"] or "")
        if tag == "label":
            self.in_label += 1
            self.labels.add(given.get("for") or "")
        if tag in {"input", "select", "textarea"} and given.get("type") not in self.VOID:
            self.fields.append((tag, given | ({"inside": "label"} if self.in_label else {})))
        if tag == "script" and not given.get("src"):
            self.problems.append("an inline script")
        if tag == "img" and "alt" not in given:
            self.problems.append(f"a picture without words: {given.get('src')}")
        self.problems += [f"{name}= on {tag}" for name in given if name.startswith("on") or name == "style"]

    def handle_endtag(self, tag: str) -> None:
        if tag == "label":
            self.in_label -= 1


def check(text: str, url: str) -> None:
    """Fail on a page without title, language, direction, one h1, labels; on anything inline; on a link to another host."""
    page = Page(text)
    problems = page.problems
    if page.h1 != 1:
        problems.append(f"{page.h1} h1 elements")
    if not re.search(r"<title>[^<]*\S[^<]*</title>", text):
        problems.append("no title")
    if page.html.get("lang") not in {"en", "ar"} or page.html.get("dir") != {"en": "ltr", "ar": "rtl"}[page.html.get("lang") or "en"]:
        problems.append(f"language {page.html.get('lang')}, direction {page.html.get('dir')}")
    for tag, given in page.fields:
        named = given.get("id") in page.labels or given.get("aria-label") or given.get("aria-labelledby") or given.get("inside")
        if not named:
            problems.append(f"a {tag} without a label: {given.get('name')}")
    problems += [f"a reference to {target} that is not on the page" for target in _dangling(text, page.ids)]
    assert not problems, f"{url}: " + "; ".join(problems)


def _dangling(text: str, ids: set[str]) -> set[str]:
    named = re.findall(r'(?:aria-describedby|aria-labelledby|aria-controls)="([^"]+)"', text)
    wanted = {id for names in named for id in names.split()} | set(re.findall(r'href="#([^"]+)"', text))
    return wanted - ids


class Browser(FlaskClient):
    """Checks every HTML page it gets, adds the CSRF value to what it posts, signs in as one of the cast."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        token = kwargs.pop("csrf", True)
        if kwargs.get("method") in {"POST", "PUT", "DELETE", "PATCH"} and token:
            kwargs["headers"] = {"X-CSRFToken": self.csrf(), **dict(kwargs.get("headers") or {})}
        answer = super().open(*args, **kwargs)
        if answer.mimetype == "text/html" and answer.status_code not in {301, 302, 303, 307, 308} and answer.get_data():
            check(answer.get_data(as_text=True), str(args[0] if args else kwargs.get("path")))
        return answer

    def csrf(self) -> str:
        """The value a form of this browser would carry."""
        with self.session_transaction() as session:
            raw = session.setdefault("csrf_token", "0" * 40)
        return str(URLSafeTimedSerializer(self.application.secret_key, salt="wtf-csrf-token").dumps(raw))

    def sign_in(self, name: str, *, device: str = "own") -> TestResponse:
        data = {"identifier": identifier(name), "password": PASSWORDS[name], "device": device}
        answer = self.post("/sign-in", data=data)
        assert answer.status_code == 303, f"{name} could not sign in: {answer.status_code}"
        return answer

    def page(self, url: str, status: int = 200) -> str:
        """The text of a page, which must answer with this status."""
        answer = self.get(url)
        assert answer.status_code == status, f"{url} answered {answer.status_code}, not {status}"
        return answer.get_data(as_text=True)
