"""What this room holds about one person, for her to take: the application that led to her place."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select

from lms.cohorts.models import Enrolment
from lms.core.db import db
from lms.core.i18n import _
from lms.core.own_data import Row, Said, Share
from lms.intake import wording
from lms.intake.models import Application
from lms.intake.questions import QUESTIONS, printed
from lms.people.models import User


def give(person: User) -> Iterator[Share]:
    """Hers is the one whose place she has. Who recommended and who decided are not named."""
    hers = select(Application).join(Application.enrolment).where(Enrolment.user_id == person.id).order_by(Application.id)
    labels = {
        "number": _("Number"), "answers": _("Your answers"), "sent_at": _("Sent"), "question": _("We asked you something"),
        "reply": _("You answered"), "state": _("State"), "reason": _("Reason"), "decided_at": _("Time"),
    }  # fmt: skip
    yield Share("applications", _("Your application"), [_row(one) for one in db.session.scalars(hers)], labels)


def _row(one: Application) -> Row:
    told = "\n".join(f"{wording.ASKED[asked]}\n- {wording.answer(asked, one.said(asked))}" for asked in QUESTIONS if one.said(asked))
    return {
        "number": printed(one.number), "answers": Said(one.answers, told), "made_at": one.made_at, "sent_at": one.sent_at,
        "consent_version": one.consent_version, "consent_language": one.consent_language, "question": one.question, "reply": one.reply,
        "recommended": one.recommended, "state": Said(one.state, str(wording.STATES[one.state])), "decision": one.decision,
        "decided_at": one.decided_at, "reason": one.reason,
    }  # fmt: skip
