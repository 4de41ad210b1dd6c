"""Classes: a mentor writes down who was there, under a minute, on a phone; and cancels or moves one that has not begun."""

from __future__ import annotations

from datetime import date, datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.cohorts import actions, planning, policy, queries
from lms.cohorts.attendance import EARNS
from lms.cohorts.class_form import OneClassForm
from lms.cohorts.forms import AttendanceForm
from lms.cohorts.models import Code, Cohort
from lms.core import fmt, phone
from lms.core.access import Role, me, one_or_404, only
from lms.core.errors import Refused
from lms.core.forms import tried
from lms.core.i18n import _

bp = Blueprint("cohorts_mentor", __name__)


@bp.get("/cohorts/<int:id>/attendance")
@only(Role.MENTOR, Role.STAFF)
@phone.kept
def roll(id: int) -> ResponseReturnValue:
    """The list of a day: today, or `?on=` one before."""
    cohort = one_or_404(policy.led_cohorts(me()), id)
    return _page(cohort, _day(cohort), AttendanceForm(formdata=None))


@bp.post("/cohorts/<int:id>/attendance")
@only(Role.MENTOR, Role.STAFF)
def take(id: int) -> ResponseReturnValue:
    """Save the list. A day that was saved before, and is not the one this list was drawn for, must be looked at first."""
    cohort, form = one_or_404(policy.led_cohorts(me()), id, lock=True), AttendanceForm()
    marks, by = form.marks(request.form), me()
    drawn, known = form.drawn_for(), {"drawn": form.drawn_for(), "written": phone.written_at()}
    if not form.validate_on_submit() or not tried(form, actions.take_attendance, cohort, form.on.data, marks, by=by, **known):
        cohort = one_or_404(policy.led_cohorts(me()), id)
        return _page(cohort, drawn or queries.today_of(cohort), form, marks), 422
    here = sum(code in EARNS for code in marks.values())
    flash(_("Saved. %(share)s people came.", share=fmt.out_of(here, len(marks))), "ok")
    return redirect(url_for("cohorts_mentor.roll", id=id, on=form.on.data), 303)


def _day(cohort: Cohort) -> date:
    """The day that is asked for; today where it is none, or one that has not come."""
    today = queries.today_of(cohort)
    try:
        return min(date.fromisoformat(request.args.get("on", "")), today)
    except ValueError:
        return today


def _page(cohort: Cohort, day: date, form: AttendanceForm, marks: dict[int, Code] | None = None) -> str:
    held = queries.session_on(cohort, day)
    people = [(place, (marks or {}).get(place.id, code)) for place, code in queries.roll(cohort, held)]
    return render_template(
        "cohorts/attendance.html", cohort=cohort, day=day, today=queries.today_of(cohort), held=held, people=people, form=form,
        days=queries.recent_classes(cohort), holds=cohort.state in actions.HOLDS_CLASSES, error=bool(form.errors),
    )  # fmt: skip


@bp.get("/cohorts/<int:id>/class")
@only(Role.STAFF, Role.MENTOR)
def one_class(id: int) -> ResponseReturnValue:
    """What may become of one class: the one that is planned `?at=` a time of the cohort's clock, else the next."""
    cohort = one_or_404(policy.led_cohorts(me()), id)
    if "at" in request.args:
        at = _time(request.args["at"]) or abort(404)
        return _class_page(cohort, OneClassForm(formdata=None), at)
    first = next(iter(planning.coming(cohort)), None)
    return _class_page(cohort, OneClassForm(formdata=None), first.planned.replace(tzinfo=None) if first else None)


@bp.post("/cohorts/<int:id>/class")
@only(Role.STAFF, Role.MENTOR)
def change_class(id: int) -> ResponseReturnValue:
    """Cancel it, move it, or put it back. Who saves second sees what the first one said."""
    cohort, form = one_or_404(policy.led_cohorts(me()), id, lock=True), OneClassForm()
    at = _time(form.at.data or "")
    if at is None:
        raise Refused(_("Choose a class from the calendar."))
    if not form.validate_on_submit() or not tried(form, planning.change_class, cohort, at, form.to(at), seen=form.seen.data, by=me()):
        return _class_page(one_or_404(policy.led_cohorts(me()), id), form, at), 422
    flash(_("The class is saved. Today and the calendars show it."), "ok")
    return redirect(url_for("learning_calendar.show", id=id), 303)


def _time(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M")  # noqa: DTZ007  # of the cohort's clock
    except ValueError:
        return None


def _class_page(cohort: Cohort, form: OneClassForm, at: datetime | None) -> str:
    """With the form as it was sent, or as the class stands."""
    one = planning.planned_at(cohort, at) if at else None
    if at and one is None and not form.errors and not form.form_errors:
        abort(404)
    if one and not form.is_submitted():
        form.show(one)
    elif one and form.refusal:
        form.seen.data = str(one.number)  # the page tells what stands now: who saves again has seen it
    return render_template("cohorts/one_class.html", cohort=cohort, form=form, one=one, error=bool(form.errors or form.form_errors))
