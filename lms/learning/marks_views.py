"""The marks of a cohort: a page for those who lead it, and the file that staff take."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.cohorts import policy
from lms.cohorts import queries as cohorts
from lms.cohorts.models import Cohort
from lms.core import tables
from lms.core.access import Role, me, one_or_404, only
from lms.core.db import db, mode, release
from lms.core.i18n import direction, language
from lms.core.pages import page_of
from lms.learning import actions, marks
from lms.people import sign_ins

bp = Blueprint("learning_marks", __name__)


@bp.get("/cohorts/<int:id>/marks")
@only(Role.STAFF, Role.MENTOR)
def show(id: int) -> ResponseReturnValue:
    """One course at a time: `?course=`, else the first."""
    cohort = one_or_404(policy.led_cohorts(me()), id)
    versions = cohorts.pinned(id)
    chosen = next((version for version in versions if version.uid == request.args.get("course")), versions[0] if versions else None)
    page = page_of(marks.people_of(cohort))
    book = marks.books(page.rows, [chosen])[0] if chosen and page.rows else None
    return render_template("cohorts/marks.html", cohort=cohort, page=page, book=book, courses=marks.titles(versions))


@bp.post("/cohorts/<int:id>/marks/file")
@only(Role.STAFF)
def take(id: int) -> ResponseReturnValue:
    """All courses as .xlsx or CSV: by POST and with a fresh password, so that taking it leaves a fact. Its name says nothing of anybody."""
    cohort = one_or_404(policy.visible_cohorts(me()), id)
    if not sign_ins.fresh(me()):
        return redirect(url_for("people.ask_step_up", next=url_for("learning_marks.show", id=id)), 303)
    form = "csv" if request.form.get("form") == "csv" else "xlsx"
    made = _file(cohort, form)
    mode(write=True)
    actions.take_marks(one_or_404(policy.visible_cohorts(me()), id), by=me(), form=form)
    return _download(made, form, f"marks-{id}.{form}")


def _file(cohort: Cohort, form: str) -> bytes:
    """Read it all, let go of the lock, then make the file."""
    found = marks.books(db.session.scalars(marks.people_of(cohort)).all(), cohorts.pinned(cohort.id))
    sheets, lines, rtl = marks.sheets(found), marks.table(found), direction(language()) == "rtl"
    release()
    if form == "csv":
        return ("\ufeff" + tables.csv_text(*lines)).encode()  # with the sign by which spreadsheets know UTF-8
    return tables.workbook(sheets, rtl=rtl)


def _download(content: bytes, form: str, name: str) -> Response:
    answer = Response(content, mimetype="text/csv" if form == "csv" else tables.WORKBOOK)
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
