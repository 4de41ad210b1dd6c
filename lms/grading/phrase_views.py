"""Saved phrases: the mentor's own page of them, and the two buttons beside a comment."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.core.access import Role, me, one_or_404, only, require
from lms.core.db import db
from lms.core.forms import tried
from lms.core.pages import row_id
from lms.grading import phrases, policy, queries
from lms.grading.forms import MarkForm, PhraseForm
from lms.grading.marking import mark_page
from lms.grading.models import SavedPhrase

bp = Blueprint("grading_phrases", __name__)


@bp.get("/phrases")
@only(Role.MENTOR)
def index() -> ResponseReturnValue:
    """Her phrases, and where a new one is written."""
    return render_template("grading/phrases.html", phrases=phrases.all_of(me()), form=PhraseForm())


@bp.post("/phrases")
@only(Role.MENTOR)
def add() -> ResponseReturnValue:
    """Keep a phrase in one language or two."""
    form = PhraseForm()
    typed = {"text": form.text.data or "", "other": form.other.data or "", "language": form.language.data or ""}
    if not form.validate_on_submit() or not tried(form, phrases.keep, by=me(), **typed):
        return render_template("grading/phrases.html", phrases=phrases.all_of(me()), form=form), 422
    return redirect(url_for("grading_phrases.index"), 303)


@bp.post("/phrases/<int:id>/removal")
@only(Role.MENTOR)
def remove(id: int) -> ResponseReturnValue:
    """Forget one."""
    phrases.remove(one_or_404(phrases.own(me()), id))
    return redirect(url_for("grading_phrases.index"), 303)


@bp.post("/submissions/<int:id>/phrase")
@only(Role.MENTOR)
def insert(id: int) -> ResponseReturnValue:
    """Put a phrase into the comment: the form comes back with it, and with all that was typed."""
    submission = one_or_404(policy.visible_submissions(me()), id)
    require(policy.may_grade(me(), submission))
    form, chosen = MarkForm(), row_id(request.form, "phrase")
    phrase = db.session.scalars(phrases.own(me()).where(SavedPhrase.id == chosen)).one_or_none()
    if phrase is not None:  # forgotten in another window meanwhile: what was typed comes back all the same
        form.feedback.data = phrases.added(form.feedback.data or "", phrase, submission.enrolment.user.language)
    return mark_page(submission, form, form.marks(queries.task(submission).assignment.rubric, request.form))


@bp.post("/submissions/<int:id>/comment-phrase")
@only(Role.MENTOR)
def keep(id: int) -> ResponseReturnValue:
    """Keep the comment, or what is marked in it, as a phrase; the form comes back with all that was typed."""
    submission = one_or_404(policy.visible_submissions(me()), id)
    require(policy.may_grade(me(), submission))
    form = MarkForm()
    kept = tried(form, phrases.keep, by=me(), text=request.form.get("part") or form.feedback.data or "")
    submission = one_or_404(policy.visible_submissions(me()), id)
    return mark_page(submission, form, form.marks(queries.task(submission).assignment.rubric, request.form)), 200 if kept else 422
