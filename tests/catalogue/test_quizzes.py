"""Scoring answers: R9 of the learning design, short answers exactly, numbers in any digits, an order that stays."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.catalogue import quizzes
from lms.catalogue.courses import Accepted, Choice, Question, QuestionKind, Quiz
from lms.catalogue.plain import Text


def choices(right: str, wrong: str, credits: dict[str, int] | None = None) -> tuple[Choice, ...]:
    worth = credits or {}
    return tuple(
        Choice(uid, Text(en=uid), uid in right, Text(en=f"about {uid}"), Fraction(worth[uid]) if uid in worth else None)
        for uid in right + wrong
    )


def asked(kind: QuestionKind, **more: object) -> Question:
    return Question(uid="c/q/one", kind=kind, text=Text(en="?"), **more)  # type: ignore[arg-type]


SINGLE = asked(QuestionKind.SINGLE, choices=choices("b", "ac"))
MULTIPLE = asked(QuestionKind.MULTIPLE, choices=choices("abc", "de"))
GIFT = asked(QuestionKind.MULTIPLE, choices=choices("ab", "cd", {"a": 50, "b": 50, "c": -100, "d": -50}))


@pytest.mark.parametrize(
    ("question", "given_", "credit"),
    [
        (SINGLE, "b", "1"),
        (SINGLE, "a", "0"),
        (SINGLE, None, "0"),
        (SINGLE, "zzz", "0"),
        (SINGLE, ["a", "b"], "0"),  # a forged form with two picks wins nothing
        (MULTIPLE, ["a", "b", "c"], "1"),
        (MULTIPLE, ["a", "b"], "2/3"),
        (MULTIPLE, ["a", "b", "d"], "1/3"),
        (MULTIPLE, ["a", "d", "e"], "0"),
        (MULTIPLE, ["a", "b", "c", "d", "e"], "1/3"),
        (MULTIPLE, ["a", "a", "a"], "1/3"),
        (MULTIPLE, [], "0"),
        (GIFT, ["a", "b"], "1"),
        (GIFT, ["a"], "1/2"),
        (GIFT, ["a", "b", "d"], "1/2"),
        (GIFT, ["a", "c"], "0"),
    ],
)
def test_choices_are_scored_in_exact_fractions(question: Question, given_: quizzes.Given, credit: str) -> None:
    assert quizzes.mark(question, given_).credit == Fraction(credit)


SHORT = asked(
    QuestionKind.SHORT,
    accepted=(
        Accepted(Text(en="she went to work")),
        Accepted(Text(en="she goes to work"), Fraction(50), Text(en="Use the past.")),
        Accepted(Text(en="caf\u00e9 12")),
        Accepted(Text(en="it's")),
    ),
    feedback=Text(en="Look at the verb."),
    praise=Text(en="Yes."),
)


@pytest.mark.parametrize(
    ("typed", "credit", "told"),
    [
        ("she went to work", "1", "Yes."),
        ("  She   WENT\u00a0to work ", "1", "Yes."),
        ("she goes to work", "1/2", "Use the past."),
        ("she go to work", "0", "Look at the verb."),
        ("she went to work.", "0", "Look at the verb."),
        ("cafe\u0301 ١٢", "1", "Yes."),
        ("CAFÉ ۱۲", "1", "Yes."),
        ("\u200fit\u2019s\u200e", "1", "Yes."),
    ],
)
def test_short_answers_are_exact_after_normalising(typed: str, credit: str, told: str) -> None:
    mark = quizzes.mark(SHORT, typed)
    assert (mark.credit, mark.told) == (Fraction(credit), (Text(en=told),))


def test_case_counts_where_the_author_says_so() -> None:
    strict = asked(QuestionKind.SHORT, accepted=(Accepted(Text(en="Monday")),), case=True)
    assert quizzes.mark(strict, "Monday").right
    assert not quizzes.mark(strict, "monday").right


def test_every_language_of_an_accepted_wording_counts() -> None:
    question = asked(QuestionKind.SHORT, accepted=(Accepted(Text(en="label")), Accepted(Text(ar="وسم"))))
    assert quizzes.mark(question, "وسم").right
    assert quizzes.mark(question, "Label").right


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("12", "12"),
        ("١٢", "12"),
        ("۱۲", "12"),
        (" 12.50 ", "25/2"),
        ("12,5", "25/2"),
        ("١٢٫٥", "25/2"),
        ("1,250", "1250"),
        ("١٬٢٥٠", "1250"),
        ("1 250 000", "1250000"),
        ("1,250.75", "5003/4"),
        ("-3", "-3"),
        ("\u22123", "-3"),
        ("+3", "3"),
        ("1/2", "1/2"),
        (".5", "1/2"),
        ("5.", "5"),
    ],
)
def test_numbers_are_read_as_people_type_them(typed: str, value: str) -> None:
    assert quizzes.number(typed) == Fraction(value)


@pytest.mark.parametrize("typed", ["", "twelve", "1e9", "1/0", "1.2.3", "--1", ".", "1,2,3", "9" * 41, "0x10", "nan", "inf"])
def test_what_is_no_number_is_none(typed: str) -> None:
    assert quizzes.number(typed) is None


NUMERIC = asked(QuestionKind.NUMERIC, low=Fraction("0.29"), high=Fraction("0.31"), unit=Text(en="USD", ar="دولار"))


@pytest.mark.parametrize(
    ("typed", "right"),
    [("0.3", True), ("0.29", True), ("0.31", True), ("0.3100001", False), ("٠٫٣ دولار", True), ("0.3 usd", True), ("0.3 EUR", False)],
)
def test_both_ends_of_a_range_are_right(typed: str, right: bool) -> None:
    assert quizzes.mark(NUMERIC, typed).right is right


def test_a_score_adds_points_and_never_rounds() -> None:
    quiz = Quiz("c/q", Text(en="q"), (asked(QuestionKind.MULTIPLE, choices=choices("abc", "de"), points=2),))
    score = quizzes.score(quiz, {"c/q/one": ["a"], "stranger": "x"})
    assert (score.points, score.possible, score.percent) == (Fraction(2, 3), 2, Fraction(100, 3))
    assert score.reaches(33)
    assert not score.reaches(34)


def test_the_bar_is_told_in_whole_points_that_surely_pass() -> None:
    for percent, fewest in ((60, 4), (66, 4), (67, 5), (100, 6), (0, 0)):
        quiz = Quiz(uid="c/q", title=Text(en="q"), questions=(SINGLE,) * 6, pass_percent=percent)
        assert quizzes.bar(quiz) == (fewest, 6)


def test_each_picked_choice_is_told_about() -> None:
    assert quizzes.mark(MULTIPLE, ["a", "d"]).told == (Text(en="about a"), Text(en="about d"))


def test_the_order_belongs_to_the_attempt() -> None:
    first = [choice.uid for choice in quizzes.choices_of(MULTIPLE, "attempt-1")]
    assert first == [choice.uid for choice in quizzes.choices_of(MULTIPLE, "attempt-1")]
    assert sorted(first) == ["a", "b", "c", "d", "e"]
    assert len({tuple(c.uid for c in quizzes.choices_of(MULTIPLE, f"attempt-{n}")) for n in range(20)}) > 10


@given(st.permutations("abcde"), st.text(min_size=1))
def test_the_order_does_not_depend_on_how_the_file_was_written(written: list[str], attempt: str) -> None:
    shuffled = tuple(Choice(uid, Text()) for uid in written)
    plain = tuple(Choice(uid, Text()) for uid in "abcde")
    assert quizzes.in_order(shuffled, attempt) == quizzes.in_order(plain, attempt)


@given(st.sets(st.sampled_from("abcde")))
def test_credit_stays_between_nothing_and_all(picked: set[str]) -> None:
    for question in (MULTIPLE, GIFT):
        assert 0 <= quizzes.mark(question, sorted(picked)).credit <= 1


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = quizzes.normalise(text)
    assert quizzes.normalise(once) == once


@given(st.text(alphabet="0123456789٠١٢٣۰۱,.٫٬/+-− '\u200f"))
def test_reading_a_number_never_fails(text: str) -> None:
    found = quizzes.number(text)
    assert found is None or isinstance(found, Fraction)
