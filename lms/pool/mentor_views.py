"""A mentor's word about a trainee: ready for paid work."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.cohorts.models import Enrolment
from lms.cohorts.policy import visible_enrolments
from lms.core.access import Role, me, one_or_404, only, require
from lms.core.forms import tried
from lms.core.i18n import _
from lms.pool import actions, policy, queries, wording
from lms.pool.eligibility import weigh
from lms.pool.forms import SignOffForm

bp = Blueprint("pool_mentor", __name__)


@bp.get("/enrolments/<int:id>/sign-off")
@only(Role.MENTOR)
def ask(id: int) -> ResponseReturnValue:
    """What is known of a trainee, and the sentence that says: ready."""
    return _page(_trainee(id), SignOffForm())


@bp.post("/enrolments/<int:id>/sign-off")
@only(Role.MENTOR)
def sign_off(id: int) -> ResponseReturnValue:
    """Keep the mentor's word."""
    form, enrolment = SignOffForm(), _trainee(id)
    if not form.validate_on_submit() or not tried(form, actions.sign_off, enrolment, by=me(), sentence=form.sentence.data or ""):
        return _page(_trainee(id), form), 422
    flash(_("Saved. The person can read your sentence."), "ok")
    return redirect(url_for("pool_mentor.ask", id=id), 303)


def _trainee(id: int) -> Enrolment:
    enrolment = one_or_404(visible_enrolments(me()), id)
    require(policy.may_sign_off(me(), enrolment, queries.seats_of(me())))
    return enrolment


def _page(enrolment: Enrolment, form: SignOffForm) -> str:
    rules = queries.rules()
    said = queries.sign_offs(enrolment.user_id)
    return render_template(
        "pool/sign_off.html",
        enrolment=enrolment,
        form=form,
        checks=weigh(queries.values_of(enrolment.user, rules), rules),
        words=wording,
        said=said,
        mine=any(one.mentor_id == me().id for one in said),
        error=bool(form.errors),
    )
