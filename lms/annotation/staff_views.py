"""Projects as staff make, fill, price, open and stop them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.annotation import actions, budgets, datasets, policy, pricing, queries, uploads, wording
from lms.annotation.forms import CohortsForm, DatasetForm, GuidelineForm, ProjectForm, RateForm
from lms.annotation.models import Phase, Project, Risk
from lms.annotation.schemas import Kind
from lms.cohorts import failed_imports
from lms.cohorts.failed_imports import NothingIn, Why
from lms.cohorts.models import Cohort
from lms.cohorts.policy import visible_cohorts
from lms.core import fmt
from lms.core.access import Role, me, only
from lms.core.db import db
from lms.core.errors import Refused
from lms.core.forms import tried
from lms.core.i18n import _
from lms.core.money import Money
from lms.core.pages import page_of

bp = Blueprint("annotation_staff", __name__)


@bp.get("/projects")
@only(Role.STAFF)
def projects() -> ResponseReturnValue:
    """Every project with its state, the newest first."""
    page = page_of(policy.visible_projects(me()).order_by(Project.id.desc()))
    return render_template("annotation/projects.html", page=page, counts=queries.counts_of(page.rows), words=wording)


@bp.get("/projects/new")
@only(Role.STAFF)
def ask_project() -> ResponseReturnValue:
    """The form of a new project."""
    return render_template("annotation/new_project.html", form=ProjectForm(cohort_choices=_choices(_cohorts())))


@bp.post("/projects")
@only(Role.STAFF)
def make_project() -> ResponseReturnValue:
    """A new project, in draft."""
    form = ProjectForm(cohort_choices=_choices(_cohorts()))
    if not (form.validate_on_submit() and tried(form, _make, form)):
        return render_template("annotation/new_project.html", form=form, error=True), 422
    return redirect(url_for("annotation_staff.project", slug=form.slug.data), 303)


@bp.get("/projects/<slug>")
@only(Role.STAFF)
def project(slug: str) -> ResponseReturnValue:
    """One project: what is missing, what came in, how far it is."""
    return _page(_found(slug))


@bp.post("/projects/<slug>/datasets")
@only(Role.STAFF)
def bring_in(slug: str) -> ResponseReturnValue:
    """Import what is uploaded, with the importer of the command line: the whole of it, or nothing."""
    _found(slug)
    form, read = DatasetForm(), list[datasets.Outcome]()
    if not (form.validate_on_submit() and tried(form, lambda: read.append(_bring_in(slug, form)))):
        return _nothing_in(slug, form, form.refusal)
    if errors := read[0].read.errors:
        return _nothing_in(slug, form, NothingIn(Why.FINDINGS, len(errors)), outcome=read[0])
    failed_imports.settle(_found(slug), by=me())
    flash(_told(read[0]), "ok")
    return redirect(url_for("annotation_staff.project", slug=slug), 303)


def _bring_in(slug: str, form: DatasetForm) -> datasets.Outcome:
    with uploads.laid_out(form.files.data) as path:
        return datasets.bring_in(slug, path, by=me(), name=", ".join(file.filename or "" for file in form.files.data))


def _nothing_in(slug: str, form: DatasetForm, why: Refused | None, **more: Any) -> ResponseReturnValue:
    found = _found(slug)
    if isinstance(why, NothingIn):
        failed_imports.remember(why, found, by=me())
    return _page(found, data=form, error=True, **more), 422


@bp.post("/projects/<slug>/guidelines")
@only(Role.STAFF)
def write_guideline(slug: str) -> ResponseReturnValue:
    """A new version of the guideline."""
    found, form = _found(slug, lock=True), GuidelineForm()
    bodies = {"en": form.en.data or "", "ar": form.ar.data or ""}
    if not (form.validate_on_submit() and tried(form, actions.write_guideline, found, by=me(), bodies=bodies)):
        return _page(_found(slug), guide=form, error=True), 422
    flash(_("The guideline is saved. People read it before their next items."), "ok")
    return redirect(url_for("annotation_staff.project", slug=slug), 303)


@bp.post("/projects/<slug>/rate")
@only(Role.STAFF)
def change_rate(slug: str) -> ResponseReturnValue:
    """The price of leases yet to come, and the budget."""
    found, form = _found(slug, lock=True), RateForm()
    if not (form.validate_on_submit() and tried(form, _change, found, form)):
        return _page(_found(slug), price=form, error=True), 422
    flash(_("Saved. Items that people hold keep their price."), "ok")
    return redirect(url_for("annotation_staff.project", slug=slug), 303)


@bp.post("/projects/<slug>/cohorts")
@only(Role.STAFF)
def let_in(slug: str) -> ResponseReturnValue:
    """More cohorts that may work here."""
    found, form = _found(slug, lock=True), CohortsForm()
    form.cohorts.choices = _choices(_cohorts())  # those that may already too: of a second tap
    if not (form.validate_on_submit() and tried(form, actions.let_in, found, by=me(), cohorts=form.cohorts.data)):
        return _page(_found(slug), more=form, error=True), 422
    flash(_("Saved. They may work here now."), "ok")
    return redirect(url_for("annotation_staff.project", slug=slug), 303)


@bp.post("/projects/<slug>/opening")
@only(Role.STAFF)
def open_project(slug: str) -> ResponseReturnValue:
    """Give out work from now on."""
    actions.open_project(_found(slug, lock=True), by=me())
    return redirect(url_for("annotation_staff.project", slug=slug), 303)


@bp.post("/projects/<slug>/pause")
@only(Role.STAFF)
def pause(slug: str) -> ResponseReturnValue:
    """Give out nothing for now."""
    actions.pause(_found(slug, lock=True), by=me())
    return redirect(url_for("annotation_staff.project", slug=slug), 303)


@bp.post("/projects/<slug>/closing")
@only(Role.STAFF)
def close(slug: str) -> ResponseReturnValue:
    """Give out nothing any more."""
    actions.close(_found(slug, lock=True), by=me())
    return redirect(url_for("annotation_staff.project", slug=slug), 303)


def _found(slug: str, *, lock: bool = False) -> Project:
    wanted = policy.visible_projects(me()).where(Project.slug == slug)
    found: Project | None = db.session.scalars(wanted.with_for_update() if lock else wanted).one_or_none()
    if found is None:
        abort(404)
    return found


def _cohorts() -> Sequence[Cohort]:
    return db.session.scalars(visible_cohorts(me()).order_by(Cohort.name)).all()


def _choices(cohorts: Sequence[Cohort]) -> list[tuple[int, str]]:
    return [(cohort.id, cohort.name) for cohort in cohorts]


def _make(form: ProjectForm) -> None:
    currency = form.currency.data
    rate, budget = form.money(form.rate.data, currency), form.money(form.budget.data, currency)
    if rate is None or budget is None:
        raise Refused(_("Write price and budget as numbers, such as 0.12."), at="rate" if rate is None else "budget")
    actions.make_project(
        by=me(), slug=form.slug.data or "", name=form.name.data or "", kind=Kind(form.kind.data), labels=form.label_list(), rate=rate,
        est_seconds=form.est_seconds.data or 0, fund=form.fund.data or "", budget=budget, phase=Phase(form.phase.data),
        overlap=form.overlap.data or 1, block=form.block.data or 1, gold_needed=form.gold_needed.data or 0,
        content_risk=Risk(form.content_risk.data), content_words=form.content_words.data or "", cohorts=form.cohorts.data or (),
    )  # fmt: skip


def _change(found: Project, form: RateForm) -> None:
    if form.fund.data:
        actions.set_fund(found, by=me(), fund=form.fund.data)
    for typed, change, name in ((form.rate.data, actions.change_rate, "rate"), (form.budget.data, actions.change_budget, "budget")):
        if typed:
            amount = form.money(typed, found.currency)
            if amount is None:
                raise Refused(_("Write price and budget as numbers, such as 0.12."), at=name)
            change(found, by=me(), **{name: amount})


def _told(outcome: datasets.Outcome) -> str:
    if outcome.same_as is not None:
        return str(_("This data is here already. Nothing was written."))
    left_out = len(outcome.read.quarantined)
    return str(_("%(items)s items are in. %(left)s shapes were left out.", items=fmt.num(len(outcome.read.items)), left=fmt.num(left_out)))


def _page(found: Project, *, more: CohortsForm | None = None, **given: Any) -> str:
    every, inside = _cohorts(), set(queries.cohort_ids(found))
    more = more or CohortsForm()
    more.cohorts.choices = _choices([cohort for cohort in every if cohort.id not in inside])
    spent = budgets.committed(found)
    version = queries.guideline_version(found)
    read = GuidelineForm(data=queries.guideline_bodies(found.id, version))
    return render_template(
        "annotation/staff_project.html", project=found, checks=queries.opening_checks(found), counts=queries.counts(found), words=wording,
        datasets=queries.datasets(found), cohorts=[cohort for cohort in every if cohort.id in inside], version=version, spent=spent,
        left=max(found.budget - spent, Money.zero(found.currency)), hourly=pricing.expected_hourly(found.rate, found.est_seconds),
        more=more, **{"data": DatasetForm(), "guide": read, "price": RateForm(), **given},
    )  # fmt: skip
