"""Settings on an own phone: what is not saved never looks saved, and what is saved without a network arrives later."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from lms.core.db import db
from lms.people.models import User
from lms.people.queries import reach_of
from lms.people.reaching import Way
from tests.browser.conftest import Live
from tests.browser.nets import Net
from tests.browser.own_phone import BAR, send_now


def test_how_to_reach_her_counts_only_when_it_is_saved(live: Live, net: Net, page_as: Callable[..., Page]) -> None:
    page = page_as("amina", at="/me")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.clock.install()
    page.goto("/me")
    form = page.locator('form[action="/me/contact"]')
    form.locator("[value=email]").check()
    page.clock.fast_forward(2000)
    kept = page.evaluate("""async () => {
      const user = document.getElementById('phone-bar').dataset.user;
      for (let n = 0; n < 20; n++) await Queue.all();
      return await Queue.draft(user, '/me/contact') || null;
    }""")
    assert kept is None, "a tick that comes back unsaved would look like a consent, and one taken away like none"
    net.down = True
    form.locator("button").tap()
    expect(form.locator("[role=status]")).to_contain_text("Saved on this phone.")
    expect(page.locator(BAR)).to_contain_text("1 answer is not sent yet.")
    net.down = False
    send_now(page)
    with live.app.app_context():
        assert reach_of(db.session.get_one(User, live.world.amina)).ways == {Way.EMAIL}
