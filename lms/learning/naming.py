"""How a step of a course is called and where it stands: the words and addresses that Today, the road and a result share."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction

from flask import url_for

from lms.catalogue import queries as catalogue
from lms.catalogue.courses import Course, ItemKind, Lesson, Need, Question
from lms.catalogue.quizzes import Given
from lms.core import fmt
from lms.core.i18n import _, language
from lms.learning.progress import Facts, Step, steps


def name_of(course: Course, step: Step) -> str:
    """`Lesson 4. Repeat a step with for`, `Task 1. Price calculator`; a quiz by its own title."""
    title = step.item.title.in_language(language())
    if step.kind is ItemKind.LESSON:
        return str(_("Lesson %(n)s. %(title)s", n=fmt.num(step.number), title=title))
    if step.kind is ItemKind.ASSIGNMENT:
        return str(_("Task %(n)s. %(title)s", n=fmt.num(task_number(course, step.lesson)), title=title))
    return title


def task_number(course: Course, lesson: Lesson) -> int:
    """Which of the course's tasks stands behind this lesson, from 1."""
    return [each.uid for each in course.lessons if each.assignment].index(lesson.uid) + 1


def address_of(course: Course, step: Step) -> str:
    """Where the step is done."""
    page = {ItemKind.LESSON: "learning.lesson", ItemKind.QUIZ: "learning_quiz.quiz", ItemKind.ASSIGNMENT: "grading.task"}[step.kind]
    return url_for(page, course=course.uid, lesson=step.lesson.slug)


def road_of(course: Course) -> str:
    """The map of the course."""
    return url_for("learning.course", course=course.uid)


def ways(course: Course, needs: tuple[Need, ...], hers: Collection[str] = ()) -> list[tuple[str, str]]:
    """What must be done first, as (name, address), in the order of study; then the other courses that are waited for.

    A lesson that its quiz makes done is found by its text: there the quiz stands at the end. `hers`: uids of the courses she learns.
    """
    wanted = {need.item for need in needs if need.op in ("done", "score")}
    here = [step for step in steps(course, Facts()) if step.item.uid in wanted]
    others = sorted({item.partition("/")[0] for item in wanted - {step.item.uid for step in here}})
    return [(name_of(course, step), address_of(course, step)) for step in here] + [
        (str(_("The course %(name)s", name=_title_of(uid))), _course_or_list(uid, hers)) for uid in others
    ]


def _course_or_list(uid: str, hers: Collection[str]) -> str:
    return url_for("learning.course", course=uid) if uid in hers else url_for("learning.courses")


def _title_of(course_uid: str) -> str:
    """The title of another course as it was published last."""
    version = catalogue.latest(course_uid)
    return catalogue.course(version.id).title.in_language(language()) if version else course_uid


def shown(question: Question, given: Given) -> str:
    """An answer as its person gave it: the words of what was picked, or what was typed."""
    if not question.choices:
        return given if isinstance(given, str) else ""
    picked = {given} if isinstance(given, str) else set(given or ())
    return str(_(", ")).join(choice.text.in_language(language()) for choice in question.choices if choice.uid in picked)


def points(value: Fraction) -> int | float:
    """Points as a page shows them: whole where they are, else to two places."""
    return int(value) if value.denominator == 1 else round(float(value), 2)
