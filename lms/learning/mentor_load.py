"""How much waits for each mentor, over all the cohorts they lead, and how quick their answers were lately."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from sqlalchemy import func, select

from lms.cohorts.models import Enrolment, MentorSeat
from lms.core import clock
from lms.core.db import db
from lms.grading.desk import LATELY, MOST
from lms.grading.models import WAITING, Grade, Submission
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
        .where(MentorSeat.user_id.in_(ids), Enrolment.user_id != MentorSeat.user_id, Submission.state.in_(WAITING))
        .group_by(MentorSeat.user_id)
    )
    waits: dict[int, list[float]] = defaultdict(list)
    answered = (
        select(Grade.by_id, Grade.at, Submission.submitted_at)
        .join(Submission, Submission.id == Grade.submission_id)
        .where(Grade.by_id.in_(ids), Grade.at > clock.now() - LATELY)
        .order_by(Grade.id.desc())
        .limit(MOST * max(1, len(ids)))
    )
    for id, done, sent in db.session.execute(answered):
        waits[id].append((done - sent).total_seconds())
    counted = dict(waiting.all())
    return {id: Load(counted.get(id, 0), timedelta(seconds=median(waits[id])) if waits[id] else None) for id in ids}
