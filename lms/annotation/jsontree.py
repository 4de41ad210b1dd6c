"""JSON whose objects can say their line.

The fast decoder does not know lines and the slow one is some ten times slower: only a file about which something must be said is
read again by the slow one.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from json import decoder, scanner  # the pure Python half of json: the only one that can be told where it stands
from pathlib import Path
from typing import Any

from lms.annotation.batch import unreadable

LONGEST_NUMBER = 300
SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class Located(dict[str, Any]):
    """A JSON object that knows its line."""

    line: int


def parse(path: Path, text: str, *, lines: bool = False) -> Any:
    """The document; with `lines` its objects are `Located`. Raises `Unreadable` with the line for broken JSON.

    NaN, Infinity and numbers beyond a float come through as floats that are not finite: readers name the shape that holds one.
    """
    try:
        if SURROGATE.search(text):
            _refuse_half_characters(path, text)
        if not lines:
            try:
                return json.loads(text)
            except json.JSONDecodeError:
                raise
            except ValueError:
                pass  # a whole number of more digits than Python converts: read on, it becomes infinity
        return _Locating(text).decode(text)
    except json.JSONDecodeError as error:
        raise unreadable(path, f"this is not JSON ({error.msg})", error.lineno) from None
    except RecursionError:
        raise unreadable(path, "the JSON is nested too deeply") from None


def line_of(value: object) -> int | None:
    return value.line if isinstance(value, Located) else None


def _refuse_half_characters(path: Path, text: str) -> None:
    """An escape may write half of a character beyond U+FFFF: such text can be neither stored nor printed."""
    for string in re.finditer(r'"(?:[^"\\]|\\.)*"', text):
        if not SURROGATE.search(string[0]):
            continue
        try:
            json.loads(string[0], strict=False).encode()
        except UnicodeEncodeError:
            line = text.count("\n", 0, string.start()) + 1
            raise unreadable(path, "a \\u escape stands for half a character", line) from None


class _Locating(json.JSONDecoder):
    def __init__(self, text: str) -> None:
        super().__init__(parse_int=_whole)
        self._ends = [place for place, sign in enumerate(text) if sign == "\n"]
        self.parse_object = self._located
        self.scan_once = scanner.py_make_scanner(self)  # type: ignore[attr-defined]

    def _located(self, state: tuple[str, int], *rest: Any) -> tuple[Located, int]:
        value, end = decoder.JSONObject(state, *rest)  # type: ignore[attr-defined]
        located = Located(value)
        located.line = bisect_right(self._ends, state[1] - 1) + 1
        return located, end


def _whole(digits: str) -> int | float:
    return int(digits) if len(digits) <= LONGEST_NUMBER else float("inf")
