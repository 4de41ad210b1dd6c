"""A quiz: begin, one question a page with the way back, send once, and what each answer was worth."""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.catalogue import queries as catalogue
from lms.catalogue import quizzes
from lms.catalogue.courses import Course, Feedback, Lesson, Question, Quiz
from lms.cohorts.queries import due_at
from lms.core import clock, phone
from lms.core.access import Role, me, one_or_404, only
from lms.core.forms import Form
from lms.core.i18n import language
from lms.learning import actions, naming, opening, policy, progress, queries
from lms.learning import today as days
from lms.learning.asking import wording
from lms.learning.forms import SendForm, given_in, question_form
from lms.learning.models import AttemptState, QuizAttempt
from lms.learning.queries import OpenStudy, Study
from lms.learning.views import closed_page

bp = Blueprint("learning_quiz", __name__)


class Asked(NamedTuple):
    """An attempt with the quiz as it was when the attempt began, and its questions in the attempt's order."""

    attempt: QuizAttempt
    course: Course
    lesson: Lesson
    quiz: Quiz
    questions: tuple[Question, ...]

    @property
    def given(self) -> list[bool]:
        """Whether each question has an answer, in the order of the attempt."""
        return [bool(self.attempt.answers.get(each.uid)) for each in self.questions]

    def url(self, page: str, n: int | None = None) -> str:
        """The address of a page of this attempt: `question` with its number, `answers`, `result`."""
        return url_for(f"learning_quiz.{page}", course=self.course.uid, lesson=self.lesson.slug, attempt=self.attempt.id, n=n)

    def after(self, n: int) -> str:
        """Where question n leads: to the next one, after the last to all answers."""
        return self.url("question", n + 1) if n < len(self.questions) else self.url("answers")

    def others(self, n: int) -> str:
        """Every other page of the attempt before it is sent: a phone fetches them while it has a network."""
        return " ".join([*(self.url("question", k + 1) for k in range(len(self.questions)) if k + 1 != n), self.url("answers")])


@bp.get("/learn/<course>/<lesson>/quiz")
@only(Role.TRAINEE)
def quiz(course: str, lesson: str) -> ResponseReturnValue:
    """What the quiz asks of her before she begins: how many questions, how long, how often."""
    study, shown, quiz = _quiz(course, lesson)
    if why := opening.closed(study, shown, quiz):
        return closed_page(study.course, shown, why)
    tries = study.tries.get(quiz.uid, ())
    sent = [one.sent_at for one in tries if one.sent_at]
    return render_template(
        "learning/quiz.html",
        study=study, lesson=shown, quiz=quiz, number=study.course.lessons.index(shown) + 1, open_try=queries.open_try(tries), tries=tries,
        best=progress.best(study.facts.quizzes.get(quiz.uid, ())), refusal=actions.why_not_again(quiz, sent, clock.now()), form=SendForm(),
        bar=quizzes.bar(quiz), points=naming.points,
    )  # fmt: skip


@bp.post("/learn/<course>/<lesson>/quiz")
@only(Role.TRAINEE)
def begin(course: str, lesson: str) -> ResponseReturnValue:
    """Begin, or go on with what was begun."""
    study, shown, quiz = _quiz(course, lesson)
    if opening.closed(study, shown, quiz):
        return redirect(url_for("learning_quiz.quiz", course=course, lesson=lesson), 303)
    attempt = actions.begin(study.enrolment, shown, study.version.id, by=me())
    return redirect(url_for("learning_quiz.question", course=course, lesson=lesson, attempt=attempt.id, n=1), 303)


@bp.get("/learn/<course>/<lesson>/quiz/<int:attempt>/<int:n>")
@only(Role.TRAINEE)
@phone.kept
def question(course: str, lesson: str, attempt: int, n: int) -> ResponseReturnValue:
    """One question."""
    asked = _asked(course, lesson, attempt)
    if asked.attempt.state is not AttemptState.IN_PROGRESS:
        return redirect(asked.url("result"))
    return _question_page(asked, n, _form(asked, n))


@bp.post("/learn/<course>/<lesson>/quiz/<int:attempt>/<int:n>")
@only(Role.TRAINEE)
def answer(course: str, lesson: str, attempt: int, n: int) -> ResponseReturnValue:
    """Keep one answer and go on. An empty one is kept as empty: she can come back."""
    asked = _asked(course, lesson, attempt, lock=True)
    form = _form(asked, n)
    if not form.validate_on_submit():
        return _question_page(asked, n, form), 422
    actions.answer(asked.attempt, asked.questions[n - 1].uid, given_in(form))
    return redirect(asked.after(n), 303)


