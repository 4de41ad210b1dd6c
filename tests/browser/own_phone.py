"""What an own phone holds, asked of the phone itself: its pages, what is not sent yet, and the bar that says so."""

from __future__ import annotations

from playwright.sync_api import Page, expect

BAR = "#phone-bar"


def ready(page: Page) -> None:
    """The worker has come, and holds this page."""
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()


def kept(page: Page) -> list[str]:
    """The addresses of the pages on this phone, of everybody who used it."""
    return list(page.evaluate(
        "(async () => { const found = []; for (const name of await caches.keys()) if (name.startsWith('u-'))"
        " for (const r of await (await caches.open(name)).keys()) found.push(new URL(r.url).pathname); return found; })()"
    ))  # fmt: skip


def waiting(page: Page) -> int:
    return int(page.evaluate("Queue.all().then(all => all.length)"))


def send_now(page: Page) -> None:
    """Press "Send now" and wait until nothing is left. The phone may send by itself in the same moment: then the button is gone already."""
    page.evaluate("document.querySelector('#phone-bar button').click()")
    page.wait_for_function("Queue.all().then(all => !all.length)")
    expect(page.locator(BAR)).to_be_hidden()
