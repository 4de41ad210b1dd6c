"""What is done, what comes next, how far, and whether a course is complete. Pure: a course and facts in, answers out.

The rules are C1-C6 of the learning design: done by kind, a percentage that reaches 100 only when all is done, prerequisites as a
tree, and done stays done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from itertools import combinations

from lms.catalogue.courses import Assignment, Course, Done, DoneBy, ItemKind, Keep, Lesson, Need, Quiz, Requirement

ALL = 100  # per cent


class WorkState(StrEnum):
    """Where a piece of coursework is, as its trainee sees it."""

    WAITING = "waiting"  # sent, and with the mentor
    RETURNED = "returned"  # to be changed and sent again
    BELOW = "below"  # marked, and not passed: no other try is open, and only her mentor can help
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Work:
    """The newest hand-in of an assignment. `percent` is its released mark, 0 to 100."""

    state: WorkState
    percent: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What one person did. Everything is named by uid, never by path or version.

    `quizzes` holds the per cents of the attempts that were sent, oldest first. `kept` holds the uids of lessons and courses that were
    done once. `day` and `cohort` (its state) answer prerequisites that wait for a date or for the cohort.
    """

    read: frozenset[str] = frozenset()
    quizzes: Mapping[str, tuple[Fraction, ...]] = field(default_factory=dict)
    works: Mapping[str, Work] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()
    day: date | None = None
    cohort: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do in a course, in the order of study."""

    kind: ItemKind
    lesson: Lesson
    item: Lesson | Quiz | Assignment
    number: int  # of the lesson in the course, from 1
    done: bool


def lesson_done(course: Course, lesson: Lesson, facts: Facts) -> bool:
    """Rule C1, and C5: what was done once stays done."""
    if lesson.uid in facts.kept:
        return True
    if lesson.complete.by is DoneBy.READ:
        return was_read(lesson, facts)
    return _met(course, lesson.complete, facts)


def was_read(lesson: Lesson, facts: Facts) -> bool:
    """She came to the end of the text: she said so, or sent what stands behind it."""
    return (
        lesson.uid in facts.read
        or bool(lesson.quiz and facts.quizzes.get(lesson.quiz.uid))
        or bool(lesson.assignment and lesson.assignment.uid in facts.works)
    )


def _met(course: Course, done: Done, facts: Facts) -> bool:
    match done.by:
        case DoneBy.QUIZ:
            quiz = course.quiz(done.item)
            bar = done.at_least if done.at_least is not None else quiz.pass_percent if quiz else ALL
            return best(facts.quizzes.get(done.item, ())) >= bar
        case DoneBy.SUBMITTED:
            return done.item in facts.works
        case DoneBy.PASSED:
            work = facts.works.get(done.item)
            return work is not None and work.state is WorkState.PASSED
    return done.item in facts.read


def best(percents: tuple[Fraction, ...]) -> Fraction:
    """The highest, or -1 where nothing was sent: a quiz that asks for 0 per cent must be sent all the same."""
    return max(percents, default=Fraction(-1))


def kept_score(quiz: Quiz, facts: Facts) -> Fraction | None:
    """The per cent that counts in the total: the highest attempt, the latest or their mean (design: learning, attempts)."""
    percents = facts.quizzes.get(quiz.uid, ())
    if not percents:
        return None
    match quiz.keep:
        case Keep.LATEST:
            return percents[-1]
        case Keep.AVERAGE:
            return sum(percents, Fraction(0)) / len(percents)
    return max(percents)


def is_done(course: Course, required: Requirement, facts: Facts) -> bool:
    if required.kind is ItemKind.LESSON:
        lesson = course.lesson(required.uid)
        return lesson is not None and lesson_done(course, lesson, facts)
    return _met(course, required.done, facts)


def percent(course: Course, facts: Facts) -> int:
    """Rule C2: floor(100 x done required weight / required weight): 100 only when all are done, and optional parts never count."""
    required = course.requirements()
    whole = sum(one.weight for one in required)
    return ALL * sum(one.weight for one in required if is_done(course, one, facts)) // whole if whole else 0


def complete(course: Course, facts: Facts) -> bool:
    """Whether the course is done: everything required and, where the course asks for one, the total and each group's minimum."""
    return course.uid in facts.kept or not missing(course, facts)


def missing(course: Course, facts: Facts) -> list[Requirement | str]:
    """What is still to do: requirements, then the uids of groups below their minimum, then the course's own uid for the total."""
    open_ones: list[Requirement | str] = [one for one in course.requirements() if not is_done(course, one, facts)]
    if open_ones or not course.groups:
        return open_ones
    reached = _reached(course, facts)
    low = [
        group.uid for group in course.groups
        if group.min_percent is not None and (score := reached[group.uid]) is not None and score < group.min_percent
    ]  # fmt: skip
    total = _total(course, reached)
    if course.pass_percent is not None and total is not None and round_half_up(total) < course.pass_percent:
        low.append(course.uid)
    return [*low]


@dataclass(frozen=True, slots=True)
class Totals:
    """The two totals of a course in per cent, before rounding; None where nothing counts yet."""

    current: Fraction | None  # of what has a mark
    final: Fraction | None  # of everything: what has no mark counts 0


def totals(course: Course, facts: Facts) -> Totals:
    """Rules R2 to R6, by weights."""
    return Totals(*(_total(course, _reached(course, facts, current=current)) for current in (True, False)))


