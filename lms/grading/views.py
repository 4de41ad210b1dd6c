"""The trainee's side: the task, her answer, and what came back."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from lms.catalogue import queries as catalogue
from lms.catalogue.courses import Assignment
from lms.catalogue.models import CourseVersion
from lms.cohorts.models import Cohort, Enrolment
from lms.cohorts.queries import due_at, not_before, place_for
from lms.cohorts.wording import time_left
from lms.core import phone
from lms.core.access import Role, me, one_or_404, only
from lms.core.db import db, mode, release
from lms.core.errors import Refused
from lms.core.files import download
from lms.core.forms import tried
from lms.core.i18n import _, language
from lms.core.sounds import play
from lms.grading import actions, policy, queries, sending
from lms.grading.forms import AnswerForm, read_files
from lms.grading.models import State

bp = Blueprint("grading", __name__)


@bp.get("/learn/<course>/<lesson>/task")
@only(Role.TRAINEE)
@phone.kept
def task(course: str, lesson: str) -> ResponseReturnValue:
    """What to do, how it is checked, and where to answer; or the way to what came back."""
    enrolment, version, assignment = _place(course, lesson)
    latest = queries.latest_submission(enrolment.id, assignment.uid)
    if latest is not None and not sending.came_back(latest):
        return redirect(url_for("grading.feedback", id=latest.id))
    if latest is None and _needs_more(enrolment, version, lesson):
        return redirect(url_for("learning.lesson", course=course, lesson=lesson))  # that page names what comes first
    return _page(course, lesson, AnswerForm.for_assignment(assignment))


@bp.post("/learn/<course>/<lesson>/task")
@only(Role.TRAINEE)
def send(course: str, lesson: str) -> ResponseReturnValue:
    """Hand in. Files are judged and pictures made anew while no row is locked."""
    enrolment, _version, assignment = _place(course, lesson)
    form = AnswerForm.for_assignment(assignment)
    if not form.validate_on_submit() or form.problems(assignment) or not tried(form, _send, form, course, lesson):
        return _page(course, lesson, form), 422
    latest = queries.latest_submission(enrolment.id, assignment.uid)
    return redirect(url_for("grading.feedback", id=latest.id if latest else abort(500)), 303)


def _send(form: AnswerForm, course: str, lesson: str) -> None:
    assignment = _place(course, lesson)[2]
    release()
    files = read_files(form.chosen_files(), assignment)
    mode(write=True)
    enrolment, version, assignment = _place(course, lesson)
    db.session.refresh(enrolment, with_for_update=True)
    latest = queries.latest_submission(enrolment.id, assignment.uid)
    if latest is None and _needs_more(enrolment, version, lesson):
        raise Refused(_("Do the lessons before this task first."))
    if latest is not None and latest.state == State.SENDING:
        sending.finish(latest.id)
    attempt, written = form.try_number(), phone.waited_since()
    actions.hand_in(enrolment, version, assignment, attempt=attempt, by=me(), files=files, written_at=written, **form.values())


def _needs_more(enrolment: Enrolment, version: CourseVersion, lesson: str) -> bool:
    """Whether something must be done before the task of this lesson. What was begun once stays open."""
    learnt = catalogue.course(version.id)
    found = learnt.lesson(f"{learnt.uid}/{lesson}")
    return found is not None and policy.is_closed(enrolment, version, found)


def _place(course: str, lesson: str) -> tuple[Enrolment, CourseVersion, Assignment]:
    """Her enrolment, the pinned version and the assignment of that lesson; 404 where there is none of it for her; closed, the lesson."""
    found = place_for(me(), course)
    if found is None:
        abort(404)
    enrolment, version = found
    page = catalogue.course(version.id).lesson(f"{course}/{lesson}")
    if page is None or page.assignment is None:
        abort(404)
    if not_before(enrolment.cohort, page.opens, page.assignment.opens):
        abort(redirect(url_for("learning.lesson", course=course, lesson=lesson), 303))  # that page says when
    return enrolment, version, page.assignment


def _page(course: str, lesson: str, form: AnswerForm) -> str:
    """The task page with a form; read anew, because a refusal may have let go of every row."""
    enrolment, version, assignment = _place(course, lesson)
    html, shown = catalogue.assignment_html(version.id, assignment.uid, language())
    latest = queries.latest_submission(enrolment.id, assignment.uid)
    form.attempt.data = str(latest.attempt + 1 if latest else 1)  # a page that is older than what came back is sent again as the next try
    return render_template(
        "grading/task.html",
        assignment=assignment,
        course=catalogue.course(version.id),
        lesson=lesson,
        form=form,
        body=Markup(html),  # noqa: S704  # sanitised at publish
        shown=shown,
        left=_left(enrolment.cohort, assignment) if latest is None else None,
        returned=sending.mark_of(latest) if latest else None,
        error=bool(form.errors),
    )


def _left(cohort: Cohort, assignment: Assignment) -> str | None:
    return time_left(due_at(cohort, assignment.due.moment)) if assignment.due else None


@bp.get("/submissions/<int:id>/feedback")
@only(Role.TRAINEE)
@phone.kept
def feedback(id: int) -> ResponseReturnValue:
    """What came back: the result in words first, the mentor's note, the rubric, her own answer."""
    submission = one_or_404(policy.visible_submissions(me()), id)
    if submission.enrolment.user_id != me().id:
        abort(404)
    return render_template(
        "grading/feedback.html",
        submission=submission,
        task=queries.task(submission),
        grade=sending.mark_of(submission),
        voice=sending.voice_of(submission),
        files=queries.files_of(submission),
        earlier=queries.earlier(submission),
        newest=queries.latest_submission(submission.enrolment_id, submission.assignment_uid),
    )


@bp.get("/submissions/<int:id>/voice")
@only(Role.TRAINEE, Role.MENTOR)
def voice(id: int) -> ResponseReturnValue:
    """What the mentor said: for its trainee once the mark is out, and for the cohort's mentors."""
    submission = one_or_404(policy.visible_submissions(me()), id)
    note = sending.voice_of(submission, early=submission.enrolment.user_id != me().id)
    return play(note.file) if note else abort(404)


@bp.get("/submissions/<int:id>/files/<int:position>")
@only(Role.TRAINEE, Role.MENTOR)
def file(id: int, position: int) -> ResponseReturnValue:
    """One file of a submission, for its author and the cohort's mentors."""
    submission = one_or_404(policy.visible_submissions(me()), id)
    files = queries.files_of(submission)
    if position >= len(files):
        abort(404)
    return download(files[position].file, inline=True)
