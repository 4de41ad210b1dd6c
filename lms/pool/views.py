"""The trainee's side of the pool: the rule with her own values, joining and leaving."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.annotation import queries as annotation
from lms.annotation.starting import paid_work
from lms.core.access import Role, me, one_or_404, only
from lms.core.forms import tried
from lms.core.i18n import _, language
from lms.payouts import queries as payouts
from lms.pool import actions, policy, queries, wording
from lms.pool.eligibility import weigh
from lms.pool.forms import ConsentForm, SkillsForm
from lms.pool.models import MemberState, RuleSet
from lms.pool.skills import proved

bp = Blueprint("pool", __name__)


@bp.get("/work/pool")
@only(Role.TRAINEE)
def own() -> ResponseReturnValue:
    """Every part of the rule with her own value, and where she stands; for a member the paid work that she can start."""
    return _page()


@bp.post("/work/pool/consent")
@only(Role.TRAINEE)
def consent() -> ResponseReturnValue:
    """She joins, with the purposes she ticked."""
    member = one_or_404(policy.own_place(me()), me().id, lock=True)
    actions.agree(member, by=me(), purposes=ConsentForm().purposes(), language=language())
    flash(_("You are in the pool. Paid work stands on this page."), "ok")
    return redirect(url_for("pool.own"), 303)


@bp.post("/work/pool/available")
@only(Role.TRAINEE)
def available() -> ResponseReturnValue:
    """She can take work now, or not now."""
    said = request.form.get("available", "")
    if said not in {"yes", "no"}:
        abort(400)
    actions.say_available(one_or_404(policy.own_place(me()), me().id, lock=True), by=me(), available=said == "yes")
    flash(_("Saved. You can change it at any time."), "ok")
    return redirect(url_for("pool.own"), 303)


@bp.post("/work/pool/skills")
@only(Role.TRAINEE)
def skills() -> ResponseReturnValue:
    """She says in her own words what she can do."""
    member, form = one_or_404(policy.own_place(me()), me().id, lock=True), SkillsForm()
    if not form.validate_on_submit() or not tried(form, actions.say_skills, member, by=me(), words=form.words.data or ""):
        return _page(form), 422
    flash(_("Saved. You can change it at any time."), "ok")
    return redirect(url_for("pool.own", _anchor="skills"), 303)


@bp.get("/work/pool/exit")
@only(Role.TRAINEE)
def ask_leave() -> ResponseReturnValue:
    """What leaving means, before the button that does it."""
    place = one_or_404(policy.own_place(me()), me().id)
    if place.state not in (MemberState.INVITED, MemberState.ACTIVE):
        return redirect(url_for("pool.own"))
    return render_template("pool/leave.html", place=place)


@bp.post("/work/pool/exit")
@only(Role.TRAINEE)
def leave() -> ResponseReturnValue:
    """She leaves."""
    actions.leave(one_or_404(policy.own_place(me()), me().id, lock=True), by=me())
    flash(_("You left the pool. We pay what you earned."), "ok")
    return redirect(url_for("pool.own"), 303)


def _page(typed: SkillsForm | None = None) -> str:
    (rules, coming), place = queries.rules_and_coming(), queries.place_of(me())
    member = place is not None and place.state is MemberState.ACTIVE
    return render_template(
        "pool/own.html",
        place=place,
        checks=weigh(queries.values_of(me(), rules), rules),
        words=wording,
        course=queries.course_title(rules.course).in_language(language()),
        coming=_announced(coming) if coming else None,
        work=paid_work(me()) if member else None,
        money=payouts.money_of(me()) if place and place.state in (MemberState.ACTIVE, MemberState.EXITED) else None,
        waiting=annotation.waiting(me()),
        proved=proved(me(), rules, language()) if place else [],
        news=queries.news_for(me(), language()),
        form=ConsentForm(formdata=None),
        skills=typed or SkillsForm(formdata=None, data={"words": place.skills if place else None}),
        error=bool(typed),
    )


def _announced(coming: RuleSet) -> tuple[RuleSet, list[str]]:
    """The rule that is to begin, and its parts in words."""
    return coming, wording.rule(coming.rules, queries.course_title(coming.course).in_language(language()))
