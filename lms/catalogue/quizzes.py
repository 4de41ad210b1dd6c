"""Scores a quiz in exact fractions and puts its questions in the order of an attempt. Pure: the same input, the same marks.

An answer is what a form or JSON holds: the uid of a choice (single), a list of them (multiple), a string (short, numeric).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol, TypeVar

from lms.catalogue.courses import Choice, Question, QuestionKind, Quiz
from lms.catalogue.plain import Text

Given = str | Sequence[str] | None

NOTHING, ALL = Fraction(0), Fraction(1)
LONGEST_NUMBER = 40  # signs

_QUOTES = str.maketrans(
    {"‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "“": '"', "”": '"', "„": '"', "‟": '"', "″": '"', "«": '"', "»": '"'}
)
_DIGITS = {ord(digit): str(value) for zero in ("٠", "۰") for value, digit in enumerate(chr(ord(zero) + n) for n in range(10))}
_DIRECTION_MARKS = dict.fromkeys((0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
_NUMBER = re.compile(r"([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:/(\d+))?")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?")


class HasUid(Protocol):
    @property
    def uid(self) -> str: ...


Item = TypeVar("Item", bound=HasUid)


@dataclass(frozen=True, slots=True)
class Marked:
    """One answer scored. `credit` is 0 to 1, `points` is credit times the question's points, `told` is what to say about it."""

    question: Question
    answered: bool
    credit: Fraction
    told: tuple[Text, ...] = ()

    @property
    def points(self) -> Fraction:
        return self.credit * self.question.points

    @property
    def right(self) -> bool:
        return self.credit == ALL


@dataclass(frozen=True, slots=True)
class Score:
    marks: tuple[Marked, ...]

    @property
    def points(self) -> Fraction:
        return sum((mark.points for mark in self.marks), NOTHING)

    @property
    def possible(self) -> int:
        return sum(mark.question.points for mark in self.marks)

    @property
    def percent(self) -> Fraction:
        """0 to 100, not rounded; 0 for a quiz without points."""
        return self.points * 100 / self.possible if self.possible else NOTHING

    def reaches(self, percent: int) -> bool:
        return self.percent >= percent


