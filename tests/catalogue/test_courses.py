"""The courses that we ship."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lms.catalogue import quizzes, wording
from lms.catalogue.checking import check
from lms.catalogue.courses import Course, Lesson, Question, QuestionKind
from lms.core.content import render
from tests.catalogue.conftest import load

ROOT = Path(__file__).parents[2] / "courses"
FOLDERS = sorted(file.parent for file in ROOT.glob("*/course.yml"))
COURSES = {folder.name: load(folder) for folder in FOLDERS}
LESSONS = [pytest.param(lesson, id=lesson.uid) for course in COURSES.values() for lesson in course.lessons]
QUESTIONS = [
    pytest.param(question, id=question.uid)
    for course in COURSES.values()
    for lesson in course.lessons
    if lesson.quiz
    for question in lesson.quiz.questions
]


def test_the_six_courses_are_there() -> None:
    assert list(COURSES) == ["annotation-basics", "data-analysis", "english-a2", "freelancing", "graphic-design", "programming-python"]
    assert all(course.uid == name for name, course in COURSES.items())


def test_the_check_has_nothing_to_say() -> None:
    assert [str(finding) for finding in check(ROOT)] == []


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_has_400_to_800_words_in_every_language(lesson: Lesson) -> None:
    counts = {language: sum(wording.words(line.words) for line in wording.lines(body)) for language, body in lesson.body.items()}
    assert all(400 <= count <= 800 for count in counts.values()), counts


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_begins_with_what_the_reader_can_do(lesson: Lesson) -> None:
    assert lesson.body["en"].startswith("After this lesson you can ")
    if "ar" in lesson.body:
        assert lesson.body["ar"].startswith("بعد هذا الدرس يمكنك ")


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_has_a_picture_something_to_do_words_and_a_quiz(lesson: Lesson) -> None:
    assert lesson.pictures
    for body in lesson.body.values():
        assert "\n/// try\n" in body
        assert "\n/// words\n" in body
    assert lesson.quiz is not None
    assert 4 <= len(lesson.quiz.questions) <= 6


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_word_of_the_word_list_stands_in_the_lesson(lesson: Lesson) -> None:
    body, _, after = lesson.body["en"].partition("/// words\n")
    terms = re.findall(r"(?m)^(\S.*)\n:   ", after)
    assert len(terms) >= 4
    assert [term for term in terms if term.split()[0].lower() not in body.lower()] == []


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_renders_with_nothing_lost(lesson: Lesson) -> None:
    images = {picture.name: (f"/files/{picture.name}", picture.width, picture.height) for picture in lesson.pictures}
    for body in lesson.body.values():
        found = render(body, images=images)
        assert "///" not in found
        assert found.count("<img") == body.count("](img/")
        assert found.count('class="aid"') == body.count("/// help |")
        assert found.count("<a ") == len(re.findall(r"(?<!!)\[[^\]]*\]\([^)]*\)", body)) == found.count("href=")


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_right_answer_wins_and_each_wrong_one_is_explained(question: Question) -> None:
    if question.choices:
        right = [choice.uid for choice in question.choices if choice.right]
        assert quizzes.mark(question, right).right
        for choice in question.choices:
            assert choice.feedback, choice.uid
            assert choice.feedback["en"].startswith("Yes." if choice.right else "No."), choice.uid
    elif question.kind is QuestionKind.SHORT:
        assert all(quizzes.mark(question, accepted.text.in_language(language)).credit == accepted.credit / 100
                   for accepted in question.accepted for language in accepted.text)  # fmt: skip
        assert question.feedback
    else:
        assert question.low is not None
        assert quizzes.mark(question, str(question.low)).right
        assert question.feedback


def test_annotation_basics_is_whole_in_arabic() -> None:
    course = COURSES["annotation-basics"]
    words = [course.title, course.summary, *course.skills, *course.criteria, *(group.title for group in course.groups)]
    for lesson in course.lessons:
        assert not lesson.older
        words += [lesson.title, lesson.body]
        assert lesson.quiz is not None
        for question in lesson.quiz.questions:
            words += [question.text, *(choice.text for choice in question.choices), *(choice.feedback for choice in question.choices)]
        if lesson.assignment:
            words += [lesson.assignment.title, lesson.assignment.body]
            words += [level.text for criterion in lesson.assignment.rubric.criteria for level in criterion.levels]
    assert [text for text in words if not re.search(r"[\u0621-\u064a]", text.get("ar", ""))] == []


@pytest.mark.parametrize("course", [pytest.param(course, id=name) for name, course in COURSES.items()])
def test_a_course_can_be_completed(course: Course) -> None:
    """A piece of work a week, with a rubric, required; hours that its minutes bear out; a full score that passes everything."""
    assignments = [lesson.assignment for lesson in course.lessons if lesson.assignment]
    assert len(assignments) == course.weeks
    assert all(assignment.points * assignment.pass_percent > 0 for assignment in assignments)
    minutes = sum(item.minutes or 0 for _, item in course.items())
    assert abs(course.hours * 60 - minutes) <= 30, minutes
    assert {each.uid for each in course.requirements()} == {item.uid for _, item in course.items()}
    assert course.skills
    assert course.criteria


@pytest.mark.parametrize("lesson", [lesson for lesson in LESSONS if "annotation" not in str(lesson.id)])
def test_hard_places_have_help_in_arabic(lesson: Lesson) -> None:
    assert "/// help | ar\n" in lesson.body["en"]


def test_no_course_of_ours_promises_a_penalty_that_nobody_takes() -> None:
    lessons = [lesson for course in COURSES.values() for lesson in course.lessons]
    dues = [item.due for lesson in lessons for item in (lesson, lesson.assignment) if item and item.due]
    assert len(dues) >= 12
    assert [due for due in dues if due.late] == []
