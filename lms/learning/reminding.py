"""Whom a mentor writes to from a cohort, why, and the sentence that stands ready in each person's language."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.catalogue import queries as catalogue
from lms.catalogue.courses import Assignment
from lms.cohorts import queries as cohorts
from lms.cohorts.models import Cohort, Enrolment, EnrolmentState
from lms.core import clock, fmt
from lms.core.db import db
from lms.core.i18n import LANGUAGES, OFFERED, _, in_every_language
from lms.grading.missing import not_sent
from lms.learning import cohort_queries as queries
from lms.learning.watching import Reason
from lms.messages.actions import language_for
from lms.messages.queries import written_to_today
from lms.people.models import User


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter not yet written: everybody of the cohort it may go to, who is ticked, who had a word today, the ready words."""

    cohort: Cohort
    people: Sequence[Enrolment]
    chosen: Collection[int]  # ids of enrolments
    had_one: Collection[int]  # ids of people
    texts: Mapping[str, str] = field(default_factory=dict)  # by language
    task: Assignment | None = None
    course: str = ""
    lesson: str = ""

    @property
    def languages(self) -> dict[str, str]:
        """The languages these people read, the commonest first, each with its own name."""
        read = [language_for(place.user) for place in self.people]
        return {code: LANGUAGES[code].name for code in sorted(OFFERED, key=lambda code: -read.count(code)) if code in read}

    @property
    def about(self) -> dict[str, Any] | None:
        """What the message keeps of its subject: the task's name, and where the trainee finds it."""
        if self.task is None:
            return None
        return {
            "title": {code: self.task.title.in_language(code) for code in OFFERED},
            "person": url_for("grading.task", course=self.course, lesson=self.lesson),
        }

    def readers(self, ids: Collection[int]) -> list[User]:
        """The people behind these enrolments. Ids of anybody else's are not among them."""
        return [place.user for place in self.people if place.id in ids]


def letter(cohort: Cohort, *, by: User, why: str = "", task: str = "", place: int | None = None) -> Letter | None:
    """A letter to people of this cohort. `why`: quiet or word; `task`: those who have not sent it; `place`: one of them; else all.

    None where there is no such task or place in the cohort.
    """
    found = select(Enrolment).where(Enrolment.cohort_id == cohort.id, Enrolment.state == EnrolmentState.ACTIVE, Enrolment.user_id != by.id)
    people = sorted(db.session.scalars(found.options(joinedload(Enrolment.user))), key=lambda one: (one.user.name, one.id))
    had_one = written_to_today([one.user for one in people], by)
    free = [one for one in people if one.user_id not in had_one]
    if task:
        return _about_task(cohort, people, had_one, task)
    if place is not None:
        return Letter(cohort, people, {place}, had_one) if place in {one.id for one in people} else None
    if why:
        ids = {one.enrolment.id for one in calling(queries.watch(cohort), why)}
        texts = in_every_language(_gone_quiet) if why == "quiet" else {}
        return Letter(cohort, people, {one.id for one in free if one.id in ids}, had_one, texts)
    return Letter(cohort, people, {one.id for one in free}, had_one)


def calling(watch: queries.Watch, why: str) -> list[queries.Watched]:
    """Those who need a word; `why` quiet: of them, those who did no work for a week."""
    return [one for one in watch.calling if why != "quiet" or Reason.QUIET in one.seen.reasons]


def _about_task(cohort: Cohort, people: Sequence[Enrolment], had_one: Collection[int], uid: str) -> Letter | None:
    for version in cohorts.pinned(cohort.id):
        course = catalogue.course(version.id)
        for lesson in course.lessons:
            if (task := lesson.assignment) is not None and task.uid == uid:
                missing = not_sent([one.id for one in people], uid)
                chosen = {one.id for one in people if one.id in missing and one.user_id not in had_one}
                texts = in_every_language(partial(_waits_for_you, cohort, task))
                return Letter(cohort, people, chosen, had_one, texts, task, course.uid, lesson.slug)
    return None


def _gone_quiet(code: str) -> str:
    return _("I have not seen your work for some days. How are you? Tell me what would help.")


def _waits_for_you(cohort: Cohort, task: Assignment, code: str) -> str:
    due = cohorts.due_at(cohort, task.due.moment) if task.due else None
    first = _("This task waits for your answer: %(task)s.", task=task.title.in_language(code))
    if due is None or due < clock.now():
        return first + " " + _("You can still send it. Write to me if something is not clear.")
    return (
        first
        + " "
        + _("You have time until %(date)s.", date=fmt.date(due, zone=cohort.zone))
        + " "
        + _("Write to me if something is not clear.")
    )
