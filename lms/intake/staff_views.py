"""Rounds and their applications, as staff and partners see them. Staff decide; a partner recommends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import Form as AnyForm

from lms.cohorts.models import Cohort
from lms.cohorts.policy import visible_cohorts
from lms.core import fmt
from lms.core.access import Role, me, one_or_404, only, require
from lms.core.db import db
from lms.core.forms import tried
from lms.core.i18n import _
from lms.core.pages import page_of
from lms.intake import changing, deciding, policy, queries, wording
from lms.intake.forms import AcceptForm, AskForm, PlaceForm, RecommendForm, RejectForm, RoundForm, TermsForm
from lms.intake.models import Application, ApplicationState, NextTime, Round
from lms.intake.questions import QUESTIONS, printed

bp = Blueprint("staff", __name__)
SHOWN: dict[str, tuple[ApplicationState, ...]] = {
    "waiting": queries.WAITING,
    "asked": (ApplicationState.NEEDS_INFO,),
    "places": (ApplicationState.ACCEPTED, ApplicationState.ENROLLED),
    "no": (ApplicationState.REJECTED, ApplicationState.WITHDRAWN),
}


@bp.get("/applications")
@only(Role.STAFF, Role.PARTNER)
def index() -> ResponseReturnValue:
    """The rounds, the newest on top, with how much waits in each; below, for staff, who wants to hear of the next one."""
    page = page_of(queries.newest_rounds(policy.visible_rounds(me())))
    waiting = db.session.scalars(policy.waiting_for_next(me()).order_by(NextTime.id).limit(200)).all() if me().has(Role.STAFF) else []
    return render_template("intake/rounds.html", page=page, counts=queries.counts(page.rows), waiting=waiting, words=wording)


@bp.get("/rounds/new")
@only(Role.STAFF)
def new_round() -> ResponseReturnValue:
    """Ask what a round is."""
    return render_template("intake/new_round.html", form=_round_form())


def _round_form() -> RoundForm:
    return RoundForm().offer([(one.id, one.name) for one in queries.cohorts_to_fill(visible_cohorts(me()))])


@bp.post("/rounds")
@only(Role.STAFF)
def make_round() -> ResponseReturnValue:
    """Make a round as a draft."""
    form = _round_form()
    made: list[int] = []
    if not form.validate_on_submit() or not tried(form, lambda: made.append(_make(form))):
        return render_template("intake/new_round.html", form=form, error=True), 422
    flash(_("The round is made. Look at it, then open it."), "ok")
    return redirect(url_for("intake.staff.show_round", id=made[0]), 303)


def _make(form: RoundForm) -> int:
    chosen = [one for one in queries.cohorts_to_fill(visible_cohorts(me())) if one.id in (form.cohorts.data or [])]
    first, last = form.opens_on.data, form.closes_on.data
    assert first is not None
    assert last is not None
    return deciding.make_round(
        chosen, languages=form.languages.data or [], countries=form.countries.data or [], opens_on=first, closes_on=last, by=me()
    ).id


@bp.get("/rounds/<int:id>")
@only(Role.STAFF, Role.PARTNER)
def show_round(id: int) -> ResponseReturnValue:
    """One round: its dates and places, and its applications, those that wait longest on top."""
    round = one_or_404(policy.visible_rounds(me()), id)
    show = request.args.get("show", "waiting") if request.args.get("show") in SHOWN else "waiting"
    page = page_of(queries.in_round(policy.visible_applications(me()), id, *SHOWN[show]))
    places = [(cohort, queries.free_places(cohort)) for cohort in queries.cohorts_of(id)]
    counted = queries.counts([round])[id]
    counts = {name: sum(counted.get(state, 0) for state in states) for name, states in SHOWN.items()}
    return render_template(
        "intake/round.html", round=round, page=page, places=places, show=show, counts=counts, words=wording, printed=printed
    )


@bp.get("/rounds/<int:id>/terms")
@only(Role.STAFF)
def terms(id: int) -> ResponseReturnValue:
    """What a round says, to be changed."""
    round = one_or_404(policy.visible_rounds(me()), id)
    return _terms_page(round, _terms_form(round, TermsForm(formdata=None)).show(changing.terms_of(round)))


def _terms_form(round: Round, form: TermsForm) -> TermsForm:
    form.offer([(one.id, one.name) for one in changing.to_fill(round, queries.cohorts_to_fill(visible_cohorts(me())))])
    return form


def _terms_page(round: Round, form: TermsForm, news: Sequence[str] = ()) -> str:
    names = {int(value): str(label) for value, label, *_rest in form.cohorts.iter_choices()}
    now = changing.terms_of(round)
    told = {name: wording.term(name, now[name], names) for name in news}
    applied, wrong = changing.has_applicants(round), bool(form.errors or form.form_errors)
    return render_template("intake/terms.html", round=round, form=form, news=news, terms=told, applied=applied, error=wrong)


@bp.post("/rounds/<int:id>/terms")
@only(Role.STAFF)
def change_terms(id: int) -> ResponseReturnValue:
    """Change what a round says. Who saves second sees what the first one changed, with all that was typed."""
    round = one_or_404(policy.visible_rounds(me()), id, lock=True)
    form = _terms_form(round, TermsForm())
    wanted = form.wanted(changing.terms_of(round))
    if not form.validate_on_submit() or not tried(form, changing.change_round, round, wanted, seen=form.seen.data, by=me()):
        round = one_or_404(policy.visible_rounds(me()), id)
        return _terms_page(round, form, form.catch_up(changing.terms_of(round))), 422
    flash(_("The round is changed."), "ok")
    return redirect(url_for("intake.staff.show_round", id=id), 303)


@bp.post("/rounds/<int:id>/opening")
@only(Role.STAFF)
def open_round(id: int) -> ResponseReturnValue:
    """Show the round on the front page."""
    deciding.open_round(one_or_404(policy.visible_rounds(me()), id, lock=True), by=me())
    return redirect(url_for("intake.staff.show_round", id=id), 303)


@bp.post("/rounds/<int:id>/closing")
@only(Role.STAFF)
def close_round(id: int) -> ResponseReturnValue:
    """Take no more applications."""
    deciding.close_round(one_or_404(policy.visible_rounds(me()), id, lock=True), by=me())
    return redirect(url_for("intake.staff.show_round", id=id), 303)


@bp.get("/applications/<int:id>")
@only(Role.STAFF, Role.PARTNER)
def show(id: int) -> ResponseReturnValue:
    """One application: what was answered, what happened, and what this person may do about it."""
    return _page(one_or_404(policy.visible_applications(me()), id))


def _page(application: Application, **tried_forms: AnyForm) -> str:
    staff = me().has(Role.STAFF)
    blank: dict[str, Any] = {
        "accepting": AcceptForm(formdata=None).offer(_places(application) if staff else []),
        "rejecting": RejectForm(formdata=None), "asking": AskForm(formdata=None),
        "recommending": RecommendForm(formdata=None), "placing": PlaceForm(formdata=None),
    }  # fmt: skip
    return render_template(
        "intake/application.html", one=application, number=printed(application.number), questions=QUESTIONS, words=wording,
        same=queries.same_contact(policy.visible_applications(me()), application), error=bool(tried_forms),
        known=deciding.known_person(application) if staff else None, steps=queries.steps_of(application),
        can_decide=staff and application.state in deciding.OPEN_TO_DECIDE, printed=printed,
        can_recommend=policy.may_recommend(me(), application) and application.state in deciding.OPEN_TO_DECIDE,
        **(blank | tried_forms),
    )  # fmt: skip


def _places(application: Application) -> list[tuple[int, str]]:
    """The cohorts of the round, each with how many places are free."""
    return [(one.id, f"{one.name} ({fmt.num(queries.free_places(one))})") for one in queries.cohorts_of(application.round_id)]


@bp.post("/applications/<int:id>/recommendation")
@only(Role.PARTNER)
def recommend(id: int) -> ResponseReturnValue:
    """The partner's word. The programme decides."""
    application, form = one_or_404(policy.visible_applications(me()), id, lock=True), RecommendForm()
    require(policy.may_recommend(me(), application))
    yes = form.word.data == "yes"
    if not form.validate_on_submit() or not tried(form, deciding.recommend, application, by=me(), recommended=yes):
        return _page(one_or_404(policy.visible_applications(me()), id), recommending=form), 422
    return _back(application, _("Saved. Staff read it."))


