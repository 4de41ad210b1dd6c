"""What paid practice does about facts from below: who left a cohort holds no items of its projects."""

from __future__ import annotations

from lms.annotation import claiming, reviewing
from lms.cohorts.models import Enrolment
from lms.core.db import db
from lms.core.facts import Fact
from lms.people.models import User


def take_back_items(fact: Fact) -> None:
    """She left: what she holds is free for others, and what waited for the end of her block is decided. What she sent stays hers."""
    place = db.session.get(Enrolment, fact.subject_id)
    worker = db.session.get(User, place.user_id) if place is not None else None
    if worker is None:
        return
    for project_id in sorted(claiming.take_back(worker)):
        reviewing.accept_met_gold(project_id, worker.id)
