"""A trainee asks her mentor about one answer of hers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.core.access import Role, me, one_or_404, only
from lms.core.db import db
from lms.core.errors import Refused
from lms.core.forms import tried
from lms.core.i18n import OFFERED, _
from lms.grading import policy, queries
from lms.grading.models import Grade, Submission
from lms.messages import actions
from lms.messages.forms import MessageForm
from lms.messages.policy import carers_of
from lms.people.models import User

bp = Blueprint("grading_questions", __name__)


@bp.get("/submissions/<int:id>/question")
@only(Role.TRAINEE)
def new(id: int) -> ResponseReturnValue:
    """A question to the mentor who checked it, or who will."""
    return _page(_own(id), MessageForm())


@bp.post("/submissions/<int:id>/question")
@only(Role.TRAINEE)
def send(id: int) -> ResponseReturnValue:
    """Send it as a message. The mentor sees which task it is about, and the way to the answer."""
    submission, form = _own(id), MessageForm()
    said = {"by": me(), "text": form.text.data or "", "about": _about(submission)}
    if not form.validate_on_submit() or not tried(form, actions.ask, _mentor(submission), **said):
        return _page(_own(id), form), 422
    flash(_("Your question is sent."), "ok")
    return redirect(url_for("messages.index"), 303)


def _own(id: int) -> Submission:
    submission = one_or_404(policy.visible_submissions(me()), id)
    return submission if submission.enrolment.user_id == me().id else abort(404)


def _mentor(submission: Submission) -> User:
    """Who checked it, while they still lead her; else the first of her cohort's mentors by name. Raises Refused where she has none."""
    carers = carers_of(me())
    checked = carers.join(Grade, Grade.by_id == User.id).where(Grade.submission_id == submission.id)
    found = db.session.scalars(checked).first() or db.session.scalars(carers.order_by(User.name, User.id)).first()
    if found is None:
        raise Refused(_("You have no mentor now. Ask the person who gave you this account."))
    return found


def _about(submission: Submission) -> dict[str, Any]:
    title = queries.task(submission).assignment.title
    return {
        "title": {code: title.in_language(code) for code in OFFERED},
        "person": url_for("grading.feedback", id=submission.id),
        "carer": url_for("grading_mentor.check", id=submission.id),
    }


def _page(submission: Submission, form: MessageForm) -> str:
    return render_template(
        "grading/question.html", task=queries.task(submission), mentor=_mentor(submission), form=form, error=bool(form.errors)
    )
