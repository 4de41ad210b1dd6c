"""Two phones of one person: what a mentor, or she herself, ends from afar is gone from the other one at its next contact."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Live
from tests.browser.nets import Net
from tests.browser.own_phone import BAR, kept, ready, waiting

TASK = "/learn/tiny/rules/task"
HELD = (
    "(async () => [(await caches.keys()).length, (await indexedDB.databases()).length, localStorage.length,"
    " (await navigator.serviceWorker.getRegistrations()).length])()"
)


def write(page: Page) -> None:
    page.locator("textarea").fill("A rule that nobody has seen yet. " * 5)
    page.locator("form.frame button").tap()
    expect(page.locator(BAR)).to_contain_text("1 answer is not sent yet.")


@pytest.mark.parametrize("who", ["a mentor", "she herself"])
def test_what_a_lost_phone_keeps_is_gone_at_its_next_contact(live: Live, net: Net, page_as: Callable[..., Page], who: str) -> None:
    lost = page_as("amina", at=TASK)
    ready(lost)
    lost.evaluate("localStorage.setItem('draft:1:1', 'a drawing')")
    lost.context.set_offline(True)
    write(lost)
    assert kept(lost)
    if who == "a mentor":
        mentor = page_as("bilal", at=f"/enrolments/{live.world.enrolment}", desk=True, device="shared")
        mentor.get_by_text("The phone is lost?").click()
        mentor.get_by_label("The phone is lost", exact=True).check()
        mentor.get_by_role("button", name="Sign out every phone").click()
        expect(mentor.locator("#status")).to_have_text("Every phone is signed out. Now make a new code.")
        lost.goto("about:blank")  # what she reads next comes through the worker
        lost.context.set_offline(False)
        lost.goto("/today")
        expect(lost.locator("h1")).to_have_text("You are signed out")
        expect(lost.locator("body")).not_to_contain_text("Amina")
    else:
        safe = page_as("amina", at="/me")
        safe.get_by_role("button", name="Sign out everywhere").tap()
        safe.wait_for_url("**/sign-in")
        lost.context.set_offline(False)  # the queue asks, and no page was opened
        lost.wait_for_url("**/sign-in")
    for _n in range(60):
        if not any(lost.evaluate(HELD)):
            break
        lost.wait_for_timeout(100)
    assert lost.evaluate(HELD) == [0, 0, 0, 0]
    assert kept(lost) == []
    lost.goto("/sign-in")
    expect(lost.locator("[name=password]")).to_be_visible()
    assert waiting(lost) == 0
