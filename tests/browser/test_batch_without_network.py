"""A batch on an own phone with the net cut: the next item opens with its picture, answers wait, and an ended lease is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Page, expect
from sqlalchemy import select

from lms.annotation import claiming, queries
from lms.annotation.models import Assignment, AssignmentState
from lms.core import clock
from lms.core.db import db, transaction
from tests.browser import bench
from tests.browser.conftest import Live
from tests.browser.nets import Net
from tests.browser.own_phone import BAR, kept, ready, waiting

OVER = """async path => {
  const cache = await caches.open((await caches.keys()).find(name => name.startsWith('u-')));
  const hit = await cache.match(path, {ignoreVary: true});
  const headers = new Headers(hit.headers);
  headers.set('X-Kept-At', Date.now() - 3 * 36e5);
  await cache.put(path, new Response(await hit.text(), {headers}));
}"""


def tasks(live: Live) -> list[int]:
    with live.app.app_context():
        return list(db.session.scalars(select(Assignment.id).order_by(Assignment.position)))


def address(task: int) -> str:
    return f"/work/tasks/{task}"


def draw(page: Page) -> None:
    expect(page.locator(".over")).to_be_attached()
    finger, picture = bench.Finger(page), bench.Picture(page)
    finger.drag(picture.at(100, 150), picture.at(180, 300))
    expect(page.locator("[data-parts] > li")).to_have_count(1)


def send(page: Page) -> None:
    page.locator(".done-bar button").tap()


def test_a_batch_goes_on_without_a_network(live: Live, net: Net, page_as: Callable[..., Page]) -> None:
    bench.boxes(live, items=4)
    first, second, third, fourth = tasks(live)
    page = page_as("amina", at=address(first))
    ready(page)
    whole = {path for task in (first, second, third, fourth) for path in (address(task), f"{address(task)}/picture")}
    for _n in range(80):
        if whole <= set(kept(page)):
            break
        page.wait_for_timeout(100)
    assert whole <= set(kept(page))

    net.down = True
    draw(page)
    send(page)
    page.wait_for_url(f"**{address(second)}")
    expect(page.locator("#status")).to_contain_text("Last updated today, ")
    draw(page)
    # Back to what waits: her box is there, and no second answer is made of it.
    page.goto(address(first))
    expect(page.locator("[data-trouble]")).to_contain_text("We will send it when you are online")
    expect(page.locator("[data-parts] > li")).to_have_count(1)
    page.evaluate(OVER, address(third))
    page.evaluate(OVER, address(fourth))
    page.goto(address(second))
    expect(page.locator("[data-parts] > li")).to_have_count(1)
    send(page)
    expect(page.locator("[data-trouble]")).to_contain_text("We will send it when you are online")
    assert page.url.endswith(address(second)), "the time of the others is over"
    page.goto(address(third))
    expect(page.locator("#missing")).to_have_text("Your time for this item is over. Connect, and take it again.")
    expect(page.locator("#unsent li")).to_have_count(2)
    expect(page.locator("#kept a")).to_have_count(2)
    assert [bench.stored(live, task) for task in (first, second)] == [None, None]

    with live.app.app_context(), transaction(write=True):  # the lease of the second ran out meanwhile: her answer is taken all the same
        db.session.get_one(Assignment, second).lease_until = clock.now() - timedelta(minutes=1)
        db.session.flush()
        assert claiming.expire_overdue() == 1
    net.down = False
    page.goto("/work")
    expect(page.locator(BAR)).to_be_hidden()
    for _n in range(80):
        if not waiting(page):
            break
        page.wait_for_timeout(100)
    assert [len(bench.stored(live, task) or []) for task in (first, second)] == [1, 1]
    with live.app.app_context():
        assert db.session.get_one(Assignment, second).state is AssignmentState.IN_REVIEW
        assert queries.latest_annotation(db.session.get_one(Assignment, third)) is None
    page.goto(address(third))
    for _n in range(80):
        if {path for path in kept(page) if path.startswith("/work/")} == whole - {
            path for task in (first, second) for path in (address(task), f"{address(task)}/picture")
        }:
            break
        page.wait_for_timeout(100)
    assert address(third) in kept(page)
    assert not {address(first), address(second)} & set(kept(page))
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('draft:'))") == []
