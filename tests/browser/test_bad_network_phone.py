"""What an own phone keeps, what a shared one does not, and how all of it goes when asked."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect
from sqlalchemy import select

from lms.cohorts.models import Attendance, Session
from lms.core.db import db
from tests.browser.conftest import Live
from tests.browser.nets import Net
from tests.browser.own_phone import BAR, kept, ready, send_now, waiting

TASK = "/learn/tiny/rules/task"


def test_a_saved_week_opens_without_a_network(net: Net, page_as: Callable[..., Page]) -> None:
    page = page_as("amina", at="/learn/tiny")
    ready(page)
    week = page.locator("[data-save]").first
    expect(week.locator("[data-save-it] button")).to_contain_text("Save week 1 (")
    told = int("".join(sign for sign in week.locator("[data-save-it] button").inner_text().split("(")[1] if sign.isdigit()))
    week.locator("[data-save-it] button").tap()
    expect(week.locator("[data-done-it]")).to_be_visible()
    expect(week.locator("[data-done-it]")).to_contain_text("Saved. You can read it without internet.")
    urls = (week.get_attribute("data-save") or "").split()
    assert set(urls) <= set(kept(page))
    octets = page.evaluate(
        "async () => { let n = 0; for (const name of await caches.keys()) if (name.startsWith('u-'))"
        " for (const r of await (await caches.open(name)).keys()) if (!/(learn.tiny|today)$/.test(r.url))"
        " n += (await (await (await caches.open(name)).match(r, {ignoreVary: true})).blob()).size; return n; }"
    )
    assert abs(told * 1000 - octets) <= octets * 0.2, f"{told} KB was said, {octets} bytes are kept"
    net.down = True
    page.goto("/learn/tiny/labels")
    expect(page.locator("h1")).to_have_text("What a label is")
    expect(page.locator("#status")).to_contain_text("Last updated today, ")
    assert page.locator("article img").first.evaluate("picture => picture.naturalWidth") > 0
    page.goto("/work")
    expect(page.locator("#missing")).to_be_visible()
    expect(page.locator("#kept")).to_contain_text("Lesson 1. What a label is")
    net.down = False
    page.goto("/learn/tiny")
    week.locator("[data-remove-it]").tap()
    expect(week.locator("[data-save-it] button")).to_be_visible()
    expect(week.locator("[data-done-it]")).to_be_hidden()
    assert not set(urls) & set(kept(page))


def test_a_lesson_opened_again_keeps_its_clothes(net: Net, page_as: Callable[..., Page]) -> None:
    page = page_as("amina", at="/learn/tiny/labels")
    for _ in range(2):  # the second time the server only says that nothing changed
        page.goto("/today")
        page.goto("/learn/tiny/labels")
        assert page.evaluate("document.styleSheets.length") == 2, "the policy refused a sheet of the page"


def test_a_shared_phone_keeps_nothing(net: Net, page_as: Callable[..., Page]) -> None:
    page = page_as("amina", at="/learn/tiny/labels", device="shared")
    page.goto(TASK)
    page.locator("textarea").fill("I began to write this on a shared phone.")
    page.goto("/today")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("caches.keys()") == []
    assert page.evaluate("indexedDB.databases().then(all => all.length)") == 0
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then(all => all.length)") == 0


def test_leaving_warns_and_then_wipes(net: Net, page_as: Callable[..., Page]) -> None:
    page = page_as("amina", at=TASK)
    ready(page)
    page.goto("/me")
    net.down = True
    page.goto(TASK)
    page.locator("textarea").fill("A rule that nobody has seen yet. " * 5)
    page.locator("form.frame button").tap()
    expect(page.locator(BAR)).to_contain_text("1 answer is not sent yet.")
    page.goto("/offline")
    expect(page.locator("#unsent .note")).to_have_text("A rule that nobody has seen yet. " * 4 + "A rule that nobody has seen yet. ")
    net.down = False
    net.cut("/token", "before", "GET")  # it is not sent on the way
    page.goto("/me")
    net.down = True
    leave = page.locator('form[action="/sign-out"]').first
    leave.locator("button").tap()
    expect(leave).to_contain_text("You have 1 answer that is not sent. Connect first, or lose it.")
    net.down = False
    leave.locator("button").tap()
    page.wait_for_url("**/sign-in")
    assert kept(page) == []
    assert waiting(page) == 0
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then(all => all.length)") == 0


SLOW_STORE = """
const databases = IDBFactory.prototype.databases;
IDBFactory.prototype.databases = async function () { await new Promise(ok => setTimeout(ok, 1500)); return databases.call(this); };
"""


def test_classes_of_two_days_are_written_down_without_a_network(live: Live, net: Net, page_as: Callable[..., Page]) -> None:
    page = page_as("bilal", at=f"/cohorts/{live.world.cohort}/attendance")
    ready(page)
    net.down = True
    page.locator("form[data-queue] button").last.tap()
    expect(page.locator(BAR)).to_contain_text("1 answer is not sent yet.")
    page.add_init_script(SLOW_STORE)
    page.reload()
    mark, before = page.locator(f"[name=mark-{live.world.enrolment}]"), "2026-11-20"
    page.locator("#on").fill(before)
    mark.nth(2).check(force=True)
    expect(page.locator("#status")).to_contain_text("Last updated today, ")
    expect(page.locator("form[data-queue] [role=status]")).to_have_text("Saved on this phone. We will send it when you are online.")
    expect(page.locator("#on")).to_have_value(before)  # what she chose before the phone had looked stays
    expect(mark.nth(2)).to_be_checked()
    page.locator("form[data-queue] button").last.tap()
    expect(page.locator(BAR)).to_contain_text("2 answers are not sent yet.")  # a day takes no other day's place
    net.down = False
    send_now(page)
    with live.app.app_context():
        marks = select(Session.day, Attendance.code).join(Attendance, Attendance.session_id == Session.id)
        found = db.session.execute(marks.order_by(Session.day)).all()
    assert [(day.isoformat() == before, code.value) for day, code in found] == [(True, "A"), (False, "P")]
