"""The pictures of a course: for everyone who signed in, kept for ever, harmless when opened by themselves."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from lms.catalogue import queries
from tests.client import Browser


@pytest.fixture
def address(app: Flask, course: int) -> str:
    with app.app_context():
        return f"/media/{queries.course(course).lessons[0].pictures[0].sha256}"


@pytest.mark.parametrize("name", ["amina", "hana", "bilal", "fay"])
def test_a_picture_is_served_to_keep(as_: Any, address: str, name: str) -> None:
    answer = as_(name).get(address)
    assert answer.status_code == 200
    assert answer.mimetype == "image/svg+xml"
    assert answer.data.startswith(b"<svg")
    assert answer.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert "Cookie" not in answer.headers.get("Vary", "")


def test_the_same_picture_is_not_sent_twice(as_: Any, address: str) -> None:
    amina = as_("amina")
    tag = amina.get(address, headers={"Accept-Encoding": "gzip"}).headers["ETag"]
    again = amina.get(address, headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert again.data == b""


def test_a_stranger_signs_in_first(stranger: Browser, address: str) -> None:
    assert stranger.get(address).status_code == 302


def test_what_was_never_published_is_not_found(as_: Any, course: int) -> None:
    assert as_("amina").get("/media/" + "0" * 64).status_code == 404
