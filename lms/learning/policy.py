"""Who may see what a trainee did while learning: here, only she."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager

from lms.cohorts.models import STUDYING, Enrolment
from lms.learning.models import QuizAttempt
from lms.people.models import User


def visible_attempts(user: User) -> Select[QuizAttempt]:
    """The tries of this person, in places where she studies now or has finished. Each with its enrolment and cohort."""
    return (
        select(QuizAttempt)
        .join(QuizAttempt.enrolment)
        .join(Enrolment.cohort)
        .where(Enrolment.user_id == user.id, Enrolment.state.in_(STUDYING))
        .options(contains_eager(QuizAttempt.enrolment).contains_eager(Enrolment.cohort))
    )
