"""A trainee's page: by what she signs in, corrected by staff and by the coordinator who referred her."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lms.cohorts import policy, signing_in
from lms.cohorts.models import Enrolment
from lms.core.access import Role, me, one_or_404, only, require
from lms.core.forms import tried
from lms.people import changing, sign_ins
from lms.people.changing_views import step_up_page
from lms.people.forms import IdentifierForm
from lms.people.views import limiter

bp = Blueprint("cohorts_sign_in", __name__)


def _told_no(response: object) -> bool:
    return getattr(response, "status_code", 200) == 422


@bp.get("/enrolments/<int:id>/sign-in")
@only(Role.STAFF, Role.PARTNER)
def ask(id: int) -> ResponseReturnValue:
    """By what she signs in, as much of it as must be known, and the form for another."""
    place = one_or_404(policy.visible_enrolments(me()), id)
    require(policy.may_correct_sign_in(me(), place))
    return _page(place, IdentifierForm())


@bp.post("/enrolments/<int:id>/sign-in")
@only(Role.STAFF, Role.PARTNER)
@limiter.limit("60 per hour", key_func=lambda: f"identifiers|{current_user.id}", methods=["POST"], deduct_when=_told_no)
def correct(id: int) -> ResponseReturnValue:
    """Write down the right one, for a fresh password; the digits that she signs in with are shown this once."""
    place, form, made = one_or_404(policy.visible_enrolments(me()), id), IdentifierForm(), list[str]()
    require(policy.may_correct_sign_in(me(), place))
    if not form.validate_on_submit():
        return _page(place, form), 422
    if not sign_ins.fresh(me()):
        return step_up_page(url_for("cohorts_sign_in.ask", id=id))
    if not tried(form, _correct, place, form, made):
        return _page(one_or_404(policy.visible_enrolments(me()), id), form), 422
    address = current_app.config["BASE_URL"] + url_for("people.code")
    return render_template("cohorts/new_sign_in.html", enrolment=place, code=made[0], address=address)


def _correct(place: Enrolment, form: IdentifierForm, made: list[str]) -> None:
    made.append(signing_in.correct(place, form.identifier.data or "", by=me()))


def _page(place: Enrolment, form: Any) -> str:
    changes = changing.changes(place.user)
    return render_template("cohorts/sign_in.html", enrolment=place, form=form, changes=changes, error=bool(form.errors))
