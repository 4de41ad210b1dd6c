"""What is open to a trainee and what is not yet, with the reason: the cohort's dates and the prerequisites of a course."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lms.catalogue import queries as catalogue
from lms.catalogue.courses import Assignment, Course, Lesson, Need, Quiz
from lms.catalogue.models import CourseVersion
from lms.cohorts import queries as cohorts
from lms.cohorts.models import Enrolment
from lms.cohorts.queries import Dates, PlaceToRead
from lms.learning import progress, queries
from lms.learning.queries import Study
from lms.people.models import User


@dataclass(frozen=True, slots=True)
class Closed:
    """Why something is not open: the moment it opens, or what must be done first (leaves of the prerequisite tree)."""

    opens: datetime | None = None
    needs: tuple[Need, ...] = ()


def opens(cohort: Dates, *items: Lesson | Quiz | Assignment) -> datetime | None:
    """The moment from which all of these are open, in the cohort's zone; None where they are open already."""
    return cohorts.not_before(cohort, *(item.opens for item in items))


def closed(study: Study, *items: Lesson | Quiz | Assignment) -> Closed | None:
    """Why a lesson, or the work in it, cannot be opened now; None where it can. Pass the lesson, then its quiz or assignment."""
    if moment := opens(study.enrolment.cohort, *items):
        return Closed(opens=moment)
    trees = [study.course.needs, *(item.needs for item in items if isinstance(item, Lesson))]
    waiting = tuple(leaf for tree in trees for leaf in progress.unmet(tree, study.course, study.facts))
    return Closed(needs=waiting) if waiting else None


def why_closed(enrolment: Enrolment, version: CourseVersion, lesson: Lesson) -> Closed | None:
    """Why the lesson is not open. What was done is read only where a prerequisite asks for it."""
    if moment := opens(enrolment.cohort, lesson):
        return Closed(opens=moment)
    if not (lesson.needs or catalogue.course_of(version).needs):
        return None
    return closed(queries.in_place(enrolment, version), lesson)


def why_unread(user: User, place: PlaceToRead, course: Course, lesson: Lesson) -> Closed | None:
    """The same of a lesson that this person may read through a place."""
    if moment := opens(place, lesson):
        return Closed(opens=moment)
    if not (lesson.needs or course.needs):
        return None
    study = queries.study(user, course.uid)
    return closed(study, lesson) if study else Closed()


def is_closed(enrolment: Enrolment, version: CourseVersion, lesson: Lesson) -> bool:
    """The rule that grading asks before it takes the first try at a lesson's task (`lms.grading.policy.is_closed`)."""
    return why_closed(enrolment, version, lesson) is not None
