"""The list of rounds and a round frame one next step: the application that waits longest, and where none waits, a new round."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask import Flask

from lms.core.db import transaction
from tests.client import Browser
from tests.intake import rounds


def test_what_waits_is_the_next_step(app: Flask, world: SimpleNamespace, as_: Any, stranger: Browser) -> None:
    dana, efe = as_("dana"), as_("efe")
    before = dana.page("/applications")
    assert (before.count('class="frame'), "Start a new round" in before) == (1, True)
    with app.app_context(), transaction(write=True):
        sent = rounds.sent(rounds.make([world.cohort]), contact="nour@mail.example")
        round, id = sent.round_id, sent.id
    for page in (dana.page("/applications"), efe.page("/applications")):
        assert (page.count('class="frame'), "1 application waits" in page, f'class="btn" href="/rounds/{round}"' in page) == (1, True, True)
    assert "/rounds/new" in dana.page("/applications")
    assert "/rounds/new" not in efe.page("/applications")
    for page in (dana.page(f"/rounds/{round}"), efe.page(f"/rounds/{round}")):
        assert (page.count('class="frame'), f'class="btn" href="/applications/{id}"' in page, "To read (1)" in page) == (1, True, True)
    assert 'class="frame' not in dana.page(f"/rounds/{round}?show=no")
    front = stranger.page("/apply")
    assert (front.count('class="frame'), front.count("Tell me next time")) == (1, 1), "the one open round is framed, the rest is not"
