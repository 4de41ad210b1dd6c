"""Frozen dataclasses to plain JSON values and back.

One rule makes a stored course last: a field that holds its default is left out. A later version of the dataclasses may then
add a field with a default, and the JSON (so the content hash) of every course that does not use it stays the same.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import types
import typing
from collections.abc import Iterator, Mapping
from enum import Enum
from fractions import Fraction
from typing import Any, TypeVar

T = TypeVar("T")


class Text(Mapping[str, str]):
    """One wording in one or more languages: `{"en": "Boxes", "ar": "..."}`. Immutable and hashable.

    `in_language("fa")` answers the English words where there are no Persian ones.
    """

    __slots__ = ("_words",)
    FALLBACK = "en"

    def __init__(self, words: Mapping[str, str] | None = None, **more: str) -> None:
        self._words: dict[str, str] = dict(sorted({**(words or {}), **more}.items()))

    def __getitem__(self, language: str) -> str:
        return self._words[language]

    def __iter__(self) -> Iterator[str]:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)

    def __hash__(self) -> int:
        return hash(tuple(self._words.items()))

    def __repr__(self) -> str:
        return f"Text({self._words!r})"

    def in_language(self, language: str) -> str:
        """The words in this language, else in English, else an empty string."""
        return self._words.get(language) or self._words.get(self.FALLBACK, "")

    def language_for(self, language: str) -> str:
        """The language that `in_language` answers in, for the `lang` attribute of the page."""
        return language if self._words.get(language) else self.FALLBACK


def to_plain(value: Any) -> Any:
    """Turn a dataclass, or a value inside one, into dicts, lists, strings, ints, booleans and None."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: to_plain(getattr(value, field.name))
            for field in dataclasses.fields(value)
            if field.metadata.get("stored", True) and getattr(value, field.name) != _default(field)
        }
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Fraction):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple):
        return [to_plain(part) for part in value]
    return value


def from_plain(kind: type[T], value: Any) -> T:
    """Turn what `to_plain` made back into `kind`. A key that `kind` does not know is a TypeError: nothing is lost in silence."""
    return typing.cast(T, _build(kind, value))


def canonical(value: Any) -> bytes:
    """Plain values as the one JSON text that is hashed: keys sorted, no spaces, UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _build(kind: Any, value: Any) -> Any:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return None if value is None else _build(next(a for a in arguments if a is not types.NoneType), value)
    if origin is tuple:
        return tuple(_build(arguments[0], part) for part in value)
    if dataclasses.is_dataclass(kind):
        hints = _hints(typing.cast(type, kind))
        unknown = set(value) - set(hints)
        if unknown:
            raise TypeError(f"{getattr(kind, '__name__', kind)} has no field {min(unknown)}")
        return typing.cast(Any, kind)(**{name: _build(hints[name], part) for name, part in value.items()})
    if isinstance(kind, type) and issubclass(kind, Enum | Fraction | Text):
        return kind(value)
    return value
