"""Money that comes in, for finance: each fund with what is left of it, grants as they arrive, and what foreign money is worth."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.core.access import Role, me, one_or_404, only
from lms.core.forms import tried
from lms.core.i18n import _
from lms.ledger import actions, queries
from lms.ledger.accounts import BOOK_CURRENCY, Book
from lms.ledger.models import Transfer
from lms.payouts import grants
from lms.payouts.forms import GrantForm, WorthForm, money_in

bp = Blueprint("funds", __name__)
OWN = BOOK_CURRENCY[Book.FOUNDATION]


@bp.get("/payouts/funds")
@only(Role.FINANCE)
def index() -> ResponseReturnValue:
    """What the bank account holds, what is left of each fund, the newest grants."""
    return _page(GrantForm(), WorthForm())


@bp.post("/payouts/funds")
@only(Role.FINANCE)
def grant() -> ResponseReturnValue:
    """A donor's money arrived. The bank's number says it once: a second tap is the same grant."""
    form = GrantForm()
    amount = money_in(form.amount, form.currency.data) if form.validate_on_submit() else None
    if amount is None or not tried(form, grants.write_down, amount=amount, by=me(), **form.told()):
        return _page(form, WorthForm(formdata=None)), 422
    flash(_("The grant is written down."), "ok")
    return redirect(url_for("funds.index"), 303)


@bp.get("/payouts/funds/grants/<int:grant>")
@only(Role.FINANCE)
def written(grant: int) -> ResponseReturnValue:
    """A grant as it was written down, to be corrected."""
    row = one_or_404(queries.every_grant(), grant)
    told = queries.grant_in(row)
    amount = {"amount": told.amount.plain(), "currency": told.amount.currency}
    stands = GrantForm(formdata=None, data={"fund": told.fund, "on": row.date, "reference": told.reference} | amount)
    return _grant_page(row, stands)


@bp.post("/payouts/funds/grants/<int:grant>")
@only(Role.FINANCE)
def correct(grant: int) -> ResponseReturnValue:
    """Take it back, and write down what it should have been."""
    row, form = one_or_404(queries.every_grant(), grant), GrantForm()
    amount = money_in(form.amount, form.currency.data) if form.validate_on_submit() else None
    if amount is None or not tried(form, grants.correct, row, amount=amount, by=me(), **form.told()):
        return _grant_page(one_or_404(queries.every_grant(), grant), form), 422
    told = _("The grant is corrected. The wrong one stands in the books as taken back.")
    flash(told if queries.reversal_of(row) else _("You changed nothing. The grant stays as it is."), "ok")
    return redirect(url_for("funds.index"), 303)


@bp.post("/payouts/funds/grants/<int:grant>/taking-back")
@only(Role.FINANCE)
def take_back(grant: int) -> ResponseReturnValue:
    """A grant that never arrived, or was written down twice."""
    grants.take_back(one_or_404(queries.every_grant(), grant), by=me())
    flash(_("The grant is taken back."), "ok")
    return redirect(url_for("funds.index"), 303)


def _grant_page(row: Transfer, form: GrantForm) -> str:
    back, wrong = queries.reversal_of(row), bool(form.errors or form.form_errors)
    return render_template("payouts/grant.html", row=row, one=queries.grant_in(row), back=back, form=form, error=wrong)


@bp.post("/payouts/funds/worth")
@only(Role.FINANCE)
def set_worth() -> ResponseReturnValue:
    """What foreign money was worth on a day."""
    form = WorthForm()
    sums = form.sums(OWN) if form.validate_on_submit() else None
    if sums is None or not tried(form, actions.set_rate, **sums, source=form.source.data, by=me(), on=form.on.data):
        return _page(GrantForm(formdata=None), form), 422
    flash(_("Saved. Money is counted at it from that day on."), "ok")
    return redirect(url_for("funds.index"), 303)


def _page(grant: GrantForm, worth: WorthForm) -> str:
    funds = [(name, *queries.fund(name)) for name in queries.funds()]
    told = {"funds": funds, "banks": queries.banks(), "grants": queries.grants(), "rates": queries.rates()}
    return render_template("payouts/funds.html", grant=grant, worth=worth, own=OWN, **told)
