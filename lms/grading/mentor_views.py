"""The mentor's desk: what waits, taking one, marking it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.core import phone
from lms.core.access import Role, me, one_or_404, only, require
from lms.core.db import mode, release
from lms.core.forms import tried
from lms.core.pages import page_of, row_id
from lms.grading import actions, policy, queries, sending
from lms.grading.desk import Wanted, counts, median_waits, waiting
from lms.grading.forms import MarkForm
from lms.grading.marking import mark_page
from lms.grading.missing import missing
from lms.messages.queries import how_many_new

bp = Blueprint("grading_mentor", __name__)


@bp.get("/desk")
@only(Role.MENTOR)
def desk() -> ResponseReturnValue:
    """What waits in this mentor's cohorts, all or a part of it: second tries on top, then the oldest."""
    wanted = Wanted(row_id(request.args, "cohort"), request.args.get("task"), "again" in request.args)
    page, all = page_of(waiting(me(), wanted)), counts(me())
    return render_template(
        "grading/desk.html", page=page, wanted=wanted, tasks=[queries.task(row) for row in page.rows], counts=all,
        absent=[] if all.all else missing(me()), written=how_many_new(me()),
        quick=median_waits([me().id]).get(me().id), undo=sending.can_be_undone(me()),
    )  # fmt: skip


@bp.post("/submissions/<int:id>/claim")
@only(Role.MENTOR)
def claim(id: int) -> ResponseReturnValue:
    """Take one to check."""
    submission = one_or_404(policy.visible_submissions(me()), id)
    require(policy.may_grade(me(), submission))
    actions.claim(submission, by=me())
    sending.send_due(by=me())
    return redirect(url_for("grading_mentor.check", id=id), 303)


@bp.get("/submissions/<int:id>")
@only(Role.MENTOR)
def check(id: int) -> ResponseReturnValue:
    """The answer and the mark, side by side; a mark that was undone stands in the form again."""
    submission = one_or_404(policy.visible_submissions(me()), id)
    require(policy.may_grade(me(), submission))
    back = sending.taken_back(submission, me())
    typed = {"feedback": back.feedback, "keep_voice": True} if back else None
    return mark_page(submission, MarkForm(data=typed), back.marks if back else None)


@bp.post("/submissions/<int:id>/grade")
@only(Role.MENTOR)
def grade(id: int) -> ResponseReturnValue:
    """Send the mark, or return it for changes; then on to the next one, which is taken at once, or to the desk."""
    submission = one_or_404(policy.visible_submissions(me()), id)
    require(policy.may_grade(me(), submission))
    form = MarkForm()
    marks = form.marks(queries.task(submission).assignment.rubric, request.form)
    if not form.validate_on_submit() or not tried(form, _send, id, form, marks):
        return mark_page(one_or_404(policy.visible_submissions(me()), id), form, marks), 422
    sending.send_due(by=me())
    following = None if phone.waited_since() else actions.take_next(by=me())  # nobody sits there any more
    return redirect(url_for("grading_mentor.check", id=following.id) if following else url_for("grading_mentor.desk"), 303)


def _send(id: int, form: MarkForm, marks: dict[str, str]) -> None:
    """The voice note is judged while nothing is locked."""
    release()
    voice = form.sound()
    mode(write=True)
    submission = one_or_404(policy.visible_submissions(me()), id, lock=True)
    require(policy.may_grade(me(), submission))
    mark: dict[str, Any] = {"marks": marks, "feedback": form.feedback.data or "", "returned": request.form.get("do") == "return"}
    sending.send(submission, by=me(), voice=voice, keep_voice=form.keep_voice.data, **mark)


@bp.post("/submissions/<int:id>/undo")
@only(Role.MENTOR)
def undo(id: int) -> ResponseReturnValue:
    """Take back a mark that has not gone out yet, and go on with it."""
    submission = one_or_404(policy.visible_submissions(me()), id, lock=True)
    require(policy.may_grade(me(), submission))
    sending.undo(submission, by=me())
    return redirect(url_for("grading_mentor.check", id=id), 303)
