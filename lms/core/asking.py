"""Who asks for the page being made."""

from __future__ import annotations

from typing import Any

from flask import has_request_context
from flask_login import current_user


def person() -> Any | None:
    """The row of the person who is signed in, never Flask-Login's proxy, which looks for her anew at each word; None for a stranger."""
    found = current_user._get_current_object() if has_request_context() else None
    return found if found is not None and found.is_authenticated else None
