"""One table: what is broken, and the line that the check prints."""
# ruff: noqa: E501  a row of the table stays whole

from __future__ import annotations

from pathlib import Path

import pytest

from lms.catalogue.checking import check
from tests.catalogue.conftest import Folder

BROKEN = [
    # name, file, what stands there, what is written instead, the finding
    ("missing uid", "01-oil/lesson.md", "uid: soap/oil\n", "", '01-oil/lesson.md:2: error: "uid" is missing'),
    ("strange uid", "course.yml", "uid: soap\n", "uid: Soap Bar\n", 'course.yml:1: error: uid "Soap Bar" is a name of a-z, 0-9 and hyphens'),
    ("uid of another course", "02-lye/lesson.md", "uid: soap/lye", "uid: milk/lye",
     '02-lye/lesson.md:2: error: uid "milk/lye" is not "soap/" and a name of a-z, 0-9 and hyphens'),
    ("question twice", "01-oil/quiz.yml", "uid: name", "uid: litres",
     '01-oil/quiz.yml:20: error: uid "soap/oil-quiz/litres" is used twice: first in 01-oil/quiz.yml:15'),
    ("dead link", "01-oil/lesson.md", "/learn/soap/lye", "/learn/soap/wax", '01-oil/lesson.md:18: error: dead link: there is no "soap/wax"'),
    ("link to a file", "01-oil/lesson.md", "/learn/soap/lye", "../02-lye/lesson.md",
     '01-oil/lesson.md:18: error: dead link: "../02-lye/lesson.md" is neither https://, mailto:, /learn/... nor #part'),
    ("link that runs", "01-oil/lesson.md", "/learn/soap/lye", "javascript:alert(1)",
     '01-oil/lesson.md:18: error: dead link: "javascript:alert(1" is neither https://, mailto:, /learn/... nor #part'),
    ("link without words", "01-oil/lesson.md", "[the next lesson]", "[]", '01-oil/lesson.md:18: error: the link "/learn/soap/lye" has no words'),
    ("dead picture", "01-oil/lesson.md", "img/oil.svg", "img/oil.webp", '01-oil/lesson.md:11: error: dead picture: "img/oil.webp" is not there'),
    ("remote picture", "01-oil/lesson.md", "img/oil.svg", "https://pictures.example/oil.png",
     '01-oil/lesson.md:11: error: the picture "https://pictures.example/oil.png" is not in the lesson\'s img/'),
    ("no alt text", "01-oil/lesson.md", "![A bottle of oil]", "![]", '01-oil/lesson.md:11: error: the picture "img/oil.svg" has no alt text'),
    ("wide picture", "01-oil/img/oil.svg", "0 0 40 30", "0 0 721 30", "01-oil/img/oil.svg:1: error: the picture is 721 px wide, 720 is the most"),
    ("endless picture", "01-oil/img/oil.svg", "0 0 40 30", "0 0 1e999 30", "01-oil/img/oil.svg:1: error: the SVG's viewBox is not four numbers"),
    ("heavy picture", "01-oil/img/oil.svg", "M1 1", "M1 1" + "h1" * 20_480, "01-oil/img/oil.svg:1: error: the picture weighs 40.1 KB, 40 is the most"),
    ("picture that runs", "01-oil/img/oil.svg", "<path", "<script>x()</script><path",
     "01-oil/img/oil.svg:1: error: the SVG holds a script, a DOCTYPE, or fetches something from outside"),
    ("picture that fetches", "01-oil/img/oil.svg", "<path", '<image href="https://a.example/x.png"/><path',
     "01-oil/img/oil.svg:1: error: the SVG holds a script, a DOCTYPE, or fetches something from outside"),
    ("picture nobody shows", "01-oil/lesson.md", "![A bottle of oil](img/oil.svg)", "A bottle.", "01-oil/img/oil.svg:1: warning: no text shows this picture"),
    ("weights", "course.yml", "weight: 60", "weight: 50", "course.yml:1: error: the weights of the groups add up to 90, not 100"),
    ("weight that is no number", "course.yml", "weight: 60", "weight: many",
     'course.yml:11: error: "weight" is a whole number from 0 to 1000, not "many"'),
    ("unknown group", "01-oil/quiz.yml", "group: quizzes", "group: tests",
     '01-oil/quiz.yml:1: error: the quiz is in group "tests": the groups are quizzes, work'),
    ("circle", "01-oil/lesson.md", "week: 1\nminutes", "needs: {done: soap/lye}\nweek: 1\nminutes",
     "02-lye/lesson.md:2: error: prerequisites go in a circle: soap/lye needs soap/oil needs soap/lye"),
    ("circle through the own quiz", "01-oil/lesson.md", "week: 1\nminutes", "needs: {score: soap/oil-quiz, at_least: 60}\nweek: 1\nminutes",
     "01-oil/lesson.md:2: error: prerequisites go in a circle: soap/oil needs soap/oil-quiz needs soap/oil"),
    ("need of nothing", "02-lye/lesson.md", "done: soap/oil", "done: soap/wax", '02-lye/lesson.md:2: error: "needs" names "soap/wax", which does not exist'),
    ("score without a bound", "02-lye/lesson.md", "{done: soap/oil}", "{score: soap/oil-quiz}",
     '02-lye/lesson.md:6: error: "score" needs "at_least", a per cent from 0 to 100'),
    ("date in words", "02-lye/lesson.md", "{done: soap/oil}", "{from: next week}",
     '02-lye/lesson.md:6: error: "from" is a date such as 2026-09-01, not "next week"'),
    ("completion by another course", "01-oil/lesson.md", "quiz: soap/oil-quiz", "quiz: soap/wax-quiz",
     '01-oil/lesson.md:2: error: "complete" waits for the quiz "soap/wax-quiz", which is not in this course'),
    ("placeholder text", "02-lye/lesson.md", "Wear gloves.", "TODO gloves.", '02-lye/lesson.md:8: error: this is a placeholder: "Lye is strong. TODO gloves."'),
    ("placeholder question", "01-oil/quiz.yml", "Where does the oil come from?", "Question 1",
     '01-oil/quiz.yml:7: error: this is a placeholder: "Question 1"'),
    ("markup in a question", "01-oil/quiz.yml", "Where does the oil come from?", "Where is [oil](https://oil.example) from?",
     '01-oil/quiz.yml:7: error: quizzes, rubrics and titles show plain words, no tables, links or headings: "Where is [oil](https://oil.example) from?"'),
    ("empty question", "01-oil/quiz.yml", "text: Where does the oil come from?", "text:", '01-oil/quiz.yml:7: error: "text" is empty'),
    ("no text", "02-lye/lesson.md", "Lye is strong. Wear gloves.\n", "", "02-lye/lesson.md:8: error: there is no text"),
    ("open block", "01-oil/lesson.md", "///\n\nRead", "Read", '01-oil/lesson.md:13: error: the block "words" that begins here has no closing ///'),
    ("closed twice", "01-oil/lesson.md", "///\n\nRead", "///\n///\n\nRead", "01-oil/lesson.md:17: error: /// closes no block"),
    ("unknown block", "01-oil/lesson.md", "/// words", "/// word", '01-oil/lesson.md:13: error: there is no block "word": they are help, words, try'),
    ("help without a language", "01-oil/lesson.md", "/// words", "/// help", '01-oil/lesson.md:13: error: the block "help" names a language: /// help | ar'),
    ("help in no language", "01-oil/lesson.md", "/// words", "/// help | xx", '01-oil/lesson.md:13: error: the block "help" names a language: /// help | ar'),
    ("block in a block", "02-lye/lesson.md", "Wear gloves.", "\n\n/// try\nGo.\n\n//// words\na\n:   b\n////\n\n/// try\nOn.\n///\n///",
     "02-lye/lesson.md:18: error: a block inside another needs another number of slashes: /// closes the outer one"),
    ("open code", "02-lye/lesson.md", "Wear gloves.", "\n```python\nprint(1)\n", "02-lye/lesson.md:9: error: the code that begins here has no closing ```"),
    ("day that is none", "01-oil/lesson.md", "day: mon", "day: monday",
     '01-oil/lesson.md:6: error: "day" is one of mon, tue, wed, thu, fri, sat, sun, not "monday"'),
    ("hour that is none", "01-oil/lesson.md", '"09:00"', "25:00", '01-oil/lesson.md:6: error: "at" is a time such as "09:00", not "25:00"'),
    ("week after the end", "01-oil/lesson.md", "{week: 1, day", "{week: 3, day", "01-oil/lesson.md:2: error: the lesson opens in week 3 of a course of 2 weeks"),
    ("lesson after the end", "02-lye/lesson.md", "week: 2", "week: 9", "02-lye/lesson.md:2: error: week 9 of a course of 2 weeks"),
    ("no right answer", "01-oil/quiz.yml", "        right: true\n", "        feedback: No.\n", "01-oil/quiz.yml:5: error: no right answer"),
    ("two right answers", "01-oil/quiz.yml", "        text: from sand\n", "        text: from sand\n        right: true\n",
     "01-oil/quiz.yml:5: error: 2 right answers in a question with a single one"),
    ("right and credit", "01-oil/quiz.yml", "        right: true\n", "        right: true\n        credit: 50\n",
     '01-oil/quiz.yml:5: error: "right" or "credit" says what is right, not both in one question'),
    ("same choice twice", "01-oil/quiz.yml", "text: from sand", "text: from  olives", '01-oil/quiz.yml:5: error: 2 choices say the same: "from olives"'),
    ("wrong and silent", "01-oil/quiz.yml", "        feedback: No. Sand holds no oil.\n", "",
     '01-oil/quiz.yml:5: warning: choice "sand" is wrong and does not say why: "feedback" is missing'),
    ("no full wording", "01-oil/quiz.yml", "- oil\n", '- "%50%oil"\n', "01-oil/quiz.yml:20: error: no right answer: no wording has the full credit"),
    ("no tolerance", "01-oil/quiz.yml", "    tolerance: 0\n", "",
     '01-oil/quiz.yml:18: error: an answer that is no whole number needs a "tolerance" (0 for exactly this)'),
    ("tolerance below zero", "01-oil/quiz.yml", "tolerance: 0", "tolerance: -1", '01-oil/quiz.yml:19: error: "tolerance" is below zero'),
    ("range upside down", "01-oil/quiz.yml", "answer: 2.5\n    tolerance: 0", "low: 3\n    high: 2", '01-oil/quiz.yml:18: error: "low" 3 is more than "high" 2'),
    ("no number at all", "01-oil/quiz.yml", "    answer: 2.5\n    tolerance: 0\n", "",
     '01-oil/quiz.yml:15: error: a numeric question has "answer" (and "tolerance"), or "low" and "high"'),
    ("unknown kind", "01-oil/quiz.yml", "kind: short", "kind: essay",
     '01-oil/quiz.yml:21: error: "kind" is one of single, multiple, short, numeric, not "essay"'),
    ("unknown key", "01-oil/lesson.md", "minutes: 20", "minuts: 20", '01-oil/lesson.md:5: error: unknown key "minuts": is it "minutes"?'),
    ("key twice", "course.yml", "weeks: 2\n", "weeks: 2\nweeks: 3\n", 'course.yml:7: error: key "weeks" stands twice'),
    ("YAML tab", "course.yml", "skills:\n", "skills:\n\t- x\n", "course.yml:13: error: YAML: found character '\\t' that cannot start any token"),
    ("YAML alias", "course.yml", "title: Soap", "title: &a [*a]", "course.yml:2: error: write it out: we do not use YAML aliases (*)"),
    ("front matter never ends", "02-lye/lesson.md", "---\nLye", "Lye", "02-lye/lesson.md:1: error: the front matter has no second --- line"),
    ("flag in words", "01-oil/quiz.yml", "group: quizzes", "group: quizzes\nshuffle: yes", '01-oil/quiz.yml:4: error: "shuffle" is true or false, not "yes"'),
    ("long sentence", "02-lye/lesson.md", "Lye is strong. Wear gloves.", "Lye is strong and you must wear gloves, a coat and glasses every time.",
     '02-lye/lesson.md:8: warning: a sentence of 14 words, 12 are enough: "Lye is strong and you must wear gloves, a coat and glasse..."'),
    ("hand-in nobody knows", "02-lye/assignment.md", "accept: [text]", "accept: [fax]", '02-lye/assignment.md:4: error: "accept" lists text, file, photo, link, not "fax"'),
    ("two levels", "02-lye/rubric.yml", "      - {uid: mid, points: 1, text: Something about oil.}\n", "",
     "02-lye/rubric.yml:4: error: a criterion has 3 levels, this one has 2"),
    ("levels that fall", "02-lye/rubric.yml", "points: 1, text: Something about oil", "points: 3, text: Something about oil",
     "02-lye/rubric.yml:7: error: levels go from the lowest to the highest: these points do not grow"),
    ("promised language", "course.yml", "weeks: 2\n", "weeks: 2\nlanguages: [xx]\n",
     'course.yml:7: error: "xx" is not one of our languages: en, ar, fa, ps, ckb, tr, bg, sw'),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "finding"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN])
