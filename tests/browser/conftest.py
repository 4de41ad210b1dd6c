"""Walks in a real Chromium: a school that answers on a loopback port, and people who sign in to it by typing.

    def test_x(live, page_as):
        page = page_as("amina", at="/today")        # a phone, 360 px wide, with a finger
        page.goto("/learn")                         # addresses are those of live.base_url
        with live.app.app_context(): ...            # what is in the database now

A walk fails where a script of the page throws, where the content security policy had to stop something, and where the server breaks.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response, expect
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from lms.core.db import db, transaction
from lms.demo import school
from lms.learning.models import Completion, CompletionKind
from tests.browser.nets import Net
from tests.cast import PASSWORDS, identifier
from tests.conftest import build, missing, school_at
from tests.courses import publish_tiny
from tests.patterns import Patterns, once_in_a_run

expect.set_options(timeout=15_000)  # the machine may be busy; nothing waits longer than it must

PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}
HERE = Path(__file__).parent
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder bears the marker `browser`: `-m "not browser"` leaves them out."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The Chromium of the system: nothing is downloaded."""
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        missing("Chromium is not installed: apt-get install -y chromium")
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    sandbox = ["--no-sandbox"] if os.getuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": program, "args": quiet + sandbox}


@pytest.fixture(scope="session")
def base_url() -> None:
    """Each walk has an address of its own (`live`). The plugin's fixture of this name is of a form that pytest 9 warns of."""


@dataclass(frozen=True)
class Live:
    """A school that answers: its address, its application, the ids of its people and things."""

    base_url: str
    app: Flask
    world: Any


class _Silent(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        pass


@pytest.fixture
def live(tmp_path: Path, patterns: Patterns) -> Iterator[Live]:
    """A school of its own for one walk, its database in a file, served by threads as in production."""
    url, world = patterns.in_file(tmp_path)
    app = school_at(tmp_path, url)
    app.extensions["world"] = world
    yield from serve(app, world)


@pytest.fixture(scope="session")
def demo_school(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Path:
    """A folder with the demo school, for `live_demo` to copy."""

    def write(folder: Path) -> None:
        app = build(folder, f"sqlite:///{folder / 'school.db'}")
        with app.app_context():
            assert school.build()
            db.session.remove()
            db.engine.dispose()

    return once_in_a_run(tmp_path_factory, pytestconfig, "demo-school", write)


def live_demo(folder: Path, demo_school: Path) -> Iterator[Live]:
    """A copy of the demo school in this folder, answering."""
    shutil.copytree(demo_school, folder, dirs_exist_ok=True)
    yield from serve(school_at(folder, f"sqlite:///{folder / 'school.db'}"), None)


def serve(app: Flask, world: SimpleNamespace | None) -> Iterator[Live]:
    """Answer on a free loopback port until the walk is over."""
    server: BaseWSGIServer = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Silent)
    server.daemon_threads = False  # type: ignore[attr-defined]  # what a phone still asks for by itself ends before its database is closed
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield Live(f"http://127.0.0.1:{server.port}", app, world)
    server.shutdown()
    thread.join()
    server.server_close()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def net(live: Live) -> Net:
    """The tiny course, its first lesson read, and a way to it that can be cut."""
    with live.app.app_context(), transaction(write=True):
        publish_tiny(live.world)
        db.session.add(Completion(enrolment_id=live.world.enrolment, kind=CompletionKind.LESSON, uid="tiny/labels"))
    return Net(live.app)


class Trouble:
    """What went wrong in the pages of a walk. A walk that means to break something takes its line out of `lines`."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.lines.append(f"a script threw: {error}"))
        page.on("console", self._console)
        page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # An answer of 409 or 422 is also told here; those are the server's plain words and no fault.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.lines.append(f"the console says: {message.text}")

    def _response(self, answer: Response) -> None:
        if answer.status >= 500:
            self.lines.append(f"{answer.url} answered {answer.status}")


@pytest.fixture
def trouble() -> Iterator[Trouble]:
    seen = Trouble()
    yield seen
    assert not seen.lines, "; ".join(seen.lines)


@pytest.fixture
def context_for(live: Live, new_context: Callable[..., BrowserContext], trouble: Trouble) -> Callable[..., BrowserContext]:
    """`context_for(lang="ar", desk=True, dark=True)`: a browser of its own; a phone in English by default. More goes to Playwright."""

    def opened(*, lang: str = "en", desk: bool = False, dark: bool = False, **more: Any) -> BrowserContext:
        given = {
            "base_url": live.base_url,
            "locale": lang,
            "timezone_id": "Asia/Beirut",
            "viewport": DESK if desk else PHONE,
            "has_touch": not desk,
            "is_mobile": not desk,
            "device_scale_factor": 1 if desk else 2,
            "color_scheme": "dark" if dark else "light",
            "reduced_motion": "reduce",
        }
        context = new_context(**given | more)
        context.set_default_timeout(15_000)
        context.on("page", trouble.watch)
        return context

    return opened


@pytest.fixture
def page_as(context_for: Callable[..., BrowserContext]) -> Callable[..., Page]:
    """`page_as("amina", at="/learn", **as for context_for)`: a page where this person typed her name and password to get to `at`."""

    def signed_in(name: str, at: str = "/me", *, device: str = "own", **more: Any) -> Page:
        page = context_for(**more).new_page()
        page.goto(f"/sign-in?next={quote(at)}")
        if more.get("lang", "en") != "en":  # what she presses here counts for more than what her account says
            page.locator(f".langs button[value={more['lang']}]").click()
            page.wait_for_load_state()
        page.locator("[name=identifier]").fill(identifier(name))
        page.locator("[name=password]").fill(PASSWORDS[name])
        page.locator(f"[name=device][value={device}]").check()
        page.locator("form.frame button:not([type=button])").click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
        if not page.url.endswith(at):
            page.goto(at)
        return page

    return signed_in
