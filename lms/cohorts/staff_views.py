"""People: the list, adding many at once from a pasted list, a new code, and whether somebody may do paid work."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from lms.cohorts import actions, adding, failed_imports, list_file, pasting, policy, queries
from lms.cohorts.failed_imports import NothingIn
from lms.cohorts.forms import LostPhoneForm, PasteForm
from lms.cohorts.models import Cohort, Enrolment
from lms.cohorts.slips import slips_for
from lms.core import qr
from lms.core.access import Role, me, one_or_404, only
from lms.core.db import release
from lms.core.errors import Refused
from lms.core.forms import tried
from lms.core.i18n import _
from lms.core.pages import page_of
from lms.partners.policy import visible_people
from lms.people import actions as people
from lms.people.models import Lost, User

bp = Blueprint("cohorts_staff", __name__)


@bp.get("/people")
@only(Role.STAFF, Role.PARTNER)
def people_index() -> ResponseReturnValue:
    """The people this person may see, by name; a coordinator looks for others, not for herself."""
    seen = visible_people(me()) if me().has(Role.STAFF) else visible_people(me()).where(User.id != me().id)
    page = page_of(seen.order_by(User.name, User.id))
    places = queries.newest_places(policy.visible_enrolments(me()), [person.id for person in page.rows])
    return render_template("cohorts/people.html", page=page, places=places)


@bp.get("/cohorts/<int:id>/people/new")
@only(Role.STAFF)
def ask_people(id: int) -> ResponseReturnValue:
    """Where a list is pasted."""
    cohort = one_or_404(policy.visible_cohorts(me()), id)
    return render_template("cohorts/paste.html", cohort=cohort, form=PasteForm(), rows=None)


@bp.post("/cohorts/<int:id>/people/preview")
@only(Role.STAFF)
def preview(id: int) -> ResponseReturnValue:
    """Show what the list would do, with what is wrong in the row itself. Nothing is added yet. A file becomes what could be pasted."""
    one_or_404(policy.visible_cohorts(me()), id)
    release()
    form = PasteForm()
    read = form.take_file(list_file.text_of)
    rows = _rows(form, one_or_404(policy.visible_cohorts(me()), id)) if read and form.validate_on_submit() else []
    return _list_page(id, form, rows), 200 if rows else 422


@bp.post("/cohorts/<int:id>/people")
@only(Role.STAFF)
def add_people(id: int) -> ResponseReturnValue:
    """Add the good rows and those that were chosen, all or none, and show the slips with their codes: they are shown this once."""
    cohort, form = one_or_404(policy.visible_cohorts(me()), id, lock=True), PasteForm()
    rows = _rows(form, cohort) if form.validate_on_submit() else []
    made: list[tuple[User, str | None]] = []
    if not rows or not tried(form, lambda: made.extend(_add(cohort, form, rows))):
        return _list_page(id, form, rows), 422
    failed_imports.settle(cohort, by=me())
    address = current_app.config["BASE_URL"] + url_for("people.code")
    known = [person for person, code in made if code is None]
    return render_template(
        "cohorts/slips.html", cohort=cohort, slips=slips_for(made), known=known, address=address, qr=qr.path(address)
    )


def _add(cohort: Cohort, form: PasteForm, rows: Sequence[pasting.Row]) -> list[tuple[User, str | None]]:
    entries = adding.chosen(rows, form.choices(request.form), shown=form.shown_lines())
    if not entries:
        raise Refused(_("Nobody is chosen. Choose who goes in, or change the list."))
    return actions.add_people(cohort, entries, by=me())


def _rows(form: PasteForm, cohort: Cohort) -> list[pasting.Row]:
    """The rows of the list; none where there are too many, which is said above the form."""
    try:
        return adding.read(form.people.data or "", cohort)
    except Refused as no:
        form.refuse(no.sentence)
        form.refusal = no
        return []


def _list_page(id: int, form: PasteForm, rows: Sequence[pasting.Row]) -> str:
    cohort = one_or_404(policy.visible_cohorts(me()), id)
    if isinstance(form.refusal, NothingIn):
        failed_imports.remember(form.refusal, cohort, by=me())
    chosen, wrong = form.choices(request.form), not rows or bool(form.errors)
    return render_template("cohorts/paste.html", cohort=cohort, form=form, rows=rows or None, choices=chosen, error=wrong)


@bp.post("/imports/<int:id>/putting-away")
@only(Role.STAFF)
def put_away(id: int) -> ResponseReturnValue:
    """Show an import that failed no more."""
    failed_imports.put_away(one_or_404(failed_imports.visible(me()), id, lock=True), by=me())
    return redirect(url_for("learning_cohorts.index"), 303)


@bp.post("/enrolments/<int:id>/codes")
@only(Role.STAFF, Role.MENTOR, Role.PARTNER)
def new_code(id: int) -> ResponseReturnValue:
    """Six digits to read out, shown once. Only for trainees of the own cohorts or partner."""
    place = one_or_404(policy.visible_enrolments(me()), id)
    code = people.make_code(_trainee_alone(place), by=me())
    return render_template("cohorts/code.html", enrolment=place, code=code)


@bp.post("/enrolments/<int:id>/lost-phone")
@only(Role.STAFF, Role.MENTOR)
def lose_phone(id: int) -> ResponseReturnValue:
    """Her phone is lost: every sign-in of hers ends, and what her phones keep goes when they next ask for anything."""
    place, form = one_or_404(policy.visible_enrolments(me()), id), LostPhoneForm()
    if not form.validate_on_submit():
        raise Refused(_("Choose what happened to the phone."))
    people.clear_phones(_trainee_alone(place), by=me(), reason=Lost(form.reason.data))
    flash(_("Every phone is signed out. Now make a new code."), "ok")
    return redirect(url_for("learning_cohorts.person", id=id), 303)


@bp.post("/enrolments/<int:id>/leaving")
@only(Role.STAFF)
def drop(id: int) -> ResponseReturnValue:
    """Write down that a person left the cohort."""
    actions.drop(one_or_404(policy.visible_enrolments(me()), id, lock=True), by=me())
    flash(_("Saved: the person left. The place is free."), "ok")
    return redirect(url_for("learning_cohorts.person", id=id), 303)


@bp.post("/enrolments/<int:id>/coming-back")
@only(Role.STAFF)
def resume(id: int) -> ResponseReturnValue:
    """Give a person who left a place again, where one is free."""
    place = one_or_404(policy.visible_enrolments(me()), id)
    actions.enrol(one_or_404(policy.visible_cohorts(me()), place.cohort_id, lock=True), place.user, by=me())
    flash(_("The person studies here again."), "ok")
    return redirect(url_for("learning_cohorts.person", id=id), 303)


@bp.post("/enrolments/<int:id>/adult")
@only(Role.STAFF)
def confirm_adult(id: int) -> ResponseReturnValue:
    """Staff saw a paper: 18 or over, so paid work is open."""
    place = one_or_404(policy.visible_enrolments(me()), id)
    people.confirm_adult(place.user, by=me(), adult=True)
    flash(_("Saved: 18 or over."), "ok")
    return redirect(url_for("learning_cohorts.person", id=id), 303)


def _trainee_alone(place: Enrolment) -> User:
    """The trainee, if she is nothing else here: a code for somebody with more rights comes from staff, by command."""
    actions.refuse_code_for_others(place.user, by=current_user)
    return place.user