def graded(course: Course) -> list[Quiz | Assignment]:
    """The quizzes and assignments that have points, in the order of study."""
    return [item for lesson in course.lessons for item in (lesson.quiz, lesson.assignment) if item and item.points]


def score_of(item: Quiz | Assignment, facts: Facts) -> Fraction | None:
    """The per cent that counts for a quiz or an assignment; None where there is no mark."""
    if isinstance(item, Quiz):
        return kept_score(item, facts)
    work = facts.works.get(item.uid)
    return work.percent if work else None


def _reached(course: Course, facts: Facts, *, current: bool = False) -> dict[str, Fraction | None]:
    return {group.uid: _group_score(course, group.uid, group.drop_lowest, facts, current=current) for group in course.groups}


def _total(course: Course, reached: Mapping[str, Fraction | None]) -> Fraction | None:
    """Rule R6, weights: groups in which nothing counts are left out; weights below 100 are scaled up, above they are not."""
    counted = [(group.weight, score) for group in course.groups if (score := reached[group.uid]) is not None]
    weights = sum(weight for weight, _ in counted)
    if not weights:
        return None
    return sum((weight * score for weight, score in counted), Fraction(0)) / min(weights, ALL)


def _group_score(course: Course, group: str, drop: int, facts: Facts, *, current: bool = False) -> Fraction | None:
    """sum(score) / sum(possible) in per cent. What has no mark counts 0 in the final figure and not at all in the current one (R2).

    Rule R4: the drop that leaves most.
    """
    items: list[tuple[Fraction, int]] = []
    for item in graded(course):
        score = score_of(item, facts)
        if item.group == group and (score is not None or not current):
            items.append((score or Fraction(0), item.points))
    if not items:
        return None
    keep = max(1, len(items) - drop)
    return max(
        sum((share * points for share, points in chosen), Fraction(0)) / sum(points for _, points in chosen)
        for chosen in combinations(items, keep)
    )


def round_half_up(value: Fraction) -> Fraction:
    """Rule R1: rounded once, half up, to two places."""
    return Fraction(int(value * 100 + Fraction(1, 2)), 100)


def steps(course: Course, facts: Facts) -> Iterator[Step]:
    """Every lesson, quiz and assignment in the order of study, with whether it is done."""
    for number, lesson in enumerate(course.lessons, 1):
        yield Step(ItemKind.LESSON, lesson, lesson, number, lesson_done(course, lesson, facts))
        if lesson.quiz:
            passed = best(facts.quizzes.get(lesson.quiz.uid, ())) >= lesson.quiz.pass_percent
            yield Step(ItemKind.QUIZ, lesson, lesson.quiz, number, passed)
        if lesson.assignment:
            work = facts.works.get(lesson.assignment.uid)
            yield Step(ItemKind.ASSIGNMENT, lesson, lesson.assignment, number, work is not None and work.state is WorkState.PASSED)


def next_step(course: Course, facts: Facts) -> Step | None:
    """The first required thing she can do something about: a returned task first, then the order of study.

    A task that lies with the mentor or was marked below the bar is passed over, and so is a lesson she has read that only waits for
    its quiz or task. None: nothing is left for her to do now.
    """
    todo = [step for step in steps(course, facts) if step.item.required and not step.done]
    returned = [step for step in todo if _work(step, facts) is WorkState.RETURNED]
    if returned:
        return returned[0]
    for step in todo:
        if _work(step, facts) in (WorkState.WAITING, WorkState.BELOW) or (step.kind is ItemKind.LESSON and was_read(step.lesson, facts)):
            continue
        return step
    return None


def below(course: Course, facts: Facts) -> Step | None:
    """The first required task that was marked below the bar."""
    todo = (step for step in steps(course, facts) if step.item.required and not step.done)
    return next((step for step in todo if _work(step, facts) is WorkState.BELOW), None)


def _work(step: Step, facts: Facts) -> WorkState | None:
    work = facts.works.get(step.item.uid)
    return work.state if work and step.kind is ItemKind.ASSIGNMENT else None


def unmet(need: Need | None, course: Course, facts: Facts) -> tuple[Need, ...]:
    """Rule C4: the leaves of a prerequisite tree that still wait. Of an `any`, all of them, and none once one is met."""
    if need is None:
        return ()
    match need.op:
        case "all":
            return tuple(leaf for part in need.parts for leaf in unmet(part, course, facts))
        case "any":
            waiting = [unmet(part, course, facts) for part in need.parts]
            return () if any(not leaves for leaves in waiting) else tuple(leaf for leaves in waiting for leaf in leaves)
    return () if _holds(need, course, facts) else (need,)


def _holds(need: Need, course: Course, facts: Facts) -> bool:
    match need.op:
        case "done":
            return need.item in facts.kept or any(step.item.uid == need.item and step.done for step in steps(course, facts))
        case "score":
            work = facts.works.get(need.item)
            reached = work.percent if work and work.percent is not None else best(facts.quizzes.get(need.item, ()))
            return reached >= int(need.at_least)
        case "from":
            return facts.day is not None and facts.day >= date.fromisoformat(need.item)
        case "cohort":
            return facts.cohort == need.item
    return False  # a level: nothing records one yet, and publishing refuses a course that waits for one
