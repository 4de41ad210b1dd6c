"""How a person reads: the digits, the calendar, the size of the letters, whether pictures wait for a tap. Set on Me, read by every page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from flask import g, has_request_context, request

from lms.core import asking

TO_LATIN = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")


class Reading(NamedTuple):
    """What changes a page beside its language. `key` names it where pages are kept."""

    latin_digits: bool = False
    larger: bool = False
    data_saver: bool = False
    afghan_calendar: bool = False

    @property
    def looks(self) -> str:
        """Classes of the whole page, for its style sheets."""
        return " ".join(name for name, on in (("larger", self.larger), ("latin", self.latin_digits)) if on)

    @property
    def key(self) -> str:
        return "".join(name[:3] for name, on in zip(self._fields, self, strict=True) if on)


_PLAIN = Reading()


def reading() -> Reading:
    """How the person who asks reads. Who never chose about pictures follows the browser's word (`Save-Data: on`)."""
    if not has_request_context():
        return _PLAIN
    kept: Reading | None = g.get("reading")
    return kept if kept is not None else _asked()


@contextmanager
def read_as(chosen: Reading) -> Iterator[None]:
    """Make something as it is read so, whoever asks: what is kept for many must not bear the choices of who came first."""
    before, g.reading = g.get("reading"), chosen
    try:
        yield
    finally:
        g.reading = before


def _asked() -> Reading:
    person = asking.person()
    saves = request.headers.get("Save-Data", "").lower() == "on"
    if person is None:
        return Reading(data_saver=saves)
    chosen = person.data_saver
    g.reading = Reading(person.latin_digits, person.larger_text, saves if chosen is None else chosen, person.afghan_calendar)
    return g.reading  # type: ignore[no-any-return]
