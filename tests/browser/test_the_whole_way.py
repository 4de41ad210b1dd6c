"""The whole way in a real browser on a phone: from signing in to the pool, by taps and keys, in the demo school, in both languages.

amina learns, bilal marks, amina works, bilal reviews, fay prepares, ines approves, fay pays, a stranger checks the certificate, bilal
vouches, dana promotes, amina joins. Nothing is done behind the pages' backs; the database is only read, for what is right in a quiz
and in a text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from lms.annotation.models import Assignment
from lms.catalogue import queries as catalogue
from lms.catalogue.courses import Question
from lms.catalogue.quizzes import questions_of
from lms.core import jobs
from lms.core.db import db
from lms.demo import texts
from lms.demo.study import ANSWERS
from lms.learning.models import QuizAttempt
from lms.people.models import User
from lms.pool.models import PoolMember
from tests.browser.conftest import Live, live_demo
from tests.cast import PASSWORDS, identifier

RULE = (
    "Task: sort messages to a bakery. The question: what does the person want? Classes: Order, Price, Problem. Order: it names bread and a "
    "number. Price: it asks what something costs. Problem: something is late, wrong or missing. Example 1: ten breads for six o'clock, "
    "label Order. Example 2: how much is the sesame bread, label Price. Hard case: two breads were missing yesterday, send them today. The "
    "label is Problem, because the shop must act first. Another person read my rules and gave the same labels as I did, twice."
)
BOXES = ANSWERS["boxes"]


@pytest.fixture
def live(tmp_path: Path, demo_school: Path) -> Iterator[Live]:
    """The demo school, answering."""
    yield from live_demo(tmp_path, demo_school)


class Walk:
    """One phone that goes from hand to hand: whoever holds it signs in by typing, and signs out on Me."""

    def __init__(self, page: Page, live: Live, language: str) -> None:
        self.page, self.live, self.language = page, live, language

    def sign_in(self, name: str) -> None:
        self.page.goto("/sign-in")
        if (button := self.page.locator(f".langs button[value={self.language}]:not([aria-current])")).count():
            with self.page.expect_navigation():
                button.tap()
        self.page.locator("[name=identifier]").fill(identifier(name))
        self.page.locator("[name=password]").fill(PASSWORDS[name])
        self.page.locator("[name=device][value=shared]").tap()
        self.press("form.frame button:not([type=button])")
        expect(self.page).not_to_have_url(re.compile("/sign-in"))

    def sign_out(self) -> None:
        self.go("/me")
        self.press('form[action="/sign-out"] button')
        expect(self.page).to_have_url(re.compile("/sign-in$"))

    def go(self, address: str) -> None:
        """By the menu where it stands there, else by the address that a page gave."""
        link = self.page.locator(f'nav a[href="{address}"]:visible')
        if link.count():
            with self.page.expect_navigation():
                link.first.tap()
        else:
            self.page.goto(address)
        self.narrow()

    def next(self) -> None:
        """The one framed step of the page."""
        self.press(".frame .btn:visible")

    def press(self, selector: str) -> None:
        """Tap what leads to another page, or to the same address again, and wait for it."""
        with self.page.expect_navigation():
            self.page.locator(selector).first.tap()
        self.narrow()

    def narrow(self) -> None:
        """Nothing is wider than the phone."""
        self.page.wait_for_load_state()
        assert self.page.locator("html").evaluate("html => html.scrollWidth - html.clientWidth") <= 0, self.page.url

    def tap_all(self, selector: str) -> None:
        for one in self.page.locator(selector).all():
            one.tap()


@pytest.fixture
def walk(context_for: Callable[..., BrowserContext], live: Live, request: pytest.FixtureRequest) -> Walk:
    return Walk(context_for().new_page(), live, request.param)


@pytest.mark.parametrize("walk", ["en", "ar"], indirect=True)
def test_from_the_first_lesson_to_the_paid_pool(walk: Walk) -> None:
    walk.sign_in("amina")
    assert walk.page.locator("html").get_attribute("dir") == ("rtl" if walk.language == "ar" else "ltr")
    for written in (RULE, BOXES):
        study(walk)
        study(walk)
        hand_in(walk, written)
        walk.sign_out()
        mark(walk)
        walk.sign_in("amina")
    work(walk, "names-and-places")
    choose_cash(walk)
    walk.sign_out()
    review(walk)
    pay(walk)
    share(walk)
    join(walk)


def study(walk: Walk) -> None:
    """Today's step is a lesson; its end leads to the questions; the answers are right."""
    walk.go("/today")
    walk.next()
    expect(walk.page.locator("article.read")).to_be_visible()
    walk.next()
    walk.next()
    while re.search(r"/quiz/\d+/\d+$", walk.page.url):
        answer(walk)
        walk.next()
    walk.next()
    expect(walk.page).to_have_url(re.compile("/result$"))


