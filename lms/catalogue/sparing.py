"""Pictures that wait for a tap: the words of a picture at once, the picture itself where its reader asks for it.

A lazy picture in a closed fold is not fetched, so no script is needed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from markupsafe import Markup

from lms.core import fmt, i18n
from lms.core.i18n import _

_PICTURE = re.compile(r'<p>\s*(?P<img><img [^>]*src="/media/(?P<name>[0-9a-f]{64})"[^>]*>)\s*</p>')
_ALT = re.compile(r'alt="([^"]*)"')


def spared(html: str, sizes: Callable[[frozenset[str]], Mapping[str, int]], language: str) -> str:
    """Lesson HTML with every picture that stands alone behind "Show picture (38 KB)" in `language`; `sizes` gives bytes by name."""
    weights = sizes(frozenset(found["name"] for found in _PICTURE.finditer(html)))

    def fold(found: re.Match[str]) -> str:
        alt = _ALT.search(found["img"])
        words = Markup('<summary class="textbtn" lang="{}" dir="{}">{}</summary>').format(
            language, i18n.direction(language), _("Show picture (%(size)s)", size=fmt.size(weights.get(found["name"], 0)))
        )
        return f'<p class="soft">{alt[1] if alt else ""}</p><details>{words}<p>{found["img"]}</p></details>'

    return _PICTURE.sub(fold, html)
