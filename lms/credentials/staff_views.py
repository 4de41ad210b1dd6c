"""What staff do about a certificate: take it back, or give it anew with the name as it is now."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from lms.core.access import Role, me, one_or_404, only
from lms.core.forms import tried
from lms.core.i18n import _
from lms.credentials import actions, policy
from lms.credentials.forms import RevocationForm
from lms.credentials.views import record_page

bp = Blueprint("credentials_staff", __name__)


@bp.post("/certificates/<int:id>/revocation")
@only(Role.STAFF)
def revoke(id: int) -> ResponseReturnValue:
    """Take a certificate back with a reason."""
    credential, form = one_or_404(policy.visible_credentials(me()), id, lock=True), RevocationForm()
    if not form.validate_on_submit() or not tried(form, actions.revoke, credential, by=me(), reason=form.reason.data or ""):
        return record_page(one_or_404(policy.visible_credentials(me()), id), form), 422
    flash(_("Taken back. Who checks the code reads the reason."), "ok")
    return redirect(url_for("credentials.show", id=id), 303)


@bp.post("/certificates/<int:id>/correction")
@only(Role.STAFF)
def correct(id: int) -> ResponseReturnValue:
    """A new certificate with the name as the person writes it now; the old code leads to it."""
    fresh = actions.reissue(one_or_404(policy.visible_credentials(me()), id, lock=True), by=me())
    flash(_("Given anew with the new name. The old code leads to the new one."), "ok")
    return redirect(url_for("credentials.show", id=fresh.id), 303)
