"""Every page of the demo school as each role sees it on a phone, in both languages: axe, sideways scroll, large text, console, dark
ink; and in Arabic no English that nobody marked.

Pages with an address of their own are reached as people reach them: of every rule of the access list, the first link that leads to it.

`LMS_PAGES=/desk,/certificates/<int:id>` looks at the pages of those rules alone, with all that begin so, and walks past the others; a run
of the whole suite refuses it (`tests/conftest.py`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Error, Page, Response
from werkzeug.exceptions import HTTPException

from lms.core import checks, clock
from lms.core.db import db, transaction
from lms.people.queries import by_identifier
from lms.pool.models import MemberState, PoolMember
from tests.browser.conftest import Live, live_demo
from tests.conftest import ONLY_PAGES
from tests.test_arabic_pages import english

AXE = (Path(__file__).parents[1] / "vendor" / "axe" / "axe.min.js").read_text("utf-8")
RUN = """only => axe.run(document, {resultTypes: ['violations'], ...only && {runOnly: [only]}}).then(found => found.violations
  .filter(one => ['serious', 'critical'].includes(one.impact))
  .map(one => one.id + ' ' + one.nodes.slice(0, 3).map(node => node.target.join(' ')).join(', ')))"""
# At each size of the text: how much wider than the screen the page is, and the words of the menu of which letters stand on another line
# (the range round such a word has boxes at more heights than one).
SIDEWAYS = r"""texts => texts.map(text => {
  const root = document.documentElement
  root.style.setProperty('font-size', text)
  const broken = [...document.querySelectorAll('.tabs a')].flatMap(link => [...link.childNodes].filter(node => node.nodeType === 3)
    .flatMap(node => [...node.data.matchAll(/\S+/g)].filter(word => {
      const range = document.createRange(); range.setStart(node, word.index); range.setEnd(node, word.index + word[0].length)
      return new Set([...range.getClientRects()].map(box => Math.round(box.top))).size > 1 }).map(word => word[0])))
  return [root.scrollWidth - root.clientWidth, broken]
})"""
# How many tables lose columns on paper of A4, 186 mm between its margins, where nothing can be moved sideways.
CUT = """() => [...document.querySelectorAll('.scroll')].filter(box => {
  box.style.inlineSize = '700px'
  const cut = box.scrollWidth > 701
  box.style.inlineSize = ''
  return cut
}).length"""
TITLE = re.compile(r"<title>.*?</title>", re.DOTALL)  # may be a name that somebody gave, and no name can be marked there
TALL = 3000  # so that no bar at the edge of the screen lies over anything: how that looks is judged by people
NO_PAGES = ("/static", "/media", "/healthz", "/readyz", "/manifest", "/.well-known", "/sw.js", "/phone.js", "/token")
LED_TO = {"/work/pool/exit"}  # only somebody in the pool has this page, as amina here: it is reached by its link or not at all
READERS = {"": "public", "amina": "trainee", "hana": "trainee", "bilal": "mentor", "dana": "staff", "efe": "partner", "fay": "finance"}
MUST = {  # pages with an address of their own that the first links of these people have to lead to
    "": {"/help", "/sign-in/code"},
    "amina": {"/learn/<course>", "/learn/<course>/<lesson>", "/work/<slug>", "/work/pool", "/work/pool/exit", "/messages/<int:id>"},
    "hana": {"/certificates/<int:id>", "/submissions/<int:id>/feedback", "/learn/<course>/<lesson>", "/work/tasks/<int:id>/feedback"},
    "bilal": {"/submissions/<int:id>", "/reviews/<int:id>", "/cohorts/<int:id>", "/enrolments/<int:id>", "/enrolments/<int:id>/sign-off",
              "/cohorts/<int:id>/class"},
    "dana": {"/cohorts/<int:id>", "/cohorts/<int:id>/people/new", "/enrolments/<int:id>", "/projects/<slug>", "/projects/new",
             "/pool/<int:id>", "/certificates/<int:id>", "/cohorts/new", "/rounds/<int:id>", "/applications/<int:id>",
             "/partners/<int:id>", "/partners/<int:id>/details", "/programmes/<int:id>/details", "/cohorts/<int:id>/details"},
    "efe": {"/cohorts/<int:id>", "/enrolments/<int:id>", "/enrolments/<int:id>/sign-in", "/rounds/<int:id>", "/applications/<int:id>"},
    "fay": {"/payouts/<int:id>", "/payouts/<int:id>/lines/<int:n>", "/payouts/funds/grants/<int:grant>"},
}  # fmt: skip


def readers() -> list[str]:
    """Whose pages are looked at: those for whom the access list has one."""
    rows = [line.split(maxsplit=3) for line in (Path(__file__).parents[1] / "access.txt").read_text("utf-8").splitlines()]
    rules = [(rule, {*roles.split(",")}) for method, rule, roles, *_ in rows if method == "GET" and rule.startswith(ONLY_PAGES or "/")]
    found = [name for name, role in READERS.items() if any(roles & may_see(role) for _rule, roles in rules)]
    assert found, f"LMS_PAGES={','.join(ONLY_PAGES)} is the beginning of no page's rule in tests/access.txt"
    return found


def may_see(role: str) -> set[str]:
    return {"public"} if role == "public" else {role, "signed_in"}


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory, demo_school: Path) -> Iterator[Live]:
    """The demo school, answering, and amina in its pool. To read is never to write: one stands for all its readers."""
    for made in live_demo(tmp_path_factory.mktemp("demo"), demo_school):
        with made.app.app_context(), transaction(write=True):
            join_pool("amina@demo.example", invited_by="dana@demo.example")
        yield made


def join_pool(name: str, *, invited_by: str) -> None:
    """Members have pages that nobody else has, and of the people who sign in here nobody meets the rule."""
    person, now = by_identifier(name), clock.now()
    place = db.session.get(PoolMember, person.id) or PoolMember(id=person.id, rule_version=1, values={}, weighed_at=now)
    place.state, place.invited_at, place.consented_at, place.sentence = MemberState.ACTIVE, now, now, "Careful work."
    place.promoted_by_id = by_identifier(invited_by).id
    db.session.add(place)


@pytest.mark.parametrize("lang", ["en", "ar"])
@pytest.mark.parametrize("name", [pytest.param(name, id=name or "stranger") for name in readers()])
def test_every_page_is_whole(name: str, lang: str, live: Live, page_as: Callable[..., Page], context_for: Callable[..., Any]) -> None:
    given = {"lang": lang, "viewport": {"width": 360, "height": TALL}}
    page = page_as(name, at="/me", **given) if name else context_for(**given).new_page()
    page.add_init_script(AXE)
    rules = [row["rule"] for row in pages(live.app, READERS[name])]
    found: dict[str, list[str]] = {}
    seen: set[str] = set()
    waiting = [rule for rule in rules if "<" not in rule and rule not in LED_TO]
    while waiting:
        address = waiting.pop(0)
        rule = rule_of(live.app, address)
        if rule is None or rule in seen or rule not in rules:
            continue
        seen.add(rule)
        answer = opened(page, address)
        if rule.startswith(ONLY_PAGES or "/") and (faults := faults_of(page, answer, lang)):
            found[address] = faults
        waiting += page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))")
    assert seen >= MUST[name], f"no way leads to {sorted(MUST[name] - seen)}"
    assert not found, "\n".join(f"{where}: {fault}" for where, faults in found.items() for fault in faults)


def faults_of(page: Page, answer: Response | None, lang: str) -> list[str]:
    """What is wrong with the page that this answer brought, a sentence each."""
    faults = [] if answer is not None and answer.status == 200 else [f"answered {answer and answer.status}"]
    faults += [] if page.locator("html").get_attribute("lang") == lang else ["speaks another language"]
    faults += page.evaluate(RUN, None)
    framed = page.locator(".frame:visible").count()
    faults += [f"frames {framed} things: one is next"] if framed > 1 else []
    page.emulate_media(color_scheme="dark")
    faults += [f"in the dark: {fault}" for fault in page.evaluate(RUN, "color-contrast")]
    page.emulate_media(color_scheme="light", media="print")
    faults += [f"cuts {cut} tables on paper"] if (cut := page.evaluate(CUT)) else []
    page.emulate_media(media="screen")
    faults += [f"speaks English: {words}" for words in english(TITLE.sub("", page.content()))] if lang == "ar" else []
    return faults + too_wide(page)


def opened(page: Page, address: str) -> Response | None:
    """Go there; once more where the phone's worker took over the page in that moment and cut the first way off."""
    try:
        return page.goto(address)
    except Error as cut:
        if "ERR_ABORTED" not in cut.message:
            raise
        return page.goto(address)


