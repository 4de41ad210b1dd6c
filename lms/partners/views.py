"""Partners: staff make them, and say who works for one."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.core.access import Role, me, one_or_404, only
from lms.core.db import db
from lms.core.forms import tried
from lms.core.i18n import _
from lms.core.pages import page_of, row_id
from lms.partners import actions, changing, policy, queries
from lms.partners.forms import CoordinatorForm, DetailsForm, PartnerForm
from lms.partners.models import Partner
from lms.people.models import User

bp = Blueprint("partners", __name__)


@bp.get("/partners")
@only(Role.STAFF)
def index() -> ResponseReturnValue:
    """Every partner, by name."""
    return render_template("partners/index.html", page=page_of(policy.visible_partners(me()).order_by(Partner.name, Partner.id)))


@bp.get("/partners/new")
@only(Role.STAFF)
def new() -> ResponseReturnValue:
    """Ask what a new partner is."""
    return render_template("partners/new.html", form=PartnerForm().offer())


@bp.post("/partners")
@only(Role.STAFF)
def make() -> ResponseReturnValue:
    """Make a partner. A second tap makes one."""
    form = PartnerForm().offer()
    said = {"code": form.code.data or "", "name": form.name.data or "", "country": form.country.data or ""}
    if not form.validate_on_submit() or not tried(form, actions.make, by=me(), **said):
        return render_template("partners/new.html", form=form, error=True), 422
    made = queries.by_code(said["code"])
    flash(_("The partner is made. Now say who works there."), "ok")
    return redirect(url_for("partners.show", id=made.id if made else 0), 303)


@bp.get("/partners/<int:id>")
@only(Role.STAFF)
def show(id: int) -> ResponseReturnValue:
    """A partner with its coordinators."""
    return _page(one_or_404(policy.visible_partners(me()), id), CoordinatorForm())


@bp.get("/partners/<int:id>/details")
@only(Role.STAFF)
def details(id: int) -> ResponseReturnValue:
    """What is said of a partner, to be changed."""
    partner = one_or_404(policy.visible_partners(me()), id)
    now = changing.details_of(partner)
    return _details_page(partner, DetailsForm(formdata=None).keep(now["open"]).show(now))


@bp.post("/partners/<int:id>/details")
@only(Role.STAFF)
def change(id: int) -> ResponseReturnValue:
    """Change it. Who saves second sees what the first one changed, with all that was typed."""
    partner = one_or_404(policy.visible_partners(me()), id, lock=True)
    now = changing.details_of(partner)
    form = DetailsForm().keep(now["open"])
    if not form.validate_on_submit() or not tried(form, changing.change, partner, form.wanted(now), seen=form.seen.data, by=me()):
        partner = one_or_404(policy.visible_partners(me()), id)
        return _details_page(partner, form, form.catch_up(changing.details_of(partner))), 422
    flash(_("The partner is changed."), "ok")
    return redirect(url_for("partners.show", id=id), 303)


def _details_page(partner: Partner, form: DetailsForm, news: Sequence[str] = ()) -> str:
    wrong = bool(form.errors or form.form_errors)
    return render_template("partners/details.html", partner=partner, form=form, news=news, error=wrong)


@bp.post("/partners/<int:id>/coordinators")
@only(Role.STAFF)
def employ(id: int) -> ResponseReturnValue:
    """Make a person a coordinator of this partner."""
    form = CoordinatorForm()
    if not form.validate_on_submit() or not tried(form, _employ, id, form.person.data or ""):
        return _page(one_or_404(policy.visible_partners(me()), id), form), 422
    return redirect(url_for("partners.show", id=id), 303)


def _employ(id: int, text: str) -> None:
    partner, person = one_or_404(policy.visible_partners(me()), id, lock=True), queries.person_meant(text)
    actions.employ(partner, person, by=me())
    flash(_("%(name)s is a coordinator of this partner now.", name=person.name), "ok")


@bp.post("/partners/<int:id>/coordinators/removal")
@only(Role.STAFF)
def dismiss(id: int) -> ResponseReturnValue:
    """Write down that a coordinator does not work there any more."""
    partner = one_or_404(policy.visible_partners(me()), id, lock=True)
    person = db.session.get(User, row_id(request.form, "coordinator") or 0)
    if person is not None:
        actions.dismiss(partner, person, by=me())
        flash(_("The coordinator does not see this partner any more."), "ok")
    return redirect(url_for("partners.show", id=id), 303)


def _page(partner: Partner, form: CoordinatorForm) -> str:
    coordinators = queries.coordinators_of(partner)
    return render_template("partners/show.html", partner=partner, form=form, coordinators=coordinators, error=bool(form.errors))
