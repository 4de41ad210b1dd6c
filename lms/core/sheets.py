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
    "page": ("form", "list", "checks", "fold", "count"),
    "today": ("ring", "said"),
    "learn": ("road", "form"),
    "lesson": ("steps", "read", "count", "table"),
    "booklet": ("read", "count", "table", "code", "fold", "leaf"),
    "quiz": ("steps", "form", "code", "choice", "fold"),
    "task": ("form", "read", "count", "code", "table"),
    "feedback": ("form", "rubric", "said", "fold", "code"),
    "messages": ("form", "list", "said", "fold"),
    "work": ("form", "list", "pay", "fold", "checks", "count"),
    "earn": ("list", "pay", "fold", "checks", "pair"),
    "beside": ("read", "count", "fold", "checks", "pair"),
    "bench": ("fold", "switch", "bench", "count"),
    "spans": ("fold", "switch", "bench", "count"),
    "me": ("form", "list", "pay", "me"),
    "mine": ("list", "table", "mine"),
    "sign-in": ("form",),
    "front": ("form", "checks", "front"),
    "verify": ("form", "list", "verdict"),
    "staff": ("form", "list", "checks", "said", "fold", "table"),
}
"""Sheet name -> the files of ``static/css`` it is made of, after those of every page."""

EVERY_PAGE = ("base", "below", "common")

ENDS: Mapping[str, tuple[str, ...]] = {"lesson": ("below", "pager")}
"""Sheet name -> the files of a second sheet behind the page's text, which needs only ``base.css`` and its own: the text is there sooner."""

BESIDE = frozenset({"staff", "bench", "spans"})
"""Sheets beside which a page links one more file, which says the sizes by their names."""

LIMIT = 3 * 1024
"""Bytes one sheet may weigh after brotli 11: a budget, held by a test."""

_SIZE = re.compile(r"(--(?:s\d+|r)):([^;}]+);")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SPACE = re.compile(r"\s+")
_ROUND_SIGNS = re.compile(r" ?([{};,>]) ?")
_AFTER_COLON = re.compile(r": ")


class Sheets:
    """Every sheet of ``SHEETS``, ready to inline. Raises ``FileNotFoundError`` at start-up when a part is missing."""

    def __init__(self, static_folder: str | Path) -> None:
        css = Path(static_folder) / "css"

        def joined(parts: tuple[str, ...], keep: bool) -> Markup:
            text = plainly("".join(minify((css / f"{part}.css").read_text("utf-8")) for part in parts), sizes, keep=keep)
            return Markup(text)  # noqa: S704  our own files, and no "<" or "&": held by a test

        sizes = dict(_SIZE.findall(minify((css / "base.css").read_text("utf-8"))))
        start = {name: EVERY_PAGE[:1] if name in ENDS else EVERY_PAGE for name in SHEETS}
        self._css = {name: joined((*start[name], *parts), name in BESIDE) for name, parts in SHEETS.items()}
        self._ends = {name: joined(parts, False) for name, parts in ENDS.items()}
        pairs = {name: [sheet, *([self._ends[name]] if name in ENDS else [])] for name, sheet in self._css.items()}
        self._hashes = {name: tuple(map(source_hash, both)) for name, both in pairs.items()}

    def css(self, name: str) -> Markup:
        """The text to stand between ``<style>`` and ``</style>`` with nothing before or after it. ``KeyError``: no such sheet."""
        return self._css[name]

    def end(self, name: str) -> Markup:
        """The same for the second sheet of this name. ``KeyError``: it has none."""
        return self._ends[name]

    def hashes(self, name: str) -> tuple[str, ...]:
        """``sha256-...`` of exactly the bytes of both, for ``style-src`` (to be put in quotes there)."""
        return self._hashes[name]


def minify(css: str) -> str:
    """The same rules without comments and idle space. No string in our sheets may hold ``{ } ; , > /*`` or two spaces."""
    text = _SPACE.sub(" ", _COMMENT.sub("", css))
    text = _ROUND_SIGNS.sub(r"\1", text)
    return _AFTER_COLON.sub(":", text).replace(";}", "}").strip()


def plainly(css: str, sizes: Mapping[str, str], *, keep: bool) -> str:
    """Each size in the place of its name: repeated, a value weighs no more than a name, and needs no definition."""
    text = css if keep else _SIZE.sub("", css)
    for name, size in sizes.items():
        text = text.replace(f"var({name})", size)
    return text


def source_hash(text: str) -> str:
    """The CSP source expression of an inline sheet (CSP Level 3, 2.3.1), without its quotes."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
