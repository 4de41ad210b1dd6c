"""What waits on a phone: cleared is cleared, a new answer takes the old one's place, a full phone loses nothing, and what went is told."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.nets import BEFORE, Net
from tests.browser.own_phone import ready

TASK = "/learn/tiny/rules/task"
STORE = """
const user = document.getElementById('phone-bar').dataset.user, sent = [];
const item = (id, key) => ({id, user, url: '/' + id, key, page: '/today', title: '', at: Date.now(), text: 'hers', fields: []});
const answers = (meanwhile, status) => { self.fetch = async url => {
  if (url === '/token') return Response.json({user, csrf: 'x'});
  sent.push(url);
  await meanwhile(url);
  return new Response('{"sentence": "No."}', {status, headers: {'X-Arrived': url.slice(1)}});
}; };
"""


def test_what_was_cleared_or_replaced_on_its_way_does_not_come_back(net: Net, page_as: Callable[..., Page]) -> None:
    page = page_as("amina", at="/today")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    told = page.evaluate(
        "async () => {" + STORE + """
        await Queue.add(item('one', 'a'));
        await Queue.add(item('old', 'b'));
        answers(url => url === '/one' && Queue.add(item('new', 'b')), 200);
        await Queue.flush();
        const first = [...sent], left = (await Queue.all()).map(i => i.id);
        await Queue.flush();
        return {first, left, sent};
        }"""
    )
    assert told == {"first": ["/one"], "left": ["new"], "sent": ["/one", "/new"]}, "an answer that she replaced must not arrive"
    for status in (422, 200):
        left = page.evaluate(
            "async status => {" + STORE + """
            await Queue.add(item('one', 'a'));
            await Queue.add(item('two', 'b'));
            answers(() => Queue.wipe(), status);
            await Queue.flush();
            return {sent, stores: (await indexedDB.databases()).map(one => one.name), kept: (await caches.keys()).length};
            }""", status,
        )  # fmt: skip
        assert left == {"sent": ["/one"], "stores": [], "kept": 0}, f"cleared while it was on its way, then {status}"


def test_a_page_that_comes_after_all_was_cleared_is_not_kept(net: Net, page_as: Callable[..., Page]) -> None:
    page = page_as("amina", at="/today")
    ready(page)
    left = page.evaluate(
        """async () => {
        const worker = navigator.serviceWorker.controller;
        await Queue.wipe();
        worker.postMessage({keep: ['/learn', '/today']});
        for (let turn = 0; turn < 15 && !(await caches.keys()).length; turn += 1) await new Promise(later => setTimeout(later, 100));
        return [await caches.keys(), (await indexedDB.databases()).length];
        }"""
    )
    assert ("GET", "/learn") in net.seen
    assert left == [[], 0], "a worker lives on for a while when it was dismissed"


def test_a_full_phone_keeps_the_old_answer_and_the_words_on_the_page(net: Net, page_as: Callable[..., Page]) -> None:
    page = page_as("amina", at=TASK)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    left = page.evaluate(
        "async () => {" + STORE + """
        await Queue.add(item('old', 'a'));
        const put = IDBObjectStore.prototype.put;
        IDBObjectStore.prototype.put = function () { this.transaction.abort(); };   // as a full phone does
        const no = await Queue.add(item('new', 'a')).then(() => '', () => 'no');
        IDBObjectStore.prototype.put = put;
        const left = (await Queue.all()).map(i => i.id);
        await Queue.remove('old');
        return [no ? 'refused' : 'taken', left];
        }"""
    )
    assert left == ["refused", ["old"]]
    page.evaluate("() => { IDBFactory.prototype.open = () => { throw new DOMException('', 'QuotaExceededError'); }; }")
    page.locator("textarea").fill("A label is right when two people give it.")
    page.context.set_offline(True)
    page.locator("form.frame button").tap()
    expect(page.locator("form.frame [role=status]")).to_have_text("This needs internet.")
    expect(page.locator("textarea")).to_have_value("A label is right when two people give it.")
    assert page.url.endswith(TASK)


def test_what_the_worker_sent_is_told_where_it_was_written(net: Net, page_as: Callable[..., Page]) -> None:
    page = page_as("amina", at=TASK)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.locator("textarea").fill("A label is right when two people give it. " * 5)
    net.cut("/token", BEFORE, "GET")
    page.evaluate("ServiceWorkerRegistration.prototype.__defineGetter__('sync', () => undefined)")  # the test is the worker
    page.locator("form.frame button").tap()
    told = page.locator("form.frame [role=status]")
    expect(told).to_have_text("Saved on this phone. We will send it when you are online.")
    page.evaluate("Queue.flush()")
    page.evaluate("dispatchEvent(new Event('pageshow'))")
    expect(told).to_have_text("Your answer is sent.")
