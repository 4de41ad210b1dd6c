"""What a person takes of everything the school holds about her: the form in which each room gives its part, and the two ways to write it.

Machines read `plain`; people read `said`, in the page's language. What has no label, a field or a whole part, is for machines alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Any

from markupsafe import Markup, escape

from lms.core import fmt
from lms.core.files import StoredFile
from lms.core.i18n import _
from lms.core.money import Money

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Said:
    """A value that people read in other words than machines: a state, a choice, an answer to a question."""

    value: Any
    words: str


@dataclass(frozen=True)
class Share:
    """What a room holds about one person under one heading. `key`: its name for machines; `labels`: field -> its words.

    A value is text, a number, a date, a moment, Money, a StoredFile, Said, or lists and mappings of these.
    """

    key: str
    title: str
    rows: Sequence[Row]
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def brief(self) -> bool:
        """Whether people read it best as a table: several rows of few short fields."""
        return len(self.rows) > 1 and len(self.labels) <= 3 and "text" not in self.labels


Gives = Callable[[Any], Iterator[Share]]
"""A room's answer: a person -> her shares."""


def path_of(file: StoredFile) -> str:
    """Where a file stands in what she takes: by its number, because the name its owner gave may say who somebody is."""
    return f"files/{file.id}{PurePosixPath(file.name).suffix}"


def files_in(value: Any) -> Iterator[StoredFile]:
    """Every file that is named anywhere in it."""
    if isinstance(value, StoredFile):
        yield value
    elif isinstance(value, Said):
        yield from files_in(value.value)
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from files_in(part)
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        for part in value:
            yield from files_in(part)


def plain(value: Any) -> Any:
    """The value as JSON holds it: moments in ISO 8601 with their zone, money as minor units with its currency, a file by its path."""
    match value:
        case Said():
            return plain(value.value)
        case Money():
            return {"minor": value.minor, "currency": value.currency}
        case StoredFile():
            return {"path": path_of(value), "name": value.name, "kind": value.kind, "size": value.size}
        case date():  # a moment too
            return value.isoformat()
        case Fraction():
            return str(value)
        case Mapping():
            return {str(key): plain(part) for key, part in value.items()}
        case str() | int() | float() | None:
            return value
        case _:
            return [plain(part) for part in value]


def as_json(shares: Sequence[Share], head: Mapping[str, Any]) -> bytes:
    """All of it for machines: UTF-8, a list of rows under the key of each share."""
    told = {**plain(head), **{share.key: [plain(row) for row in share.rows] for share in shares}}
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def said(value: Any, zone: str, gone: Container[str] = ()) -> Markup:
    """The value as a person reads it, moments in her zone. Empty where there is nothing. `gone`: paths of files that were not found."""
    match value:
        case Said():
            return escape(value.words)
        case Money():
            return fmt.money(value)
        case StoredFile() if path_of(value) in gone:
            return Markup('<bdi>{}</bdi><br><strong>{}</strong>').format(value.name, _("We could not find this file."))
        case StoredFile():
            return Markup('<a href="{}"><bdi>{}</bdi></a> ({})').format(path_of(value), value.name, fmt.size(value.size))
        case datetime():
            return escape(fmt.moment(value, zone=zone))
        case date():
            return escape(fmt.date(value))
        case bool():
            return escape(_("Yes") if value else _("No"))
        case int() | float():
            return escape(fmt.num(value))
        case None:
            return Markup("")
        case str():
            return Markup('<bdi dir="auto">{}</bdi>').format(value) if value else Markup("")
        case _:
            return Markup("<br>").join(told for part in value if (told := said(part, zone, gone)))
