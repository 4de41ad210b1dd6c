"""The calendar of a cohort, for those who lead it, and the private address of one's own."""

from __future__ import annotations

from flask import Blueprint, Response, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.cohorts import planning, policy
from lms.cohorts.actions import OPEN
from lms.cohorts.class_form import ClassesForm, form_with
from lms.cohorts.classes import mark, times_of
from lms.cohorts.models import Cohort
from lms.cohorts.wording import class_time
from lms.core.access import Role, me, one_or_404, only, public
from lms.core.db import db
from lms.core.forms import tried
from lms.core.i18n import _
from lms.core.pages import row_id
from lms.learning import calendar, feed
from lms.learning.clashes import clashes

bp = Blueprint("learning_calendar", __name__)


@bp.get("/cohorts/<int:id>/calendar")
@only(Role.STAFF, Role.MENTOR)
def show(id: int) -> ResponseReturnValue:
    """Week by week, with what clashes; `?beside=` another cohort says what was when there."""
    cohort = one_or_404(policy.led_cohorts(me()), id)
    return _page(cohort, form_with(times_of(cohort)))


@bp.post("/cohorts/<int:id>/classes")
@only(Role.STAFF, Role.MENTOR)
def set_classes(id: int) -> ResponseReturnValue:
    """The classes of every week. A second tap changes nothing."""
    cohort, form = one_or_404(policy.led_cohorts(me()), id, lock=True), ClassesForm()
    if not form.validate_on_submit() or not tried(form, planning.set_classes, cohort, form.given(), by=me(), seen=form.seen.data):
        cohort = one_or_404(policy.led_cohorts(me()), id)
        if form.refusal:
            form.seen.data = mark(times_of(cohort))  # the page tells what stands now: who saves again has seen it
        return _page(cohort, form), 422
    flash(_("The class times are saved."), "ok")
    return redirect(url_for("learning_calendar.show", id=id), 303)


def _page(cohort: Cohort, form: ClassesForm) -> str:
    found = policy.led_cohorts(me()).where(Cohort.id == row_id(request.args, "beside"))
    beside = db.session.scalars(found).one_or_none()
    return render_template(
        "cohorts/calendar.html", cohort=cohort, weeks=calendar.weeks(cohort), clashes=clashes(cohort, policy.led_cohorts(me())),
        beside=beside, then=calendar.moments(beside) if beside else {}, form=form, times=times_of(cohort), coming=planning.coming(cohort),
        plans=cohort.state in OPEN, class_time=class_time, error=bool(form.errors or form.form_errors),
    )  # fmt: skip


@bp.get("/calendar")
@only(Role.TRAINEE, Role.MENTOR)
def own() -> ResponseReturnValue:
    """Whether one's own dates can be read by a private address."""
    return render_template("learning/own_calendar.html", key=feed.key_of(me()), address=None)


@bp.post("/calendar")
@only(Role.TRAINEE, Role.MENTOR)
def make_own() -> ResponseReturnValue:
    """Make the address, or a new one in its place, and show it this once."""
    token = feed.make_address(me())
    address = current_app.config["BASE_URL"] + url_for("learning_calendar.read", token=token)
    return render_template("learning/own_calendar.html", key=None, address=address)


@bp.post("/calendar/end")
@only(Role.TRAINEE, Role.MENTOR)
def stop_own() -> ResponseReturnValue:
    """End the address."""
    feed.stop_address(me())
    flash(_("The address does not work any more."), "ok")
    return redirect(url_for("learning_calendar.own"), 303)


@bp.get("/calendar/<token>.ics")
@public
def read(token: str) -> ResponseReturnValue:
    """The dates for a calendar that subscribes: the token is the key. Nothing of it may be kept on the way."""
    owner = feed.owner_of(token) or abort(404)
    answer = Response(feed.feed(owner, site=current_app.config["SITE_NAME"]), content_type="text/calendar; charset=utf-8")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
