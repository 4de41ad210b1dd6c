"""QR codes as one SVG path, so that the page's own sheet draws them and a page of many shares one."""

from __future__ import annotations

import segno

QUIET_ZONE = 4  # modules of white around, as ISO/IEC 18004 asks


def path(text: str) -> tuple[int, str]:
    """The modules on a side, quiet zone and all, and the dark ones as a path of lines to be stroked one module wide."""
    code = segno.make_qr(text, error="m", boost_error=False)
    svg = code.svg_inline(border=QUIET_ZONE, omitsize=True)
    return len(code.matrix) + 2 * QUIET_ZONE, svg.partition(' d="')[2].partition('"')[0]
