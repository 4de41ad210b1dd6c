"""A voice note goes with a mark: judged by its bytes, heard by its trainee and the cohort's mentors, with its length and its weight."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.core import clock
from lms.core.db import db
from lms.core.files import StoredFile
from lms.grading.models import VoiceNote
from tests.handing_in import BEST, LOW, hand_in, let_go, submissions

VOICE = (Path(__file__).parent / "voices" / "chromium.webm").read_bytes()
TOLD = "Voice note, 2 seconds, 4 KB"


@pytest.fixture
def id(app: Flask, as_: Any, course: int) -> Iterator[int]:
    """Claimed; the clock stands still, so that a busy machine uses up none of the ten seconds."""
    hand_in(as_("amina"))
    id = submissions(app)[0].id
    with clock.held(clock.now()):
        as_("bilal").post(f"/submissions/{id}/claim")
        yield id


def send(as_: Any, id: int, content: bytes = VOICE, **more: str) -> Any:
    name = "../<b>Rana.mp3"
    return as_("bilal").post(f"/submissions/{id}/grade", data=BEST | {"feedback": "Good.", "voice": (io.BytesIO(content), name), **more})


def notes(app: Flask) -> list[tuple[int, int, str]]:
    with app.app_context():
        rows = db.session.execute(select(VoiceNote.seconds, StoredFile.owner_id, StoredFile.name).join(VoiceNote.file))
        return [(seconds, owner, name) for seconds, owner, name in rows]


def test_it_is_heard_when_the_mark_is_out(app: Flask, as_: Any, world: Any, id: int) -> None:
    assert send(as_, id).status_code == 303
    assert notes(app) == [(2, world.bilal, "voice.webm")]
    amina, voice = as_("amina"), f"/submissions/{id}/voice"
    assert amina.get(voice).status_code == 404, "nothing is out before its time"
    assert TOLD in as_("bilal").page(f"/submissions/{id}")
    let_go(app)
    text = amina.page(f"/submissions/{id}/feedback")
    assert TOLD in text
    assert f'<audio controls preload="none" src="{voice}"' in text
    whole = amina.get(voice)
    assert (whole.status_code, whole.mimetype, len(whole.data)) == (200, "audio/webm", len(VOICE))
    assert b"Chrome" not in whole.data
    assert "sandbox" in whole.headers["Content-Security-Policy"]
    assert "no-store" in whole.headers["Cache-Control"]
    part = amina.get(voice, headers={"Range": "bytes=0-1"})
    assert (part.status_code, part.data, part.headers["Content-Range"]) == (206, whole.data[:2], f"bytes 0-1/{len(VOICE)}")
    for name, status in (("hana", 404), ("chen", 404), ("bilal", 200), ("dana", 403)):
        assert as_(name).get(voice).status_code == status


def test_undo_keeps_it_a_new_one_replaces_it_and_untick_leaves_it(app: Flask, as_: Any, id: int) -> None:
    bilal = as_("bilal")
    for more, left in (({"keep_voice": "y"}, 1), ({}, 0)):
        send(as_, id)
        bilal.post(f"/submissions/{id}/undo")
        assert TOLD in bilal.page(f"/submissions/{id}")
        bilal.post(f"/submissions/{id}/grade", data=LOW | {"feedback": "Again."} | more)
        assert len(notes(app)) == left
        bilal.post(f"/submissions/{id}/undo")
    let_go(app)
    assert as_("amina").get(f"/submissions/{id}/voice").status_code == 404


def test_what_is_no_voice_note_is_refused_and_the_form_stays(app: Flask, as_: Any, id: int) -> None:
    answer = send(as_, id, b"<script>")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Record it again." in text
    assert "Good.</textarea>" in text
    assert text.count(" checked>") == 3
    assert "If you chose a voice note, choose it again." in text
    assert notes(app) == []


def test_only_the_mark_page_may_use_the_microphone(as_: Any, id: int) -> None:
    bilal, amina = as_("bilal"), as_("amina")
    for client, path, microphone, media in (
        (bilal, f"/submissions/{id}", "microphone=(self)", "media-src 'self' blob:;"),
        (bilal, "/desk", "microphone=()", "media-src 'self';"),
        (amina, f"/submissions/{id}/feedback", "microphone=()", "media-src 'self';"),
    ):
        answer = client.get(path)
        assert answer.headers["Permissions-Policy"] == f"camera=(), geolocation=(), {microphone}"
        assert media in answer.headers["Content-Security-Policy"]