def bar(quiz: Quiz) -> tuple[int, int]:
    """The fewest whole points that pass, and all that there are."""
    possible = sum(question.points for question in quiz.questions)
    return -(-possible * quiz.pass_percent // 100), possible


def score(quiz: Quiz, answers: Mapping[str, Given]) -> Score:
    """Mark every question of the quiz, by question uid; one without an answer gets nothing. Other uids are left alone."""
    return Score(tuple(mark(question, answers.get(question.uid)) for question in quiz.questions))


def mark(question: Question, given: Given) -> Marked:
    """Score one answer. A choice that does not exist is like no choice."""
    match question.kind:
        case QuestionKind.SINGLE:
            picked = _picked(question, given)
            return _marked(question, picked[:1], _share(picked[0]) if len(picked) == 1 else NOTHING)
        case QuestionKind.MULTIPLE:
            picked = _picked(question, given)
            return _marked(question, picked, _several(question, picked))
        case QuestionKind.SHORT:
            return _short(question, _written(given))
        case QuestionKind.NUMERIC:
            return _numeric(question, _written(given))


def in_order(items: Iterable[Item], attempt: str) -> tuple[Item, ...]:
    """Shuffle by hash(attempt, uid): the same after a reload and on appeal, and another item added moves no two others."""
    return tuple(sorted(items, key=lambda item: hashlib.sha256(f"{attempt}\0{item.uid}".encode()).digest()))


def questions_of(quiz: Quiz, attempt: str) -> tuple[Question, ...]:
    """The questions in the order of this attempt; as written where the quiz is not shuffled."""
    return in_order(quiz.questions, attempt) if quiz.shuffle else quiz.questions


def choices_of(question: Question, attempt: str, *, shuffle: bool = True) -> tuple[Choice, ...]:
    return in_order(question.choices, f"{attempt}\0{question.uid}") if shuffle else question.choices


def normalise(text: str, *, case: bool = False) -> str:
    """What two short answers are compared by: NFC, one space between words, straight quotes, Latin digits, small letters.

    Never a fuzzy match: an 85 per cent matcher accepts "he go to school". With `case` the letters stay as typed.
    """
    plain = unicodedata.normalize("NFC", text).translate(_DIRECTION_MARKS).translate(_QUOTES).translate(_DIGITS)
    plain = " ".join(plain.split())
    return plain if case else unicodedata.normalize("NFC", plain.casefold())


def number(text: str) -> Fraction | None:
    """A number as people type it, or None: `12`, `١٢`, `12.5`, `12,5`, `١٢٫٥`, `1,250`, `1 250`, `1/2`, `-3`.

    A comma before exactly three digits parts thousands, as in the markets of the region; elsewhere it is a decimal comma.
    """
    plain = normalise(text).replace("٫", ".").replace("٬", "").replace("−", "-").replace(" ", "").replace("'", "")
    if len(plain) > LONGEST_NUMBER:
        return None
    plain = plain.replace(",", "") if _THOUSANDS.fullmatch(plain) else plain.replace(",", ".")
    found = _NUMBER.fullmatch(plain)
    if found is None or (found[3] and not int(found[3])):
        return None
    value = Fraction(found[2].rstrip(".") if found[2] != "." else "0") / int(found[3] or 1)
    return -value if found[1] == "-" else value


def value_of(question: Question, text: str) -> Fraction | None:
    """The number in an answer to a numeric question, with or without its unit in any language; None where it is no number."""
    typed = normalise(text)
    units = sorted((normalise(unit) for unit in question.unit.values()), key=len, reverse=True)
    return number(next((typed.removesuffix(unit) for unit in units if unit and typed.endswith(unit)), typed))


def _picked(question: Question, given: Given) -> list[Choice]:
    wanted = [given] if isinstance(given, str) else list(given or ())
    return [choice for choice in question.choices if choice.uid in wanted]


def _written(given: Given) -> str:
    return given if isinstance(given, str) else next(iter(given or ()), "")


def _marked(question: Question, picked: Sequence[Choice], credit: Fraction) -> Marked:
    return Marked(question, bool(picked), credit, tuple(choice.feedback for choice in picked if choice.feedback))


def _share(choice: Choice) -> Fraction:
    if choice.credit is None:
        return ALL if choice.right else NOTHING
    return _clip(choice.credit / 100)


def _several(question: Question, picked: Sequence[Choice]) -> Fraction:
    """Rule R9: GIFT's percentages where given, else 1/k for each right pick and -1/k for each wrong one, k = right choices."""
    if any(choice.credit is not None for choice in question.choices):
        return _clip(sum((choice.credit or NOTHING for choice in picked), NOTHING) / 100)
    right = sum(choice.right for choice in question.choices)
    if not right:
        return NOTHING
    return _clip(Fraction(sum(1 if choice.right else -1 for choice in picked), right))


def _short(question: Question, text: str) -> Marked:
    wanted = normalise(text, case=question.case)
    if not wanted:
        return Marked(question, False, NOTHING)
    best = max(
        (one for one in question.accepted if any(normalise(words, case=question.case) == wanted for words in one.text.values())),
        key=lambda one: one.credit,
        default=None,
    )
    if best is None:
        return _answered(question, NOTHING)
    credit = _clip(best.credit / 100)
    return Marked(question, True, credit, (best.feedback,)) if best.feedback else _answered(question, credit)


def _numeric(question: Question, text: str) -> Marked:
    if not normalise(text):
        return Marked(question, False, NOTHING)
    value = value_of(question, text)
    inside = value is not None and question.low is not None and question.high is not None and question.low <= value <= question.high
    return _answered(question, ALL if inside else NOTHING)


def _answered(question: Question, credit: Fraction) -> Marked:
    said = question.praise if credit == ALL else question.feedback
    return Marked(question, True, credit, (said,) if said else ())


def _clip(share: Fraction) -> Fraction:
    return min(max(share, NOTHING), ALL)
