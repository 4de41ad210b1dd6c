"""Applying: six questions, one a page. What was answered is kept here after each page, and opened again by a number and a code."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from lms.core.access import one_or_404, public
from lms.core.db import db
from lms.core.forms import Form, tried
from lms.core.i18n import _, language
from lms.core.pages import row_id
from lms.intake import actions, queries, wording
from lms.intake.forms import NextTimeForm, NumberForm, ReplyForm, SendForm, form_for
from lms.intake.models import Application, ApplicationState, Round
from lms.intake.questions import QUESTIONS, contact_of, number_of, printed
from lms.intake.staff_views import bp as staff
from lms.people.views import address, limiter, was_wrong

bp = Blueprint("intake", __name__)
bp.register_blueprint(staff)
# Cohorts stand below and know no applications: they ask here how many places are promised.
bp.record_once(lambda state: state.app.extensions.setdefault("kept_places", []).append(queries.promised))
bp.record_once(lambda state: state.app.extensions.setdefault("offered", []).append(queries.is_offered))
HELD = "applying"  # in the session: the id of the application that this browser opened


# A camp or a learning centre is one address, and all of it may apply on one afternoon: what an address may do is wide for an hour and
# narrow for a day. What one application may do is narrow, and who guesses a code from one place locks nobody out at another.
APPLICATIONS = "400 per hour; 1000 per day"
ANSWERS = "4000 per hour; 10000 per day"
CONTACTS = "200 per hour; 500 per day"


def _number_typed() -> str:
    return "application|" + number_of(request.form.get("number", ""))


def _number_here() -> str:
    return f"{_number_typed()}|{address()}"


def _application_held() -> str:
    return f"answers|{session.get(HELD, 0) or address()}"


def _held(*, lock: bool = False) -> Application | None:
    """The application that this browser opened; None where there is none, or none any more."""
    found = select(Application).where(Application.id == session.get(HELD, 0))
    return db.session.scalars(found.with_for_update() if lock else found).one_or_none()


@bp.get("/apply")
@public
def front() -> ResponseReturnValue:
    """What is open now; what this browser began; else who wants to hear of the next time."""
    return _front(NextTimeForm())


def _front(form: NextTimeForm) -> str:
    return render_template("intake/apply.html", rounds=queries.open_rounds(), held=_held(), form=form, words=wording)


@bp.post("/apply")
@public
@limiter.limit(APPLICATIONS, methods=["POST"])
def begin() -> ResponseReturnValue:
    """Begin an application for one round; a draft for it that is open here goes on."""
    round = one_or_404(select(Round), row_id(request.form, "round"))
    held = _held()
    if held is None or held.state is not ApplicationState.DRAFT or held.round_id != round.id:
        session[HELD] = actions.start(round).id
    return redirect(url_for("intake.question", n=1), 303)


@bp.get("/apply/<int:n>")
@public
def question(n: int) -> ResponseReturnValue:
    """One question, with what is kept of its answer."""
    held = _held()
    if held is None or held.state is not ApplicationState.DRAFT:
        return redirect(url_for("intake.mine"))
    return _question(held, n, _form(held, n))


def _form(held: Application, n: int) -> Form:
    if not 0 < n <= len(QUESTIONS):
        abort(404)
    name, round = QUESTIONS[n - 1], held.round
    return form_for(name, languages=round.languages, countries=round.countries, answer=held.said(name), country=held.said("country"))


def _question(held: Application, n: int, form: Form, error: bool = False) -> str:
    places = {"n": n, "all": len(QUESTIONS), "name": QUESTIONS[n - 1], "words": wording}
    return render_template("intake/question.html", held=held, form=form, error=error, **_named(held), **places)


def _named(held: Application) -> dict[str, str]:
    return {"number": printed(held.number), "code": queries.code_of(held.number)}


@bp.post("/apply/<int:n>")
@public
@limiter.limit("120 per hour", key_func=_application_held, methods=["POST"])
@limiter.limit(ANSWERS, methods=["POST"])
def answer(n: int) -> ResponseReturnValue:
    """Keep an answer, and go to the next question that has none."""
    held = _held(lock=True)
    if held is None:
        return _lost()
    form = _form(held, n)
    if not form.validate_on_submit() or not tried(form, _keep, held, QUESTIONS[n - 1], form["answer"].data or ""):
        return _question(held, n, form, error=True), 422
    left = next((place for place, name in enumerate(QUESTIONS, 1) if name not in (held.answers or {})), None)
    return redirect(url_for("intake.question", n=left) if left else url_for("intake.check"), 303)


def _keep(held: Application, name: str, text: str) -> None:
    actions.answer(held, name, (contact_of(text, held.said("country")) or "") if name == "contact" else text)


def _lost() -> ResponseReturnValue:
    flash(_("This browser has no open application. Begin, or open yours by its number."), "bad")
    return redirect(url_for("intake.front"), 303)


@bp.get("/apply/check")
@public
def check() -> ResponseReturnValue:
    """All answers on one page, and what we do with them."""
    held = _held()
    if held is None or held.state is not ApplicationState.DRAFT:
        return redirect(url_for("intake.mine"))
    return _check(held, SendForm())


def _check(held: Application, form: SendForm) -> str:
    rows = [(n, name, wording.answer(name, held.said(name))) for n, name in enumerate(QUESTIONS, 1)]
    return render_template("intake/check.html", held=held, rows=rows, left=actions.missing(held), form=form, words=wording)


@bp.post("/apply/check")
@public
def send() -> ResponseReturnValue:
    """Hand it in. A second tap is the same one."""
    held, form = _held(lock=True), SendForm()
    if held is None:
        return _lost()
    if not form.validate_on_submit() or not tried(form, actions.send, held, language=language()):
        return _check(held, form), 422
    return redirect(url_for("intake.mine"), 303)


@bp.get("/apply/mine")
@public
def mine() -> ResponseReturnValue:
    """Where the application stands: its number and code, every step, the decision with its reason."""
    held = _held()
    if held is None:
        return redirect(url_for("intake.ask_number"))
    return _mine(held, ReplyForm())


def _mine(held: Application, form: ReplyForm, error: bool = False) -> str:
    steps = [(wording.STEPS[kind], at) for kind, at in queries.steps_of(held) if kind in wording.STEPS]
    return render_template(
        "intake/mine.html", held=held, form=form, steps=steps, error=error, words=wording,
        new_here=queries.may_come_in(held), **_named(held),
    )  # fmt: skip


@bp.get("/apply/number")
@public
def ask_number() -> ResponseReturnValue:
    """Where a number and a code open an application, on any phone."""
    return render_template("intake/number.html", form=NumberForm())


@bp.post("/apply/number")
@public
@limiter.limit("5 per 15 minutes; 20 per day", key_func=_number_here, methods=["POST"], deduct_when=was_wrong)
@limiter.limit("60 per day", key_func=_number_typed, methods=["POST"], deduct_when=was_wrong)
@limiter.limit("100 per 15 minutes", methods=["POST"], deduct_when=was_wrong)
def open_by_number() -> ResponseReturnValue:
    """Open it where both are right. One sentence for every way of being wrong."""
    form = NumberForm()
    held = queries.by_number_and_code(number_of(form.number.data or ""), form.code.data or "") if form.validate_on_submit() else None
    if held is None:
        if not form.errors:
            form.refuse(_("The number or the code is not right. Look at them again."))
        return render_template("intake/number.html", form=form, error=True), 422
    session[HELD] = held.id
    return redirect(url_for("intake.check" if held.state is ApplicationState.DRAFT else "intake.mine"), 303)


@bp.post("/apply/reply")
@public
def reply() -> ResponseReturnValue:
    """Answer what staff asked."""
    held, form = _held(lock=True), ReplyForm()
    if held is None:
        return _lost()
    if not form.validate_on_submit() or not tried(form, actions.reply, held, form.text.data or ""):
        return _mine(held, form, error=True), 422
    flash(_("Sent. Look here for our answer."), "ok")
    return redirect(url_for("intake.mine"), 303)


@bp.post("/apply/withdrawal")
@public
def withdraw() -> ResponseReturnValue:
    """Take the application back: its answers are deleted."""
    held = _held(lock=True)
    if held is None:
        return _lost()
    actions.withdraw(held)
    session.pop(HELD)
    flash(_("Your answers are deleted."), "ok")
    return redirect(url_for("intake.front"), 303)


@bp.post("/apply/leaving")
@public
def leave() -> ResponseReturnValue:
    """Close the application in this browser: whoever holds the phone next finds nothing."""
    session.pop(HELD, None)
    flash(_("Closed. Open it again with your number and code."), "ok")
    return redirect(url_for("intake.front"), 303)


@bp.post("/apply/door")
@public
@limiter.limit("10 per hour", key_func=lambda: f"door|{session.get(HELD, 0)}", methods=["POST"])
def door() -> ResponseReturnValue:
    """The first way in for somebody with a place: a name to sign in with, and six digits for a password."""
    held = _held(lock=True)
    if held is None:
        return _lost()
    person, digits = actions.make_door(held)
    return render_template("intake/door.html", sign_in=person.email or person.phone or person.sign_in_name, digits=digits)


@bp.post("/apply/next-time")
@public
@limiter.limit(CONTACTS, methods=["POST"])
def next_time() -> ResponseReturnValue:
    """Keep a contact for staff, who write when there is a new round."""
    form = NextTimeForm()
    if not form.validate_on_submit() or not tried(form, actions.ask_next_time, form.contact.data or "", language=language()):
        return _front(form), 422
    flash(_("Saved. Our staff see your contact."), "ok")
    return redirect(url_for("intake.front"), 303)
