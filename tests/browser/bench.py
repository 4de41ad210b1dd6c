"""Work for amina's hands: a project with pictures or texts, one item claimed, and what the database holds of it afterwards."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page

from lms.annotation import actions, queries
from lms.annotation.models import Assignment, Item
from lms.annotation.schemas import Kind
from lms.core import files
from lms.core.db import db, transaction
from tests.annotation import rooms
from tests.browser.conftest import Live

WIDTH, HEIGHT = 720, 440
REST = 200  # milliseconds


def tea_table() -> bytes:
    """A picture with things to find: three glasses on a table."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), "#efe6d6")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 210, WIDTH, HEIGHT), fill="#b88755")
    for left in (100, 320, 540):
        pen.rounded_rectangle((left, 150, left + 80, 300), 12, fill="#b5561c", outline="#f4efe6", width=6)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    return out.getvalue()


def boxes(live: Live, *, labels: tuple[str, ...] = ("Teapot", "Glass", "Bread", "Bowl"), items: int = 2, **more: Any) -> int:
    """The id of the first task of a project of pictures, claimed by amina."""
    with live.app.app_context(), transaction(write=True):
        project = rooms.make(live.world, slug="tea", kind=Kind.BOXES, labels=labels, items=items, open_=False, **more)
        stored = files.keep(files.accept(tea_table(), "tea.jpg"))
        db.session.add(stored)
        db.session.flush()
        for item in db.session.query(Item).filter_by(project_id=project.id):
            item.text, item.file_id, item.width, item.height = None, stored.id, WIDTH, HEIGHT
        return _claimed(live, project)


def texts(live: Live, text: str, *, kind: Kind = Kind.SPANS, labels: tuple[str, ...] = ("PER", "LOC"), items: int = 2) -> int:
    """The id of the first task of a project of texts, claimed by amina."""
    with live.app.app_context(), transaction(write=True):
        return _claimed(live, rooms.make(live.world, slug="names", kind=kind, labels=labels, items=items, text=text, open_=False))


def _claimed(live: Live, project: Any) -> int:
    actions.open_project(project, by=rooms.person(live.world.dana))
    db.session.flush()
    return int(rooms.take(project, rooms.person(live.world.amina))[0].id)


def stored(live: Live, task: int) -> list[dict[str, Any]] | None:
    """The answer that arrived, None where none did."""
    with live.app.app_context():
        found = queries.latest_annotation(db.session.get_one(Assignment, task))
        return found.payload if found else None


def draft(live: Live, task: int) -> tuple[int, list[dict[str, Any]]]:
    """Version and parts of the draft on the server; 0 and nothing where there is none."""
    with live.app.app_context():
        found = queries.draft_of(db.session.get_one(Assignment, task))
        return (found.version, found.payload) if found else (0, [])


def tab_to(page: Page, what: str, text: str = "", *, back: bool = False) -> None:
    """Press Tab until the focus is there, as somebody does who has no mouse. `text`: all that the element says."""
    for _press in range(80):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if page.evaluate(
            "([what, text]) => document.activeElement.matches(what) && (!text || document.activeElement.textContent === text)", [what, text]
        ):
            return
    raise AssertionError(f"no way to {what} by Tab")


class Finger:
    """A finger on a page: real touch events, as a phone sends them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.wire = page.context.new_cdp_session(page)

    def tap(self, spot: Locator | tuple[float, float]) -> None:
        if isinstance(spot, tuple):
            self.page.touchscreen.tap(*spot)
        else:
            spot.tap()

    def drag(self, start: tuple[float, float], end: tuple[float, float], steps: int = 8) -> None:
        self._send("touchStart", [start])
        for step in range(1, steps + 1):
            self._send("touchMove", [(start[0] + (end[0] - start[0]) * step / steps, start[1] + (end[1] - start[1]) * step / steps)])
        # A finger rests before it leaves and before it taps again; without this Chromium takes the next tap for the end of a fling.
        self.page.wait_for_timeout(REST)
        self._send("touchEnd", [])
        self.page.wait_for_timeout(REST)

    def _send(self, kind: str, points: list[tuple[float, float]]) -> None:
        self.wire.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})


class Picture:
    """The picture on the page: from its own pixels to those of the screen."""

    def __init__(self, page: Page) -> None:
        page.evaluate("document.querySelector('.tools').scrollIntoView({block: 'start'})")
        self.box = page.locator(".pic").bounding_box() or {}
        self.scale = self.box["width"] / WIDTH

    def at(self, x: float, y: float) -> tuple[float, float]:
        return self.box["x"] + x * self.scale, self.box["y"] + y * self.scale
