"""Reviews: a mentor's queue of her trainees' answers, and one decision for each."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.annotation import plain, policy, queries, reviewing, showing, wording
from lms.annotation.forms import DecisionForm
from lms.annotation.models import Assignment, Decision
from lms.annotation.views import picture_of
from lms.core import clock
from lms.core.access import Role, me, one_or_404, only, require
from lms.core.errors import Refused
from lms.core.forms import tried
from lms.core.i18n import _, language
from lms.core.pages import page_of

bp = Blueprint("annotation_mentor", __name__)


@bp.get("/reviews")
@only(Role.MENTOR)
def reviews() -> ResponseReturnValue:
    """Answers that wait, the riskiest first."""
    page = page_of(queries.review_queue(policy.visible_reviews(me())))
    return render_template("annotation/reviews.html", page=page, missed=queries.missed_gold(page.rows), now=clock.now(), words=wording)


@bp.get("/reviews/<int:id>")
@only(Role.MENTOR)
def review(id: int) -> ResponseReturnValue:
    """One answer: what is in it, and the decision."""
    return _page(one_or_404(policy.visible_reviews(me()), id), DecisionForm())


@bp.get("/reviews/<int:id>/picture")
@only(Role.MENTOR)
def picture(id: int) -> ResponseReturnValue:
    """The picture that was answered."""
    return picture_of(one_or_404(policy.visible_reviews(me()), id))


@bp.post("/reviews/<int:id>/decision")
@only(Role.MENTOR)
def decide(id: int) -> ResponseReturnValue:
    """Accept, correct or return; then the next that waits."""
    task, form = one_or_404(policy.visible_reviews(me()), id, lock=True), DecisionForm()
    require(policy.may_review(me(), task))
    if not (form.validate_on_submit() and tried(form, _decide, task, form)):
        return _page(one_or_404(policy.visible_reviews(me()), id), form, error=True), 422
    flash(_("Your decision is saved."), "ok")
    waiting = page_of(queries.review_queue(policy.visible_reviews(me())), per=1).rows
    target = url_for("annotation_mentor.review", id=waiting[0].id) if waiting else url_for("annotation_mentor.reviews")
    return redirect(target, 303)


def _decide(task: Assignment, form: DecisionForm) -> None:
    if request.form.get("rev", task.rev, type=int) != task.rev:  # a page that was open while she sent another answer
        raise Refused(_("This answer is newer. Look at it, then decide."))
    decision = Decision(form.decision.data)
    payload = plain.payload(task.project.kind, request.form, task.item.text) if decision is Decision.FIX else None
    reviewing.decide(
        task, by=me(), decision=decision, comments=_comments(task, form), payload=payload, guideline_fault=bool(form.guideline_fault.data)
    )


def _comments(task: Assignment, form: DecisionForm) -> list[dict[str, Any]]:
    """The words for the whole answer, and those pinned to its shapes: fields `comment-<shape>`. What names no shape of hers is for all."""
    answered = queries.latest_annotation(task)
    shapes = {part.name for part in showing.parts(task.item, answered.payload)} if answered else set()
    typed = [(name.removeprefix("comment-"), text) for name, text in request.form.items() if name.startswith("comment-")]
    pinned: list[dict[str, Any]] = [{"shape": shape if shape in shapes else None, "text": text} for shape, text in typed]
    return [*pinned, {"shape": None, "text": form.comment.data or ""}]


def _page(task: Assignment, form: DecisionForm, **more: Any) -> str:
    answered = queries.latest_annotation(task)
    payload = answered.payload if answered else []
    return render_template(
        "annotation/review.html", task=task, form=form, answered=answered, answers=payload, parts=showing.parts(task.item, payload),
        rows=plain.rows(payload), tokens=plain.tokens(task.item.text or ""), plain=plain, reviews=queries.reviews_of(task), words=wording,
        guideline=queries.guideline(task.project_id, task.guideline_version, language()), typed=request.form, **more,
    )  # fmt: skip
