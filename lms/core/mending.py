"""Mending what was typed wrong: what stood when the form was shown, what was typed, and what is written down of the difference.

Nobody saves over what somebody else saved: the form carries what its writer saw, and an old one is told so, with all that was typed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Self

from sqlalchemy.exc import IntegrityError
from wtforms import HiddenField

from lms.core.db import db
from lms.core.errors import Refused
from lms.core.forms import Form
from lms.core.i18n import _


class MendForm(Form):
    """Fields named as the values that they show. `seen` is what stood when they were shown, whether or not each has a field."""

    seen = HiddenField()

    def show(self, now: Mapping[str, Any]) -> Self:
        """Fill every field with what stands."""
        for name in self._fields_of(now):
            self._put(name, now[name])
        self.seen.data = written(now)
        return self

    def wanted(self, now: Mapping[str, Any]) -> dict[str, Any]:
        """What stands, with what was typed in its place."""
        return {**now, **{name: self[name].data for name in self._fields_of(now)}}

    def catch_up(self, now: Mapping[str, Any]) -> list[str]:
        """The fields that somebody else changed since they were shown. What the writer left alone becomes that; the rest stays typed."""
        seen = _read(self.seen.data or "")
        changed = [name for name in self._fields_of(now) if name in seen and seen[name] != _plain(now[name])]
        for name in changed:
            if not self[name].errors and _plain(self[name].data) == seen[name]:
                self._put(name, now[name])
        self.seen.data = written(now)
        return changed

    def _fields_of(self, now: Mapping[str, Any]) -> list[str]:
        return [name for name in now if name in self]

    def _put(self, name: str, value: Any) -> None:
        field = self[name]
        field.data, field.raw_data = value, None


def written(now: Mapping[str, Any]) -> str:
    """What stands, as a form carries it."""
    return json.dumps({name: _plain(value) for name, value in now.items()}, ensure_ascii=False)


def differing(now: Mapping[str, Any], wanted: Mapping[str, Any], *, seen: str | None) -> dict[str, list[Any]]:
    """Name -> [before, after] of what is to change, as a fact keeps it. Empty where it stands already: that is a second tap.

    Raises Refused where `seen` is not what stands now. `open`, where it is told, names what may change: where that became less, what was
    typed there came in no field, and looks like a second tap.
    """
    found = {name: [_plain(now[name]), _plain(wanted[name])] for name in now if wanted[name] != now[name]}
    if seen != written(now) and (found or _read(seen or "").get("open") != now.get("open")):
        raise Refused(_("Somebody changed this meanwhile. Look, then save again."))
    return found


def kept(row: object, values: Mapping[str, Any]) -> bool:
    """Write values into a row. False, and nothing is written, where one that must be the only one is another row's."""
    try:
        with db.session.begin_nested():
            for name, value in values.items():
                setattr(row, name, value)
    except IntegrityError:
        return False
    return True


def _plain(value: Any) -> Any:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(one) for one in value]
    return value if isinstance(value, (str, int, type(None))) else value.isoformat()


def _read(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
