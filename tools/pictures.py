"""The README's pictures: Today on a phone and the desk of a mentor, in the demo school, by the machine's Chromium. `./run pictures`.

The clock stands still while the school is built and while it answers, and nothing in it is left to chance that a page shows: the same
commit makes the same pictures.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from unittest.mock import patch

from PIL import Image
from playwright.sync_api import sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from lms.app import ROOT, create_app
from lms.config import Settings
from lms.core import clock, triggers
from lms.core.db import db
from lms.demo import school

MOMENT = datetime(2026, 11, 18, 7, 30, tzinfo=UTC)  # a Wednesday morning in Beirut
HERE = ROOT / "docs"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
SHOTS = (
    ("today", "amina", "/today", "en", {"viewport": {"width": 360, "height": 640}, "is_mobile": True, "device_scale_factor": 2}),
    ("today-ar", "amina", "/today", "ar", {"viewport": {"width": 360, "height": 640}, "is_mobile": True, "device_scale_factor": 2}),
    ("desk", "bilal", "/desk", "en", {"viewport": {"width": 1080, "height": 640}}),
)


class _Silent(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        pass


def main() -> None:
    """Build the school in a folder of its own, answer on loopback, look at it, write `docs/*.webp`."""
    with tempfile.TemporaryDirectory() as folder, patch.object(clock, "now", lambda: clock._held.get() or MOMENT):
        app = create_app(Settings.from_environment({"LMS_INSTANCE": folder}, root=ROOT))
        with app.app_context():
            with db.engine.connect().execution_options(write=True) as connection, connection.begin():
                db.metadata.create_all(connection)
                triggers.create_all(connection, db.metadata)
            school.build()
        server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Silent)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            _look(f"http://127.0.0.1:{server.port}")
        finally:
            server.shutdown()
            with app.app_context():
                db.engine.dispose()


def _look(address: str) -> None:
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        raise SystemExit("Chromium is not installed: apt-get install -y chromium")
    HERE.mkdir(exist_ok=True)
    sandbox = ["--no-sandbox"] if os.getuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--disable-background-networking", "--no-first-run", *sandbox])
        for name, person, path, language, given in SHOTS:
            context = browser.new_context(
                base_url=address, locale=language, timezone_id="Asia/Beirut", reduced_motion="reduce", service_workers="block", **given
            )
            page = context.new_page()
            page.goto("/sign-in")
            if language != "en":
                page.locator(f"button[value={language}]").first.click()
                page.wait_for_load_state()
            page.locator("[name=identifier]").fill(f"{person}@demo.example")
            page.locator("[name=password]").fill(f"demo-{person}-2026")
            page.locator("[name=device][value=shared]").check()
            page.locator("form.frame button:not([type=button])").click()
            page.wait_for_url(lambda url: "/sign-in" not in url)
            page.goto(path, wait_until="networkidle")
            _keep(page.screenshot(animations="disabled", caret="hide"), HERE / f"{name}.webp")
            context.close()
        browser.close()


def _keep(shot: bytes, path: Path) -> None:
    """As WebP: a third of the PNG, and sharp enough to read."""
    with Image.open(BytesIO(shot)) as picture:
        picture.convert("RGB").save(path, "WEBP", quality=80, method=6)
    print(f"{path.relative_to(ROOT)}  {path.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
