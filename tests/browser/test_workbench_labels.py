"""Which box a label is for: the next one, or the one that is open; and where a mentor's numbers are found. In a real Chromium."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from lms.annotation import answering, reviewing
from lms.annotation.models import Assignment, Decision
from lms.core.db import db, transaction
from tests.annotation import rooms
from tests.browser import bench
from tests.browser.conftest import Live

WORDS = {"en": ("Label for the next box", "Label of this box"), "ar": ("وسم المربّع التالي", "وسم هذا المربّع")}
GLASSES = [{"id": str(n), "label": "Glass", "x": left, "y": 150, "w": 80, "h": 150} for n, left in ((1, 100), (3, 320), (7, 540))]


def parts(page: Page) -> list[dict[str, Any]]:
    return list(json.loads(page.locator("[name=payload]").input_value()))


def labels(page: Page) -> list[str]:
    return [part["label"] for part in parts(page)]


def shown(page: Page, words: str, label: str) -> None:
    """The chips say whose label they are, and which one it is."""
    expect(page.locator(".chips legend").first).to_have_text(words)
    expect(page.locator("input[name=brush]:checked")).to_have_value(label)


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_a_box_drawn_by_finger_is_not_left_open_and_labels_are_for_the_next(live: Live, page_as: Callable[..., Page], lang: str) -> None:
    task = bench.boxes(live)
    page = page_as("amina", at=f"/work/tasks/{task}", lang=lang)
    expect(page.locator(".over")).to_be_attached()
    for_next, of_this = WORDS[lang]
    finger, picture = bench.Finger(page), bench.Picture(page)
    finger.drag(picture.at(100, 150), picture.at(180, 300))
    expect(page.locator("[data-parts] > li")).to_have_count(1)
    expect(page.locator("[data-parts] > li.on")).to_have_count(0)
    shown(page, for_next, "Teapot")
    page.locator("input[name=brush][value=Glass]").tap()
    assert labels(page) == ["Teapot"]
    picture = bench.Picture(page)
    finger.tap(picture.at(320, 150))  # by two taps it is the same
    finger.tap(picture.at(400, 300))
    expect(page.locator("[data-parts] > li")).to_have_count(2)
    expect(page.locator("[data-parts] > li.on")).to_have_count(0)
    page.locator("input[name=brush][value=Bread]").tap()
    assert labels(page) == ["Teapot", "Glass"]
    # The pencil opens a box: its own label is ticked, and another one is for it alone.
    pencil = page.locator("[data-parts] > li").nth(1).locator("[data-do=edit]")
    pencil.tap()
    shown(page, of_this, "Glass")
    page.locator("input[name=brush][value=Bowl]").tap()
    assert labels(page) == ["Teapot", "Bowl"]
    shown(page, of_this, "Bowl")
    pencil.tap()
    shown(page, for_next, "Bread")
    # So does a tap in Move; Draw closes it.
    page.locator("input[name=mode][value=move]").tap()
    picture = bench.Picture(page)
    finger.tap(picture.at(140, 225))
    shown(page, of_this, "Teapot")
    page.locator("input[name=brush][value=Glass]").tap()
    assert labels(page) == ["Glass", "Bowl"]
    finger.tap(bench.Picture(page).at(650, 60))
    shown(page, for_next, "Bread")
    finger.tap(bench.Picture(page).at(140, 225))
    shown(page, of_this, "Glass")
    page.locator("input[name=mode][value=draw]").tap()
    shown(page, for_next, "Bread")
    picture = bench.Picture(page)
    finger.drag(picture.at(540, 150), picture.at(620, 300))
    assert labels(page) == ["Glass", "Bowl", "Bread"]


def test_by_mouse_a_new_box_closes_the_open_one_and_takes_the_next_label(live: Live, page_as: Callable[..., Page]) -> None:
    task = bench.boxes(live)
    page = page_as("amina", at=f"/work/tasks/{task}", desk=True)
    expect(page.locator(".over")).to_be_attached()
    page.keyboard.press("2")
    page.keyboard.press("n")
    shown(page, "Label of this box", "Glass")
    page.keyboard.press("4")
    assert labels(page) == ["Bowl"]
    page.keyboard.press("Escape")
    shown(page, "Label for the next box", "Glass")
    page.locator("[data-parts] > li [data-do=edit]").click()
    shown(page, "Label of this box", "Bowl")
    picture = bench.Picture(page)
    page.mouse.move(*picture.at(20, 20))
    page.mouse.down()
    page.mouse.move(*picture.at(90, 120), steps=5)
    page.mouse.up()
    expect(page.locator("[data-parts] > li")).to_have_count(2)
    assert labels(page) == ["Bowl", "Glass"]
    shown(page, "Label for the next box", "Glass")


def test_undo_opens_again_only_what_was_open(live: Live, page_as: Callable[..., Page]) -> None:
    task = bench.boxes(live)
    page = page_as("amina", at=f"/work/tasks/{task}", desk=True)
    expect(page.locator(".over")).to_be_attached()
    page.keyboard.press("n")
    page.keyboard.press("Delete")
    page.keyboard.press("z")
    expect(page.locator("[data-parts] > li.on")).to_have_count(1)
    page.keyboard.press("Escape")
    page.locator("[data-parts] > li [data-do=remove]").click()
    page.locator("[data-do=undo]").first.click()
    expect(page.locator("[data-parts] > li")).to_have_count(1)
    expect(page.locator("[data-parts] > li.on")).to_have_count(0)


def test_what_a_mentor_wrote_is_found_at_its_box(live: Live, page_as: Callable[..., Page]) -> None:
    task = bench.boxes(live)
    with live.app.app_context(), transaction(write=True):
        given = db.session.get_one(Assignment, task)
        answering.answer(given, by=rooms.person(live.world.amina), payload=GLASSES, op="first")
        reviewing.decide(
            given, by=rooms.person(live.world.bilal), decision=Decision.RETURN,
            comments=[{"shape": "3", "text": "Too big."}, {"shape": None, "text": "Nearly right."}],
        )  # fmt: skip
    page = page_as("amina", at=f"/work/tasks/{task}")
    expect(page.locator(".over")).to_be_attached()
    rows = page.locator("[data-parts] > li")
    expect(rows).to_have_count(3)
    expect(rows.nth(1).locator("[data-note]")).to_have_text("Too big.")
    expect(rows.nth(0).locator("[data-note]")).to_be_hidden()
    expect(rows.nth(1).locator("[data-detail]")).to_contain_text("Shape 3")
    expect(page.locator(".over .b-said")).to_have_count(1)
    page.get_by_role("button", name="Show it Shape 3").tap()
    expect(rows.nth(1)).to_have_class("on")
    assert page.locator(".pic").bounding_box()["y"] > 0  # the picture is before her eyes
    # A number the mentor wrote about is not given to another box.
    page.locator("[data-parts] > li").nth(2).locator("[data-do=remove]").tap()
    rows.nth(1).locator("[data-do=remove]").tap()
    page.get_by_role("button", name="Show it Shape 3").tap()
    expect(page.locator("[data-say]")).to_contain_text("not there any more")
    finger, picture = bench.Finger(page), bench.Picture(page)
    finger.drag(picture.at(320, 150), picture.at(400, 300))
    expect(rows).to_have_count(2)
    assert parts(page)[1]["id"] not in ("1", "3", "7")
