"""Making a cohort and running it: staff act. Who looks at one does so in the room of learning, which knows what people did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from lms.catalogue import queries as catalogue
from lms.catalogue.models import CourseVersion
from lms.cohorts import actions, changing, policy, queries
from lms.cohorts.forms import ChoiceForm, CohortForm, DetailsForm, ProgrammeDetailsForm, ProgrammeForm
from lms.cohorts.models import Cohort, Programme
from lms.core.access import Role, me, one_or_404, only
from lms.core.db import db
from lms.core.errors import Refused
from lms.core.forms import tried
from lms.core.i18n import _, language
from lms.core.pages import page_of, row_id, safe_next
from lms.messages.policy import Care
from lms.partners.models import Partner
from lms.partners.policy import visible_partners
from lms.people.models import User

bp = Blueprint("cohorts", __name__)
# Messages stand below and know no cohorts: they ask the rules that are left here.
bp.record_once(lambda state: state.app.extensions.update(care=Care(policy.cared_for, policy.carers)))


@bp.get("/programmes")
@only(Role.STAFF)
def programmes() -> ResponseReturnValue:
    """Every programme, with the fund that pays for it."""
    return render_template("cohorts/programmes.html", page=page_of(queries.programmes_with_cohorts(), scalars=False))


@bp.get("/programmes/new")
@only(Role.STAFF)
def new_programme() -> ResponseReturnValue:
    """Ask what a new programme is: `?next=` is where the person goes on after it."""
    return render_template("cohorts/new_programme.html", form=ProgrammeForm(data={"next": safe_next(request.args.get("next"))}))


@bp.post("/programmes")
@only(Role.STAFF)
def make_programme() -> ResponseReturnValue:
    """Make a programme. A second tap makes one."""
    form = ProgrammeForm()
    said = {"name": form.name.data or "", "track": form.track.data or "", "fund": form.fund.data or ""}
    if not form.validate_on_submit() or not tried(form, actions.make_programme, by=me(), **said):
        return render_template("cohorts/new_programme.html", form=form, error=True), 422
    flash(_("The programme is made. Now it can have cohorts."), "ok")
    return redirect(safe_next(form.next.data) or url_for("cohorts.programmes"), 303)


@bp.get("/programmes/<int:id>/details")
@only(Role.STAFF)
def programme_details(id: int) -> ResponseReturnValue:
    """What a programme says of itself, to be changed."""
    programme = one_or_404(policy.visible_programmes(me()), id)
    return _programme_page(programme, ProgrammeDetailsForm(formdata=None).show(changing.programme_of(programme)))


@bp.post("/programmes/<int:id>/details")
@only(Role.STAFF)
def change_programme(id: int) -> ResponseReturnValue:
    """Change it. Who saves second sees what the first one changed, with all that was typed."""
    programme, form = one_or_404(policy.visible_programmes(me()), id, lock=True), ProgrammeDetailsForm()
    wanted = form.wanted(changing.programme_of(programme))
    if not form.validate_on_submit() or not tried(form, changing.change_programme, programme, wanted, seen=form.seen.data, by=me()):
        programme = one_or_404(policy.visible_programmes(me()), id)
        return _programme_page(programme, form, form.catch_up(changing.programme_of(programme))), 422
    flash(_("The programme is changed."), "ok")
    return redirect(url_for("cohorts.programmes"), 303)


def _programme_page(programme: Programme, form: ProgrammeDetailsForm, news: Sequence[str] = ()) -> str:
    wrong = bool(form.errors or form.form_errors)
    return render_template("cohorts/programme_details.html", programme=programme, form=form, news=news, error=wrong)


@bp.get("/cohorts/new")
@only(Role.STAFF)
def new() -> ResponseReturnValue:
    """Ask what a new cohort is: `?like=` fills in what another one is."""
    found = db.session.scalars(policy.visible_cohorts(me()).where(Cohort.id == row_id(request.args, "like"))).one_or_none()
    return render_template("cohorts/new.html", form=_cohort_form(found))


@bp.post("/cohorts")
@only(Role.STAFF)
def make() -> ResponseReturnValue:
    """Make a cohort as a draft."""
    form = _cohort_form()
    if not form.validate_on_submit() or not tried(form, _make, form):
        return render_template("cohorts/new.html", form=form, error=True), 422
    cohort = db.session.scalars(select(Cohort).where(Cohort.name == form.name.data)).one()
    if form.like.data:
        flash(_("The cohort is made. Look at its dates, then schedule it."), "ok")
        return redirect(url_for("learning_calendar.show", id=cohort.id, beside=form.like.data), 303)
    flash(_("The cohort is made. Choose its courses and mentors, then add people."), "ok")
    return redirect(url_for("learning_cohorts.show", id=cohort.id), 303)


def _cohort_form(model: Cohort | None = None) -> CohortForm:
    kept = {"like": model.id, "programme": model.programme_id, "partner": model.partner_id or 0} if model else {}
    form = CohortForm(data=kept | ({"zone": model.zone, "capacity": model.capacity} if model else {}))
    return form.offer(queries.programmes(), _partners(), queries.cohort_names(policy.visible_cohorts(me())))


def _partners() -> list[tuple[int, str]]:
    return [(partner.id, partner.name) for partner in db.session.scalars(visible_partners(me()).order_by(Partner.name))]


def _make(form: CohortForm) -> None:
    model = one_or_404(policy.visible_cohorts(me()), form.like.data) if form.like.data else None
    first: date = form.starts_on.data  # type: ignore[assignment]
    cohort = actions.make_cohort(
        by=me(), programme=db.session.get_one(Programme, form.programme.data), name=form.name.data or "", zone=form.zone.data or "",
        starts_on=first, ends_on=form.ends_on.data or first + (model.ends_on - model.starts_on if model else timedelta()),
        capacity=form.capacity.data or 0, partner=db.session.get(Partner, form.partner.data) if form.partner.data else None,
    )  # fmt: skip
    if model:
        actions.copy_plan(cohort, model, by=me())


@bp.get("/cohorts/<int:id>/details")
@only(Role.STAFF)
def details(id: int) -> ResponseReturnValue:
    """What may change in a cohort as it is now."""
    cohort = one_or_404(policy.visible_cohorts(me()), id)
    now = changing.details_of(cohort)
    return _details_page(cohort, _details_form(now, DetailsForm(formdata=None)).show(now), now)


@bp.post("/cohorts/<int:id>/details")
@only(Role.STAFF)
def change(id: int) -> ResponseReturnValue:
    """Change them. Who saves second sees what the first one changed, with all that was typed."""
    cohort = one_or_404(policy.visible_cohorts(me()), id, lock=True)
    now = changing.details_of(cohort)
    form = _details_form(now, DetailsForm())
    if not form.validate_on_submit() or not tried(form, _change, cohort, form.wanted(now), form.seen.data):
        cohort = one_or_404(policy.visible_cohorts(me()), id)
        now = changing.details_of(cohort)
        return _details_page(cohort, form, now, form.catch_up(now)), 422
    return redirect(url_for("learning_cohorts.show", id=id), 303)


def _details_form(now: Mapping[str, Any], form: DetailsForm) -> DetailsForm:
    return form.offer(now["open"], queries.programmes(), _partners())


def _change(cohort: Cohort, wanted: Mapping[str, Any], seen: str | None) -> None:
    moved = changing.change_cohort(cohort, wanted, seen=seen, by=me())
    flash(_("The cohort is changed. All its dates moved: look at its calendar.") if moved else _("The cohort is changed."), "ok")


def _details_page(cohort: Cohort, form: DetailsForm, now: Mapping[str, Any], news: Sequence[str] = ()) -> str:
    wrong = bool(form.errors or form.form_errors)
    return render_template("cohorts/details.html", cohort=cohort, form=form, news=news, open=now["open"], error=wrong)


def setting_up(cohort: Cohort) -> dict[str, Any]:
    """What the page of a cohort shows of its courses and mentors, and the forms to choose them where this person may."""
    mentors = queries.mentors_of(cohort)
    return {
        "courses": [(version, _title(version)) for version in queries.pinned(cohort.id)],
        "mentors": mentors,
        "course_form": _course_form(),
        "mentor_form": _mentor_form(but=mentors),
        "may_change": Role.STAFF in me().roles,
    }


def _course_form() -> ChoiceForm:
    return ChoiceForm().offer(_("Course"), [(version.id, _title(version)) for version in queries.newest_versions()])


def _title(version: CourseVersion) -> str:
    return catalogue.course(version.id).title.in_language(language())


def _mentor_form(*, but: Sequence[User] = ()) -> ChoiceForm:
    seated = {mentor.id for mentor in but}
    return ChoiceForm().offer(_("Mentor"), [one for one in queries.people_with_role(Role.MENTOR) if one[0] not in seated])


@bp.post("/cohorts/<int:id>/courses")
@only(Role.STAFF)
def pin(id: int) -> ResponseReturnValue:
    """Pin a course's newest version."""
    cohort = one_or_404(policy.visible_cohorts(me()), id, lock=True)
    form = _course_form()
    if not form.validate_on_submit():
        raise Refused(_("Choose a course first."))
    actions.pin(cohort, db.session.get_one(CourseVersion, form.chosen.data), by=me())
    flash(_("The course is chosen."), "ok")
    return redirect(url_for("learning_cohorts.show", id=id), 303)


