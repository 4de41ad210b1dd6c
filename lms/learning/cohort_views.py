"""Cohorts as those who care for them see them: all of them, one with who needs a word, one person of it, its tasks."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload

from lms.cohorts import policy
from lms.cohorts import queries as cohorts
from lms.cohorts.actions import OPEN
from lms.cohorts.forms import LostPhoneForm
from lms.cohorts.models import Cohort, Enrolment
from lms.cohorts.views import setting_up
from lms.core.access import Role, me, one_or_404, only
from lms.core.forms import tried
from lms.core.i18n import _
from lms.core.pages import Page, page_of
from lms.learning import cohort_queries as queries
from lms.learning.activity import active_in
from lms.learning.bringing_in import setbacks
from lms.learning.clashes import learning_twice
from lms.learning.mentor_load import loads
from lms.learning.notes import NoteForm, notes_on, write_note
from lms.learning.today import GOAL
from lms.learning.watching import Reason
from lms.messages.queries import written_to_today
from lms.people.models import User
from lms.people.queries import reach_of

bp = Blueprint("learning_cohorts", __name__)
PER_PAGE = 50


@bp.get("/cohorts")
@only(Role.STAFF, Role.MENTOR, Role.PARTNER)
def index() -> ResponseReturnValue:
    """The cohorts this person may see, by state; who leads them also sees how many people study and how many are quiet."""
    page = page_of(cohorts.summaries(policy.visible_cohorts(me())), scalars=False)
    found = [cohort for cohort, _people in page.rows]
    quiet, active = (queries.quiet_in(found), active_in(found)) if _leads() else ({}, {})
    weeks, groups = {cohort.id: queries.weeks_of(cohort) for cohort in found}, groupby(page.rows, _heading)
    failed = setbacks(me()) if Role.STAFF in me().roles else []
    return render_template("cohorts/index.html", page=page, groups=groups, quiet=quiet, weeks=weeks, active=active, failed=failed)


def _heading(row: tuple[Cohort, int]) -> str:
    return str(row[0].state) if row[0].state in OPEN else "over"


@bp.get("/cohorts/<int:id>")
@only(Role.STAFF, Role.MENTOR, Role.PARTNER)
def show(id: int) -> ResponseReturnValue:
    """One cohort. Its mentors and staff see who needs a word; a coordinator the names of people of the own partner."""
    cohort = one_or_404(policy.visible_cohorts(me()), id)
    leads = policy.leads(me(), cohort)
    watch = queries.watch(cohort) if leads else None
    page, found = _part(watch) if watch else _names(cohort), setting_up(cohort)
    return render_template(
        "cohorts/show.html", cohort=cohort, week=queries.weeks_of(cohort), watch=watch, page=page, goal=GOAL, Reason=Reason,
        load=loads(found["mentors"]) if found["may_change"] else {}, twice=learning_twice(cohort, policy.led_cohorts(me())) if leads else 0,
        had_one=_had_one(watch), **found,
    )  # fmt: skip


@bp.get("/cohorts/<int:id>/tasks")
@only(Role.STAFF, Role.MENTOR)
def tasks(id: int) -> ResponseReturnValue:
    """Each task of the cohort: how many sent it, how many wait for a mentor, how many have their mark."""
    cohort = one_or_404(policy.led_cohorts(me()), id)
    return render_template("cohorts/tasks.html", cohort=cohort, tasks=queries.task_counts(cohort), due_at=cohorts.due_at)


@bp.get("/enrolments/<int:id>")
@only(Role.STAFF, Role.MENTOR, Role.PARTNER)
def person(id: int) -> ResponseReturnValue:
    """One trainee in one cohort."""
    place = one_or_404(policy.visible_enrolments(me()), id)
    if not policy.leads(me(), place.cohort):
        return render_template("cohorts/enrolment.html", enrolment=place, one=None, **_ways(place))
    return _person(place, NoteForm())


@bp.post("/enrolments/<int:id>/notes")
@only(Role.STAFF, Role.MENTOR)
def add_note(id: int) -> ResponseReturnValue:
    """Write down what the others who look after this person should know."""
    place, form = one_or_404(policy.written_about(me()), id), NoteForm()
    if not form.validate_on_submit() or not tried(form, write_note, place, by=me(), text=form.note.data or ""):
        return _person(one_or_404(policy.written_about(me()), id), form), 422
    flash(_("Your note is saved."), "ok")
    return redirect(url_for("learning_cohorts.person", id=id), 303)


def _person(place: Enrolment, form: NoteForm) -> str:
    one, tries = queries.watch(place.cohort, only=place.id).people[0], queries.newest_tries(place.id)
    return render_template(
        "cohorts/enrolment.html", enrolment=place, one=one, goal=GOAL, Reason=Reason, lost=LostPhoneForm(),
        tasks=[(task, tries.get(task.uid)) for task in queries.tasks_of(place.cohort)], form=form, error=bool(form.errors),
        notes=notes_on(place) if place.user_id != me().id else None, had_one=written_to_today([place.user], me()), **_ways(place),
    )  # fmt: skip


def _ways(place: Enrolment) -> dict[str, Any]:
    """By which ways whoever sees this place may reach its person, of oneself none; and whether they may change how she signs in."""
    return {"ways": reach_of(place.user) if place.user_id != me().id else None, "may_correct": policy.may_correct_sign_in(me(), place)}


def _had_one(watch: queries.Watch | None) -> set[int]:
    """Ids of people who need a word, and had one today."""
    return written_to_today([one.enrolment.user for one in watch.calling], me()) if watch else set()


def _leads() -> bool:
    return bool(me().roles & {Role.STAFF, Role.MENTOR})


def _part(watch: queries.Watch) -> Page[queries.Watched]:
    """The part of a list that is bounded by the places of a cohort."""
    number = max(1, request.args.get("page", 1, type=int))
    rows = watch.people[(number - 1) * PER_PAGE : number * PER_PAGE]
    return Page(rows, number, len(watch.people) > number * PER_PAGE)


def _names(cohort: Cohort) -> Page[Enrolment]:
    people = policy.visible_enrolments(me()).where(Enrolment.cohort_id == cohort.id).join(Enrolment.user)
    return page_of(people.options(joinedload(Enrolment.user)).order_by(User.name, Enrolment.id))
