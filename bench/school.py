"""A school to measure: the demo school, a cohort with a lesson of 1,500 words, and as many more trainees as asked for.

Every school here is made in an empty folder that the run itself made, and its settings come from that folder alone: no environment
variable and no address can lead this module to a school of real people.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import insert, select

from lms.annotation import claiming
from lms.annotation import queries as annotation
from lms.annotation.models import Assignment, AssignmentState, Item, ProjectCohort, Risk
from lms.app import ROOT, create_app
from lms.catalogue import actions as catalogue
from lms.catalogue import queries as catalogue_queries
from lms.catalogue.models import CourseVersion
from lms.cohorts import actions as cohorts
from lms.cohorts import queries as cohort_queries
from lms.cohorts.models import Cohort, CohortCourse, CohortState, Enrolment, Programme
from lms.config import Settings
from lms.core import clock, triggers
from lms.core.access import Role
from lms.core.db import db, transaction
from lms.core.facts import Fact
from lms.demo import school as demo
from lms.demo import study
from lms.grading import actions as grading
from lms.grading.models import Grade, State, Submission
from lms.learning import actions as learning
from lms.learning.models import AttemptState, Completion, CompletionKind, QuizAttempt, Reading
from lms.people import actions as people
from lms.people.models import SignIn, User

COURSE = Path(__file__).parent / "course"
READER, SENDER = "Rana Reader", "Samar Sender"
PASSWORD = "measured-and-weighed"
PROJECT = "tea-table"
IN_A_COHORT = 25
AT_ONCE = 2_000


@dataclass(frozen=True)
class Made:
    """What the rounds ask for: the open item of the reader, and the begun quizzes of the sender."""

    task: int
    attempts: tuple[int, ...]


def environment(folder: Path, **more: str) -> dict[str, str]:
    """The settings of a school in this folder, and no others."""
    return {"LMS_ENV": "development", "LMS_INSTANCE": str(folder), **more}


def application(folder: Path, **more: str) -> Flask:
    """The application of the school in this folder."""
    return create_app(Settings.from_environment(environment(folder, **more), root=ROOT))


def build(folder: Path, *, attempts: int, **more: str) -> Made:
    """Make a school in an empty folder. Raises FileExistsError where there is one, so that no school is ever written over."""
    if any(folder.iterdir()):
        raise FileExistsError(folder)
    app = application(folder, **more)
    with app.app_context():
        with db.engine.connect().execution_options(write=True) as connection, connection.begin():
            db.metadata.create_all(connection)
            triggers.create_all(connection, db.metadata)
        demo.build()
        cohort = _cohort()
        _study()
        task = _lease(cohort)
        begun = _begin(cohort, attempts)
        db.engine.dispose()
    return Made(task, begun)


def _cohort() -> int:
    now = clock.now()
    monday = (now - timedelta(days=now.weekday())).replace(hour=9, minute=0, second=0, microsecond=0)
    with demo.at(monday - timedelta(weeks=4)), transaction(write=True):
        staff = study.person("dana")
        catalogue.publish(COURSE, staff)
        first = (monday - timedelta(weeks=3)).date()
        cohort = study.make_cohort("Bench 1", "Data annotation", "NGO-LB", "Asia/Beirut", first, first + timedelta(weeks=9), by=staff)
        for course in ("bench", "annotation-basics"):
            study.pin_newest(cohort, course, by=staff)
        cohorts.seat_mentor(cohort, study.person("bilal"), by=staff)
        cohorts.schedule(cohort, by=staff)
        for person, _code in cohorts.add_people(cohort, [cohorts.NewPerson(name, "", "en") for name in (READER, SENDER)], by=staff):
            people.confirm_adult(person, by=staff, adult=True)
            people.set_password(person, PASSWORD, by=person)
        cohorts.start(cohort, by=staff)
        return int(cohort.id)


def _study() -> None:
    """The reader did the first course: read it, passed its quiz, and got her task back with a mark. The second waits for her."""
    with transaction(write=True):
        reader, mentor = study.person(READER), study.person("bilal")
        enrolment, version = _place(READER)
        for lesson in catalogue_queries.course(version.id).lessons:
            learning.read(enrolment, lesson, by=reader)
            if lesson.quiz:
                attempt = learning.begin(enrolment, lesson, version.id, by=reader)
                for question in lesson.quiz.questions:
                    learning.answer(attempt, question.uid, _right(question))
                learning.send(attempt, lesson.quiz, by=reader)
            if task := lesson.assignment:
                sent = grading.hand_in(enrolment, version, task, attempt=1, by=reader, text="Bread is what was baked. All else is not.")
                grading.claim(sent, by=mentor)
                levels = {row.uid: row.levels[-1].uid for row in task.rubric.criteria}
                grading.release(sent, by=mentor, marks=levels, feedback="Clear, and short enough to be used.")


def _place(name: str) -> tuple[Enrolment, CourseVersion]:
    """The enrolment of one of ours, and the version of the course of the bench."""
    found = cohort_queries.place_for(study.person(name), "bench")
    if found is None:
        raise LookupError(name)
    return found


def _lease(cohort: int) -> int:
    """The reader holds a block of boxes to draw; the id of her first item."""
    with transaction(write=True):
        project = annotation.project_of(PROJECT)
        if project is None:
            raise LookupError(PROJECT)
        db.session.add(ProjectCohort(project_id=project.id, cohort_id=cohort))
        db.session.flush()
        reader = study.person(READER)
        claiming.read_guideline(project, by=reader)
        db.session.flush()
        return claiming.claim(project, by=reader, agreed=True)[0].id


def _begin(cohort: int, count: int) -> tuple[int, ...]:
    """Many attempts of the sender, each answered to the end and not sent."""
    with transaction(write=True):
        sender = study.person(SENDER)
        enrolment, version = _place(SENDER)
        lesson = catalogue_queries.course(version.id).lessons[0]
        first = learning.begin(enrolment, lesson, version.id, by=sender)
        for question in lesson.quiz.questions if lesson.quiz else ():
            learning.answer(first, question.uid, _right(question))
        db.session.flush()
        like = {
            "enrolment_id": enrolment.id, "quiz_uid": first.quiz_uid, "version_id": version.id, "answers": first.answers,
            "seed": first.seed, "state": AttemptState.IN_PROGRESS, "started_at": first.started_at,
        }  # fmt: skip
        _put(QuizAttempt, [{**like, "number": n} for n in range(2, count + 1)])
        begun = select(QuizAttempt.id).where(QuizAttempt.enrolment_id == enrolment.id).order_by(QuizAttempt.number)
        return tuple(db.session.scalars(begun))


def _right(question: Any) -> Any:
    right = [choice.uid for choice in question.choices if choice.right]
    if question.choices:
        return right if question.kind == "multiple" else right[0]
    return question.accepted[0].text["en"] if question.accepted else str(question.low)


def grow(folder: Path, trainees: int, **more: str) -> None:
    """Bring so many more trainees into the school of this folder, with what each of them did, in bulk."""
    app = application(folder, **more)
    with app.app_context():
        with transaction(write=True):
            _Crowd(trainees).come()
        db.engine.dispose()


class _Crowd:
    """Trainees in cohorts of 25: each signed in once, read, passed a quiz, handed in a task that was marked, and drew three items."""

    def __init__(self, count: int) -> None:
        self.count, self.now = count, clock.now()
        self.version = catalogue_queries.latest("bench")
        self.like = db.session.scalars(select(Cohort).where(Cohort.name == "Bench 1")).one()
        self.mentor = study.person("bilal").id

    def come(self) -> None:
        people_ids = self._ids(User, [self._person(n) for n in range(self.count)])
        cohort_ids = self._ids(Cohort, [self._cohort(n) for n in range(-(-self.count // IN_A_COHORT))])
        assert self.version is not None
        pinned = {"version_id": self.version.id, "course_uid": self.version.uid, "position": 0}
        _put(CohortCourse, [{"cohort_id": id, **pinned} for id in cohort_ids])
        places = [{"cohort_id": cohort_ids[n // IN_A_COHORT], "user_id": id} for n, id in enumerate(people_ids)]
        enrolment_ids = self._ids(Enrolment, places)
        _put(SignIn, [{"token_hash": secrets.token_hex(32), "user_id": id, "device": "own"} for id in people_ids])
        self._study(enrolment_ids)
        self._work(people_ids)
        fact = {"kind": "lesson.read", "subject_kind": "reading", "at": self.now, "data": {}}
        _put(Fact, [{**fact, "subject_id": n} for n in range(4 * self.count)])

    def _person(self, n: int) -> dict[str, Any]:
        return {"pseudonym": f"W-{n:08d}", "name": f"Trainee {n}", "sign_in_name": f"trainee.{n}", "roles": frozenset({Role.TRAINEE}),
                "zone": "Asia/Beirut", "country": "LB", "adult": True}  # fmt: skip

    def _cohort(self, n: int) -> dict[str, Any]:
        programme = db.session.scalars(select(Programme.id).order_by(Programme.id).limit(1)).one()
        return {"programme_id": programme, "partner_id": self.like.partner_id, "name": f"Crowd {n}", "zone": self.like.zone,
                "starts_on": self.like.starts_on, "ends_on": self.like.ends_on, "state": CohortState.RUNNING}  # fmt: skip

    def _study(self, enrolments: list[int]) -> None:
        version = self.version
        assert version is not None
        lessons = ("bench/long", "bench/task")
        _put(Reading, [{"enrolment_id": id, "lesson_uid": uid, "done_at": self.now} for id in enrolments for uid in lessons])
        _put(Completion, [{"enrolment_id": id, "kind": CompletionKind.LESSON, "uid": uid} for id in enrolments for uid in lessons])
        sent = {"quiz_uid": "bench/long-quiz", "seed": "0" * 16, "version_id": version.id, "answers": {}, "state": AttemptState.SCORED,
                "submitted_at": self.now, "points": "5", "possible": 6}  # fmt: skip
        _put(QuizAttempt, [{"enrolment_id": id, "number": n, **sent} for id in enrolments for n in (1, 2)])
        handed_in = {"version_id": version.id, "assignment_uid": "bench/rule", "attempt": 1, "text": "A rule.", "state": State.RELEASED}
        ids = self._ids(Submission, [{"enrolment_id": id, **handed_in} for id in enrolments])
        grade = {"by_id": self.mentor, "marks": {}, "total": 8, "possible": 10, "passed": True, "returned": False, "feedback": "Clear."}
        _put(Grade, [{"submission_id": id, **grade} for id in ids])

    def _work(self, workers: list[int]) -> None:
        project = annotation.project_of(PROJECT)
        assert project is not None
        items = list(db.session.scalars(select(Item.id).where(Item.project_id == project.id).order_by(Item.id).limit(3)))
        done = {"project_id": project.id, "state": AssignmentState.ACCEPTED, "guideline_version": 1, "price_minor": project.rate_minor,
                "currency": project.currency, "est_seconds": project.est_seconds, "content_risk": Risk.NONE, "leased_at": self.now,
                "lease_until": self.now, "answered_at": self.now, "decided_at": self.now, "times_paid": 1}  # fmt: skip
        _put(Assignment, [{"item_id": item, "worker_id": id, "position": n, **done} for id in workers for n, item in enumerate(items)])

    def _ids(self, model: Any, rows: list[dict[str, Any]]) -> list[int]:
        """Write rows and say their ids, in order: they are the newest."""
        newest = db.session.scalar(select(model.id).order_by(model.id.desc()).limit(1)) or 0
        _put(model, rows)
        return list(db.session.scalars(select(model.id).where(model.id > newest).order_by(model.id)))


def _put(model: Any, rows: Iterable[dict[str, Any]]) -> None:
    many = list(rows)
    for at in range(0, len(many), AT_ONCE):
        db.session.execute(insert(model), many[at : at + AT_ONCE])

