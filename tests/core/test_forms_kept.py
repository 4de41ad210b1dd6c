"""Nothing typed is lost: an old form, a sign-in that ran out, a form too large; and the calm pages with their headers."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from lms.core import clock
from lms.core.db import db
from lms.core.sheets import source_hash
from lms.people.models import User

NAME = "Amina حداد & sons"


def fields(text: str) -> dict[str, str]:
    """The hidden fields of the form that sends everything again."""
    form = text[text.index('<form class="frame"') :].split("</form>")[0]
    return {name: html.unescape(value) for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)}


def latin_name(app: Flask, id: int) -> str | None:
    with app.app_context():
        return db.session.get_one(User, id).latin_name


def test_an_old_form_comes_back_with_its_words_and_goes_through(app: Flask, world: Any, as_: Any) -> None:
    amina = as_("amina")
    answer = amina.post("/me/name", data={"latin_name": NAME, "own_name": "أمينة", "csrf_token": "of last week"}, csrf=False)
    assert answer.status_code == 400
    assert "This page was open for a long time" in answer.text
    kept = fields(answer.text)
    assert kept | {"csrf_token": ""} == {"latin_name": NAME, "own_name": "أمينة", "csrf_token": ""}
    assert html.escape(NAME) in answer.text, "and she sees it"
    assert amina.post("/me/name", data=kept, csrf=False).status_code == 303
    assert latin_name(app, world.amina) == NAME


@pytest.mark.parametrize("stale", [True, False])
def test_a_signed_out_person_signs_in_beside_and_sends_again(stale: bool, app: Flask, world: Any, as_: Any) -> None:
    amina = as_("amina", device="shared")
    with clock.held(clock.now() + timedelta(hours=3)):
        answer = amina.post("/me/name", data={"latin_name": NAME, "own_name": "", "csrf_token": "old"}, csrf=not stale)
        assert answer.status_code == 401
        assert "You are signed out" in answer.text
        assert re.search(r'<a class="tap" href="/sign-in" target="_blank"', answer.text)
        kept = fields(answer.text)
        assert kept["latin_name"] == NAME
        amina.sign_in("amina")  # in a second tab of the same browser
        again = amina.post("/me/name", data=kept, csrf=False)
        assert again.status_code == 400, "the value of the first tab is old now; the words are still there"
        assert amina.post("/me/name", data=fields(again.text), csrf=False).status_code == 303
    assert latin_name(app, world.amina) == NAME


def test_passwords_never_come_back(stranger: Any) -> None:
    data = {"identifier": "amina@demo.example", "password": "my very own word", "new_password": "another own word", "csrf_token": "old"}
    answer = stranger.post("/sign-in", data=data, csrf=False)
    assert answer.status_code == 400
    assert "amina@demo.example" in answer.text
    assert "own word" not in answer.text


def test_nothing_typed_goes_to_the_door(stranger: Any) -> None:
    answer = stranger.post("/me/name", data={}, headers={"Referer": "http://localhost/me?x=1"})
    assert (answer.status_code, answer.location) == (302, "/sign-in?next=/me?x%3D1")


@pytest.mark.parametrize("header", [{"X-Request-Id": "1"}, {"HX-Request": "true"}])
def test_a_script_keeps_its_words_itself(header: dict[str, str], as_: Any, stranger: Any) -> None:
    for client, csrf in ((as_("amina"), False), (stranger, True)):
        answer = client.post("/me/name", data={"latin_name": NAME}, headers=header, csrf=csrf)
        assert (answer.status_code, answer.json) == (401, {"sentence": "Sign in to send."})


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"}],
)
def test_another_sites_form_is_not_offered_again(headers: dict[str, str], app: Flask, world: Any, as_: Any) -> None:
    amina = as_("amina")
    for csrf in (True, False):
        answer = amina.post("/me/name", data={"latin_name": "Evil words"}, headers=headers, csrf=csrf)
        assert answer.status_code == 400
        assert "Evil words" not in answer.text
        assert "Set-Cookie" not in answer.headers, "and takes no sign-in away"
    assert latin_name(app, world.amina) is None
    assert amina.get("/me").status_code == 200
    assert amina.post("/me/name", data={"latin_name": "A"}, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303


def test_too_large_says_its_size_and_the_limit(as_: Any) -> None:
    amina = as_("amina")
    text = amina.post("/me/name", data=b"x" * 17_000_000, content_type="application/x-www-form-urlencoded").text
    assert "The file is too big (17 MB). The limit is 16 MB." in text
    body = b'--b\r\nContent-Disposition: form-data; name="latin_name"\r\n\r\n' + b"x" * 2_500_000 + b"\r\n--b--\r\n"
    answer = amina.post("/me/name", data=body, content_type="multipart/form-data; boundary=b")
    assert answer.status_code == 413
    assert "What you wrote is too long (3 MB). The limit is 2 MB." in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status", "sentence"),
    [
        ("GET", "/no-such-page", 404, "We did not find this page"),
        ("GET", "/cohorts/99999999999999999999999", 404, "We did not find this page"),
        ("GET", "/desk", 403, "This page is not for you"),
        ("POST", "/me", 405, "We did not understand this"),
        ("GET", "/me?x=%00", 400, "We did not understand this"),
        ("GET", "/me?%00=x", 400, "We did not understand this"),
    ],
)
def test_calm_pages(method: str, path: str, status: int, sentence: str, as_: Any) -> None:
    amina = as_("amina")
    answer = amina.open(path, method=method)
    assert answer.status_code == status
    assert sentence in answer.text
    assert "Your mentor can help you." in answer.text
    assert amina.open(path, method=method, headers={"X-Request-Id": "1"}).json.keys() == {"sentence"}
    if status == 405:
        assert "GET" in answer.headers["Allow"]
    amina.post("/language", data={"lang": "ar"})
    arabic = amina.open(path, method=method)
    assert arabic.status_code == status
    assert '<html lang="ar" dir="rtl">' in arabic.text


def test_a_nul_in_a_form_is_no_error_of_ours(either_school: Flask) -> None:
    data = {"identifier": "amina\0@demo.example", "password": "x"}
    assert either_school.test_client().post("/sign-in", data=data).status_code == 400


class TestHeaders:
    @pytest.mark.parametrize("path", ["/", "/sign-in", "/help", "/me", "/no-such-page"])
    def test_the_policy_names_exactly_the_sheet_of_the_page(self, path: str, as_: Any, stranger: Any) -> None:
        answer = (as_("amina") if path == "/me" else stranger).get(path)
        sheets = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
        assert len(sheets) == 1
        policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
        assert policy["style-src"] == f"'self' '{source_hash(html.unescape(sheets[0]))}'"
        assert policy["script-src"] == "'self'"
        assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"

    def test_pages_about_people_are_kept_nowhere(self, as_: Any) -> None:
        answer = as_("amina").get("/me")
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Cookie" in answer.headers["Vary"]

    def test_what_is_named_by_its_content_is_kept_for_a_year(self, stranger: Any) -> None:
        path = html.unescape(re.findall(r'src="(/static/[^"]+)"', stranger.page("/"))[0])
        assert "v=" in path
        for address, kept in ((path, "public, max-age=31536000, immutable"), (path.split("?")[0], "public, max-age=300")):
            with stranger.get(address) as answer:
                assert answer.headers["Cache-Control"] == kept

    def test_what_is_missing_now_is_not_missing_for_a_year(self, stranger: Any) -> None:
        answer = stranger.get("/static/js/new.js?v=123")
        assert answer.status_code == 404
        assert "immutable" not in answer.headers["Cache-Control"]

    def test_leaving_clears_this_browser(self, as_: Any) -> None:
        assert as_("amina").post("/sign-out").headers["Clear-Site-Data"] == '"cache", "storage"'


def test_without_a_database_the_page_is_calm_still(own_school: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    from sqlalchemy.exc import OperationalError

    from lms.people import queries

    def gone(*_args: Any) -> Any:
        raise OperationalError("SELECT", {}, Exception("the server closed the connection"))

    client = own_school.test_client()
    client.sign_in("amina")
    monkeypatch.setattr(queries, "by_token_hash", gone)
    own_school.testing = False
    answer = client.get("/me")
    assert answer.status_code == 500
    assert "Something broke on our side" in answer.text
    assert "SELECT" not in answer.text


def test_help_is_there_for_those_who_cannot_come_in(stranger: Any, as_: Any) -> None:
    text = stranger.page("/help")
    assert 'href="/sign-in/code"' in text
    assert 'href="/help"' in as_("amina").page("/me")
    answer = stranger.get("/.well-known/security.txt")
    assert answer.mimetype == "text/plain"
    lines = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert lines["Contact"] == "mailto:security@localhost"
    assert {"Expires", "Preferred-Languages", "Canonical"} <= lines.keys()
