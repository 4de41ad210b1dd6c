"""A small good course on disk, which each test breaks in one place."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms.catalogue.checking import check
from lms.catalogue.courses import Course
from lms.catalogue.loading import fingerprint, survey_course
from lms.catalogue.sheets import ERROR

COURSE = """\
uid: soap
title: Soap
summary: How to make soap.
track: craft
cefr: A2
weeks: 2
hours: 3
pass: 60
groups:
  - {uid: quizzes, title: Quizzes, weight: 40}
  - {uid: work, title: Work, weight: 60}
skills:
  - Makes soap
criteria:
  - Passed the quiz
"""
LESSON = """\
---
uid: soap/oil
title: Oil
week: 1
minutes: 20
opens: {week: 1, day: mon, at: "09:00"}
complete: {quiz: soap/oil-quiz, at_least: 60}
---
Oil is the first part of soap.

![A bottle of oil](img/oil.svg)

/// words
oil
:   what comes from olives
///

Read [the next lesson](/learn/soap/lye).
"""
SECOND = """\
---
uid: soap/lye
title: Lye
week: 2
minutes: 20
needs: {done: soap/oil}
---
Lye is strong. Wear gloves.
"""
QUIZ = """\
uid: soap/oil-quiz
title: Questions
group: quizzes
questions:
  - uid: source
    kind: single
    text: Where does the oil come from?
    choices:
      - uid: olives
        text: from olives
        right: true
      - uid: sand
        text: from sand
        feedback: No. Sand holds no oil.
  - uid: litres
    kind: numeric
    text: How many litres are two and a half bottles of one litre?
    answer: 2.5
    tolerance: 0
  - uid: name
    kind: short
    text: What is the first part of soap?
    answers:
      - oil
"""
ASSIGNMENT = """\
---
uid: soap/plan
title: Plan
accept: [text]
group: work
---
Write your plan.
"""
RUBRIC = """\
criteria:
""" + "".join(
    f"""\
  - uid: {name}
    title: {name.capitalize()}
    levels:
      - {{uid: low, points: 0, text: Nothing about {name}.}}
      - {{uid: mid, points: 1, text: Something about {name}.}}
      - {{uid: high, points: 2, text: All about {name}.}}
"""
    for name in ("oil", "lye", "water")
)
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 30"><path d="M1 1h9v9H1z"/></svg>'
FILES = {
    "course.yml": COURSE,
    "01-oil/lesson.md": LESSON,
    "01-oil/quiz.yml": QUIZ,
    "01-oil/img/oil.svg": PICTURE,
    "02-lye/lesson.md": SECOND,
    "02-lye/assignment.md": ASSIGNMENT,
    "02-lye/rubric.yml": RUBRIC,
}


class Folder:
    """The course under `root/soap`. `breaks` changes one text in one file; `check` answers findings without the path before the folder."""

    def __init__(self, root: Path) -> None:
        self.path = root / "soap"
        for name, text in FILES.items():
            self.write(name, text)

    def write(self, name: str, text: str) -> None:
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def read(self, name: str) -> str:
        return (self.path / name).read_text(encoding="utf-8")

    def breaks(self, name: str, old: str, new: str) -> None:
        text = self.read(name)
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        self.write(name, text.replace(old, new))

    def translate(self, name: str, text: str) -> None:
        """Write a translation whose `of` is the English file as it stands."""
        part, _, rest = name.partition(".")
        english = self.read(f"{part}.{rest.partition('.')[2]}")
        self.write(name, text.replace("OF", fingerprint(english)))

    def check(self) -> list[str]:
        return [str(finding).removeprefix(f"{self.path}/") for finding in check(self.path)]


@pytest.fixture
def soap(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def load(path: Path) -> Course:
    """The course of a folder in which everything can be read."""
    course, survey = survey_course(path)
    assert [str(finding) for finding in survey.findings if finding.severity == ERROR] == []
    return course