def _back(application: Application, told: str) -> ResponseReturnValue:
    flash(told, "ok")
    return redirect(url_for("intake.staff.show", id=application.id), 303)


@bp.post("/applications/<int:id>/question")
@only(Role.STAFF)
def ask(id: int) -> ResponseReturnValue:
    """Ask for what is not clear."""
    application, form = one_or_404(policy.visible_applications(me()), id, lock=True), AskForm()
    if not form.validate_on_submit() or not tried(form, deciding.ask, application, by=me(), question=form.question.data or ""):
        return _page(one_or_404(policy.visible_applications(me()), id), asking=form), 422
    return _back(application, _("Saved. The person reads it with the number and the code."))


@bp.post("/applications/<int:id>/acceptance")
@only(Role.STAFF)
def accept(id: int) -> ResponseReturnValue:
    """Promise a place."""
    application = one_or_404(policy.visible_applications(me()), id, lock=True)
    form = AcceptForm().offer(_places(application))
    if not form.validate_on_submit() or not tried(form, _accept, application, form):
        return _page(one_or_404(policy.visible_applications(me()), id), accepting=form), 422
    return _back(application, _("The place is promised. Now make it ready."))


def _accept(application: Application, form: AcceptForm) -> None:
    deciding.accept(application, _locked(form.cohort.data), by=me(), reason=form.reason.data or "")


