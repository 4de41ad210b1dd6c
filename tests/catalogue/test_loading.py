"""From a folder to a Course, and from a Course to JSON and back."""

from __future__ import annotations

import json
from datetime import date, datetime
from fractions import Fraction

import pytest

from lms.catalogue.checking import check, checked
from lms.catalogue.courses import Course, Done, DoneBy, Due, HandIn, ItemKind, Late, Moment, Need, QuestionKind
from tests.catalogue.conftest import LESSON, PICTURE, Folder, load


def test_the_whole_folder_is_read(soap: Folder) -> None:
    course = load(soap.path)
    assert (course.uid, course.title["en"], course.hours, course.pass_percent) == ("soap", "Soap", 3, 60)
    assert [group.weight for group in course.groups] == [40, 60]
    assert [words["en"] for words in course.criteria] == ["Passed the quiz"]
    oil, lye = course.lessons
    assert (oil.uid, oil.slug, oil.week, oil.minutes, oil.required) == ("soap/oil", "oil", 1, 20, True)
    assert oil.opens == Moment(1, "mon", "09:00")
    assert oil.complete == Done(DoneBy.QUIZ, "soap/oil-quiz", 60)
    assert oil.body["en"].startswith("Oil is the first part of soap.\n")
    assert lye.needs == Need("done", item="soap/oil")
    assert lye.complete == Done()


def test_pictures_come_with_size_and_bytes(soap: Folder) -> None:
    (picture,) = load(soap.path).lessons[0].pictures
    assert (picture.name, picture.media_type, picture.width, picture.height) == ("oil.svg", "image/svg+xml", 40, 30)
    assert picture.data == PICTURE.encode()


def test_questions_are_read_exactly(soap: Folder) -> None:
    quiz = load(soap.path).lessons[0].quiz
    assert quiz is not None
    source, litres, name = quiz.questions
    assert [question.kind for question in quiz.questions] == [QuestionKind.SINGLE, QuestionKind.NUMERIC, QuestionKind.SHORT]
    assert [(choice.uid, choice.right) for choice in source.choices] == [("olives", True), ("sand", False)]
    assert (litres.low, litres.high) == (Fraction(5, 2), Fraction(5, 2))
    assert [accepted.text["en"] for accepted in name.accepted] == ["oil"]
    assert name.uid == "soap/oil-quiz/name"
    assert quiz.points == 3


def test_an_assignment_has_its_rubric(soap: Folder) -> None:
    assignment = load(soap.path).lessons[1].assignment
    assert assignment is not None
    assert assignment.accept == (HandIn.TEXT,)
    assert [criterion.uid for criterion in assignment.rubric.criteria] == ["oil", "lye", "water"]
    assert assignment.points == 6


def test_requirements_list_what_completes_the_course(soap: Folder) -> None:
    found = [(each.kind, each.uid, each.done.at_least) for each in load(soap.path).requirements()]
    assert found == [
        (ItemKind.LESSON, "soap/oil", 60),
        (ItemKind.QUIZ, "soap/oil-quiz", 60),
        (ItemKind.LESSON, "soap/lye", None),
        (ItemKind.ASSIGNMENT, "soap/plan", 60),
    ]


def test_yaml_1_1_does_not_change_what_is_written(soap: Folder) -> None:
    soap.breaks("01-oil/lesson.md", '"09:00"', "12:30")
    soap.breaks("02-lye/lesson.md", "title: Lye", "title: no")
    oil, lye = load(soap.path).lessons
    assert oil.opens == Moment(1, "mon", "12:30")
    assert lye.title["en"] == "no"


def test_late_rules_are_read(soap: Folder) -> None:
    soap.breaks(
        "02-lye/assignment.md",
        "group: work",
        'group: work\ndue: {week: 2, day: sun, at: "23:59", late: {pct: 10, per: hour, floor: 50, missing_pct: 80}}',
    )
    assignment = load(soap.path).assignment("soap/plan")
    assert assignment is not None
    assert assignment.due == Due(Moment(2, "sun", "23:59"), Late(10, "hour", 50, 80))
    told = [finding for finding in check(soap.path) if "no mark loses anything" in finding.message]
    assert [(finding.file.rsplit("/", 1)[-1], finding.severity) for finding in told] == [("assignment.md", "warning")]


