"""Who may see a certificate's record: its holder and staff. Strangers see what the code tells, and need no policy for it."""

from __future__ import annotations

from sqlalchemy import Select, select

from lms.core.access import Role
from lms.credentials.models import Credential
from lms.people.models import User


def visible_credentials(user: User) -> Select[Credential]:
    return select(Credential) if Role.STAFF in user.roles else own_credentials(user)


def own_credentials(user: User) -> Select[Credential]:
    return select(Credential).where(Credential.user_id == user.id)
