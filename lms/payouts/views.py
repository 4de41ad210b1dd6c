"""Payouts for finance: what is owed, batches from draft to settled, the proof of each payment."""

from __future__ import annotations

import secrets

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.core.access import Role, me, one_or_404, only
from lms.core.db import db
from lms.core.forms import tried
from lms.core.i18n import _
from lms.core.pages import page_of
from lms.payouts import actions, bankfile, policy, queries, wording
from lms.payouts.forms import PaymentForm, PrepareForm, ReasonForm, ReturnForm, money_in
from lms.payouts.models import OPEN, Payout, PayoutBatch
from lms.people import sign_ins

bp = Blueprint("payouts", __name__)
bp.record_once(lambda state: state.app.extensions.setdefault("in_books", []).append(queries.names))


@bp.get("/payouts")
@only(Role.FINANCE)
def batches() -> ResponseReturnValue:
    """What is owed now, and every batch, the newest first."""
    return _batches_page(_prepare_form())


@bp.post("/payouts")
@only(Role.FINANCE)
def prepare() -> ResponseReturnValue:
    """Prepare a batch for everyone or for the people of one partner."""
    form = _prepare_form()
    if not form.validate_on_submit():
        return _batches_page(form), 422
    partner = one_or_404(policy.payable_partners(me()), int(form.partner.data)) if form.partner.data else None
    batch = actions.prepare(by=me(), currency=form.currency.data, partner=partner)
    flash(_("The batch is ready. Look at it, then lock it."), "ok")
    return redirect(url_for("payouts.batch", id=batch.id), 303)


def _prepare_form() -> PrepareForm:
    form = PrepareForm()
    partners = db.session.scalars(policy.payable_partners(me()).order_by("name"))
    form.partner.choices = [("", _("All partners")), *((str(one.id), one.name) for one in partners)]
    form.currency.choices = [(code, code) for code in queries.currencies_owed()]
    return form


def _batches_page(form: PrepareForm) -> str:
    page = page_of(queries.batches(policy.visible_batches(me())))
    return render_template(
        "payouts/batches.html", form=form, page=page, sums=queries.sums(page.rows), states=wording.STATES, zone=me().zone,
        owed=[wording.owed(queries.owed_people(code)) for code in queries.currencies_owed()],
    )  # fmt: skip


@bp.get("/payouts/<int:id>")
@only(Role.FINANCE)
def batch(id: int) -> ResponseReturnValue:
    """One batch: its steps, what waits, where the money goes, every line."""
    return _batch_page(one_or_404(policy.visible_batches(me()), id), ReasonForm(), ReturnForm(formdata=None))


def _batch_page(batch: PayoutBatch, reason: ReasonForm, returned: ReturnForm, at: int | None = None) -> str:
    lines = list(queries.lines_of(batch))
    returned.token.data = returned.token.data or secrets.token_hex(8)
    told = {
        "batch": batch, "lines": lines, "page": page_of(queries.lines(batch)), "left": queries.left_out(batch),
        "total": queries.sums([batch])[batch.id][1], "open": [line for line in lines if line.state in OPEN], "ways": queries.ways(lines),
        "trail": wording.trail(batch, me().zone), "checks": wording.checks(batch, lines), "floats": queries.floats(batch.currency, lines),
        "mine": batch.prepared_by_id == me().id, "reason": reason, "returned": returned, "at": at,
        "error": bool(reason.errors or returned.errors),
    }  # fmt: skip
    return render_template("payouts/batch.html", **told, words=wording)


@bp.post("/payouts/<int:id>/lock")
@only(Role.FINANCE)
def lock(id: int) -> ResponseReturnValue:
    """Freeze the lines."""
    actions.lock(_locked(id), by=me())
    return _back(id, _("The batch is locked. A second person can approve it."))


@bp.post("/payouts/<int:id>/approval")
@only(Role.FINANCE)
def approve(id: int) -> ResponseReturnValue:
    """A second person approves, with the password given in the last five minutes."""
    batch = _locked(id)
    if not sign_ins.fresh(me()):
        return redirect(url_for("people.ask_step_up", next=url_for("payouts.batch", id=id)), 303)
    actions.approve(batch, by=me())
    return _back(id, _("The batch is approved. It can be sent."))


@bp.post("/payouts/<int:id>/dispatch")
@only(Role.FINANCE)
def dispatch(id: int) -> ResponseReturnValue:
    """Send the money."""
    actions.dispatch(_locked(id), by=me())
    return _back(id, _("The batch is sent. Take the file, then write the proof of each payment."))


