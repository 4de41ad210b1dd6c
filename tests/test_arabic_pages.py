"""An Arabic page is Arabic: whatever English a page still speaks was written past the catalogues."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask

from lms.app import ROOT
from lms.core import checks
from tests.client import Browser

ENGLISH = re.compile(r"[A-Za-z][A-Za-z'’]*(?:[ ,.]+[A-Za-z][A-Za-z'’]*){2,}")  # three words: a name of a person or a place has fewer
APART = frozenset({"bdi", "code", "pre", "kbd", "script", "style", "textarea"})
SAID = ("aria-label", "alt", "placeholder", "title")
VOID = frozenset({"br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
READERS = {"trainee": "amina", "mentor": "bilal", "staff": "dana", "partner": "efe", "finance": "fay"}


class Words(HTMLParser):
    """The words of a page that should be in its language: not names, code, what is marked as English, or what a person wrote.

    Whoever writes chooses the language: such a text bears `dir="auto"`. A choice (`span`) is ours, and has to name its language.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.found: list[str] = []
        self.feed(text)

    @property
    def apart(self) -> bool:
        return bool(self.open) and self.open[-1][1]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        wrote = given.get("dir") == "auto" and tag not in {"span", "input"}
        apart = self.apart or tag in APART or given.get("lang") == "en" or wrote
        if not apart:
            self.found += [value or "" for name, value in attrs if name in SAID or name.startswith("data-")]
        if tag not in VOID:
            self.open.append((tag, apart))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self.apart:
            self.found.append(data)


def english(text: str) -> list[str]:
    return [match[0] for words in Words(text).found for match in ENGLISH.finditer(words)]


def test_english_is_found_where_it_hides() -> None:
    page = '<blockquote dir="auto">Chen wrote this</blockquote><span dir="auto">One of three</span>'
    page += '<p>مرحباً <bdi>Amina al Haddad</bdi> <b lang="en">Is there any tea</b></p><p title="Not said in Arabic">Nor is this<br>و</p>'
    assert english(page) == ["One of three", "Not said in Arabic", "Nor is this"]


def in_arabic(client: Browser) -> Browser:
    client.post("/language", data={"lang": "ar", "next": "/help"})
    return client


def pages_of(app: Flask, role: str) -> list[str]:
    return [
        row["rule"]
        for row in checks.routes(app)
        if row["method"] == "GET" and "<" not in row["rule"] and {role, "signed_in"} & {*row["roles"]}
    ]


@pytest.mark.parametrize("role", READERS)
def test_every_page_without_an_address_of_its_own_is_arabic(app: Flask, as_: Any, role: str) -> None:
    client = in_arabic(as_(READERS[role]))
    found = {}
    for url in [*pages_of(app, role), "/nowhere"]:
        answer = client.get(url)
        if answer.mimetype == "text/html" and answer.status_code not in {302, 303}:
            text = answer.get_data(as_text=True)
            assert '<html lang="ar" dir="rtl"' in text, url
            found[url] = english(text)
    assert len(found) > 2
    assert {url: words for url, words in found.items() if words} == {}


def test_the_doors_are_arabic(stranger: Browser) -> None:
    client = in_arabic(stranger)
    doors = ("/", "/sign-in", "/sign-in/code", "/help", "/v", "/v/0000", "/nowhere")
    pages = {url: client.get(url).get_data(as_text=True) for url in doors}
    assert {url: english(text) for url, text in pages.items() if english(text)} == {}


def test_what_was_wrong_is_told_in_arabic(stranger: Browser) -> None:
    client = in_arabic(stranger)
    for data in ({}, {"identifier": "nobody", "password": "nothing at all"}):
        answer = client.post("/sign-in", data=data)
        assert answer.status_code == 422
        assert english(answer.get_data(as_text=True)) == []


def test_the_comma_between_two_values_is_that_of_the_language() -> None:
    bare = re.compile(r"(?:\}\}|%\}|</bdi>|</a>), ?\{[{%]|join\(\", \"\)")
    templates = (ROOT / "lms" / "templates").rglob("*.html")
    assert [(path.name, match[0]) for path in templates for match in bare.finditer(path.read_text())] == []
