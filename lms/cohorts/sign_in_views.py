"""A trainee's page: by what she signs in, corrected by staff and by the coordinator who referred her."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lms.cohorts import policy, queries, signing_in
from lms.cohorts.models import Enrolment
from lms.core.access import Role, me, one_or_404, only, require
from lms.core.forms import tried
from lms.core.i18n import _
from lms.people import changing, sign_ins
from lms.people.changing_views import step_up_page
from lms.people.forms import IdentifierForm
from lms.people.views import limiter, was_wrong

bp = Blueprint("cohorts_sign_in", __name__)


@bp.get("/enrolments/<int:id>/sign-in")
@only(Role.STAFF, Role.PARTNER)
def ask(id: int) -> ResponseReturnValue:
    """By what she signs in, as much of it as must be known, and the form for another."""
    return _page(_place(id), IdentifierForm())


@bp.post("/enrolments/<int:id>/sign-in")
@only(Role.STAFF, Role.PARTNER)
@limiter.limit("60 per hour", key_func=lambda: f"identifiers|{current_user.id}", methods=["POST"], deduct_when=was_wrong)
def correct(id: int) -> ResponseReturnValue:
    """Write down the right one, for a fresh password; the digits that she signs in with are shown this once."""
    place, form, made = _place(id), IdentifierForm(), list[str]()
    if not form.validate_on_submit():
        return _page(place, form), 422
    if not sign_ins.fresh(me()):
        return step_up_page(url_for("cohorts_sign_in.ask", id=id))
    if not tried(form, lambda: made.append(signing_in.correct(place, form.identifier.data or "", by=me()))):
        return _page(_place(id), form), 422
    return _code(place, made[0])


@bp.post("/enrolments/<int:id>/sign-in/phone")
@only(Role.STAFF, Role.PARTNER)
def take_phone_away(id: int) -> ResponseReturnValue:
    """Her number is somebody else's now: it is taken away, for a fresh password."""
    place = _place(id)
    if not sign_ins.fresh(me()):
        return redirect(url_for("people.ask_step_up", next=url_for("cohorts_sign_in.ask", id=id)), 303)
    code = signing_in.take_phone_away(place, by=me())
    if code:
        return _code(place, code)
    flash(_("We know no phone number of this person now. You can make a code."), "ok")  # a second tap, which hid the first one's digits
    return redirect(url_for("learning_cohorts.person", id=id), 303)


def _place(id: int) -> Enrolment:
    place = one_or_404(policy.visible_enrolments(me()), id)
    require(policy.may_correct_sign_in(me(), place))
    return place


def _code(place: Enrolment, code: str) -> str:
    address = current_app.config["BASE_URL"] + url_for("people.code")
    return render_template("cohorts/new_sign_in.html", enrolment=place, code=code, address=address)


def _page(place: Enrolment, form: IdentifierForm) -> str:
    """Staff, who see everybody, also read who has what was refused: of two people with one number one must give it up."""
    taken = isinstance(form.refusal, changing.Taken) and me().has(Role.STAFF)
    other = changing.holder(place.user, form.identifier.data or "") if taken else None
    at = queries.newest_places(policy.visible_enrolments(me()), [other.id]).get(other.id) if other else None
    changes = changing.changes(place.user)
    return render_template("cohorts/sign_in.html", enrolment=place, form=form, changes=changes, other=other, at=at, error=bool(form.errors))