@bp.get("/learn/<course>/<lesson>/quiz/<int:attempt>/answers")
@only(Role.TRAINEE)
@phone.kept
def answers(course: str, lesson: str, attempt: int) -> ResponseReturnValue:
    """Every question with whether it has an answer, before they are sent."""
    asked = _asked(course, lesson, attempt)
    if asked.attempt.state is not AttemptState.IN_PROGRESS:
        return redirect(asked.url("result"))
    titles = [wording(each.text.in_language(language())).title for each in asked.questions]
    return render_template("learning/answers.html", asked=asked, rows=list(zip(titles, asked.given, strict=True)), form=SendForm())


@bp.post("/learn/<course>/<lesson>/quiz/<int:attempt>/answers")
@only(Role.TRAINEE)
def send(course: str, lesson: str, attempt: int) -> ResponseReturnValue:
    """Send the answers, once; a second tap shows the same result."""
    asked = _asked(course, lesson, attempt)
    actions.send(asked.attempt, asked.quiz, by=me(), at=phone.written_at())
    return redirect(asked.url("result"), 303)


@bp.get("/learn/<course>/<lesson>/quiz/<int:attempt>/result")
@only(Role.TRAINEE)
@phone.kept
def result(course: str, lesson: str, attempt: int) -> ResponseReturnValue:
    """The result in words, then each answer with what to learn from it; then the next step or the next try."""
    asked = _asked(course, lesson, attempt)
    if asked.attempt.state is AttemptState.IN_PROGRESS:
        return redirect(asked.url("answers"))
    study = queries.study(me(), course) or abort(404)
    score = quizzes.score(asked.quiz, asked.attempt.answers)
    sent = [one.sent_at for one in study.tries.get(asked.quiz.uid, ()) if one.sent_at]
    return render_template(
        "learning/result.html",
        asked=asked, score=score, marks={mark.question.uid: mark for mark in score.marks}, passed=score.reaches(asked.quiz.pass_percent),
        explained=_explained(asked, study), wording=wording, points=naming.points, shown=naming.shown, next=days.next_in(study),
        refusal=actions.why_not_again(asked.quiz, sent, clock.now()), form=SendForm(), bar=quizzes.bar(asked.quiz),
    )  # fmt: skip


def _quiz(course: str, lesson: str) -> tuple[OpenStudy, Lesson, Quiz]:
    """The quiz of a lesson that this person learns, else 404."""
    study = queries.study(me(), course) or abort(404)
    shown = study.course.lesson(f"{course}/{lesson}")
    if shown is None or shown.quiz is None:
        abort(404)
    return study, shown, shown.quiz


def _asked(course: str, lesson: str, attempt: int, *, lock: bool = False) -> Asked:
    """Her own attempt under the address of its quiz, else 404."""
    row = one_or_404(policy.visible_attempts(me()), attempt, lock=lock)
    learnt = catalogue.course(row.version_id)
    shown = learnt.lesson(f"{course}/{lesson}")
    if shown is None or shown.quiz is None or shown.quiz.uid != row.quiz_uid:
        abort(404)
    return Asked(row, learnt, shown, shown.quiz, quizzes.questions_of(shown.quiz, row.seed))


def _form(asked: Asked, n: int) -> Form:
    if not 1 <= n <= len(asked.questions):
        abort(404)
    question = asked.questions[n - 1]
    choices = quizzes.choices_of(question, asked.attempt.seed, shuffle=asked.quiz.shuffle)
    return question_form(question, choices, language(), asked.attempt.answers.get(question.uid))


def _question_page(asked: Asked, n: int, form: Form) -> str:
    question = asked.questions[n - 1]
    text = question.text
    return render_template(
        "learning/question.html", asked=asked, n=n, question=question, words=wording(text.in_language(language())),
        spoken=text.language_for(language()), form=form, picks=bool(question.choices),
    )  # fmt: skip


def _explained(asked: Asked, study: Study) -> bool:
    """Whether the quiz explains its answers now."""
    match asked.quiz.feedback:
        case Feedback.NEVER:
            return False
        case Feedback.AFTER_CLOSE:
            due = asked.quiz.due
            return due is not None and clock.now() > due_at(study.enrolment.cohort, due.moment)
    return True
