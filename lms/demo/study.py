"""The studying half of the demo school: courses, lessons read, questions answered, tasks handed in and marked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from lms.catalogue import actions as catalogue
from lms.catalogue import queries as catalogue_queries
from lms.cohorts import actions as cohorts
from lms.cohorts import queries as cohort_queries
from lms.core import jobs
from lms.core.db import transaction
from lms.core.files import Accepted
from lms.core.sounds import accept_voice
from lms.demo import scenes
from lms.grading import actions as grading
from lms.grading import queries as grading_queries
from lms.grading import sending
from lms.learning import actions as learning
from lms.partners import queries as partner_queries
from lms.people import queries as people_queries

VOICE = Path(__file__).with_name("voice.webm")  # "Good work, Hana ...", spoken by a machine
COURSES = Path(__file__).resolve().parent.parent.parent / "courses"
ANSWERS = {
    "good": (
        "Task: sort messages that customers send to a bread shop.\n\n"
        "Question: what does the customer want? Give one label.\n\n"
        "Classes: Order, Price, Problem, Other.\n\n"
        "Order: the message names bread and a number or a time. Price: it asks what something costs and orders nothing. Problem: "
        "something was wrong, late or missing. Other: none of these.\n\n"
        "Example 1: 'Ten flat breads for six o'clock.' It names bread, a number and a time. Label: Order.\n"
        "Example 2: 'How much is the sesame bread?' It asks for a price only. Label: Price.\n\n"
        "Hard case: 'Yesterday two breads were missing. Send them today.' It is a problem and an order. The rule: when something was "
        "wrong before, the label is Problem, because the shop must act first."
    ),
    "short": (
        "Task: sort photos of things in a kitchen.\n\nQuestion: what do you see? One label.\n\nClasses: Drinks, Plates, Food.\n\n"
        "Drinks: a glass, a bottle or a cup with something in it. Plates: a plate or a bowl that is empty. Food: something to eat.\n\n"
        "Example 1: a glass of tea. Label: Drinks. Example 2: an empty bowl. Label: Plates.\n\n"
        "Hard case: a plate with one olive on it. I think the label is Food, because the plate is not empty any more. I am not sure."
    ),
    "boxes": (
        "bottle 0, 1, 1, 5\ncup 2 3 4 5\njar 5 2 7 5\nbottle 8 1 9 5\ncup 10 3 12 5\n"
        "jar 1, 7, 3, 10\nbottle 4 6 6 10\njar 6 7 8 10\ncup 12 8 14 10\n"
        "cup 1, 12, 3, 14\ncup 5 11 7 13\ncup 5 13 7 15\njar 8 12 10 15\nbottle 11 11 12 15\njar 13 13 14 15\n"
        "jar 0, 18, 2, 20\nbottle 3 16 4 20\nbottle 5 16 6 20\njar 7 17 10 20\ncup 11 18 13 20\n\n"
        "The cup in the frame is a picture, so it gets no box: rule 5. The second jar of shelf two begins at 6, where I see it: rule 3."
    ),
}
NOTES = {
    "rule": "Clear and complete. Your hard case has a rule that another person can use. Go on like this.",
    "boxes": "I checked five boxes, and every side is right. You left out the poster and said why. Go on like this.",
    "change": "Your classes are clear. Your hard case has no rule yet: write which label is right, and the rule that says so.",
}


def publish_courses(by: Callable[[], Any]) -> None:
    """Publish every course of the repository."""
    for folder in sorted(path for path in COURSES.iterdir() if (path / "course.yml").is_file()):
        with transaction(write=True):
            catalogue.publish(folder, by())


def make_cohort(name: str, programme: str, partner: str | None, zone: str, first: date, last: date, *, by: Any) -> Any:
    """A cohort as a draft, in a programme named by its name, with a partner named by its code."""
    found = cohort_queries.programme_named(programme)
    if found is None:
        raise LookupError(programme)
    where = partner_queries.by_code(partner) if partner else None
    return cohorts.make_cohort(by=by, programme=found, name=name, zone=zone, starts_on=first, ends_on=last, partner=where, capacity=24)


def pin_newest(cohort: Any, course: str, *, by: Any) -> None:
    """Pin the newest version of a course."""
    version = catalogue_queries.latest(course)
    if version is None:
        raise LookupError(course)
    cohorts.pin(cohort, version, by=by)


def person(name: str) -> Any:
    """Somebody of the school, by the cast's e-mail or by the sign-in name that was made from the name."""
    first = name.split()[0].lower()
    return people_queries.by_identifier(f"{first}@demo.example") or people_queries.by_identifier(name.lower().replace(" ", "."))


def finish_course(cohort_id: int, mentor: str) -> None:
    """Everyone in a cohort reads, answers, hands in and passes, one piece of work after the other."""
    for name in _names(cohort_id):
        for work in range(1, _works(cohort_id) + 1):
            hand_in(cohort_id, [name], work=work)
            release(cohort_id, name, work=work, mentor=mentor)
        jobs.drain()