@bp.post("/payouts/<int:id>/cancellation")
@only(Role.FINANCE)
def cancel(id: int) -> ResponseReturnValue:
    """Give the batch up, and say why."""
    batch, form = _locked(id), ReasonForm()
    if not form.validate_on_submit():
        return _batch_page(batch, form, ReturnForm(formdata=None)), 422
    actions.cancel(batch, by=me(), reason=form.reason.data or "")
    return _back(id, _("The batch is cancelled. Everything is owed as before."))


@bp.post("/payouts/<int:id>/file")
@only(Role.FINANCE)
def file(id: int) -> ResponseReturnValue:
    """The lines as CSV, with account numbers: by POST, so that taking it leaves a fact."""
    batch = _locked(id)
    if not sign_ins.fresh(me()):
        return redirect(url_for("people.ask_step_up", next=url_for("payouts.batch", id=id)), 303)
    actions.take_file(batch, by=me())
    body = bankfile.text(wording.rows(queries.lines_of(batch)))
    return Response(body, mimetype="text/csv", headers={"Content-Disposition": f"attachment; filename={batch.code}.csv"})


@bp.post("/payouts/<int:id>/returns/<int:partner_id>")
@only(Role.FINANCE)
def give_back(id: int, partner_id: int) -> ResponseReturnValue:
    """A partner sent cash back that nobody collected."""
    batch, partner = _locked(id), one_or_404(policy.payable_partners(me()), partner_id)
    form = ReturnForm()
    amount = money_in(form.amount, batch.currency) if form.validate_on_submit() else None
    if amount is None or not tried(form, actions.give_back, batch, partner, amount=amount, by=me(), token=form.token.data):
        return _batch_page(one_or_404(policy.visible_batches(me()), id), ReasonForm(formdata=None), form, partner_id), 422
    return _back(id, _("The cash is back in the bank account."))


@bp.get("/payouts/<int:id>/lines/<int:n>")
@only(Role.FINANCE)
def line(id: int, n: int) -> ResponseReturnValue:
    """One payment: its state, and the forms for its proof or its failure."""
    found = _line(one_or_404(policy.visible_batches(me()), id), n)
    return _line_page(found, _payment_form(found), ReasonForm())


def _payment_form(line: Payout) -> PaymentForm:
    return PaymentForm.of(line.method.channel, line.currency)


def _line_page(line: Payout, form: PaymentForm, reason: ReasonForm, *, shown: bool = False) -> str:
    proof = queries.evidence_of(line)
    told = {"line": line, "form": form, "reason": reason, "shown": shown, "proof": proof}
    return render_template("payouts/line.html", **told, words=wording, zone=me().zone)


@bp.post("/payouts/<int:id>/lines/<int:n>/details")
@only(Role.FINANCE)
def details(id: int, n: int) -> ResponseReturnValue:
    """Show the account number of one payment: by POST, so that reading it leaves a fact."""
    found = _line(_locked(id), n)
    actions.show_details(found, by=me())
    return _line_page(found, _payment_form(found), ReasonForm(formdata=None), shown=True)


@bp.post("/payouts/<int:id>/lines/<int:n>/payment")
@only(Role.FINANCE)
def pay(id: int, n: int) -> ResponseReturnValue:
    """The payment arrived, and this proves it."""
    found = _line(_locked(id), n)
    form = _payment_form(found)
    if not form.validate_on_submit() or not tried(form, actions.pay, found, by=me(), **form.proof()):
        return _line_page(_line(_locked(id), n), form, ReasonForm(formdata=None)), 422
    return _back(id, _("The payment is written down."))


@bp.post("/payouts/<int:id>/lines/<int:n>/failure")
@only(Role.FINANCE)
def fail(id: int, n: int) -> ResponseReturnValue:
    """The payment did not arrive, or came back: it is owed again."""
    found, form = _line(_locked(id), n), ReasonForm()
    if not form.validate_on_submit():
        return _line_page(found, _payment_form(found), form), 422
    actions.fail(found, by=me(), reason=form.reason.data or "")
    return _back(id, _("This money is owed again. The next batch takes it."))


def _locked(id: int) -> PayoutBatch:
    """The batch, held until the end of this request: whatever is done to it is done one after the other."""
    return one_or_404(policy.visible_batches(me()), id, lock=True)


def _line(batch: PayoutBatch, n: int) -> Payout:
    found = db.session.scalars(policy.visible_lines(me(), batch).where(Payout.number == n)).one_or_none()
    return found if found is not None else abort(404)


def _back(id: int, sentence: str) -> ResponseReturnValue:
    flash(sentence, "ok")
    return redirect(url_for("payouts.batch", id=id), 303)
