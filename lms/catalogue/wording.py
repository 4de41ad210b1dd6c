"""Counts words and sentences of a lesson: what a person reads, without code, pictures, tables and links' addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 12  # words in a sentence of an English text at level A2

# Signs of a text that was never written, anywhere in it; and wordings of a quiz that are nothing more than a name of themselves.
PLACEHOLDER = re.compile(r"\b(?:TODO|TBD|FIXME|XXX)\b|(?i:lorem ipsum)|\?\?\?|(?i:(?:text|question|answer) goes here)")
EMPTY_WORDING = re.compile(
    r"(?i)(?:question|answer|option|choice|feedback|title|text)(?: ?(?:\d+|[a-d]))?(?: here)?|[.…_?-]+|نص|سؤال|جواب|خيار"
)

_FENCE = re.compile(r"\s*(```+|~~~+)")
_BLOCK = re.compile(r"\s*/{3,}\s*(.*)$")
_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_LEADING = re.compile(r"^\s*(?:#{1,6}\s+|[-*+]\s+|\d+[.)]\s+|>\s?|:\s+)+")
_SENTENCE = re.compile(r"(?<=[.!?؟。])[\"'”’»)*_]*\s+")
_WORD = re.compile(r"[^\W_]+(?:['’.,:/@-][^\W_]+)*|[^\W_]+")


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph, heading, list item or table cell as read: `number` is 1-based in the Markdown; `aid` the language of its help block."""

    number: int
    words: str
    aid: str = ""


def lines(markdown: str) -> Iterator[Line]:
    """What a reader reads, one paragraph or list item at a time, with the number of its first line."""
    code = ""
    aid: list[str] = []
    paragraph: list[str] = []
    start = 0
    for number, raw in enumerate([*markdown.split("\n"), ""], 1):
        fence = _FENCE.match(raw)
        if code:
            code = "" if fence and fence[1].startswith(code) and not raw.strip().strip("`~") else code
            continue
        block = _BLOCK.match(raw)
        opens = bool(_LEADING.match(raw)) or raw.lstrip().startswith("|")
        if paragraph and (fence or block or opens or not raw.strip()):
            yield Line(start, " ".join(paragraph), next((language for language in reversed(aid) if language), ""))
            paragraph = []
        if fence:
            code = fence[1]
        elif block:
            _enter_or_leave(block[1], aid)
        elif raw.lstrip().startswith("|"):
            for cell in raw.strip().strip("|").split("|"):
                if cell.strip(" :-"):
                    yield Line(number, _plain(cell), next((language for language in reversed(aid) if language), ""))
        elif _plain(raw):
            start = start if paragraph else number
            paragraph.append(_plain(raw))


def sentences(text: str) -> list[str]:
    return [part for part in _SENTENCE.split(text) if part.strip()]


def words(text: str) -> int:
    """`don't`, `10:30`, `name@mail.example` and `A4` are one word each; signs alone are none."""
    return len(_WORD.findall(text))


def _enter_or_leave(head: str, aid: list[str]) -> None:
    name, _, argument = (part.strip() for part in head.partition("|"))
    if name:
        aid.append(argument if name == "help" else "")
    elif aid:
        aid.pop()


def _plain(raw: str) -> str:
    text = _LEADING.sub("", _PICTURE.sub("", raw))
    return re.sub(r"[*`]|<[^>]*>", "", _LINK.sub(r"\1", text)).strip()
