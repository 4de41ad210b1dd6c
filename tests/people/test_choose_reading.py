"""Me: how a person reads. Digits, the calendar, the size of letters, pictures after a tap; hers alone, on every device."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask

from lms.core.db import db
from lms.core.phone import sign_of
from lms.people.models import User

CHOSEN = {"digits": "latin", "calendar": "afghan", "size": "larger", "pictures": "wait"}


def test_her_settings_change_her_pages_alone(app: Flask, as_: Any, world: Any, course: int) -> None:
    amina = as_("amina")
    amina.post("/language", data={"lang": "ar"})
    assert "٠" in amina.page("/me")
    assert amina.post("/me/reading", data=CHOSEN).status_code == 303
    me, again = amina.page("/me"), as_("amina").page("/learn")
    assert 'class="larger latin"' in me
    assert "css/larger.css" in me
    assert "0%" in me
    assert not set("٠١٢٣٤٥٦٧٨٩") & set(me.replace("١٢٣", ""))
    assert 'class="larger latin"' in again
    assert 'class="larger"' not in as_("hana").page("/me")
    with app.app_context():
        hana = db.session.get_one(User, world.hana)
        assert (hana.latin_digits, hana.afghan_calendar, hana.larger_text, hana.data_saver) == (False, False, False, None)


def test_her_calendar_tells_every_date(as_: Any, course: int) -> None:
    amina, hana = as_("amina"), as_("hana")
    amina.post("/me/reading", data=CHOSEN)
    amina.page("/me")
    hers, another = amina.page("/learn/tiny"), hana.page("/learn/tiny")
    assert "Aqrab" in hers
    assert "November" not in hers
    assert "November" in another


def test_a_phone_sends_her_settings_later(app: Flask, as_: Any, world: Any) -> None:
    amina = as_("amina")
    form = re.search(r'<form[^>]*action="/me/reading"[^>]*>', amina.page("/me"))
    assert form is not None
    assert "data-queue" in form[0]
    with app.app_context():
        sent = {"X-Request-Id": "settings-1", "X-User": sign_of(world.amina)}
    assert amina.post("/me/reading", data=CHOSEN, headers=sent).status_code == 200
    amina.post("/me/reading", data={"size": "normal", "pictures": "show", "calendar": "common"})
    assert amina.post("/me/reading", data=CHOSEN, headers=sent).status_code == 200
    with app.app_context():
        hers = db.session.get_one(User, world.amina)
        assert (hers.afghan_calendar, hers.larger_text) == (False, False)  # an old copy of what was sent changes nothing


def test_a_kept_lesson_is_another_page_for_another_reader(as_: Any, course: int) -> None:
    amina, lesson = as_("amina"), "/learn/tiny/labels"
    before = amina.get(lesson)
    assert before.status_code == 200
    amina.post("/me/reading", data=CHOSEN)
    amina.page("/me")
    after = amina.get(lesson, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert 'class="larger latin"' in after.get_data(as_text=True)
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
