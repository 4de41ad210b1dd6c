"""The files that people of a cohort handed in: how many for all who lead it, the files themselves for its mentors alone."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from lms.cohorts import policy
from lms.core.access import Role, me, one_or_404, only
from lms.core.pages import page_of
from lms.learning.cohort_queries import tasks_of
from lms.learning.sent_files import by_task, openable

bp = Blueprint("learning_files", __name__)


@bp.get("/cohorts/<int:id>/files")
@only(Role.STAFF, Role.MENTOR)
def show(id: int) -> ResponseReturnValue:
    """Counts by task; below them, the newest first, what this person may open."""
    cohort = one_or_404(policy.led_cohorts(me()), id)
    tasks = {task.uid: task for task in tasks_of(cohort)}
    page = page_of(openable(cohort, me()), scalars=False)
    return render_template("cohorts/files.html", cohort=cohort, sent=by_task(cohort, tasks), page=page, tasks=tasks)
