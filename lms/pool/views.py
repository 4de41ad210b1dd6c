"""The trainee's side of the pool: the rule with her own values, joining and leaving."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.core.access import Role, me, one_or_404, only
from lms.core.i18n import _, language
from lms.payouts import queries as payouts
from lms.pool import actions, policy, queries, wording
from lms.pool.eligibility import weigh
from lms.pool.forms import ConsentForm
from lms.pool.models import MemberState

bp = Blueprint("pool", __name__)


@bp.get("/work/pool")
@only(Role.TRAINEE)
def own() -> ResponseReturnValue:
    """Every part of the rule with her own value, and where she stands."""
    rules = queries.rules()
    checks = weigh(queries.values_of(me(), rules), rules)
    course = queries.course_title(rules.course).in_language(language())
    place = queries.place_of(me())
    money = payouts.money_of(me()) if place and place.state in (MemberState.ACTIVE, MemberState.EXITED) else None
    return render_template(
        "pool/own.html", place=place, money=money, checks=checks, words=wording, course=course, rules=rules, form=ConsentForm()
    )


@bp.post("/work/pool/consent")
@only(Role.TRAINEE)
def consent() -> ResponseReturnValue:
    """She joins, with the purposes she ticked."""
    member = one_or_404(policy.own_place(me()), me().id, lock=True)
    actions.agree(member, by=me(), purposes=ConsentForm().purposes(), language=language())
    flash(_("You are in the pool. We write to you when there is work."), "ok")
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
