"""The calendar of a cohort, for those who lead it."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from lms.cohorts import policy
from lms.cohorts.models import Cohort
from lms.core.access import Role, me, one_or_404, only
from lms.core.db import db
from lms.learning import calendar

bp = Blueprint("learning_calendar", __name__)


@bp.get("/cohorts/<int:id>/calendar")
@only(Role.STAFF, Role.MENTOR)
def show(id: int) -> ResponseReturnValue:
    """Week by week, with what clashes; `?beside=` another cohort says what was when there."""
    cohort = one_or_404(policy.led_cohorts(me()), id)
    found = policy.led_cohorts(me()).where(Cohort.id == request.args.get("beside", 0, type=int))
    beside = db.session.scalars(found).one_or_none()
    return render_template(
        "cohorts/calendar.html", cohort=cohort, weeks=calendar.weeks(cohort), clashes=calendar.clashes(cohort, policy.led_cohorts(me())),
        beside=beside, then=calendar.moments(beside) if beside else {},
    )  # fmt: skip
