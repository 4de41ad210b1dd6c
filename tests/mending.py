"""A form that changes what stands, as a browser sends it."""

from __future__ import annotations

import html
import re

from tests.client import Browser


def shown(client: Browser, where: str, **typed: str) -> dict[str, str]:
    """What is sent of the form that this page shows now, with this typed into it."""
    return seen_in(client.page(where)) | typed


def seen_in(page: str) -> dict[str, str]:
    """What the form of this page knows of what it showed."""
    seen = re.search(r'name="seen" type="hidden" value="([^"]*)"', page)
    assert seen, "the page has no form that knows what it showed"
    return {"seen": html.unescape(seen[1])}
