"""Applying in a real browser whose network goes: what was typed stays in the tab until the server has it, and nowhere afterwards."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect

from lms.core.db import transaction
from tests.browser.conftest import Live
from tests.intake import rounds


@pytest.fixture
def round(live: Live) -> None:
    with live.app.app_context(), transaction(write=True):
        rounds.make([live.app.extensions["world"].cohort])


def test_an_answer_outlives_the_network(live: Live, round: None, context_for: Callable[..., BrowserContext]) -> None:
    context = context_for(lang="ar")
    page = context.new_page()
    page.goto("/apply")
    page.locator(".open form button").click()
    for n, answer in enumerate(("LB", "ar", "own", "some"), 1):
        expect(page).to_have_url(f"{live.base_url}/apply/{n}")
        page.locator(f"input[value={answer}]").check()
        page.locator("form[data-applying] button").click()
    name = page.locator("[name=answer]")
    name.fill("نور صالح")
    context.set_offline(True)
    page.locator("form[data-applying] button").click()
    expect(page.locator("#status")).to_contain_text("إنترنت")
    expect(name).to_have_value("نور صالح")
    context.set_offline(False)
    page.reload()
    expect(name).to_have_value("نور صالح")
    page.locator("form[data-applying] button").click()
    expect(page).to_have_url(f"{live.base_url}/apply/6")
    assert page.evaluate("sessionStorage.length") == 0
    name.fill("03 123")
    page.locator("form[data-leaving] button").click()
    expect(page).to_have_url(f"{live.base_url}/apply")
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0
    page.goto("/apply/6")
    expect(page).to_have_url(f"{live.base_url}/apply/number")
