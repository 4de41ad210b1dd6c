"""A form that changes what stands, as a browser sends it."""

from __future__ import annotations

import html
import re

from tests.client import Browser


def shown(client: Browser, where: str, **typed: str) -> dict[str, str]:
    """What is sent of the form that this page shows now, with this typed into it."""
    seen = re.search(r'name="seen" type="hidden" value="([^"]*)"', client.page(where))
    assert seen, f"{where} has no form that knows what it showed"
    return {"seen": html.unescape(seen[1])} | typed