def answer(walk: Walk) -> None:
    attempt, number = (int(part) for part in walk.page.url.split("/")[-2:])
    for value in right(question(walk.live, attempt, number)):
        box = walk.page.locator(f'main [name=answer][value="{value}"]')
        if box.count():
            box.tap()
        else:
            walk.page.locator("main [name=answer]").fill(value)


def question(live: Live, attempt: int, number: int) -> Question:
    with live.app.app_context():
        row = db.session.get_one(QuizAttempt, attempt)
        quiz = catalogue.course(row.version_id).quiz(row.quiz_uid)
        assert quiz is not None
        return questions_of(quiz, row.seed)[number - 1]


def right(question: Question) -> list[str]:
    if question.choices:
        return [choice.uid for choice in question.choices if choice.right or (choice.credit or 0) > 0]
    return [question.accepted[0].text["en"] if question.accepted else str(question.low)]


def hand_in(walk: Walk, written: str) -> None:
    walk.go("/today")
    walk.next()
    walk.page.locator("[name=text]").fill(written)
    walk.next()
    expect(walk.page).to_have_url(re.compile("/feedback$"))


def mark(walk: Walk) -> None:
    """bilal takes what waits until it is amina's, and marks it."""
    walk.sign_in("bilal")
    walk.page.get_by_role("link", name="Amina Haddad").tap()
    walk.page.locator(".frame form button").tap()
    walk.page.locator("form .levels").first.wait_for()
    walk.tap_all("form .levels .switch label:last-child")
    walk.page.locator("[name=feedback]").fill("Your answer is clear.")
    here = walk.page.url
    walk.press("button[name=do][value=release]")
    expect(walk.page).not_to_have_url(here)  # the next answer that waits
    walk.sign_out()


def work(walk: Walk, slug: str) -> None:
    """amina reads the guideline, takes a block of texts and marks every name with two taps."""
    walk.go("/work")
    walk.page.locator(f'main a[href="/work/{slug}"]').tap()
    walk.page.locator("[name=read]").tap()
    walk.next()
    done = 0
    while (found := re.search(r"/work/tasks/(\d+)$", walk.page.url)) and walk.page.locator("[data-text]").count():
        for first, last, label in names(walk.live, int(found[1])):
            words = walk.page.locator("[data-token]")
            words.nth(first).tap()
            words.nth(last).tap()
            walk.page.locator("[data-label]").nth(texts.LABELS.index(label)).tap()
        here = walk.page.url
        walk.page.locator(".done-bar button").tap()
        walk.page.wait_for_url(lambda url, here=here: url != here)
        done += 1
    assert done == 5


def names(live: Live, task: int) -> list[tuple[int, int, str]]:
    """(first word, last word, label) of each name in a task's text, from the lines it was made of."""
    with live.app.app_context():
        text = db.session.get_one(Assignment, task).item.text or ""
    starts = [0, *(found.end() for found in re.finditer(" ", text))]
    line = next(line for line in texts.LINES if texts.plain(line) == text)
    return [(starts.index(start), text[:end].count(" "), label) for start, end, label in texts.spans(line)]


def choose_cash(walk: Walk) -> None:
    walk.go("/me")
    walk.page.locator('a[href="/me/payout-method"]').tap()
    walk.page.locator('a[href*="way=cash"]').tap()
    walk.page.locator("[name=payee_name]").fill("Amina Haddad")
    walk.next()


def review(walk: Walk) -> None:
    """bilal accepts what waits of amina's."""
    walk.sign_in("bilal")
    walk.go("/reviews")
    while (mine := walk.page.locator("main").get_by_role("link", name="Amina Haddad")).count():
        with walk.page.expect_navigation():
            mine.first.tap()
        walk.page.locator("[name=decision][value=accept]").tap()
        walk.press("form[action$='/decision'] .btn")
        walk.go("/reviews")
    walk.sign_out()


