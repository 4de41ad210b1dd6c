"""Partners: staff make them, and say who works for one."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.core.access import Role, me, one_or_404, only
from lms.core.db import db
from lms.core.forms import tried
from lms.core.i18n import _
from lms.core.pages import page_of, row_id
from lms.partners import actions, policy, queries
from lms.partners.forms import CoordinatorForm, PartnerForm
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
