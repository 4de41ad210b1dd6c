"""A trainee's own way to get money."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.core.access import Role, me, only
from lms.core.forms import tried
from lms.core.i18n import _
from lms.payouts import actions, queries, wording
from lms.payouts.forms import METHODS, BankForm, CashForm, MobileForm
from lms.payouts.models import Channel
from lms.people import sign_ins
from lms.people.forms import PasswordForm
from lms.people.views import kept_words

bp = Blueprint("payouts_own", __name__)


@bp.get("/me/payout-method")
@only(Role.TRAINEE)
def method() -> ResponseReturnValue:
    """How I get my money now; with `?way=` the form for one way."""
    if "way" not in request.args:
        return render_template("payouts/method.html", method=queries.method_of(me()), ways=wording.CHANNELS, words=wording, zone=me().zone)
    channel = _channel(request.args["way"])
    return ask_again(channel) or _form_page(channel, _form(channel))


@bp.post("/me/payout-method")
@only(Role.TRAINEE)
def send_method() -> ResponseReturnValue:
    """Keep the way I chose."""
    channel = _channel(request.form.get("way", ""))
    if ask_again(channel) is not None:
        return step_up_page()
    form, person = _form(channel), me()
    if not form.validate_on_submit():
        return _form_page(channel, form), 422
    given = {"payee_name": form.payee_name.data, "account": form.account_number(), "operator": form.operator_name()}
    if not tried(form, actions.set_method, person, by=person, channel=channel, **given):
        return _form_page(channel, form), 422
    flash(_("We saved how you get your money."), "ok")
    return redirect(url_for("payouts_own.method"), 303)


def ask_again(channel: Channel) -> ResponseReturnValue | None:
    """To change a way that exists, the password again: a phone that lies about must not redirect someone's pay."""
    if queries.method_of(me()) is None or sign_ins.fresh(me()):
        return None
    return redirect(url_for("people.ask_step_up", next=url_for("payouts_own.method", way=str(channel))), 303)


def step_up_page() -> ResponseReturnValue:
    """The password again, on a page that keeps what was written here and sends it after the password."""
    kept = [*kept_words(), ("again", "1")]
    return render_template("people/step_up.html", form=PasswordForm(formdata=None), next=url_for("payouts_own.method"), kept=kept), 422


def _channel(word: str) -> Channel:
    return Channel(word) if word in set(Channel) else abort(404)


def _form(channel: Channel) -> CashForm | BankForm | MobileForm:
    old = queries.method_of(me())
    form = METHODS[channel](payee_name=old.payee_name if old else me().certificate_name())
    if isinstance(form, MobileForm):
        form.country = me().country
    return form


def _form_page(channel: Channel, form: CashForm | BankForm | MobileForm) -> str:
    way, old = wording.CHANNELS[channel], queries.method_of(me())
    return render_template("payouts/method_form.html", form=form, channel=channel, way=way, old=old)
