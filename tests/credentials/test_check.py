"""A stranger checks a code: every code ever given says what it is, one never given is unknown, and the name stays private."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from lms.core import clock
from lms.credentials import codes, naming
from lms.credentials.models import Standing, State
from tests.conftest import given_back
from tests.credentials.certified import certify, change, credentials
from tests.statements import counted


@pytest.fixture(scope="module")
def ground(school: Flask) -> Iterator[Flask]:
    with given_back(school):
        certify(school)
        yield school


@pytest.fixture
def id(app: Flask) -> int:
    return credentials(app)[0].id


def code_of(app: Flask) -> str:
    return credentials(app)[0].printed


def test_a_real_one_says_all_that_the_paper_says_but_the_name(id: int, app: Flask, stranger: Any) -> None:
    text = stranger.page(f"/v/{code_of(app)}")
    assert "This certificate is real" in text
    for words in ("Data annotation and ethics", "5 hours. 4 lessons. 2 tasks checked by a mentor", "Follows a written labelling rule",
                  "Read four lessons to the end", "Rukn", "Bilal", code_of(app)):  # fmt: skip
        assert words in text
    assert "Amina" not in text
    # Whoever holds the paper compares its name first: that a code is real says nothing about who shows it, and the lists are long.
    assert text.index("Is the name on the paper right?") < text.index("Follows a written labelling rule")


@pytest.mark.parametrize(
    "shape", [str.lower, lambda code: code.replace("-", ""), lambda code: code.replace("-", " "), lambda code: f" {code}"]
)
def test_case_blanks_and_hyphens_do_not_count(shape: Any, id: int, app: Flask, stranger: Any) -> None:
    assert "This certificate is real" in stranger.page("/v/" + shape(code_of(app)))


@pytest.mark.parametrize(
    ("values", "title", "more"),
    [
        ({}, "This certificate is real", []),
        ({"expires_on": date(2020, 1, 31)}, "This certificate was real and has expired", ["Friday, 31 January 2020"]),
        ({"state": State.REVOKED, "revoked_on": date(2026, 11, 3), "reason": "The work was copied."}, "Rukn has taken it back",
         ["Tuesday, 3 November 2026", "The work was copied.", "Data annotation and ethics"]),
        ({"state": State.SUPERSEDED, "successor": codes.checked("7KQM4XRT92HDM3V")}, "A new certificate has replaced this one",
         ["/v/" + codes.printed(codes.checked("7KQM4XRT92HDM3V"))]),
        ({"share_page": False}, "The person has stopped sharing it", []),
        ({"state": State.ERASED, "latin_name": None, "own_name": None}, "This certificate was real", []),
    ],
)  # fmt: skip
def test_every_code_ever_given_answers_200(values: dict[str, Any], title: str, more: list[str], id: int, app: Flask, stranger: Any) -> None:
    change(app, id, **values)
    text = stranger.page(f"/v/{code_of(app)}")
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", text)
    assert heading
    assert heading[1] == title
    for words in more:
        assert words in text
    if values and "expires_on" not in values:
        assert "Follows a written labelling rule" not in text
        assert "Compare" not in text


def test_the_reason_cannot_carry_markup(id: int, app: Flask, stranger: Any) -> None:
    change(app, id, state=State.REVOKED, revoked_on=date(2026, 11, 3), reason="<script>alert(1)</script>")
    assert "&lt;script&gt;" in stranger.page(f"/v/{code_of(app)}")


def test_hiding_the_page_does_not_hide_that_it_was_taken_back(id: int, app: Flask, stranger: Any) -> None:
    change(app, id, share_page=False, state=State.REVOKED, revoked_on=date(2026, 11, 3), reason="Copied.")
    assert "Rukn has taken it back" in stranger.page(f"/v/{code_of(app)}")


@pytest.mark.parametrize("code", [codes.checked("0" * 15), "7KQM-4XRT-92HB", "x", "%F0%9F%98%80", "7KQM-4XRT-92HD-M3VB"])
def test_a_code_never_given_or_mistyped_is_unknown(code: str, id: int, stranger: Any) -> None:
    text = stranger.page(f"/v/{code}", 404)
    assert "We do not know this code" in text
    assert 'name="code"' in text


def test_one_row_no_cookie_ten_kilobytes_not_indexed(id: int, app: Flask, stranger: Any) -> None:
    address = f"/v/{code_of(app)}"
    stranger.page(address)
    plain = FlaskClient(app, Response)  # the house's browser reads no compressed page
    with counted() as sent:
        answer = plain.get(address, headers={"Accept-Encoding": "gzip"})
    assert len(sent) == 1, sent
    assert "Set-Cookie" not in answer.headers
    assert len(answer.data) <= 10_000
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert '<meta name="robots" content="noindex">' in stranger.page(address)
    unknown = plain.get(f"/v/{codes.checked('0' * 15)}", headers={"Accept-Encoding": "gzip"})
    assert "Set-Cookie" not in unknown.headers
    assert len(unknown.data) <= 14_600  # Flask-Compress leaves what is not 2xx as it is; it still fits the first window


def test_in_arabic_too(id: int, app: Flask, stranger: Any) -> None:
    text = stranger.get(f"/v/{code_of(app)}", headers={"Accept-Language": "ar"}).get_data(as_text=True)
    assert 'dir="rtl"' in text
    assert "توسيم البيانات وأخلاقياته" in text


def test_a_language_is_chosen_by_the_address_alone(id: int, app: Flask, stranger: Any) -> None:
    """Nothing is kept: no cookie, and the next page is in the browser's language again."""
    address = f"/v/{code_of(app)}"
    english = stranger.page(address)
    assert f'href="{address}?lang=ar" lang="ar" hreflang="ar" dir="rtl"' in english
    assert f'<link rel="canonical" href="{address}">' in english
    plain = FlaskClient(app, Response)
    answer = plain.get(f"{address}?lang=ar")
    assert "Set-Cookie" not in answer.headers
    text = answer.get_data(as_text=True)
    assert '<html lang="ar" dir="rtl">' in text
    assert f'action="{address}/match?lang=ar#match"' in text
    assert '<html lang="en" dir="ltr">' in plain.get(address).get_data(as_text=True)
    assert '<html lang="en" dir="ltr">' in plain.get(f"{address}?lang=xx").get_data(as_text=True)
    matched = stranger.post(f"{address}/match?lang=ar", data={"name": ""}, csrf=False)
    assert matched.status_code == 422
    assert '<html lang="ar" dir="rtl">' in matched.get_data(as_text=True)
    asked = stranger.get("/v", query_string={"code": code_of(app), "lang": "ar"})
    assert asked.location == f"{address}?lang=ar"
    unknown = stranger.page("/v?code=x%20%26y&lang=ar", 404)
    assert 'href="/v?code=x+%26y&amp;lang=en"' in unknown
    assert '<input type="hidden" name="lang" value="ar">' in unknown


