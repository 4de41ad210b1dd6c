"""The lines of our icons, ours and Lucide's manner: 24 by 24. An icon never stands without its word."""
# ruff: noqa: E501  the lines of one icon are one line

from __future__ import annotations

import math
from functools import cache

from markupsafe import Markup

TURNED = frozenset({"go", "next", "back", "undo", "out"})
"""Those that turn round by themselves in Arabic; clocks and ticks do not."""

ICONS = {
    "ask": '<circle cx="12" cy="12" r="9"/><path d="M9.6 9.4a2.5 2.5 0 1 1 3.6 2.3c-.8.4-1.2 1-1.2 1.8M12 16.8v.1"/>',
    "back": '<path d="m15 5.5-6.5 6.5 6.5 6.5"/>',
    "badc": '<circle cx="12" cy="12" r="9"/><path d="M12 7v6M12 16.6v.1"/>',
    "book": '<path d="M12 6.5c-2-1.7-5-2.3-9-2v14c4-.3 7 .3 9 2 2-1.7 5-2.3 9-2v-14c-4-.3-7 .3-9 2zM12 6.5v14"/>',
    "box": '<path d="M3.5 8.5v-5h5M15.5 3.5h5v5M20.5 15.5v5h-5M8.5 20.5h-5v-5"/><rect x="9" y="9" width="6" height="6" rx="1"/>',
    "cal": '<rect x="3.5" y="5" width="17" height="16" rx="2"/><path d="M3.5 10h17M8 2.5V7M16 2.5V7"/>',
    "camera": '<path d="M3.5 8h4l1.5-2.5h6L16.5 8h4v11.5h-17z"/><circle cx="12" cy="13.3" r="3.5"/>',
    "cert": '<path d="M4 4.5h16v10.5H4zM8 9h8M8 12h4"/><circle cx="16" cy="16" r="2.8"/><path d="m14.4 18.3-.9 3.2 2.5-1.2 2.5 1.2-.9-3.2"/>',
    "chart": '<path d="M4 20.5h16.5M6.5 17v-5M11.5 17V5M16.5 17V9"/>',
    "check": '<path d="M4 12.5 9.5 18 20 6.5"/>',
    "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5.2l3.2 2"/>',
    "coin": '<circle cx="12" cy="12" r="9"/><path d="M14.8 9.2c-.5-.9-1.5-1.4-2.8-1.4-1.7 0-2.8.8-2.8 2s1.1 1.8 2.8 2.2 2.9 1 2.9 2.2-1.2 2-2.9 2c-1.4 0-2.5-.5-3-1.5M12 6v12"/>',
    "down": '<path d="M12 4v11M7 11l5 5 5-5M5 20h14"/>',
    "eye": '<path d="M2.5 12c2.3-4 5.5-6 9.5-6s7.2 2 9.5 6c-2.3 4-5.5 6-9.5 6s-7.2-2-9.5-6z"/><circle cx="12" cy="12" r="2.8"/>',
    "gear": '<path d="M4 7h9M17 7h3M4 17h3M11 17h9"/><circle cx="15" cy="7" r="2"/><circle cx="9" cy="17" r="2"/>',
    "go": '<path d="M4.5 12h15M13.5 6l6 6-6 6"/>',
    "lock": '<rect x="5" y="10.5" width="14" height="10" rx="1.5"/><path d="M8 10.5V8a4 4 0 0 1 8 0v2.5"/>',
    "mail": '<path d="M3.5 5.5h17v13h-17zM3.5 6.5l8.5 7 8.5-7"/>',
    "me": '<circle cx="12" cy="8" r="4.2"/><path d="M4 20.5c1-4 4-6 8-6s7 2 8 6"/>',
    "mic": '<rect x="9" y="3" width="6" height="11" rx="3"/><path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3.5"/>',
    "minus": '<path d="M5 12h14"/>',
    "money": '<rect x="2.5" y="6" width="19" height="12" rx="1.5"/><circle cx="12" cy="12" r="2.8"/><path d="M6 9.5v.1M18 14.5v.1"/>',
    "move": '<path d="M12 3v18M3 12h18M9.5 5.5 12 3l2.5 2.5M9.5 18.5 12 21l2.5-2.5M5.5 9.5 3 12l2.5 2.5M18.5 9.5 21 12l-2.5 2.5"/>',
    "next": '<path d="m9 5.5 6.5 6.5L9 18.5"/>',
    "okc": '<circle cx="12" cy="12" r="9"/><path d="m8 12.3 2.8 2.8L16.2 9.4"/>',
    "out": '<path d="M14 4H5v16h9M10 12h10.5M16.5 8l4 4-4 4"/>',
    "part": '<circle cx="12" cy="12" r="9"/><path d="M7.5 12h9"/>',
    "pencil": '<path d="m4 20 1-4.5L16.5 4 20 7.5 8.5 19zM14 6.5l3.5 3.5"/>',
    "people": '<circle cx="9" cy="8.5" r="3.5"/><path d="M2.5 19.5c.8-3.5 3.2-5.2 6.5-5.2s5.7 1.7 6.5 5.2M15.5 5.3a3.5 3.5 0 0 1 0 6.4M18 14.8c2 .7 3.1 2.3 3.6 4.7"/>',
    "phone": '<rect x="6.5" y="2.5" width="11" height="19" rx="2.5"/><path d="M11 18.4h2"/>',
    "play": '<path d="M8 5v14l11-7z" fill="currentColor"/>',
    "plus": '<path d="M5 12h14M12 5v14"/>',
    "print": '<path d="M7 9V3.5h10V9M7 17H4V9h16v8h-3M7 14h10v6.5H7z"/>',
    "rule": '<path d="M6 3.5h12v17H6zM9 8h6M9 12h6M9 16h3.5"/>',
    "saved": '<path d="M17.5 11V5a2.5 2.5 0 0 0-2.5-2.5H9A2.5 2.5 0 0 0 6.5 5v14A2.5 2.5 0 0 0 9 21.5h4"/><path d="m14.5 18 2.5 2.5 4.5-5"/>',
    "star": '<path d="m12 3.5 2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9-4.3-4.1 5.9-.8z"/>',
    "text": '<path d="M5 6.5V5h14v1.5M12 5v14M9.5 19h5"/>',
    "today": '<circle cx="12" cy="12" r="4.2"/><path d="M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4"/>',
    "trash": '<path d="M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 13.5h9l1-13.5M10.5 11v5.5M13.5 11v5.5"/>',
    "undo": '<path d="M8.5 5 4 9.5 8.5 14M4 9.5h10a5.5 5.5 0 0 1 0 11h-3"/>',
    "wifi": '<path d="M3 3l18 18M6 12.5a9 9 0 0 1 3-1.9M2.8 9a14 14 0 0 1 3.4-2.2M18 12.5a9 9 0 0 0-4.5-2.4M21.2 9A14 14 0 0 0 11 5M9 16a4.5 4.5 0 0 1 5 .3M12 19.5v.1"/>',
    "x": '<path d="M6 6l12 12M18 6 6 18"/>',
}


@cache
def icon(name: str, flip: bool | None = None, small: bool = False) -> Markup:
    """An icon: name of ICONS; flip: whether it turns round in Arabic; small: beside running text. Drawn once."""
    kind = "i" + (" s" if small else "") + (" flip" if (name in TURNED if flip is None else flip) else "")
    lines = Markup(ICONS[name])  # noqa: S704  constants of this file
    return Markup('<svg class="{}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>').format(kind, lines)


RADIUS, GAP = 40, 10


@cache
def ring(done: int, of: int) -> Markup:
    """`of` parts of a ring in a field of 100 by 100, from the top round; the first `done` of them are full. Each part leaves a gap."""
    round_it = 2 * math.pi * RADIUS
    part = round_it / of
    return Markup("").join(
        Markup(  # noqa: S704  numbers of our own
            f'<circle class="{"r1" if each < done else "r0"}" cx="50" cy="50" r="{RADIUS}" '
            f'stroke-dasharray="{part - GAP:.1f} {round_it - part + GAP:.1f}" stroke-dashoffset="{-GAP / 2 - each * part:.1f}" '
            f'transform="rotate(-90 50 50)"/>'
        )
        for each in range(of)
    )