def too_wide(page: Page) -> list[str]:
    """Where the page scrolls sideways: at the width of the smallest phones, with text of twice its size, and on a desk."""
    faults = []
    for width, texts in ((1280, ["100%"]), (320, ["200%", "100%"]), (360, ["200%", "100%"])):
        page.set_viewport_size({"width": width, "height": TALL})
        for text, (wider, broken) in zip(texts, page.evaluate(SIDEWAYS, texts), strict=True):
            faults += [f"{wider} px wider than {width} px with text of {text}"] if wider > 0 else []
            faults += [f"breaks in its menu at {width} px with text of {text}: {word}" for word in broken]
    return faults


def pages(app: Flask, role: str) -> list[dict[str, Any]]:
    """The rows of the access list that are pages for this role."""
    return [
        row
        for row in checks.routes(app)
        if row["method"] == "GET" and may_see(role) & {*row["roles"]} and not row["rule"].startswith(NO_PAGES)
        and not row["rule"].endswith((".pdf", ".txt", "/picture", "/files/<int:position>"))
    ]  # fmt: skip


def rule_of(app: Flask, address: str) -> str | None:
    """The rule a link leads to; none for one that leaves the school or is no page."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or not parts.path:
        return None
    try:
        rule, _values = app.url_map.bind("").match(parts.path, method="GET", return_rule=True)
    except HTTPException:
        return None
    return rule.rule
