"""What this room holds about one person, for her to take: her certificates with their papers, and the links she made."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.core.db import db
from lms.core.i18n import _, language
from lms.core.own_data import Said, Share
from lms.credentials.models import Credential, ShareLink, State
from lms.people.models import User


def give(person: User) -> Iterator[Share]:
    """Also those that were replaced. The address of a link is left out: whoever finds the file could open it."""
    states = {State.VALID: _("Valid"), State.REVOKED: _("Taken back"), State.SUPERSEDED: _("Replaced"), State.ERASED: _("Erased")}
    kept = select(Credential).where(Credential.user_id == person.id).options(joinedload(Credential.sheet)).order_by(Credential.id)
    yield Share(
        "certificates", _("Certificates"),
        [{"code": row.printed, "title": Said(row.title, row.title_in(language())), "latin_name": row.latin_name, "own_name": row.own_name,
          "hours": row.hours, "lessons": row.lessons, "tasks": row.tasks, "level": row.level, "skills": row.skills,
          "criteria": row.criteria,
          "issuer": row.issuer, "signer": row.signer, "issued_on": row.issued_on, "expires_on": row.expires_on,
          "state": Said(row.state, states[row.state]), "revoked_on": row.revoked_on, "reason": row.reason, "successor": row.successor,
          "shared": {"page": row.share_page, "name": row.share_name, "pdf": row.share_pdf}, "paper": row.sheet}
         for row in db.session.scalars(kept)],
        {"title": _("Course"), "code": _("Code"), "latin_name": _("Name on the paper"), "issued_on": _("Date"), "state": _("State"),
         "revoked_on": _("Taken back"), "reason": _("Reason"), "paper": _("The paper")},
    )  # fmt: skip
    links = select(ShareLink).join(ShareLink.credential).where(Credential.user_id == person.id).order_by(ShareLink.id)
    yield Share(
        "certificate_links", _("Links to your certificates"),
        [{"made_at": row.made_at, "name": row.name, "pdf": row.pdf, "ends_on": row.ends_on, "stopped_at": row.stopped_at}
         for row in db.session.scalars(links)],
        {"made_at": _("Time"), "name": _("The link shows my name"), "ends_on": _("Last day"), "stopped_at": _("Ended")},
    )  # fmt: skip
