"""What an own phone may keep of a week before she goes where there is no network: its pages, and how much that is."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from lms.catalogue import queries as catalogue
from lms.core.i18n import language
from lms.learning import opening
from lms.learning.queries import Study

FRAME = 15_000
"""Bytes of a page round its text: style, menu, words. Held to the truth by a test."""


@dataclass(frozen=True, slots=True)
class Saving:
    """`urls` of the pages of a week, parted by spaces; `size` in bytes as the phone keeps them."""

    urls: str
    size: int


def of_week(study: Study, number: int) -> Saving | None:
    """The lessons of a week that are open, and their tasks that wait for her; None where there is nothing yet."""
    lessons = [lesson for lesson in study.course.lessons if lesson.week == number and not opening.closed(study, lesson)]
    tasks = [
        (lesson, lesson.assignment)
        for lesson in lessons
        if lesson.assignment and lesson.assignment.uid not in study.facts.works and not opening.closed(study, lesson, lesson.assignment)
    ]
    urls = [url_for("learning.lesson", course=study.course.uid, lesson=lesson.slug) for lesson in lessons]
    urls += [url_for("grading.task", course=study.course.uid, lesson=lesson.slug) for lesson, _task in tasks]
    uids = [*(lesson.uid for lesson in lessons), *(task.uid for _lesson, task in tasks)]
    return Saving(" ".join(urls), catalogue.weight(study.version.content_hash, uids, language()) + FRAME * len(urls)) if urls else None