def test_a_page_that_shows_it_leads_to_the_signed_file(id: int, app: Flask, stranger: Any) -> None:
    address = f"/v/{code_of(app)}"
    assert f'href="{address}.json"' in stranger.page(address)
    change(app, id, share_page=False)
    assert f'href="{address}.json"' not in stranger.page(address)


def test_the_name_shows_where_its_holder_ticked_it(id: int, app: Flask, stranger: Any) -> None:
    change(app, id, share_name=True, own_name="أمينة", name_language="ar")
    text = stranger.page(f"/v/{code_of(app)}")
    assert "Amina" in text
    assert '<bdi lang="ar">أمينة</bdi>' in text
    assert "Compare" not in text


@pytest.mark.parametrize(
    ("typed", "same"),
    [
        ("Amina", True), ("  aMINA ", True), ("Ａｍｉｎａ", True), ("\u200eAmi\u200dna\u202c", True), ("أمينة حداد", True),
        ("Hana", False), ("Amin", False),
    ],
)  # fmt: skip
def test_an_employer_compares_the_name_on_the_paper(typed: str, same: bool, id: int, app: Flask, stranger: Any) -> None:
    change(app, id, own_name="أمينة  حداد")
    answer = stranger.post(f"/v/{code_of(app)}/match", data={"name": typed}, csrf=False)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert ("This is the name on the certificate." in text) is same
    assert ("No match." in text) is not same
    assert "Set-Cookie" not in answer.headers
    if not same:
        assert "Amina" not in text


