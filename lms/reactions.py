"""Every reaction of a higher room to a fact from a lower one, on one page, and every job there is.

A listener gets the fact and must be safe to run twice. A handler gets its payload. Both run in a transaction of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from lms.annotation import listeners as practice
from lms.annotation import reviewing as annotation
from lms.core.facts import Fact, Kind, listening
from lms.core.jobs import Handler
from lms.credentials import listeners as credentials
from lms.credentials import rendering as certificates
from lms.grading import sending
from lms.learning import listeners as learning
from lms.pool import actions as pool_actions
from lms.pool import listeners as pool

Listener = Callable[[Fact], None]

LISTENERS: dict[Kind, Sequence[Listener]] = {
    Kind.LESSON_READ: (learning.consider_completion,),
    Kind.QUIZ_PASSED: (learning.consider_completion,),
    Kind.SUBMISSION_RELEASED: (learning.consider_completion,),
    Kind.PERSON_PHONES_CLEARED: (learning.end_calendar,),
    Kind.ENROLMENT_DROPPED: (practice.take_back_items,),
    Kind.ENROLMENT_COMPLETED: (credentials.issue_once,),
    Kind.CREDENTIAL_ISSUED: (pool.weigh_eligibility,),
    Kind.CREDENTIAL_REVOKED: (pool.weigh_eligibility,),
    Kind.ITEM_ACCEPTED: (pool.weigh_eligibility,),
    Kind.ITEM_FIXED: (pool.weigh_eligibility,),
    Kind.POOL_SIGNED_OFF: (pool.weigh_eligibility,),
    Kind.PERSON_ADULT_CONFIRMED: (pool.weigh_eligibility,),
    Kind.PAYOUT_METHOD_SET: (pool.weigh_eligibility,),
}

JOBS: dict[str, Handler] = {
    annotation.SWEEP: annotation.sweep_decisions,
    sending.JOB: sending.send_held,
    certificates.RENDER: certificates.render,
    pool_actions.WEIGH: pool_actions.weigh_everyone,
}


def name_of(listener: Listener) -> str:
    """`grading.listeners.tell_trainee`, the name a job row keeps."""
    return f"{listener.__module__.removeprefix('lms.')}.{listener.__name__}"


REACTIONS: dict[Kind, tuple[str, ...]] = {kind: tuple(name_of(one) for one in those) for kind, those in LISTENERS.items()}
HANDLERS: dict[str, Handler] = {**JOBS, **{name_of(one): listening(one) for those in LISTENERS.values() for one in those}}
