"""Me: how a person reads. Digits, the size of letters, pictures after a tap; hers alone, on every device."""

from __future__ import annotations

from typing import Any

from flask import Flask

from lms.core.db import db
from lms.people.models import User

CHOSEN = {"digits": "latin", "size": "larger", "pictures": "wait"}


def test_her_settings_change_her_pages_alone(app: Flask, as_: Any, world: Any, course: int) -> None:
    amina = as_("amina")
    amina.post("/language", data={"lang": "ar"})
    assert "٠" in amina.page("/me")
    assert amina.post("/me/reading", data=CHOSEN).status_code == 303
    me, again = amina.page("/me"), as_("amina").page("/learn")
    assert 'class="larger"' in me
    assert "css/larger.css" in me
    assert "0%" in me
    assert not set("٠١٢٣٤٥٦٧٨٩") & set(me.replace("١٢٣", ""))
    assert 'class="larger"' in again
    assert 'class="larger"' not in as_("hana").page("/me")
    with app.app_context():
        hana = db.session.get_one(User, world.hana)
        assert (hana.latin_digits, hana.larger_text, hana.data_saver) == (False, False, None)


def test_a_kept_lesson_is_another_page_for_another_reader(as_: Any, course: int) -> None:
    amina, lesson = as_("amina"), "/learn/tiny/labels"
    before = amina.get(lesson)
    assert before.status_code == 200
    amina.post("/me/reading", data=CHOSEN)
    amina.page("/me")
    after = amina.get(lesson, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert 'class="larger"' in after.get_data(as_text=True)
    assert amina.get(lesson, headers={"If-None-Match": after.headers["ETag"]}).status_code == 304


def test_pictures_wait_for_a_tap_and_say_their_size(as_: Any, course: int) -> None:
    amina, lesson = as_("amina"), "/learn/tiny/labels"
    shown = amina.page(lesson)
    asked = amina.get(lesson, headers={"Save-Data": "on"}).get_data(as_text=True)
    assert "<img" in shown
    assert "<details" not in shown
    assert "Show picture (1 KB)" in asked
    assert asked.index("<details") < asked.index("<img")
    amina.post("/me/reading", data={"size": "normal", "pictures": "show"})
    amina.page("/me")
    assert "<details" not in amina.get(lesson, headers={"Save-Data": "on"}).get_data(as_text=True)


def test_an_unknown_choice_is_refused_and_nothing_changes(app: Flask, as_: Any, world: Any, stranger: Any) -> None:
    assert as_("amina").post("/me/reading", data={"size": "huge", "pictures": "wait"}).status_code == 422
    with app.app_context():
        assert db.session.get_one(User, world.amina).data_saver is None
    assert stranger.post("/me/reading", data=CHOSEN, csrf=False).status_code in {401, 302, 400}
