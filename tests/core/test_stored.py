"""Stored pages: whatever the page and whoever's mark, what a browser unpacks is the page with that mark."""

from __future__ import annotations

import gzip

import brotli
import pytest
from flask import Flask, Response, request
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.core.stored import Shelf, brotlied, gzipped, pressed

MARK = "0123456789abcdef"
TEXT = st.text(alphabet=st.sampled_from(' "<>=aehinortsy.\nابد'), max_size=400)


@settings(max_examples=200, deadline=None)
@given(TEXT, TEXT, st.text(alphabet="0123456789abcdef", min_size=16, max_size=16))
def test_the_mark_is_all_that_differs(before: str, after: str, mark: str) -> None:
    page = before * 3 + MARK + after + before
    copy = pressed(page, MARK, None)
    wanted = page.replace(MARK, mark).encode()
    assert brotli.decompress(brotlied(copy, mark.encode())) == wanted
    assert gzip.decompress(gzipped(copy, mark.encode())) == wanted


@settings(max_examples=50, deadline=None)
@given(TEXT)
def test_a_page_without_a_mark(page: str) -> None:
    copy = pressed(page, "", None)
    assert brotli.decompress(brotlied(copy, b"")) == page.encode()
    assert gzip.decompress(gzipped(copy, b"")) == page.encode()


def ask(shelf: Shelf, name: str, mark: str, page: str, accepted: str) -> Response:
    with Flask("stored").test_request_context(headers={"Accept-Encoding": accepted}):
        assert request.accept_encodings is not None
        return shelf.answer(name, mark, lambda: page)


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, deflate, br, zstd", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("", None), ("identity", None), ("deflate", None)],
)
def test_each_browser_gets_what_it_can_read(accepted: str, encoding: str | None) -> None:
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding]
    shelf = Shelf()
    for mark in (MARK, "f" * 16):
        answer = ask(shelf, "one", mark, f"<p>{MARK}</p> and the rest", accepted)
        assert answer.headers.get("Content-Encoding") == encoding
        assert "Accept-Encoding" in answer.vary
        assert unpack(answer.get_data()) == f"<p>{mark}</p> and the rest".encode()


def test_a_page_is_made_once_and_the_oldest_is_let_go() -> None:
    shelf, made = Shelf(limit=2), []

    def make(name: str) -> str:
        made.append(name)
        return f"page {name}"

    for name in ("a", "b", "a", "c", "a", "b"):
        with Flask("stored").test_request_context():
            assert shelf.answer(name, "", lambda: make(name)).get_data(as_text=True) == f"page {name}"  # noqa: B023
    assert made == ["a", "b", "c", "b"]


@pytest.mark.parametrize("page", ["no mark at all", f"{MARK} and {MARK}"])
def test_a_page_that_holds_the_mark_never_or_twice_is_not_kept(page: str) -> None:
    shelf = Shelf()
    assert ask(shelf, "one", MARK, page, "br").get_data(as_text=True) == page
    assert ask(shelf, "one", MARK, "another", "br").get_data(as_text=True) == "another"
