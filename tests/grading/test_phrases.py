"""Saved phrases: a mentor's own, put into a comment in the trainee's language too, kept from one, removed."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from lms.core.db import db, transaction
from lms.core.errors import Refused
from lms.grading import phrases
from lms.grading.models import SavedPhrase
from lms.people.models import User
from tests.eight import eight_at_once
from tests.handing_in import hand_in, submissions

WELL = {"text": "Well seen.", "other": "أحسنت.", "language": "ar"}


@pytest.fixture
def id(app: Flask, as_: Any, course: int) -> int:
    hand_in(as_("amina"))
    id = submissions(app)[0].id
    as_("bilal").post(f"/submissions/{id}/claim")
    return id


def kept(app: Flask) -> list[SavedPhrase]:
    with app.app_context():
        return list(db.session.scalars(select(SavedPhrase).order_by(SavedPhrase.id)))


def comment(text: str) -> str:
    return unescape(text.split("<textarea")[1].split(">", 1)[1].split("</textarea>")[0]).strip().replace("\r", "")


@pytest.mark.parametrize(("language", "words"), [("ar", "Read the rule.\nWell seen.\nأحسنت."), ("en", "Read the rule.\nWell seen.")])
def test_one_tap_puts_a_phrase_into_the_comment(app: Flask, as_: Any, world: Any, id: int, language: str, words: str) -> None:
    with app.app_context(), transaction(write=True):
        db.session.execute(update(User).where(User.id == world.amina).values(language=language))
    bilal = as_("bilal")
    assert bilal.post("/phrases", data=WELL).status_code == 303
    assert "أحسنت." in bilal.page("/phrases")
    typed = {"feedback": "Read the rule.\n", "level-clear": "full", "phrase": str(kept(app)[0].id)}
    text = bilal.post(f"/submissions/{id}/phrase", data=typed).get_data(as_text=True)
    assert comment(text) == words
    assert text.count(" checked>") == 1, "the levels stay"


def test_the_comment_becomes_a_phrase_once(app: Flask, as_: Any, id: int) -> None:
    bilal = as_("bilal")
    for part in ("", "", "A long comment"):
        answer = bilal.post(f"/submissions/{id}/comment-phrase", data={"feedback": "A long comment of mine", "part": part})
        assert comment(answer.get_data(as_text=True)) == "A long comment of mine"
    assert [one.text for one in kept(app)] == ["A long comment of mine", "A long comment"]
    bilal.post("/phrases", data=WELL | {"text": "A long comment"})
    assert [one.other for one in kept(app)] == [None, "أحسنت."], "the same words get their other language"
    assert bilal.post(f"/phrases/{kept(app)[0].id}/removal").location == "/phrases"
    assert len(kept(app)) == 1


def test_what_is_no_phrase_is_refused_and_stays(app: Flask, as_: Any, id: int) -> None:
    bilal = as_("bilal")
    for path, data in (("/phrases", {"text": " ", "language": "ar"}), (f"/submissions/{id}/comment-phrase", {"feedback": ""})):
        answer = bilal.post(path, data=data)
        assert (answer.status_code, "Write the phrase first." in answer.get_data(as_text=True)) == (422, True)
    answer = bilal.post(f"/submissions/{id}/comment-phrase", data={"feedback": "w" * 401})
    assert (answer.status_code, "w" * 401 in answer.get_data(as_text=True)) == (422, True)
    assert kept(app) == []


def test_a_phrase_is_its_mentors_alone(app: Flask, as_: Any, id: int) -> None:
    as_("bilal").post("/phrases", data=WELL)
    (one,) = kept(app)
    chen = as_("chen")
    assert "Well seen." not in chen.page("/phrases")
    assert chen.post(f"/phrases/{one.id}/removal").status_code == 404
    chen.post("/phrases", data=WELL | {"text": "Of chen"})
    of_chen = as_("bilal").post(f"/submissions/{id}/phrase", data={"phrase": str(kept(app)[1].id)}).get_data(as_text=True)
    assert "Of chen" not in of_chen
    assert as_("dana").get("/phrases").status_code == 403


def test_a_phrase_that_another_window_removed_takes_no_comment_along(app: Flask, as_: Any, id: int) -> None:
    bilal = as_("bilal")
    bilal.post("/phrases", data=WELL)
    (one,) = kept(app)
    bilal.post(f"/phrases/{one.id}/removal")
    answer = bilal.post(f"/submissions/{id}/phrase", data={"phrase": str(one.id), "feedback": "Half a page of words."})
    assert (answer.status_code, comment(answer.get_data(as_text=True))) == (200, "Half a page of words.")


def test_forty_are_forty_and_one_is_one(either_school: Flask) -> None:
    """Eight taps at once: the same words are kept once, and the limit holds."""
    app, world = either_school, either_school.extensions["world"]
    with app.app_context(), transaction(write=True):
        db.session.add_all(SavedPhrase(mentor_id=world.bilal, text=f"Phrase {n}") for n in range(phrases.MOST - 2))
    eight_at_once(app, lambda n: phrases.keep(by=db.session.get_one(User, world.bilal), text=f"New {n // 2}"), but=Refused)
    texts = [one.text for one in kept(app)]
    assert len(texts) == len(set(texts)) == phrases.MOST
