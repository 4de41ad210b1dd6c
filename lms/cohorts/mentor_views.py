"""Attendance: a mentor writes down who was in class, under a minute, on a phone."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.cohorts import actions, policy, queries
from lms.cohorts.attendance import EARNS
from lms.cohorts.forms import AttendanceForm
from lms.cohorts.models import Code, Cohort
from lms.core import fmt, phone
from lms.core.access import Role, me, one_or_404, only
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
