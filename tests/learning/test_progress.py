"""The rules C1 to C6 on a course made in the test: done by kind, percentages that are exact, prerequisites, what comes next."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.catalogue.courses import (
    Assignment,
    Course,
    Criterion,
    Done,
    DoneBy,
    Group,
    HandIn,
    Keep,
    Lesson,
    Level,
    Need,
    Question,
    QuestionKind,
    Quiz,
    Rubric,
)
from lms.catalogue.plain import Text
from lms.learning import progress
from lms.learning.progress import Facts, Work, WorkState

RUBRIC = Rubric((Criterion("c", Text(en="C"), (Level("no", 0, Text(en="no")), Level("yes", 10, Text(en="yes")))),))


def quiz(uid: str, points: int = 4, **changes: object) -> Quiz:
    question = Question(f"{uid}/q", QuestionKind.SHORT, Text(en="?"), points=points)
    return replace(Quiz(uid, Text(en=uid), (question,), group="quizzes"), **changes)  # type: ignore[arg-type]


def task(uid: str, **changes: object) -> Assignment:
    made = Assignment(uid, Text(en=uid), Text(en=""), RUBRIC, (HandIn.TEXT,), group="work")
    return replace(made, **changes)  # type: ignore[arg-type]


def lesson(uid: str, **changes: object) -> Lesson:
    return replace(Lesson(uid, Text(en=uid), Text(en=""), 1, 10), **changes)  # type: ignore[arg-type]


def course(*lessons: Lesson, **changes: object) -> Course:
    made = Course("c", Text(en="C"), Text(en=""), "en", "t", "A2", 1, 1, lessons)
    return replace(made, **changes)  # type: ignore[arg-type]


LESSONS = course(
    lesson("c/1"),
    lesson("c/2", quiz=quiz("c/2-quiz"), complete=Done(DoneBy.QUIZ, "c/2-quiz", 70)),
    lesson("c/3", assignment=task("c/3-task"), complete=Done(DoneBy.SUBMITTED, "c/3-task")),
    lesson("c/4", assignment=task("c/4-task"), complete=Done(DoneBy.PASSED, "c/4-task")),
    lesson("c/5", required=False),
)


def test_a_lesson_is_done_by_its_own_rule() -> None:
    facts = Facts(
        read=frozenset({"c/1", "c/2", "c/3", "c/4"}),
        quizzes={"c/2-quiz": (Fraction(69), Fraction(60))},
        works={"c/3-task": Work(WorkState.WAITING), "c/4-task": Work(WorkState.RETURNED)},
    )
    assert [progress.lesson_done(LESSONS, each, facts) for each in LESSONS.lessons] == [True, False, True, False, False]
    passed = replace(facts, quizzes={"c/2-quiz": (Fraction(70), Fraction(0))}, works={"c/4-task": Work(WorkState.PASSED, Fraction(80))})
    assert [progress.lesson_done(LESSONS, each, passed) for each in LESSONS.lessons] == [True, True, False, True, False]


def test_done_stays_done() -> None:
    facts = Facts(kept=frozenset({"c/2", "c/4"}))
    assert [progress.lesson_done(LESSONS, each, facts) for each in LESSONS.lessons] == [False, True, False, True, False]


def test_what_stands_behind_the_text_says_that_it_was_read() -> None:
    read = lesson("c/1", quiz=quiz("c/q"))
    assert progress.was_read(read, Facts(quizzes={"c/q": (Fraction(0),)}))
    assert not progress.was_read(read, Facts())


@pytest.mark.parametrize(("done", "percent"), [(0, 0), (1, 33), (2, 66), (3, 100)])
def test_the_percentage_is_rounded_down(done: int, percent: int) -> None:
    three = course(lesson("c/1"), lesson("c/2"), lesson("c/3"), lesson("c/4", required=False))
    facts = Facts(read=frozenset([f"c/{n}" for n in range(1, done + 1)] + ["c/4"]))
    assert progress.percent(three, facts) == percent
    assert progress.complete(three, facts) == (percent == 100)


def test_weights_count() -> None:
    two = course(lesson("c/1", weight=3), lesson("c/2"))
    assert progress.percent(two, Facts(read=frozenset({"c/1"}))) == 75


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(1, 9), st.booleans(), st.booleans()), min_size=1, max_size=12))
def test_a_hundred_means_all_of_it(parts: list[tuple[int, bool, bool]]) -> None:
    made = course(*(lesson(f"c/{n}", weight=weight, required=required) for n, (weight, required, _) in enumerate(parts)))
    read = frozenset(f"c/{n}" for n, (_, _, done) in enumerate(parts) if done)
    all_done = all(done for _, required, done in parts if required)
    percent = progress.percent(made, Facts(read=read))
    if any(required for _, required, _ in parts):
        assert (percent == 100) == all_done
    assert 0 <= percent <= 100


GRADED = course(
    lesson("c/1", quiz=quiz("c/q", points=10), assignment=task("c/t", pass_percent=50)),
    groups=(Group("quizzes", Text(en="Q"), 50), Group("work", Text(en="W"), 50, min_percent=60)),
    pass_percent=70,
)


@pytest.mark.parametrize(
    ("quiz_percent", "task_percent", "missing"),
    [
        (90, 60, []),  # 75
        (60, 80, []),  # 70: inclusive at the bound
        (60, 79, ["c"]),  # 69.5
        (100, 50, ["work"]),  # 75, but the task is under its group's minimum
        (60, 55, ["work", "c"]),
    ],
)
def test_the_total_and_the_minimum_of_a_group(quiz_percent: int, task_percent: int, missing: list[str]) -> None:
    facts = Facts(quizzes={"c/q": (Fraction(quiz_percent),)}, works={"c/t": Work(WorkState.PASSED, Fraction(task_percent))})
    assert progress.missing(GRADED, facts) == missing
    assert progress.complete(GRADED, facts) == (not missing)


def test_what_was_completed_once_stays_complete() -> None:
    assert progress.complete(GRADED, Facts(kept=frozenset({"c"})))


def test_the_drop_that_leaves_most_is_taken() -> None:
    """The worked example of the design: 100/100, 42/91, 14/55, 3/38 without one: 63.41, without two: 74.64."""
    marks = {"a": (100, 100), "b": (42, 91), "d": (14, 55), "e": (3, 38)}
    lessons = [lesson(f"c/{uid}", quiz=quiz(f"c/{uid}-q", points=whole, pass_percent=0)) for uid, (_, whole) in marks.items()]
    facts = Facts(quizzes={f"c/{uid}-q": (Fraction(100 * part, whole),) for uid, (part, whole) in marks.items()})
    for drop, expected in ((0, "55.99"), (1, "63.41"), (2, "74.64")):
        made = course(*lessons, groups=(Group("quizzes", Text(en="Q"), 100, drop_lowest=drop),))
        found = progress._group_score(made, "quizzes", drop, facts)
        assert found is not None
        assert progress.round_half_up(found) == Fraction(expected)


@pytest.mark.parametrize(("keep", "percent"), [(Keep.HIGHEST, 90), (Keep.LATEST, 60), (Keep.AVERAGE, 70)])
def test_the_attempt_that_counts(keep: Keep, percent: int) -> None:
    facts = Facts(quizzes={"q": (Fraction(60), Fraction(90), Fraction(60))})
    assert progress.kept_score(quiz("q", keep=keep), facts) == percent
    assert progress.kept_score(quiz("other", keep=keep), facts) is None


def next_uid(facts: Facts, made: Course = LESSONS) -> str | None:
    step = progress.next_step(made, facts)
    return step.item.uid if step else None


def test_the_next_step_follows_the_order_of_study() -> None:
    assert next_uid(Facts()) == "c/1"
    assert next_uid(Facts(read=frozenset({"c/1"}))) == "c/2"
    read = frozenset({"c/1", "c/2"})
    assert next_uid(Facts(read=read)) == "c/2-quiz"
    passed = {"c/2-quiz": (Fraction(80),)}
    assert next_uid(Facts(read=read, quizzes=passed)) == "c/3"
    assert next_uid(Facts(read=read | {"c/3"}, quizzes=passed)) == "c/3-task"
    waiting = {"c/3-task": Work(WorkState.WAITING)}
    assert next_uid(Facts(read=read, quizzes=passed, works=waiting)) == "c/4"
    done = {"c/3-task": Work(WorkState.PASSED, Fraction(80)), "c/4-task": Work(WorkState.PASSED, Fraction(80))}
    assert next_uid(Facts(read=read, quizzes=passed, works=done)) is None


def test_a_returned_task_comes_first() -> None:
    facts = Facts(works={"c/4-task": Work(WorkState.RETURNED)})
    assert next_uid(facts) == "c/4-task"


ONE, TWO = Need("done", item="c/1"), Need("score", item="c/2-quiz", at_least="70")


@pytest.mark.parametrize(
    ("need", "facts", "waiting"),
    [
        (None, Facts(), ()),
        (ONE, Facts(), (ONE,)),
        (ONE, Facts(read=frozenset({"c/1"})), ()),
        (ONE, Facts(kept=frozenset({"c/1"})), ()),
        (Need("done", item="other"), Facts(kept=frozenset({"other"})), ()),
        (TWO, Facts(quizzes={"c/2-quiz": (Fraction(69),)}), (TWO,)),
        (TWO, Facts(quizzes={"c/2-quiz": (Fraction(69), Fraction(70))}), ()),
        (Need("all", (ONE, TWO)), Facts(read=frozenset({"c/1"})), (TWO,)),
        (Need("any", (ONE, TWO)), Facts(), (ONE, TWO)),
        (Need("any", (ONE, TWO)), Facts(read=frozenset({"c/1"})), ()),
        (Need("from", item="2026-11-20"), Facts(day=date(2026, 11, 20)), ()),
        (Need("from", item="2026-11-20"), Facts(day=date(2026, 11, 19)), (Need("from", item="2026-11-20"),)),
        (Need("cohort", item="grading"), Facts(cohort="running"), (Need("cohort", item="grading"),)),
        (Need("cohort", item="grading"), Facts(cohort="grading"), ()),
    ],
)
def test_prerequisites_are_a_tree(need: Need | None, facts: Facts, waiting: tuple[Need, ...]) -> None:
    assert progress.unmet(need, LESSONS, facts) == waiting
