"""What a page may cost whatever the machine: statements of SQL, bytes on the line. Times are measured in `bench/`, never tested."""

from __future__ import annotations

import re
from typing import Any

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bench.school import COURSE
from lms.catalogue import actions as catalogue
from lms.cohorts.models import CohortCourse
from lms.core.db import db, transaction
from tests.statements import counted

LESSON = "/learn/bench/long"
READABLE = 5_900  # of the 6,000 bytes after which a text of 1,500 words can be read (design: performance); the server adds 100
WINDOW = 14_600  # bytes a server may send before the phone answers (design: performance)


@pytest.fixture
def long_lesson(app: Flask, world: Any) -> None:
    """The course of the bench, with its lesson of 1,500 words, pinned to amina's cohort."""
    with app.app_context(), transaction(write=True):
        version = catalogue.publish(COURSE, by=None)
        db.session.add(CohortCourse(cohort_id=world.cohort, version_id=version.id, course_uid=version.uid))


def statements(amina: Any, address: str) -> list[str]:
    """What a page asks the database in a process that has shown it before."""
    amina.page(address)
    with counted() as sent:
        amina.page(address)
    return sent


def as_sent(amina: Any, address: str, **headers: str) -> TestResponse:
    """What goes over the line: the client of our tests would read it as text."""
    return FlaskClient.open(amina, address, headers={"Accept-Encoding": "gzip, deflate, br", **headers})


@pytest.mark.parametrize("address", [LESSON, "/today", "/learn", "/learn/bench", "/learn/bench/task"])
def test_six_statements_are_enough(as_: Any, long_lesson: None, address: str) -> None:
    sent = statements(as_("amina"), address)
    assert len(sent) <= 6, "\n".join(sent)


def test_a_stored_lesson_asks_only_who_may_read_it(as_: Any, long_lesson: None) -> None:
    assert len(statements(as_("amina"), LESSON)) == 2


def test_a_lesson_of_1500_words_comes_in_one_window(as_: Any, long_lesson: None) -> None:
    """Text and style are one answer: nothing else is needed to read it."""
    amina = as_("amina")
    answer = as_sent(amina, LESSON)
    assert answer.headers["Content-Encoding"] == "br"
    page = brotli.decompress(answer.data).decode()
    assert page == amina.page(LESSON)
    assert '<link rel="stylesheet"' not in page
    assert page.count("<script") == page.count(" defer>")
    head = sum(len(name) + len(value) + 4 for name, value in answer.headers)
    assert head + len(answer.data) <= WINDOW
    first = brotli.Decompressor().process(answer.data[: READABLE - head])
    assert b"</article>" in first, "the last word of the text has not come"
    text = page.partition('<article class="read">')[2].partition("</article>")[0]
    assert len(re.sub(r"<[^>]+>", " ", text).split()) >= 1_500


def test_a_lesson_seen_again_costs_a_head(as_: Any, long_lesson: None) -> None:
    amina = as_("amina")
    tag = as_sent(amina, LESSON).headers["ETag"]
    again = as_sent(amina, LESSON, **{"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    assert sum(len(name) + len(value) + 4 for name, value in again.headers) <= 1_000


def test_own_scripts_of_every_page_are_small(as_: Any, long_lesson: None) -> None:
    """As the server itself sends them; a proxy with brotli makes them smaller."""
    amina = as_("amina")
    page = amina.page(LESSON)
    sources = [part.split('"')[0] for part in page.split('<script src="')[1:]]
    assert sources
    sizes = {}
    for source in sources:
        with amina.get(source.replace("&amp;", "&")) as script:
            sizes[source] = len(brotli.compress(script.data, quality=5))
    assert sum(sizes.values()) <= 10_000, sizes