def test_a_fault_is_named_at_its_line(soap: Folder, file: str, old: str, new: str, finding: str) -> None:
    soap.breaks(file, old, new)
    found = [line.replace(f"{soap.path}/", "") for line in soap.check()]
    assert finding in found


def test_a_good_course_has_no_finding(soap: Folder) -> None:
    assert soap.check() == []


def test_a_quote_that_never_ends_is_named_inside_the_front_matter(soap: Folder) -> None:
    soap.breaks("01-oil/lesson.md", "title: Oil", 'title: "Oil')
    yaml = [line for line in soap.check() if "YAML" in line]
    assert yaml == ["01-oil/lesson.md:6: error: YAML: expected <block end>, but found '<scalar>'"]


@pytest.mark.parametrize(
    ("remove", "finding"),
    [
        ("01-oil/lesson.md", "01-oil/lesson.md:1: error: the file is missing"),
        ("02-lye/rubric.yml", "02-lye/rubric.yml:1: error: the assignment has no rubric.yml"),
        ("02-lye/assignment.md", "02-lye/rubric.yml:1: error: a rubric without an assignment.md"),
        ("02-lye/assignment.md", 'course.yml:1: error: nothing is in group "work": its weight would be spread over the others'),
        ("course.yml", "course.yml:1: error: the file is missing: this is no course folder"),
    ],
)
def test_a_missing_file_is_named(soap: Folder, remove: str, finding: str) -> None:
    (soap.path / remove).unlink()
    assert finding in soap.check()


