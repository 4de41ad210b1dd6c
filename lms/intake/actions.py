"""What somebody who applies does: begin, answer, send, reply, withdraw, and come in."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from lms.core import clock
from lms.core.db import db
from lms.core.errors import Refused
from lms.core.facts import Kind, record
from lms.core.i18n import _
from lms.core.sealing import blind
from lms.intake import queries
from lms.intake.models import DRAFT_LIFE, Application, ApplicationState, NextTime, Round
from lms.intake.questions import NEEDED, QUESTIONS, contact_of
from lms.people import actions as people
from lms.people.models import User

WORDS = "1"  # the version of the words that whoever sends an application agrees to
MOST_NEXT_TIME = 5_000  # more strangers than staff could ever write to


def start(round: Round) -> Application:
    """A new draft. Old drafts of people who never came back go with it."""
    if not round.takes_applications():
        raise Refused(_("This course takes no applications now."))
    db.session.execute(
        delete(Application).where(Application.state == ApplicationState.DRAFT, Application.made_at < clock.now() - DRAFT_LIFE)
    )
    application = Application(round_id=round.id, answers={})
    db.session.add(application)
    db.session.flush()
    return application


def answer(application: Application, question: str, text: str) -> None:
    """Keep the answer to one question. The draft's row is locked by the caller."""
    if application.state is not ApplicationState.DRAFT:
        raise Refused(_("Your application is sent. You cannot change it any more."))
    application.answers = {**(application.answers or {}), question: text}


def missing(application: Application) -> int | None:
    """The number of the first question that needs an answer, from 1; None where nothing is missing."""
    return next((n for n, question in enumerate(QUESTIONS, 1) if question in NEEDED and not application.said(question)), None)


def send(application: Application, *, language: str) -> None:
    """Hand the answers in, with the consent. Twice is once. The row is locked by the caller."""
    if application.state is not ApplicationState.DRAFT:
        return
    if not application.round.takes_applications():
        raise Refused(_("This course takes no applications now."))
    if missing(application):
        raise Refused(_("One question has no answer yet."))
    application.state = ApplicationState.SUBMITTED
    application.sent_at = clock.now()
    application.consent_version, application.consent_language = WORDS, language
    contact = application.said("contact")
    application.contact_index = blind(contact, "application.contact") if contact else None
    record(Kind.APPLICATION_SENT, application)


def reply(application: Application, text: str) -> None:
    """Answer what staff still need to know. The same words again are a second tap. The row is locked by the caller."""
    if application.state is ApplicationState.UNDER_REVIEW and application.reply == text:
        return
    if application.state is not ApplicationState.NEEDS_INFO:
        raise Refused(_("Nobody asks you anything now."))
    application.reply = text
    application.state = ApplicationState.UNDER_REVIEW
    record(Kind.APPLICATION_REPLIED, application)


def withdraw(application: Application) -> None:
    """Take it back: the answers are gone at once. A draft goes as a whole. The row is locked by the caller."""
    if application.state is ApplicationState.DRAFT:
        db.session.delete(application)
        return
    if application.state is ApplicationState.ENROLLED:
        raise Refused(_("You have your place. Talk to your mentor to leave it."))
    application.forget()
    if application.state is not ApplicationState.WITHDRAWN:
        application.state = ApplicationState.WITHDRAWN
        record(Kind.APPLICATION_WITHDRAWN, application)


def make_door(application: Application) -> tuple[User, str]:
    """The person this became, and six digits to choose the first password with. Afterwards the number and the code open no door."""
    person = queries.person_of(application)
    if person is None:
        raise Refused(_("You have no place yet."))
    if not queries.may_come_in(application):
        raise Refused(_("You were here before. Sign in, or ask your mentor for a code."))
    return person, people.make_code(person, by=None)


def ask_next_time(text: str, *, language: str) -> None:
    """Somebody wants to hear of the next round. The same contact twice is one row."""
    contact = contact_of(text, None)
    if contact is None:
        raise Refused(_("Write a phone number or an email address."))
    index = blind(contact, "next_time.contact")
    known = select(NextTime.id)
    if db.session.scalar(known.where(NextTime.contact_index == index)):
        return
    if len(db.session.scalars(known.limit(MOST_NEXT_TIME)).all()) >= MOST_NEXT_TIME:
        raise Refused(_("The list is full now. Look at this page again later."))
    try:
        with db.session.begin_nested():
            db.session.add(NextTime(contact=contact, contact_index=index, language=language))
    except IntegrityError:
        return  # the same contact, a moment ago
