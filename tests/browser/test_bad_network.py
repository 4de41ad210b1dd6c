"""A bad network on an own phone: what is written is never lost and never counted twice, for one person and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from lms.core.db import db, transaction
from lms.core.facts import Fact
from lms.learning.models import QuizAttempt
from lms.people.models import Arrival, SignIn
from tests.browser.conftest import Live
from tests.browser.nets import AFTER, BEFORE, Net
from tests.browser.own_phone import BAR, kept, ready, send_now, waiting
from tests.cast import PASSWORDS, identifier

QUIZ = "/learn/tiny/labels/quiz"
GIVEN = {"what": "answer", "parts": ["data", "label"], "word": "label", "sum": "30"}


def begin(page: Page) -> None:
    """Open the quiz, and let the phone fetch the pages it may need."""
    page.goto(QUIZ)
    page.locator("form.frame button").tap()
    page.wait_for_url("**/quiz/*/1")
    for _n in range(60):
        if sum("/quiz/" in path for path in kept(page)) >= 5:
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"the phone kept {kept(page)}")


def fill(page: Page) -> None:
    """The right answer to the question on the screen."""
    if (typed := page.locator("main input[type=text]")).count():
        typed.fill("30" if typed.get_attribute("inputmode") == "decimal" else "label")
        return
    for value in ("answer", "data", "label"):
        if (pick := page.locator(f"main input[value={value}]")).count():
            pick.check()


def tap(page: Page) -> None:
    page.locator("form.frame button").tap()


def attempt(live: Live) -> QuizAttempt:
    with live.app.app_context():
        return db.session.scalars(select(QuizAttempt)).one()


def sent(live: Live) -> int:
    """How often the quiz was sent, by the history of the school."""
    with live.app.app_context():
        return len(db.session.scalars(select(Fact).where(Fact.kind == "quiz.sent")).all())


def answered(found: QuizAttempt) -> dict[str, Any]:
    return {uid.rpartition("/")[2]: sorted(given) if isinstance(given, list) else given for uid, given in found.answers.items()}


MOMENTS = {
    "before an answer arrives": [("/1", BEFORE)],
    "after an answer was kept, before that was told": [("/1", AFTER)],
    "twice at the same answer": [("/2", AFTER), ("/2", BEFORE)],
    "while she asks who is signed in": [("/token", BEFORE)],
    "before the answers are sent": [("/answers", BEFORE)],
    "after they were sent, before that was told": [("/answers", AFTER)],
}


@pytest.mark.parametrize("cuts", MOMENTS.values(), ids=MOMENTS)
def test_a_cut_at_any_moment_of_a_quiz(live: Live, net: Net, page_as: Callable[..., Page], cuts: list[tuple[str, str]]) -> None:
    page = page_as("amina", at="/today")
    ready(page)
    begin(page)
    for path, when in cuts:
        net.cut(path, when, "GET" if path == "/token" else "POST")
    for n in range(1, 5):
        page.wait_for_url(f"**/quiz/*/{n}")
        fill(page)
        tap(page)
    page.wait_for_url("**/answers")
    tap(page)
    for _n in range(40):
        if sent(live) and not net.cuts_left and not waiting(page):
            break
        page.wait_for_timeout(700)
        page.locator(f"{BAR} button").evaluate("button => button.hidden || button.click()")
    assert net.cuts_left == 0
    assert waiting(page) == 0, page.evaluate("Queue.all().then(all => JSON.stringify(all))")
    found = attempt(live)
    assert answered(found) == GIVEN
    assert (found.points, found.possible) == ("5", 5)
    assert sent(live) == 1
    with live.app.app_context():
        assert len(db.session.scalars(select(Arrival)).all()) == 5


def test_a_whole_quiz_without_a_network(live: Live, net: Net, page_as: Callable[..., Page]) -> None:
    page = page_as("amina", at="/today")
    ready(page)
    begin(page)
    net.down = True
    for n in range(1, 5):
        page.wait_for_url(f"**/quiz/*/{n}")
        fill(page)
        tap(page)
    page.wait_for_url("**/answers")
    tap(page)
    expect(page.locator("form.frame [role=status]")).to_have_text("Saved on this phone. We will send it when you are online.")
    expect(page.locator(BAR)).to_contain_text("5 answers are not sent yet.")
    assert attempt(live).answers == {}
    net.down = False
    send_now(page)
    assert answered(attempt(live)) == GIVEN
    assert sent(live) == 1


def test_a_stale_value_is_made_anew(live: Live, net: Net, page_as: Callable[..., Page]) -> None:
    page = page_as("amina", at="/today")
    ready(page)
    begin(page)
    page.locator("form.frame [name=csrf_token]").evaluate("field => { field.value = 'of-yesterday'; }")
    fill(page)
    tap(page)
    page.wait_for_url("**/2")
    assert len(attempt(live).answers) == 1


def test_what_is_not_taken_stays_with_the_reason(live: Live, net: Net, page_as: Callable[..., Page]) -> None:
    page = page_as("amina", at="/learn/tiny/rules/task")
    ready(page)
    page.locator("textarea").fill("Too short.")
    tap(page)
    expect(page.locator("form.frame [role=status]")).to_contain_text("words or more")
    page.goto("/today")
    expect(page.locator(BAR)).to_contain_text("1 answer was not taken.")
    page.goto("/learn/tiny/rules/task")
    expect(page.locator("textarea")).to_have_value("Too short.")
    page.locator("textarea").fill("A label is right when two people give it. " * 5)
    tap(page)
    page.wait_for_url("**/feedback")
    assert waiting(page) == 0


def test_a_draft_is_here_again_after_the_browser_was_closed(live: Live, net: Net, page_as: Callable[..., Page]) -> None:
    page = page_as("amina", at="/learn/tiny/rules/task")
    ready(page)
    page.locator("textarea").press_sequentially("I began to write")
    expect(page.locator("form.frame [role=status]")).to_contain_text("Saved on this phone, ")
    again = page.context.new_page()
    page.close()
    again.goto("/learn/tiny/rules/task")
    expect(again.locator("textarea")).to_have_value("I began to write")


def test_signed_out_it_waits_for_the_same_person(live: Live, net: Net, page_as: Callable[..., Page]) -> None:
    page = page_as("amina", at="/today")
    ready(page)
    begin(page)
    with live.app.app_context(), transaction(write=True):
        for row in db.session.scalars(select(SignIn)):
            row.revoked_at = row.made_at
    fill(page)
    tap(page)
    page.wait_for_url("**/sign-in?**")  # kept, it goes on to the next question, and there the school asks who she is
    assert waiting(page) == 1
    expect(page.locator(BAR)).to_contain_text("1 answer is not sent yet. Sign in to send.")
    sign_in(page, "hana")
    expect(page.locator(BAR)).to_be_hidden()
    assert waiting(page) == 1
    page.goto("/offline")
    expect(page.locator("#unsent")).to_be_hidden()
    expect(page.locator("main")).not_to_contain_text("Question")
    page.context.clear_cookies()
    page.goto("/sign-in")
    sign_in(page, "amina")
    page.wait_for_function("Queue.all().then(all => !all.length)")
    expect(page.locator(BAR)).to_be_hidden()
    assert len(attempt(live).answers) == 1


def sign_in(page: Page, name: str) -> None:
    page.locator("[name=identifier]").fill(identifier(name))
    page.locator("[name=password]").fill(PASSWORDS[name])
    page.locator("[name=device][value=own]").check()
    page.locator("form.frame button:not([type=button])").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)


def test_the_worker_sends_with_no_page_open(live: Live, net: Net, page_as: Callable[..., Page]) -> None:
    page = page_as("amina", at="/today")
    ready(page)
    begin(page)
    net.down = True
    fill(page)
    tap(page)
    page.wait_for_url("**/2")  # kept, it goes on to the next question by itself
    expect(page.locator(BAR)).to_contain_text("1 answer is not sent yet.")
    assert attempt(live).answers == {}
    page.goto("about:blank")  # no page of the school is open
    net.down = False
    seen: list[dict[str, Any]] = []
    line = page.context.new_cdp_session(page)
    line.on("ServiceWorker.workerRegistrationUpdated", lambda told: seen.extend(told["registrations"]))
    line.send("ServiceWorker.enable")
    for _n in range(40):
        if seen:
            break
        page.wait_for_timeout(50)
    registration = seen[0]["registrationId"]
    line.send("ServiceWorker.dispatchSyncEvent", {
        "origin": live.base_url, "registrationId": registration, "tag": "out", "lastChance": False,
    })  # fmt: skip
    for _n in range(60):
        if attempt(live).answers:
            break
        page.wait_for_timeout(100)
    assert len(attempt(live).answers) == 1
    assert page.url == "about:blank"