def pay(walk: Walk) -> None:
    """fay prepares and locks, ines approves with her password again, fay sends and writes amina's proof down."""
    walk.sign_in("fay")
    walk.press("form[action='/payouts'] .btn")
    batch = walk.page.url
    walk.press("form[action$='/lock'] button")
    expect(walk.page.locator("form[action$='/lock']")).to_have_count(0)
    walk.sign_out()
    walk.sign_in("ines")
    walk.page.goto(batch)
    walk.press("form[action$='/approval'] button")
    expect(walk.page.locator("form[action$='/approval']")).to_have_count(0)
    walk.sign_out()
    walk.sign_in("fay")
    walk.page.goto(batch)
    walk.press("form[action$='/dispatch'] button")
    expect(walk.page.locator("form[action$='/dispatch']")).to_have_count(0)
    walk.page.locator("tr", has_text="Amina Haddad").get_by_role("link").tap()
    walk.page.locator("[name=reference]").fill("LB-0100")
    walk.page.locator("[name=witness]").fill("Efe Nassar")
    walk.press("form[action$='/payment'] .btn")
    expect(walk.page.locator("form[action$='/payment']")).to_have_count(0)
    walk.sign_out()
    walk.sign_in("amina")
    walk.go("/work")
    expect(walk.page.locator("main")).to_contain_text("0.40 USD")
    walk.sign_out()


def share(walk: Walk) -> None:
    """amina ticks her name, and a stranger with the code reads it; without a tick the paper's name is matched."""
    with walk.live.app.app_context():
        jobs.drain()  # as a school's worker does all the time: the last mark was sent more than ten seconds ago, and goes
    walk.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    walk.page.add_init_script("navigator.share = what => { window.handed = what.url; return Promise.resolve(); }")  # a phone has one
    walk.sign_in("amina")
    walk.go("/me")
    walk.page.locator('a[href="/certificates"]').tap()
    walk.page.locator('main a[href^="/certificates/"]').tap()
    address = walk.page.locator("#address").input_value()
    walk.page.locator("[data-copy]").tap()
    expect(walk.page.locator("#copied")).not_to_be_empty()
    walk.page.locator("[data-share]").tap()
    assert walk.page.evaluate("Promise.all([navigator.clipboard.readText(), window.handed])") == [address, address]
    code = address.rsplit("/", 1)[1]
    walk.page.locator("main form[action$='/sharing'] [type=checkbox]").nth(1).tap()
    walk.press("form[action$='/sharing'] .btn")
    walk.sign_out()
    walk.page.goto("/")
    walk.page.locator("[name=code]").fill(code.lower().replace("-", " "))
    walk.page.locator("[name=code]").press("Enter")
    walk.page.wait_for_url("**/v/**")
    expect(walk.page.locator("main")).to_contain_text("Amina Haddad")
    walk.narrow()


def join(walk: Walk) -> None:
    """bilal vouches, dana promotes with a sentence, amina agrees, dana finds her listed."""
    walk.sign_in("bilal")
    walk.go("/cohorts")
    walk.page.get_by_role("link", name="Beirut 1").tap()
    walk.page.get_by_role("link", name="Amina Haddad").tap()
    walk.page.locator("a[href$='/sign-off']").tap()
    walk.page.locator("[name=sentence]").fill("She works with care.")
    walk.press("form[action$='/sign-off'] .btn")
    walk.sign_out()
    walk.sign_in("dana")
    walk.go("/pool")
    walk.page.get_by_role("link", name="Amina Haddad").tap()
    walk.page.locator("form[action$='/promotion'] [name=sentence]").fill("Five texts without a mistake.")
    walk.press("form[action$='/promotion'] .btn")
    walk.sign_out()
    walk.sign_in("amina")
    walk.go("/me")
    walk.page.locator('a[href="/work/pool"]').tap()
    expect(walk.page.locator("main")).to_contain_text("Five texts without a mistake.")
    walk.press("form[action$='/consent'] .btn")
    expect(walk.page.locator("a[href='/work/pool/exit']")).to_have_count(1)
    walk.sign_out()
    walk.sign_in("dana")
    walk.page.goto("/pool?show=members")
    expect(walk.page.locator("main")).to_contain_text("Amina Haddad")
    assert state(walk.live) == "active"


def state(live: Live) -> Any:
    with live.app.app_context():
        amina = db.session.scalars(select(User).where(User.email == identifier("amina"))).one()
        return str(db.session.get_one(PoolMember, amina.id).state)
