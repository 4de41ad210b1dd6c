"""What a phone pays for a page: requests and bytes as Chromium counts them, cold and warm."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import brotli
from playwright.sync_api import BrowserContext, CDPSession, Page, Playwright, sync_playwright

from bench.serving import Answer

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
QUIET = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run")


@dataclass
class Load:
    """One page load: what was asked for, and the bytes of each answer on the wire, head and body."""

    sent: dict[str, tuple[str, str]] = field(default_factory=dict)  # request -> (kind, address)
    bytes: dict[str, int] = field(default_factory=dict)

    def of(self, *kinds: str) -> int:
        """Bytes of these kinds: Document, Script, Stylesheet, Image, Manifest, Other..."""
        return sum(count for id, count in self.bytes.items() if self.sent[id][0] in kinds)

    @property
    def but_pictures(self) -> tuple[int, int]:
        """Requests and bytes of all but pictures."""
        found = [count for id, count in self.bytes.items() if self.sent[id][0] != "Image"]
        return len(found), sum(found)

    @property
    def all(self) -> tuple[int, int]:
        """Requests and bytes of everything."""
        return len(self.bytes), sum(self.bytes.values())


def until(text: bytes, answer: Answer) -> int:
    """Bytes on the wire, head and all, after which the reader of a brotli answer holds `text`. ValueError: it never comes."""
    head = len("HTTP/1.1 200 OK\r\n\r\n") + sum(len(f"{name}: {value}\r\n".encode()) for name, value in answer.head.items())
    stream, read = brotli.Decompressor(), b""
    for at, byte in enumerate(answer.body, 1):
        read += stream.process(bytes([byte]))
        if text in read:
            return head + at
    raise ValueError(text)


@contextmanager
def chromium() -> Iterator[Playwright]:
    """Playwright, for the Chromium of this machine."""
    with sync_playwright() as playwright:
        yield playwright


def phone(playwright: Playwright, address: str, cookies: dict[str, str]) -> BrowserContext:
    """A new phone, signed in by these cookies. Its service worker is left out: it installs once, afterwards."""
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        raise RuntimeError("Chromium is not installed: apt-get install -y chromium")
    sandbox = ["--no-sandbox"] if os.getuid() == 0 else []
    browser = playwright.chromium.launch(executable_path=program, args=[*QUIET, *sandbox])
    context = browser.new_context(
        base_url=address, viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True, locale="en", service_workers="block"
    )
    context.add_cookies([{"name": name, "value": value, "url": address} for name, value in cookies.items()])
    return context


def load(page: Page, path: str) -> Load:
    """Go to a page and wait until nothing more is asked for."""
    found = Load()
    line: CDPSession = page.context.new_cdp_session(page)

    def asked(event: Any) -> None:
        if event["request"]["url"].startswith("http"):
            found.sent[event["requestId"]] = (event.get("type", "Other"), event["request"]["url"])

    def ended(event: Any) -> None:
        if event["requestId"] in found.sent and event["encodedDataLength"]:  # nothing came over the line for what the phone had
            found.bytes[event["requestId"]] = int(event["encodedDataLength"])

    line.on("Network.requestWillBeSent", asked)
    line.on("Network.loadingFinished", ended)
    line.send("Network.enable")
    page.goto(path, wait_until="networkidle")
    line.detach()
    return found
