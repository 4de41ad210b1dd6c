"""The calendar of a cohort, for those who lead it."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from lms.cohorts import policy
from lms.core.access import Role, me, one_or_404, only
from lms.learning import calendar

bp = Blueprint("learning_calendar", __name__)


@bp.get("/cohorts/<int:id>/calendar")
@only(Role.STAFF, Role.MENTOR)
def show(id: int) -> ResponseReturnValue:
    """Week by week, with the cohorts at whose side a mentor would have to be at the same time."""
    cohort = one_or_404(policy.led_cohorts(me()), id)
    clashes = calendar.clashes(cohort, policy.led_cohorts(me()))
    return render_template("cohorts/calendar.html", cohort=cohort, weeks=calendar.weeks(cohort), clashes=clashes)
