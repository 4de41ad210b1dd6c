"""A mentor marks with keys: a row is not forgotten, what waits for a network is kept, a phrase goes in, a mark is taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from lms.catalogue.models import CourseVersion
from lms.core.db import db, transaction
from lms.grading import actions, sending
from lms.grading.models import HeldMark, SavedPhrase, Submission
from lms.people.models import User
from tests.browser.conftest import Live
from tests.browser.nets import Net
from tests.browser.own_phone import BAR, waiting


def test_a_mark_from_the_keys(live: Live, net: Net, page_as: Callable[..., Page], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "REGRET", timedelta(minutes=5))  # a busy machine uses up none of it
    with live.app.app_context(), transaction(write=True):
        version = db.session.scalars(select(CourseVersion)).first()
        assert version is not None
        made = Submission(enrolment_id=live.world.enrolment, version_id=version.id, assignment_uid="tiny/rule", attempt=1, text="A rule.")
        db.session.add_all([made, SavedPhrase(mentor_id=live.world.bilal, text="Well seen.")])
        db.session.flush()
        actions.claim(made, by=db.session.get_one(User, live.world.bilal))
        id = made.id
    page = page_as("bilal", at=f"/submissions/{id}", desk=True)
    rows, said = page.locator("fieldset.levels"), page.locator("textarea")
    rows.nth(0).locator("input").first.focus()
    for key in ("3", "j", "2", "c"):
        page.keyboard.press(key)
    expect(said).to_be_focused()
    page.keyboard.type("I read 1 rule, just 3 c")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-empty] li")).to_have_count(1)
    page.locator("[data-empty] a").click()
    page.keyboard.press("1")
    assert [row.locator("input:checked").get_attribute("value") for row in rows.all()] == ["full", "part", "no"]
    page.locator("summary", has_text="Saved phrases").click()
    page.get_by_role("button", name="Well seen.").click()
    expect(said).to_have_value("I read 1 rule, just 3 c\nWell seen.")
    page.locator("[data-keep]").click()
    expect(page.get_by_role("button", name="I read 1 rule")).to_be_visible()
    page.evaluate("() => { self.asked = 0; navigator.mediaDevices.getUserMedia = () => new Promise(() => { self.asked += 1; }); }")
    page.locator("#recorder [data-tools] button").dblclick()
    assert page.evaluate("asked") == 1, "a microphone that nobody closes"
    net.down = True
    said.focus()
    page.keyboard.press("Control+Enter")
    expect(page.locator(BAR)).to_contain_text("1 answer is not sent yet.")
    assert waiting(page) == 1
    net.down = False
    page.locator(BAR).locator("button").click()
    expect(page.locator("form [role=status].ok")).to_be_visible()
    page.goto("/desk")
    page.locator("#undo button").click()
    page.wait_for_url(f"**/submissions/{id}")
    expect(said).to_have_value("I read 1 rule, just 3 c\nWell seen.")
    expect(page.locator("fieldset.levels input:checked")).to_have_count(3)
    with live.app.app_context():
        held = db.session.get_one(HeldMark, id)
        assert (held.send_at, held.returned) == (None, False)
