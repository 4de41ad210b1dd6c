"""A course as values: frozen dataclasses that know no file and no database.

`Course.to_dict()` gives plain JSON; `Course.from_dict()` reads it back; `Course.content_hash()` names a version. Words stand in
a `Text` per language, with English as the fallback. Per cents are whole numbers 0-100, points are whole numbers, bounds of a
numeric question are exact fractions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Any, cast

from lms.catalogue.plain import Text, canonical, from_plain, to_plain

FORMAT = 1
UNSAID = Text()
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class QuestionKind(StrEnum):
    SINGLE = "single"
    MULTIPLE = "multiple"
    SHORT = "short"
    NUMERIC = "numeric"


class Keep(StrEnum):
    """Which attempt counts."""

    HIGHEST = "highest"
    LATEST = "latest"
    AVERAGE = "average"


class Feedback(StrEnum):
    """When a trainee sees what was right."""

    AT_ONCE = "at_once"
    AFTER_ATTEMPT = "after_attempt"
    AFTER_CLOSE = "after_close"
    NEVER = "never"


class ItemKind(StrEnum):
    LESSON = "lesson"
    QUIZ = "quiz"
    ASSIGNMENT = "assignment"


class DoneBy(StrEnum):
    """What makes a lesson done (rule C1)."""

    READ = "read"
    QUIZ = "quiz"
    SUBMITTED = "submitted"
    PASSED = "passed"


class HandIn(StrEnum):
    TEXT = "text"
    FILE = "file"
    PHOTO = "photo"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Moment:
    """A wall-clock time as an offset from a cohort's start: week 1-based, `day` one of `DAYS`, `at` as HH:MM."""

    week: int
    day: str
    at: str

    def local(self, start: date) -> datetime:
        """The local wall time (without zone) in a cohort that starts on this date.

        Week 1 is the seven days that begin with the start, so every weekday comes once in it, whatever day the cohort starts.
        """
        opening = start + timedelta(weeks=self.week - 1)
        wait = (DAYS.index(self.day) - opening.weekday()) % 7
        return datetime.combine(opening + timedelta(days=wait), time.fromisoformat(self.at))


@dataclass(frozen=True, slots=True)
class Late:
    """Rule R7: `pct` of the possible points off per hour or day begun, never below `floor` per cent."""

    pct: int
    per: str = "day"
    floor: int = 0
    missing_pct: int = 100


@dataclass(frozen=True, slots=True)
class Due:
    moment: Moment
    late: Late | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """A node of the prerequisite tree (rule C4). `op` is all, any, done, score, level, from or cohort.

    all, any: `parts`. done: `item` is a uid. score: `item` and `at_least` per cent. level: `item` is a skill, `at_least` a CEFR
    level. from: `item` is an ISO date. cohort: `item` is a state of the cohort.
    """

    op: str
    parts: tuple[Need, ...] = ()
    item: str = ""
    at_least: str = ""

    def items(self) -> Iterator[str]:
        """Every uid that this tree waits for."""
        if self.op in ("done", "score"):
            yield self.item
        for part in self.parts:
            yield from part.items()