def finish_cohort(cohort_id: int, *, by: Callable[[], Any]) -> None:
    """Close a cohort in which everybody has finished."""
    with transaction(write=True):
        cohorts.finish(cohort_queries.enrolments_in(cohort_id)[0].cohort, by=by())


def hand_in(cohort_id: int, names: Sequence[str], *, work: int) -> None:
    """These people study to a piece of work, counted from 1, and hand it in; the answers wait on the desk."""
    for at, name in enumerate(names):
        _study(cohort_id, name, work)
        answer, files = (ANSWERS["boxes"], scenes.notes(at % 3)) if work > 1 else (ANSWERS["short" if at % 2 else "good"], ())
        _send(cohort_id, name, work, answer, files)


def release(cohort_id: int, name: str, *, work: int, mentor: str) -> None:
    """The mentor takes a person's answer and sends the best mark."""
    _mark(cohort_id, name, work, mentor, grading.release, NOTES["rule" if work == 1 else "boxes"], best=True)


def speak(cohort_id: int, name: str, *, work: int, mentor: str) -> None:
    """The mentor sends the best mark with a voice note; it goes out when its seconds are over."""
    with_voice = partial(sending.send, returned=False, voice=accept_voice(VOICE.read_bytes()))
    _mark(cohort_id, name, work, mentor, with_voice, NOTES["boxes"], best=True)


def let_go(mentor: str) -> None:
    """What this mentor sent and whose seconds are over reaches the trainees, as it does with the mentor's next act."""
    with transaction(write=True):
        sending.send_due(by=person(mentor))
    jobs.drain()


def give_back(cohort_id: int, name: str, *, mentor: str) -> None:
    """The mentor returns a person's first piece of work for changes, and she sends it again."""
    _mark(cohort_id, name, 1, mentor, grading.return_for_changes, NOTES["change"], best=False)
    _send(cohort_id, name, 1, ANSWERS["good"])


def _names(cohort_id: int) -> list[str]:
    with transaction(write=False):
        return [enrolment.user.name for enrolment in cohort_queries.enrolments_in(cohort_id)]


def _place(cohort_id: int, name: str) -> tuple[Any, Any, Any]:
    """The enrolment of a person, the version its cohort pinned, the course."""
    enrolment = next(one for one in cohort_queries.enrolments_in(cohort_id) if one.user.name == name)
    version = cohort_queries.pinned(cohort_id)[0]
    return enrolment, version, catalogue_queries.course(version.id)


def _works(cohort_id: int) -> int:
    """How many pieces of work the course of a cohort has."""
    with transaction(write=False):
        return len(_ends(catalogue_queries.course(cohort_queries.pinned(cohort_id)[0].id)))


def _ends(course: Any) -> list[int]:
    """Where the lessons with a piece of work stand: each ends a part of the course."""
    return [at for at, lesson in enumerate(course.lessons) if lesson.assignment]


def _task(course: Any, work: int) -> Any:
    return course.lessons[_ends(course)[work - 1]].assignment


def _study(cohort_id: int, name: str, work: int) -> None:
    """She reads the lessons of one part and answers their questions."""
    with transaction(write=True):
        enrolment, version, course = _place(cohort_id, name)
        bounds = [0, *(end + 1 for end in _ends(course))]
        for lesson in course.lessons[bounds[work - 1] : bounds[work]]:
            learning.read(enrolment, lesson, by=enrolment.user)
            if lesson.quiz is None:
                continue
            attempt = learning.begin(enrolment, lesson, version.id, by=enrolment.user)
            for question in lesson.quiz.questions:
                learning.answer(attempt, question.uid, _right(question))
            learning.send(attempt, lesson.quiz, by=enrolment.user)


def _right(question: Any) -> Any:
    """The right answer to a question, as a trainee would give it."""
    right = [choice.uid for choice in question.choices if choice.right or (choice.credit or 0) > 0]
    if question.kind == "single":
        return right[0]
    if question.kind == "multiple":
        return right
    return question.accepted[0].text["en"] if question.accepted else str(question.low)


def _send(cohort_id: int, name: str, work: int, text: str, files: Sequence[Accepted] = ()) -> None:
    with transaction(write=True):
        enrolment, version, course = _place(cohort_id, name)
        task = _task(course, work)
        latest = grading_queries.latest_submission(enrolment.id, task.uid)
        attempt = latest.attempt + 1 if latest else 1
        grading.hand_in(enrolment, version, task, attempt=attempt, by=enrolment.user, text=text, files=files)


def _mark(cohort_id: int, name: str, work: int, mentor: str, act: Callable[..., Any], note: str, *, best: bool) -> None:
    with transaction(write=True):
        enrolment, _version, course = _place(cohort_id, name)
        task = _task(course, work)
        marker = people_queries.by_identifier(f"{mentor}@demo.example")
        submission = grading_queries.latest_submission(enrolment.id, task.uid)
        if submission is None or marker is None:
            raise LookupError(name)
        grading.claim(submission, by=marker)
        levels = {row.uid: row.levels[-1 if best else 1].uid for row in task.rubric.criteria}
        act(submission, by=marker, marks=levels, feedback=note)
