"""Me: how I sign in. Another phone or e-mail, behind a fresh password."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lms.core.access import me, signed_in
from lms.core.forms import tried
from lms.core.i18n import _
from lms.people import changing, sign_ins
from lms.people.forms import IdentifierForm, PasswordForm
from lms.people.views import kept_words, limiter, was_wrong

bp = Blueprint("people_changing", __name__)


@bp.get("/me/sign-in")
@signed_in
def show() -> ResponseReturnValue:
    """By what I sign in, and when that was changed; right after a change also the whole of it, to be looked at once more."""
    return _page(IdentifierForm())


@bp.post("/me/sign-in")
@signed_in
@limiter.limit("10 per hour", key_func=lambda: f"identifier|{current_user.id}", methods=["POST"], deduct_when=was_wrong)
def change() -> ResponseReturnValue:
    """Sign in with another phone or e-mail from now on; every other phone is signed out."""
    form = IdentifierForm()
    if not form.validate_on_submit():
        return _page(form), 422
    if not sign_ins.fresh(me()):
        return step_up_page(url_for("people_changing.show"))
    if not tried(form, changing.change_own, me(), form.identifier.data or ""):
        return _page(form), 422
    flash(_("Saved. Your other phones and computers are signed out."), "ok")
    return redirect(url_for("people_changing.show", saved=1), 303)


def step_up_page(onward: str) -> ResponseReturnValue:
    """The password again, on a page that keeps what was written and sends it there after the password."""
    kept = [*kept_words(), ("again", "1")]
    return render_template("people/step_up.html", form=PasswordForm(formdata=None), next=onward, kept=kept), 422


def _page(form: IdentifierForm) -> str:
    whole = "saved" in request.args and sign_ins.fresh(me())
    return render_template("people/own_sign_in.html", form=form, whole=whole, changes=changing.changes(me()), error=bool(form.errors))
