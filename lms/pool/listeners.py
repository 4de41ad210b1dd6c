"""What the pool does about facts from below: a person is weighed anew."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from lms.annotation.models import Assignment
from lms.core.db import db
from lms.core.facts import Fact
from lms.credentials.models import Credential
from lms.payouts.models import PayoutMethod
from lms.people.models import User
from lms.pool import actions
from lms.pool.models import MentorSignOff

# Whose fact it is, by the table of its subject.
WHOSE: dict[str, tuple[Any, Any]] = {
    Credential.__tablename__: (Credential.user_id, Credential.id),
    Assignment.__tablename__: (Assignment.worker_id, Assignment.id),
    PayoutMethod.__tablename__: (PayoutMethod.user_id, PayoutMethod.id),
    MentorSignOff.__tablename__: (MentorSignOff.user_id, MentorSignOff.id),
    User.__tablename__: (User.id, User.id),
}


def weigh_eligibility(fact: Fact) -> None:
    """Something changed that the rule asks about."""
    person_id, id = WHOSE[fact.subject_kind]
    person = db.session.scalars(select(User).where(User.id.in_(select(person_id).where(id == fact.subject_id)))).one_or_none()
    if person is not None:
        actions.weigh(person)
