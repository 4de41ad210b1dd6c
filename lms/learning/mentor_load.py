"""How much waits for each mentor, over all the cohorts they lead, and how quick their answers were lately."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from lms.cohorts.models import Enrolment, MentorSeat
from lms.core.db import db
from lms.grading.desk import median_waits
from lms.grading.models import ON_DESK, Submission
from lms.people.models import User


@dataclass(frozen=True, slots=True)
class Load:
    """Answers that wait, and how long those of the last 30 days had waited, in the middle; None without any."""

    waiting: int
    wait: timedelta | None


def loads(mentors: Collection[User]) -> dict[int, Load]:
    """User id -> load. Two statements, however many mentors."""
    ids = [mentor.id for mentor in mentors]
    waiting = db.session.execute(
        select(MentorSeat.user_id, func.count())
        .join(Enrolment, Enrolment.cohort_id == MentorSeat.cohort_id)
        .join(Submission, Submission.enrolment_id == Enrolment.id)
        .where(MentorSeat.user_id.in_(ids), Enrolment.user_id != MentorSeat.user_id, Submission.state.in_(ON_DESK))
        .group_by(MentorSeat.user_id)
    )
    counted, waits = dict(waiting.all()), median_waits(ids)
    return {id: Load(counted.get(id, 0), waits.get(id)) for id in ids}
