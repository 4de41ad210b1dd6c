"""The staff's side of the pool: the rule, who meets it, who does not yet, who is in."""

from __future__ import annotations

from collections.abc import Collection

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.core import fmt
from lms.core.access import Role, me, one_or_404, only
from lms.core.forms import tried
from lms.core.i18n import _, language, ngettext
from lms.core.pages import page_of
from lms.people import queries as people
from lms.pool import actions, policy, queries, wording
from lms.pool.eligibility import Values, weigh
from lms.pool.forms import NotYetForm, PromotionForm, RulesForm, TogetherForm
from lms.pool.models import MemberState, PoolMember
from lms.pool.skills import proved

bp = Blueprint("pool_staff", __name__)
SHOWN = {
    "ready": (MemberState.ELIGIBLE,),
    "not-yet": (MemberState.NONE,),
    "members": (MemberState.INVITED, MemberState.ACTIVE, MemberState.EXITED),
}


@bp.get("/pool")
@only(Role.STAFF)
def index() -> ResponseReturnValue:
    """The rule on top; below it those who meet it, those who do not yet, or the members."""
    show = request.args.get("show", "ready") if request.args.get("show") in SHOWN else "ready"
    return _list(show, TogetherForm(formdata=None), ())


@bp.post("/pool/promotions")
@only(Role.STAFF)
def promote_together() -> ResponseReturnValue:
    """Invite everybody who is ticked, all or none, with one sentence that each of them reads."""
    form = TogetherForm()
    ids = form.ticked(request.form.getlist("person"))
    members = queries.locked(policy.visible_members(me()), ids)
    if not form.validate_on_submit() or not tried(form, actions.promote_together, members, by=me(), sentence=form.sentence.data or ""):
        return _list("ready", form, ids), 422
    n = len(members)
    flash(ngettext("%(n)s person is invited and decides.", "%(n)s people are invited and decide.", n, n=fmt.num(n)), "ok")
    return redirect(url_for("pool_staff.index"), 303)


@bp.get("/pool/rules")
@only(Role.STAFF)
def rules() -> ResponseReturnValue:
    """The rule of today, the one that is to begin, every version before with its reason, and the form for a new one."""
    now = queries.rules()
    given = {"course": now.course, "items": now.items, "share": round(now.lower_bound * 100), "starts_on": queries.today() + actions.NOTICE}
    return _rules(RulesForm(_courses(), formdata=None, data=given))


@bp.post("/pool/rules")
@only(Role.STAFF)
def set_rules() -> ResponseReturnValue:
    """Make a new version, with its reason and its first day."""
    form = RulesForm(_courses())
    if not form.validate_on_submit() or not tried(form, actions.set_rules, by=me(), **form.words()):
        return _rules(form), 422
    flash(_("Saved. Trainees read it on their page of the pool."), "ok")
    return redirect(url_for("pool_staff.rules"), 303)


def _courses() -> list[tuple[str, str]]:
    return [(uid, title.in_language(language())) for uid, title in queries.courses()]


def _rules(form: RulesForm) -> str:
    made = queries.versions()
    now, coming = queries.standing(made, queries.today())
    form.shows(made[-1].version if made else now.version)
    titles = {uid: str(title) for uid, title, *_rest in form.course.iter_choices()}
    said = {one.version: wording.rule(one.rules, titles.get(one.course, one.course)) for one in made}
    return render_template(
        "pool/rules.html", form=form, now=now, rule=wording.rule(now, titles.get(now.course, now.course)), coming=coming,
        versions=made[::-1], never=queries.never_began(made), said=said, words=wording, error=bool(form.errors or form.form_errors),
    )  # fmt: skip


def _list(show: str, form: TogetherForm, ticked: Collection[int]) -> str:
    page = page_of(queries.in_state(policy.visible_members(me()), *SHOWN[show]))
    rules = queries.rules()
    checks = {member.id: weigh(Values.from_dict(member.values), rules) for member in page.rows}
    rule = wording.rule(rules, queries.course_title(rules.course).in_language(language()))
    return render_template(
        "pool/index.html", show=show, page=page, checks=checks, rules=rules, rule=rule, words=wording, form=form, ticked=ticked,
        error=bool(form.errors or form.form_errors),
    )  # fmt: skip


@bp.get("/pool/<int:id>")
@only(Role.STAFF)
def show(id: int) -> ResponseReturnValue:
    """One person: every value, what mentors said, and the two decisions."""
    return _page(one_or_404(policy.visible_members(me()), id), PromotionForm(), NotYetForm())


@bp.post("/pool/<int:id>/promotion")
@only(Role.STAFF)
def promote(id: int) -> ResponseReturnValue:
    """Invite this person."""
    member, form = one_or_404(policy.visible_members(me()), id, lock=True), PromotionForm()
    if not form.validate_on_submit() or not tried(form, actions.promote, member, by=me(), sentence=form.sentence.data or ""):
        return _page(one_or_404(policy.visible_members(me()), id), form, NotYetForm(formdata=None)), 422
    flash(_("Invited. The person reads your sentence and decides."), "ok")
    return redirect(url_for("pool_staff.index"), 303)


@bp.post("/pool/<int:id>/not-yet")
@only(Role.STAFF)
def say_not_yet(id: int) -> ResponseReturnValue:
    """Tell this person what to do first."""
    member, form = one_or_404(policy.visible_members(me()), id, lock=True), NotYetForm()
    if not form.validate_on_submit() or not tried(form, actions.say_not_yet, member, by=me(), sentence=form.advice.data or ""):
        return _page(one_or_404(policy.visible_members(me()), id), PromotionForm(formdata=None), form), 422
    flash(_("Saved. The person reads it on the Work page."), "ok")
    return redirect(url_for("pool_staff.show", id=id), 303)


def _page(member: PoolMember, promotion: PromotionForm, not_yet: NotYetForm) -> str:
    rules = queries.rules()
    decided = member.state in (MemberState.INVITED, MemberState.ACTIVE, MemberState.EXITED)
    values = Values.from_dict(member.values) if decided else queries.values_of(member.user, rules)
    return render_template(
        "pool/show.html",
        member=member,
        checks=weigh(values, rules),
        words=wording,
        said=queries.sign_offs(member.id),
        proved=proved(member.user, rules, language()),
        decided=decided,
        ways=people.reach_of(member.user),
        form=promotion,
        not_yet=not_yet,
        error=bool(promotion.errors or promotion.form_errors or not_yet.errors or not_yet.form_errors),
    )
