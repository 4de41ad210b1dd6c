"""A question's wording in parts: the sentence that asks, what stands round it, and code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby

_FENCE = re.compile(r"\s*```")
_ASKS = re.compile(r"[?؟]\s*$")


@dataclass(frozen=True, slots=True)
class Part:
    """A paragraph, or code as it is typed."""

    text: str
    code: bool = False


@dataclass(frozen=True, slots=True)
class Wording:
    """`title` is the sentence that asks, and the page's heading; `parts` is the rest in its order."""

    title: str
    parts: tuple[Part, ...]


def wording(text: str) -> Wording:
    """Part the words of a question. The last sentence of its own line that asks is the title, else the first line."""
    parts = _parts(text)
    prose = [part for part in parts if not part.code]
    if not prose:
        return Wording("", tuple(parts))
    title = next((part for part in reversed(prose) if _ASKS.search(part.text)), prose[0])
    at = next(place for place, part in enumerate(parts) if part is title)
    return Wording(title.text, tuple(parts[:at] + parts[at + 1 :]))


def _parts(text: str) -> list[Part]:
    """Lines between ``` are code; every other line that is not empty is a paragraph of its own."""
    marked: list[tuple[int, bool, str]] = []  # number of the block, is code, line
    inside, block = False, 0
    for line in text.strip("\n").split("\n"):
        if _FENCE.match(line):
            inside, block = not inside, block + 1
        elif inside:
            marked.append((block, True, line))
        elif line.strip():
            block += 1
            marked.append((block, False, line.strip()))
    return [
        Part("\n".join(line for _, _, line in lines), code)
        for (_, code), lines in groupby(marked, key=lambda each: (each[0], each[1]))
    ]
