"""What learning does about facts: what is read, passed or released may complete a course; what is lost is kept no more."""

from __future__ import annotations

from sqlalchemy import select

from lms.cohorts import actions as cohorts
from lms.cohorts.models import Enrolment
from lms.core.db import db
from lms.core.facts import Fact, Kind, record
from lms.learning import feed, progress, queries
from lms.learning.models import Completion, CompletionKind
from lms.people.models import User


def consider_completion(fact: Fact) -> None:
    """Keep every lesson and course that is done now, and complete the enrolment when every pinned course is.

    `fact.data["enrolment"]` names the place. Run twice, or by many workers at once, each crossing is kept and told once: the place is
    locked first. Rule C6: the nightly run asks the same function.
    """
    enrolment = db.session.scalars(select(Enrolment).where(Enrolment.id == fact.data["enrolment"]).with_for_update()).one_or_none()
    if enrolment is None:
        return
    studies = queries.all_in(enrolment)
    done = [_keep_crossings(study) for study in studies]
    if done and all(done):
        cohorts.complete(enrolment.id)


def _keep_crossings(study: queries.OpenStudy) -> bool:
    """Write down the lessons of a course, and the course itself, that were not kept before. Whether the course is done."""
    enrolment, course, facts = study.enrolment, study.course, study.facts
    for lesson in course.lessons:
        if lesson.uid not in facts.kept and progress.lesson_done(course, lesson, facts):
            db.session.add(Completion(enrolment_id=enrolment.id, kind=CompletionKind.LESSON, uid=lesson.uid))
    if course.uid in facts.kept:
        return True
    if not progress.complete(course, facts):
        return False
    kept = Completion(enrolment_id=enrolment.id, kind=CompletionKind.COURSE, uid=course.uid)
    db.session.add(kept)
    record(Kind.COURSE_COMPLETED, kept, enrolment=enrolment.id, course=course.uid, version=study.version.id)
    return True


def end_calendar(fact: Fact) -> None:
    """A phone is lost, and the address of its owner's calendar may be on it. One that was made after that stays."""
    person = db.session.get(User, fact.subject_id)
    key = feed.key_of(person) if person else None
    if person and key and key.made_at <= fact.at:
        feed.stop_address(person)
