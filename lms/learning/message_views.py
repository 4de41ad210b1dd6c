"""Writing to people of a cohort: one, several, those who went quiet, those who have not sent a task."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.cohorts import policy
from lms.cohorts.models import Cohort
from lms.core import fmt
from lms.core.access import Role, me, one_or_404, only
from lms.core.forms import tried
from lms.core.i18n import _, ngettext
from lms.core.pages import row_id
from lms.learning.letter_form import LetterForm, letter_form
from lms.learning.reminding import Letter, letter
from lms.messages import actions

bp = Blueprint("learning_messages", __name__)
WHY = ("quiet", "word")
NAMED = 20  # people: what is told next travels in a cookie, which browsers throw away above 4 KB


@bp.get("/cohorts/<int:id>/messages/new")
@only(Role.STAFF, Role.MENTOR)
def new(id: int) -> ResponseReturnValue:
    """A letter with who gets it, ticked, and a ready sentence where there is one."""
    drawn = _letter(one_or_404(policy.led_cohorts(me()), id))
    return _page(drawn, letter_form(drawn))


@bp.post("/cohorts/<int:id>/messages")
@only(Role.STAFF, Role.MENTOR)
def send(id: int) -> ResponseReturnValue:
    """Send it to each who is ticked, alone. Who had a word from somebody today is left out, and named."""
    drawn = _letter(one_or_404(policy.led_cohorts(me()), id))
    form = letter_form(drawn)
    if not form.validate_on_submit() or not tried(form, _send, drawn, form):
        return _page(_letter(one_or_404(policy.led_cohorts(me()), id)), form), 422
    return redirect(url_for("learning_cohorts.show", id=id), 303)


def _send(drawn: Letter, form: LetterForm) -> None:
    to = drawn.readers(form.chosen_ids())
    sent = actions.write(to, by=me(), texts=form.texts(), about=drawn.about)
    flash(ngettext("Sent to %(n)s person.", "Sent to %(n)s people, to each alone.", sent.count, n=fmt.num(sent.count)), "ok")
    if left := sent.left_out:
        names = ", ".join(f"\u2068{person.name}\u2069" for person in left)  # told as plain text: isolated by signs, not by <bdi>
        whom = names if len(left) <= NAMED else ngettext("%(n)s person", "%(n)s people", len(left), n=fmt.num(len(left)))
        flash(_("Not sent, because somebody wrote to them today: %(names)s.", names=whom), "wait")


def _letter(cohort: Cohort) -> Letter:
    why, task = request.args.get("why", ""), request.args.get("task", "")
    place = row_id(request.args, "person")
    return letter(cohort, by=me(), why=why if why in WHY else "", task=task, place=place) or abort(404)


def _page(drawn: Letter, form: LetterForm) -> str:
    return render_template("messages/letter.html", letter=drawn, cohort=drawn.cohort, form=form, error=bool(form.errors))