@pytest.mark.parametrize("stray", ["01-oil/lesson.xx.md", "01-oil/notes.txt", "01-oil/lessons.md", "readme.txt"])
def test_a_stray_file_is_named(soap: Folder, stray: str) -> None:
    soap.write(stray, "x")
    assert any(line.startswith(f"{stray}:1: error: ") for line in soap.check())


def test_a_link_on_the_disk_is_not_followed(soap: Folder, tmp_path: Path) -> None:
    (tmp_path / "secret.svg").write_text("<svg/>", encoding="utf-8")
    (soap.path / "01-oil/img/secret.svg").symlink_to(tmp_path / "secret.svg")
    assert "01-oil/img/secret.svg:1: error: img/ holds picture files only" in soap.check()


def test_code_may_hold_anything(soap: Folder) -> None:
    soap.breaks("02-lye/lesson.md", "Wear gloves.", "\n\n```\n/// nothing\n![](x.png) [](y)\nTODO\n```\nUse `[](z)` so.")
    assert soap.check() == []


def test_a_question_may_hold_code_with_comments(soap: Folder) -> None:
    soap.breaks(
        "01-oil/quiz.yml",
        "    text: Where does the oil come from?\n",
        "    text: |\n      ```\n      # oil\n      a[0](b)\n      ```\n      Where from?\n",
    )
    assert soap.check() == []