def test_an_empty_name_is_asked_for_again(id: int, app: Flask, stranger: Any) -> None:
    answer = stranger.post(f"/v/{code_of(app)}/match", data={"name": " "}, csrf=False)
    assert answer.status_code == 422
    assert "Type the name on the paper." in answer.get_data(as_text=True)


@pytest.mark.parametrize("values", [{"share_page": False}, {"state": State.REVOKED}, {"state": State.ERASED}])
def test_what_is_not_shown_is_not_compared(values: dict[str, Any], id: int, app: Flask, stranger: Any) -> None:
    change(app, id, **values)
    text = stranger.post(f"/v/{code_of(app)}/match", data={"name": "Amina"}, csrf=False).get_data(as_text=True)
    assert "Match." not in text
    assert "No match." not in text


def test_guessing_names_is_slowed(id: int, app: Flask, stranger: Any) -> None:
    answers = [stranger.post(f"/v/{code_of(app)}/match", data={"name": f"Name {n}"}, csrf=False).status_code for n in range(22)]
    assert answers[:20] == [200] * 20
    assert set(answers[20:]) == {429}


def test_guessing_codes_is_slowed(id: int, app: Flask, stranger: Any) -> None:
    answers = [stranger.get("/v/" + codes.new()).status_code for _n in range(32)]
    assert answers[:30] == [404] * 30
    assert set(answers[30:]) == {429}


def test_the_form_on_the_front_page_leads_to_the_page_of_the_code(id: int, app: Flask, stranger: Any) -> None:
    assert 'action="/v"' in stranger.page("/")
    answer = stranger.get("/v", query_string={"code": code_of(app).lower().replace("-", " ")})
    assert answer.status_code == 302
    assert answer.location == f"/v/{code_of(app)}"
    assert "We do not know this code" in stranger.page("/v?code=hello", 404)
    assert "Type the code from the paper." in stranger.page("/v")


def test_the_paper_is_there_for_strangers_only_where_its_holder_ticked_it(id: int, app: Flask, stranger: Any) -> None:
    address = f"/v/{code_of(app)}.pdf"
    assert stranger.get(address).status_code == 404
    change(app, id, share_pdf=True)
    answer = stranger.get(address)
    assert answer.status_code == 200
    assert answer.data.startswith(b"%PDF-")
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "Set-Cookie" not in answer.headers
    assert address in stranger.page(f"/v/{code_of(app)}")
    change(app, id, state=State.REVOKED, revoked_on=date(2026, 11, 3), reason="Copied.")
    assert stranger.get(address).status_code == 404


def test_a_name_is_never_the_same_as_nothing() -> None:
    assert not naming.same("\u200b \u200e", "Amina", None)
    assert not naming.same("", "")


def test_a_day_is_valid_until_it_ends(id: int, app: Flask) -> None:
    today = clock.now().date()
    change(app, id, expires_on=today)
    [credential] = credentials(app)
    assert credential.standing(today) is Standing.VALID


def test_the_holder_finds_her_newest_one_framed(id: int, as_: Any) -> None:
    own = as_("amina").page("/certificates")
    assert own.count('class="frame') == 1
    assert own.count(f'href="/certificates/{id}"') == 1, "the framed one stands in no list below it"
    assert re.search(r"\. Private\. PDF", re.sub(r"<[^>]+>", "", own)), "no line begins with the full stop of the size"