@bp.post("/cohorts/<int:id>/mentors")
@only(Role.STAFF)
def seat(id: int) -> ResponseReturnValue:
    """Give a mentor a seat."""
    cohort = one_or_404(policy.visible_cohorts(me()), id, lock=True)
    form = _mentor_form()
    if not form.validate_on_submit():
        raise Refused(_("Choose a mentor first."))
    actions.seat_mentor(cohort, db.session.get_one(User, form.chosen.data), by=me())
    flash(_("The mentor is chosen."), "ok")
    return redirect(url_for("learning_cohorts.show", id=id), 303)


@bp.post("/cohorts/<int:id>/mentors/removal")
@only(Role.STAFF)
def unseat(id: int) -> ResponseReturnValue:
    """Take a mentor's seat away."""
    cohort = one_or_404(policy.visible_cohorts(me()), id, lock=True)
    form = ChoiceForm().offer(_("Mentor"), [(one.id, one.name) for one in queries.mentors_of(cohort)])
    if form.validate_on_submit():
        actions.unseat_mentor(cohort, db.session.get_one(User, form.chosen.data), by=me())
        flash(_("The mentor does not see this cohort any more."), "ok")
    return redirect(url_for("learning_cohorts.show", id=id), 303)


@bp.post("/cohorts/<int:id>/schedule")
@only(Role.STAFF)
def schedule(id: int) -> ResponseReturnValue:
    """Draft to scheduled."""
    actions.schedule(one_or_404(policy.visible_cohorts(me()), id, lock=True), by=me())
    return redirect(url_for("learning_cohorts.show", id=id), 303)


@bp.post("/cohorts/<int:id>/finish")
@only(Role.STAFF)
def finish(id: int) -> ResponseReturnValue:
    """Running to finished."""
    actions.finish(one_or_404(policy.visible_cohorts(me()), id, lock=True), by=me())
    return redirect(url_for("learning_cohorts.show", id=id), 303)


@bp.post("/cohorts/<int:id>/start")
@only(Role.STAFF)
def start(id: int) -> ResponseReturnValue:
    """Scheduled to running."""
    actions.start(one_or_404(policy.visible_cohorts(me()), id, lock=True), by=me())
    return redirect(url_for("learning_cohorts.show", id=id), 303)
