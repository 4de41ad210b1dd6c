"""The door, in a real browser: typed, shown, refused, and left again."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect


def test_a_person_types_her_name_and_gets_in(page_as: Callable[..., Page]) -> None:
    page = page_as("amina", at="/me")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    expect(page.get_by_role("heading", level=1)).to_contain_text("Amina")


def test_a_wrong_password_keeps_the_name_and_says_one_sentence(context_for: Callable[..., BrowserContext]) -> None:
    page = context_for(lang="ar").new_page()
    page.goto("/sign-in")
    assert page.locator("html").get_attribute("dir") == "rtl"
    page.locator("[name=identifier]").fill("amina@demo.example")
    page.locator("[name=password]").fill("not her password")
    page.locator("form.frame button:not([type=button])").click()
    expect(page.locator("#sum")).to_be_focused()
    expect(page.locator("[name=identifier]")).to_have_value("amina@demo.example")
