"""What every page needs: addresses of static files with their content's hash, and lists cut into pages in SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Generic, TypeVar
from urllib.parse import urlsplit

from flask import current_app, has_request_context, request, url_for
from sqlalchemy import Select

from lms.core.db import db

T = TypeVar("T")
PER_PAGE = 50
LAST = 100_000  # no list is so long, and a longer number would be no number to the database
LARGEST_ID = 2**31 - 1


@lru_cache(maxsize=512)
def _digest(path: str) -> str:
    """Of what the file held when it was first asked for: a release brings its files before it starts."""
    return sha256(Path(path).read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """The address of a file in `static/`, with a hash of its content, so that it may be kept for a year."""
    return address("static", filename=name, v=_digest(f"{current_app.static_folder}/{name}"))


def address(endpoint: str, **values: Any) -> str:
    """Flask's `url_for`, which is asked for the same few addresses by every page, and builds each one anew."""
    if endpoint.startswith(".") or "_external" in values or not has_request_context():
        return url_for(endpoint, **values)
    known = current_app.extensions.get("addresses")
    if known is None:
        known = current_app.extensions["addresses"] = lru_cache(maxsize=4096, typed=True)(_built)
    return str(known(request.root_path, endpoint, **values))


def _built(_root: str, endpoint: str, **values: Any) -> str:
    """An address under the root of this request, made of nothing else of it."""
    return url_for(endpoint, **values)


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list: its rows, and the numbers of the pages beside it."""

    rows: Sequence[T]
    number: int
    more: bool

    @property
    def previous(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        return self.number + 1 if self.more else None


def page_of(statement: Select[*tuple[Any, ...]], *, per: int = PER_PAGE, scalars: bool = True) -> Page[Any]:
    """The page that `?page=` asks for. Reads one row more than it shows, so no list is ever counted or read whole."""
    number = min(max(1, request.args.get("page", 1, type=int)), LAST)
    asked = statement.limit(per + 1).offset((number - 1) * per)
    rows = db.session.scalars(asked).all() if scalars else db.session.execute(asked).all()
    return Page(rows[:per], number, len(rows) > per)


def row_id(values: Mapping[str, Any], name: str) -> int | None:
    """The id of a row in a query or a form; None where there is none, or a number that no row can have."""
    try:
        number = int(values.get(name, ""))
    except ValueError:
        return None
    return number if 0 < number <= LARGEST_ID else None


def safe_next(target: str | None) -> str | None:
    """A path on this site and nothing else: no host, no scheme, no backslash, no control sign. None where it is anything else."""
    if not target or not target.startswith("/") or target.startswith("//") or "\\" in target:
        return None
    if any(ord(sign) < 33 or ord(sign) == 127 for sign in target):
        return None
    parts = urlsplit(target)
    return None if parts.scheme or parts.netloc else target


def unchanged(tag: str) -> bool:
    """Whether the browser holds the page with this ETag already. A compressed copy has `:gzip` behind its tag (Flask-Compress)."""
    return any(kept.partition(":")[0] == tag for kept in request.if_none_match.as_set())
