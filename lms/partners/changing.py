"""Changing what is said of a partner: its code only while no money names it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app

from lms.core import mending
from lms.core.errors import Refused
from lms.core.facts import Kind, record
from lms.core.i18n import _
from lms.partners.actions import check_code
from lms.partners.models import Partner
from lms.people.models import User


def details_of(partner: Partner) -> dict[str, Any]:
    """What stands now, and the names of what may change."""
    open = ["name", "country", *(() if _is_in_books(partner) else ("code",))]
    return {"name": partner.name, "code": partner.code, "country": partner.country, "open": open}


def change(partner: Partner, wanted: Mapping[str, Any], *, seen: str | None, by: User) -> None:
    """Say these anew, where `seen` is what stands. Twice is once. The row is locked by the caller. Who was brought by this partner keeps
    the country that was written down for her.

    Raises Refused for a code that is another partner's, that the ledger could not hold, or that money names already.
    """
    now = details_of(partner)
    changed = mending.differing(now, wanted, seen=seen)
    if not changed:
        return
    if not changed.keys() <= set(now["open"]):
        raise Refused(_("This cannot change any more."))
    if "code" in changed:
        check_code(wanted["code"])
    if not mending.kept(partner, {name: wanted[name] for name in changed}):
        raise Refused(_("Another partner has this code. Choose another code."), at="code")
    record(Kind.PARTNER_CHANGED, partner, actor=by, changed=changed)


def _is_in_books(partner: Partner) -> bool:
    """Whether money names it. That is known beside and above this room: a room there leaves a function of a partner in
    `app.extensions["in_books"]`."""
    return any(rule(partner) for rule in current_app.extensions.get("in_books", ()))