def test_words_of_a_translation_stand_beside_the_english_ones(soap: Folder) -> None:
    soap.translate("01-oil/lesson.ar.md", '---\nof: "OF"\ntitle: الزيت\n---\nالزيت أول جزء.\n')
    soap.translate(
        "01-oil/quiz.ar.yml",
        'of: "OF"\ntitle: أسئلة\nquestions:\n  - {uid: name, text: ما أول جزء؟, answers: [زيت]}\n',
    )
    course = load(soap.path)
    oil = course.lessons[0]
    assert course.languages() == ("en", "ar")
    assert oil.title.in_language("ar") == "الزيت"
    assert oil.title.in_language("fa") == "Oil"
    assert oil.title.language_for("fa") == "en"
    assert oil.older == ()
    assert oil.quiz is not None
    assert oil.quiz.questions[0].text == {"en": "Where does the oil come from?"}
    assert [dict(accepted.text) for accepted in oil.quiz.questions[2].accepted] == [{"en": "oil"}, {"ar": "زيت"}]


def test_an_older_translation_is_marked(soap: Folder) -> None:
    soap.translate("01-oil/lesson.ar.md", '---\nof: "OF"\ntitle: الزيت\n---\nالزيت.\n')
    soap.write("01-oil/lesson.md", LESSON + "One more line.\n")
    assert load(soap.path).lessons[0].older == ("ar",)


def test_renaming_a_folder_changes_nothing(soap: Folder) -> None:
    before = load(soap.path).content_hash()
    (soap.path / "01-oil").rename(soap.path / "01-the-oil")
    assert load(soap.path).content_hash() == before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("01-oil/lesson.md", "first part", "main part"),
        ("01-oil/quiz.yml", "tolerance: 0", "tolerance: 1"),
        ("01-oil/img/oil.svg", "M1 1", "M2 1"),
        ("02-lye/rubric.yml", "All about oil", "Much about oil"),
        ("course.yml", "hours: 3", "hours: 4"),
    ],
)
def test_every_change_changes_the_hash(soap: Folder, file: str, old: str, new: str) -> None:
    before = load(soap.path).content_hash()
    soap.breaks(file, old, new)
    assert load(soap.path).content_hash() != before


def test_line_ends_of_windows_change_nothing(soap: Folder) -> None:
    before = load(soap.path).content_hash()
    (soap.path / "01-oil/lesson.md").write_bytes(LESSON.replace("\n", "\r\n").encode())
    assert load(soap.path).content_hash() == before


def test_json_and_back_is_the_same_course(soap: Folder) -> None:
    soap.translate("01-oil/lesson.ar.md", '---\nof: "OF"\ntitle: الزيت\n---\nالزيت.\n')
    course = load(soap.path)
    stored = json.loads(json.dumps(course.to_dict(), ensure_ascii=False))
    again = Course.from_dict(stored)
    assert again == course
    assert again.content_hash() == course.content_hash()
    assert again.lessons[0].pictures[0].data == b""


def test_another_format_or_field_is_refused(soap: Folder) -> None:
    plain = load(soap.path).to_dict()
    with pytest.raises(ValueError, match="format 2 is not 1"):
        Course.from_dict({**plain, "format": 2})
    with pytest.raises(TypeError, match="Course has no field colour"):
        Course.from_dict({**plain, "colour": "red"})


def test_a_broken_folder_is_told_with_every_error(soap: Folder) -> None:
    soap.breaks("course.yml", "hours: 3\n", "")
    soap.breaks("01-oil/lesson.md", "week: 1\nminutes", "minutes")
    _course, findings = checked(soap.path)
    assert [str(finding).removeprefix(f"{soap.path}/") for finding in findings if finding.severity == "error"] == [
        '01-oil/lesson.md:2: error: "week" is missing',
        'course.yml:1: error: "hours" is missing',
    ]


@pytest.mark.parametrize(
    ("moment", "start", "expected"),
    [
        (Moment(1, "mon", "09:00"), date(2026, 11, 23), datetime(2026, 11, 23, 9, 0)),  # noqa: DTZ001  local wall time
        (Moment(1, "sun", "23:59"), date(2026, 11, 23), datetime(2026, 11, 29, 23, 59)),  # noqa: DTZ001
        (Moment(1, "mon", "09:00"), date(2026, 11, 29), datetime(2026, 11, 30, 9, 0)),  # noqa: DTZ001  a start on Sunday
        (Moment(2, "sat", "18:30"), date(2026, 11, 28), datetime(2026, 12, 5, 18, 30)),  # noqa: DTZ001  a start on Saturday
    ],
)
def test_a_moment_is_counted_from_the_start(moment: Moment, start: date, expected: datetime) -> None:
    assert moment.local(start) == expected
