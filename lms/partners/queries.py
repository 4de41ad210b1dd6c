"""Reading partners."""

from __future__ import annotations

from sqlalchemy import select

from lms.core.db import db
from lms.partners.models import Partner


def by_code(code: str) -> Partner | None:
    """The partner that the ledger names so."""
    return db.session.scalars(select(Partner).where(Partner.code == code)).one_or_none()
