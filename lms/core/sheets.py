"""The style sheets that stand inside a page: put together once at start-up, each allowed in the CSP by its hash.

A page on a slow network is readable after its first window of about 14 KB. A linked sheet would cost one more round trip, so
each page carries the few parts of ``static/css`` that it uses. No Flask here: a folder in, strings out.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from markupsafe import Markup

SHEETS: Mapping[str, tuple[str, ...]] = {
    "page": ("form", "list", "checks", "fold"),
    "today": ("ring", "said"),
    "learn": ("road", "form"),
    "lesson": ("steps", "read", "code", "table"),
    "quiz": ("steps", "form", "code", "choice"),
    "task": ("form", "read", "code", "table"),
    "feedback": ("form", "rubric", "said", "fold", "code"),
    "messages": ("form", "list", "said"),
    "work": ("form", "list", "pay", "fold", "checks"),
    "earn": ("list", "pay", "fold", "checks", "pair"),
    "beside": ("read", "fold", "checks", "pair"),
    "bench": ("fold", "switch", "bench"),
    "spans": ("fold", "switch", "bench"),
    "me": ("form", "list", "pay", "me"),
    "sign-in": ("form",),
    "front": ("form", "checks", "front"),
    "verify": ("form", "list", "verdict"),
    "staff": ("form", "list", "checks", "said", "fold", "table"),
}
"""Sheet name -> the files of ``static/css`` it is made of, after ``base.css``."""

LIMIT = 3 * 1024
"""Bytes one sheet may weigh after brotli 11: a budget, held by a test."""

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SPACE = re.compile(r"\s+")
_ROUND_SIGNS = re.compile(r" ?([{};,>]) ?")
_AFTER_COLON = re.compile(r": ")


class Sheets:
    """Every sheet of ``SHEETS``, ready to inline. Raises ``FileNotFoundError`` at start-up when a part is missing."""

    def __init__(self, static_folder: str | Path) -> None:
        css = Path(static_folder) / "css"
        text = {
            name: "".join(minify((css / f"{part}.css").read_text("utf-8")) for part in ("base", *parts)) for name, parts in SHEETS.items()
        }
        self._css = {name: Markup(sheet) for name, sheet in text.items()}  # noqa: S704  our own files, and no "<" or "&": held by a test
        self._hash = {name: source_hash(sheet) for name, sheet in text.items()}

    def css(self, name: str) -> Markup:
        """The text to stand between ``<style>`` and ``</style>`` with nothing before or after it. ``KeyError``: no such sheet."""
        return self._css[name]

    def hash(self, name: str) -> str:
        """``sha256-...`` of exactly those bytes, for ``style-src`` (to be put in quotes there)."""
        return self._hash[name]

    @property
    def hashes(self) -> Mapping[str, str]:
        """Sheet name -> its hash."""
        return dict(self._hash)


def minify(css: str) -> str:
    """The same rules without comments and idle space. No string in our sheets may hold ``{ } ; , > /*`` or two spaces."""
    text = _SPACE.sub(" ", _COMMENT.sub("", css))
    text = _ROUND_SIGNS.sub(r"\1", text)
    return _AFTER_COLON.sub(":", text).replace(";}", "}").strip()


def source_hash(text: str) -> str:
    """The CSP source expression of an inline sheet (CSP Level 3, 2.3.1), without its quotes."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