@dataclass(frozen=True, slots=True)
class Done:
    """How a lesson becomes done: `item` is the uid of the quiz or assignment, `at_least` a per cent of it."""

    by: DoneBy = DoneBy.READ
    item: str = ""
    at_least: int | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a lesson. `data` is held after loading from a folder and is not part of the stored JSON: `sha256` is."""

    name: str
    media_type: str
    width: int
    height: int
    sha256: str
    data: bytes = field(default=b"", repr=False, compare=False, metadata={"stored": False})


@dataclass(frozen=True, slots=True)
class Choice:
    """`credit` in per cent follows GIFT: 100 is right, 0 wrong, in between partly; None means `right` decides (rule R9)."""

    uid: str
    text: Text
    right: bool = False
    feedback: Text = UNSAID
    credit: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """One wording that a short question accepts, for `credit` per cent of the points."""

    text: Text
    credit: Fraction = Fraction(100)
    feedback: Text = UNSAID


@dataclass(frozen=True, slots=True)
class Question:
    """`uid` is `<quiz uid>/<own name>`. `low` and `high` (both inclusive) are set for numeric questions only.

    `feedback` is told with an answer that matches no choice and no accepted wording; `praise` with a right short or numeric one.
    """

    uid: str
    kind: QuestionKind
    text: Text
    points: int = 1
    choices: tuple[Choice, ...] = ()
    accepted: tuple[Accepted, ...] = ()
    case: bool = False
    low: Fraction | None = None
    high: Fraction | None = None
    unit: Text = UNSAID
    feedback: Text = UNSAID
    praise: Text = UNSAID


@dataclass(frozen=True, slots=True)
class Quiz:
    """`pass_percent` of the points makes it done; `attempts` 0 means as often as wanted; `cooldown` is minutes between attempts."""

    uid: str
    title: Text
    questions: tuple[Question, ...]
    pass_percent: int = 60
    required: bool = True
    group: str = ""
    weight: int = 1
    attempts: int = 0
    cooldown: int = 0
    keep: Keep = Keep.HIGHEST
    feedback: Feedback = Feedback.AFTER_ATTEMPT
    shuffle: bool = True
    minutes: int | None = None
    opens: Moment | None = None
    due: Due | None = None

    @property
    def points(self) -> int:
        return sum(question.points for question in self.questions)


@dataclass(frozen=True, slots=True)
class Level:
    uid: str
    points: int
    text: Text


@dataclass(frozen=True, slots=True)
class Criterion:
    """Levels stand from the lowest to the highest."""

    uid: str
    title: Text
    levels: tuple[Level, ...]

    @property
    def points(self) -> int:
        return max((level.points for level in self.levels), default=0)


@dataclass(frozen=True, slots=True)
class Rubric:
    criteria: tuple[Criterion, ...]

    @property
    def points(self) -> int:
        return sum(criterion.points for criterion in self.criteria)


@dataclass(frozen=True, slots=True)
class Assignment:
    """`accept` lists the ways to hand in; word limits are for text, `max_mb` and `max_files` for files and photos."""

    uid: str
    title: Text
    body: Text
    rubric: Rubric
    accept: tuple[HandIn, ...]
    pass_percent: int = 60
    required: bool = True
    group: str = ""
    weight: int = 1
    minutes: int | None = None
    min_words: int | None = None
    max_words: int | None = None
    max_mb: int | None = None
    max_files: int = 1
    opens: Moment | None = None
    due: Due | None = None
    older: tuple[str, ...] = ()

    @property
    def points(self) -> int:
        return self.rubric.points


@dataclass(frozen=True, slots=True)
class Lesson:
    """`body` is Markdown. `older` names the languages whose text was made from an earlier English one.

    `weight` is the lesson's share of the course's progress (rule C2), not of its grade.
    """

    uid: str
    title: Text
    body: Text
    week: int
    minutes: int
    required: bool = True
    weight: int = 1
    opens: Moment | None = None
    due: Due | None = None
    needs: Need | None = None
    complete: Done = Done()
    sources: tuple[str, ...] = ()
    pictures: tuple[Picture, ...] = ()
    quiz: Quiz | None = None
    assignment: Assignment | None = None
    older: tuple[str, ...] = ()

    @property
    def slug(self) -> str:
        """What follows the slash of the uid, as in `/learn/<course>/<lesson>`."""
        return self.uid.partition("/")[2]


@dataclass(frozen=True, slots=True)
class Group:
    """A group of the gradebook. `weight` in per cent of the total; `min_percent` is rule R11."""

    uid: str
    title: Text
    weight: int
    drop_lowest: int = 0
    min_percent: int | None = None


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing that must be done before the course is complete."""

    kind: ItemKind
    uid: str
    title: Text
    weight: int
    done: Done


@dataclass(frozen=True, slots=True)
class Course:
    """A course is complete when every requirement is done and, where `pass_percent` is set, the total reaches it (R11, C2).

    `criteria` and `skills` are the sentences that a certificate prints; `hours` is the study time of the whole course.
    """

    uid: str
    title: Text
    summary: Text
    lang: str
    track: str
    cefr: str
    hours: int
    weeks: int
    lessons: tuple[Lesson, ...]
    groups: tuple[Group, ...] = ()
    pass_percent: int | None = None
    skills: tuple[Text, ...] = ()
    criteria: tuple[Text, ...] = ()
    needs: Need | None = None

    def to_dict(self) -> dict[str, Any]:
        return {"format": FORMAT, **to_plain(self)}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Course:
        """Raises ValueError for a format that this version does not read, TypeError for an unknown field."""
        if data.get("format") != FORMAT:
            raise ValueError(f"course format {data.get('format')} is not {FORMAT}")
        return from_plain(cls, {key: value for key, value in data.items() if key != "format"})

    def content_hash(self) -> str:
        """SHA-256 in hex over the canonical JSON. Pictures take part by their own SHA-256, so each byte of them counts."""
        return hashlib.sha256(canonical(self.to_dict())).hexdigest()

    def lesson(self, uid: str) -> Lesson | None:
        return next((lesson for lesson in self.lessons if lesson.uid == uid), None)

    def quiz(self, uid: str) -> Quiz | None:
        return next((lesson.quiz for lesson in self.lessons if lesson.quiz and lesson.quiz.uid == uid), None)

    def assignment(self, uid: str) -> Assignment | None:
        return next((lesson.assignment for lesson in self.lessons if lesson.assignment and lesson.assignment.uid == uid), None)

    def items(self) -> Iterator[tuple[ItemKind, Lesson | Quiz | Assignment]]:
        """Every lesson, quiz and assignment in the order of study."""
        for lesson in self.lessons:
            yield ItemKind.LESSON, lesson
            if lesson.quiz:
                yield ItemKind.QUIZ, lesson.quiz
            if lesson.assignment:
                yield ItemKind.ASSIGNMENT, lesson.assignment

    def requirements(self) -> tuple[Requirement, ...]:
        """Everything required, with the rule that makes it done."""
        return tuple(
            Requirement(kind, item.uid, item.title, item.weight, _done(kind, item)) for kind, item in self.items() if item.required
        )

    def languages(self) -> tuple[str, ...]:
        """The languages that have the text of at least one lesson; English first."""
        found = {language for lesson in self.lessons for language in lesson.body}
        return tuple(sorted(found, key=lambda language: (language != Text.FALLBACK, language)))


def _done(kind: ItemKind, item: Lesson | Quiz | Assignment) -> Done:
    if kind is ItemKind.LESSON:
        return cast(Lesson, item).complete
    graded = cast("Quiz | Assignment", item)
    return Done(DoneBy.QUIZ if kind is ItemKind.QUIZ else DoneBy.PASSED, graded.uid, graded.pass_percent)
