"""The first visit: three short pages, one question each. What we keep, the language, the name on a certificate."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from lms.core.access import Role, me, only
from lms.core.i18n import OFFERED
from lms.core.i18n import language as page_language
from lms.people import actions
from lms.people.forms import NameForm, SignsForm
from lms.people.identifiers import in_latin_letters

bp = Blueprint("welcome", __name__, url_prefix="/welcome")

WORDS = "1"  # the version of the words she agrees to: a new one asks again


@bp.get("")
@only(Role.TRAINEE)
def agree() -> ResponseReturnValue:
    """What we keep, and who sees it."""
    return render_template("people/welcome_agree.html")


@bp.post("")
@only(Role.TRAINEE)
def send_agree() -> ResponseReturnValue:
    """She agrees. Twice is once."""
    actions.consent(me(), purpose=actions.LEARNING, version=WORDS, language=page_language())
    return redirect(url_for("welcome.language"), 303)


@bp.get("/language")
@only(Role.TRAINEE)
def language() -> ResponseReturnValue:
    """The language of the pages, each in its own script; folded under it the digits and the calendar."""
    return render_template("people/welcome_language.html", form=SignsForm.of(me()))


@bp.post("/language")
@only(Role.TRAINEE)
def send_language() -> ResponseReturnValue:
    """Keep it for this person, on every device."""
    chosen, form = request.form.get("lang", ""), SignsForm()
    if chosen not in OFFERED or not form.validate_on_submit():
        abort(404)
    session["language"] = chosen
    actions.choose_language(me(), chosen)
    actions.choose_signs(me(), **form.told(me()))
    return redirect(url_for("welcome.name"), 303)


@bp.get("/name")
@only(Role.TRAINEE)
def name() -> ResponseReturnValue:
    """The name as a certificate prints it; what is known of it stands in the field whose letters it has."""
    known = me().certificate_name()
    latin = in_latin_letters(known)
    form = NameForm(latin_name=known if latin else None, own_name=me().own_name or (None if latin else known))
    return render_template("people/welcome_name.html", form=form)


@bp.post("/name")
@only(Role.TRAINEE)
def send_name() -> ResponseReturnValue:
    """Keep both names; then the first lesson is one tap away."""
    form = NameForm()
    if not form.validate_on_submit():
        return render_template("people/welcome_name.html", form=form, error=True), 422
    actions.name_for_certificate(me(), latin=form.latin_name.data or "", own=form.own_name.data or "", by=me())
    return redirect(url_for("home.front"), 303)
