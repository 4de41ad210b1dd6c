"""What credentials does about facts."""

from __future__ import annotations

from lms.core.facts import Fact
from lms.credentials import actions


def issue_once(fact: Fact) -> None:
    """An enrolment is completed: a certificate for each of its courses, once."""
    actions.issue(fact.subject_id)