def test_a_promised_language_that_is_missing_is_a_warning(soap: Folder) -> None:
    soap.breaks("course.yml", "weeks: 2\n", "weeks: 2\nlanguages: [en, ar]\n")
    found = soap.check()
    assert "01-oil/lesson.md:1: warning: no translation: lesson.ar.md is missing" in found
    assert "01-oil/quiz.yml:1: warning: no translation: quiz.ar.yml is missing" in found
    assert 'course.yml:2: warning: "title" is not translated into "ar"' in found
    assert not any(" error: " in line for line in found)


def test_a_translation_of_an_earlier_text_is_older(soap: Folder) -> None:
    soap.translate("01-oil/lesson.ar.md", '---\nof: "OF"\ntitle: الزيت\n---\nالزيت أول جزء. ![زجاجة](img/oil.svg)\n')
    assert soap.check() == []
    soap.breaks("01-oil/lesson.md", "first part", "main part")
    assert [line.partition(": of is")[0] for line in soap.check()] == ["01-oil/lesson.ar.md:2: warning: older than the English text"]


def test_a_translation_may_not_say_what_is_right(soap: Folder) -> None:
    soap.translate(
        "01-oil/quiz.ar.yml",
        'of: "OF"\ntitle: أسئلة\nquestions:\n  - uid: source\n    text: من أين الزيت؟\n    choices:\n'
        "      - {uid: olives, text: من الزيتون}\n      - {uid: sand, text: من الرمل, right: true}\n      - {uid: rain, text: من المطر}\n",
    )
    assert soap.check() == [
        '01-oil/quiz.ar.yml:3: warning: question "litres" is not translated',
        '01-oil/quiz.ar.yml:3: warning: question "name" is not translated',
        '01-oil/quiz.ar.yml:8: error: unknown key "right"',
        '01-oil/quiz.ar.yml:8: warning: "feedback" is not translated',
        '01-oil/quiz.ar.yml:9: error: choice "rain" is not in the English file',
    ]


def test_a_folder_of_courses_is_checked_whole(soap: Folder, tmp_path: Path) -> None:
    twin = tmp_path / "twin"
    twin.mkdir()
    (twin / "course.yml").write_text(soap.read("course.yml"), encoding="utf-8")
    found = [str(finding).replace(f"{tmp_path}/", "") for finding in check(tmp_path)]
    assert 'twin/course.yml:1: error: uid "soap" is used twice: first in soap/course.yml:1' in found


def test_sentences_are_not_counted_above_a2(soap: Folder) -> None:
    soap.breaks("02-lye/lesson.md", "Wear gloves.", "Wear " + "very " * 20 + "good gloves.")
    soap.breaks("course.yml", "cefr: A2", "cefr: B1")
    assert soap.check() == []