def _locked(cohort_id: int | None) -> Cohort:
    return one_or_404(visible_cohorts(me()), cohort_id, lock=True)


@bp.post("/applications/<int:id>/rejection")
@only(Role.STAFF)
def reject(id: int) -> ResponseReturnValue:
    """Say that there is no place, and why."""
    application, form = one_or_404(policy.visible_applications(me()), id, lock=True), RejectForm()
    if not form.validate_on_submit() or not tried(form, deciding.reject, application, by=me(), reason=form.why.data or ""):
        return _page(one_or_404(policy.visible_applications(me()), id), rejecting=form), 422
    return _back(application, _("Saved. The person reads it with the number and the code."))


@bp.post("/applications/<int:id>/taking-back")
@only(Role.STAFF)
def take_back(id: int) -> ResponseReturnValue:
    """Take a promised place back, and say why."""
    application, form = one_or_404(policy.visible_applications(me()), id, lock=True), RejectForm()
    if not form.validate_on_submit() or not tried(form, deciding.take_back, application, by=me(), reason=form.why.data or ""):
        return _page(one_or_404(policy.visible_applications(me()), id), rejecting=form), 422
    return _back(application, _("Saved. The person reads it with the number and the code."))


@bp.post("/applications/<int:id>/enrolment")
@only(Role.STAFF)
def enrol(id: int) -> ResponseReturnValue:
    """Make the accepted one a person with a place; who is known here already gets the place."""
    application, form = one_or_404(policy.visible_applications(me()), id, lock=True), PlaceForm()
    if not form.validate_on_submit() or not tried(form, _enrol, application, form.known.data == "yes"):
        return _page(one_or_404(policy.visible_applications(me()), id), placing=form), 422
    return _back(application, _("The place is ready. The person opens it with the number and the code."))


def _enrol(application: Application, known: bool) -> None:
    deciding.enrol(application, _locked(application.cohort_id) if application.cohort_id else None, by=me(), known=known)


@bp.post("/next-times/<int:id>/removal")
@only(Role.STAFF)
def written_to(id: int) -> ResponseReturnValue:
    """Staff have written to this contact: it goes."""
    deciding.written_to(one_or_404(policy.waiting_for_next(me()), id, lock=True))
    flash(_("The contact is deleted."), "ok")
    return redirect(url_for("intake.staff.index"), 303)
