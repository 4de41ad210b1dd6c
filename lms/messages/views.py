"""Messages: mine alone. No page here is kept on a phone, and no mail goes out: the school sends nothing outside itself."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.core import clock, fmt
from lms.core.access import Role, me, one_or_404, only, require
from lms.core.db import db
from lms.core.forms import tried
from lms.core.i18n import _
from lms.core.pages import page_of
from lms.messages import actions, policy, queries
from lms.messages.forms import MessageForm
from lms.messages.models import Thread
from lms.people.models import User

bp = Blueprint("messages", __name__)
WRITERS = (Role.TRAINEE, Role.MENTOR, Role.STAFF)


@bp.get("/messages")
@only(*WRITERS)
def index() -> ResponseReturnValue:
    """Everybody this person writes with; what is new stands on top."""
    carers = db.session.scalars(policy.carers_of(me()).order_by(User.name)).all()
    return render_template("messages/index.html", page=page_of(queries.threads(me()), scalars=False), carers=carers)


@bp.get("/messages/<int:id>")
@only(*WRITERS)
def show(id: int) -> ResponseReturnValue:
    """What two people wrote to each other."""
    return _page(one_or_404(policy.visible_threads(me()), id), MessageForm())


@bp.post("/messages/<int:id>")
@only(*WRITERS)
def answer(id: int) -> ResponseReturnValue:
    """Write in a thread."""
    thread, form = one_or_404(policy.visible_threads(me()), id), MessageForm()
    require(policy.may_write(me(), thread))
    if not form.validate_on_submit() or not tried(form, actions.answer, thread, by=me(), text=form.text.data or ""):
        return _page(one_or_404(policy.visible_threads(me()), id), form), 422
    flash(_("Your message is sent."), "ok")
    return redirect(url_for("messages.show", id=id), 303)


@bp.post("/messages/<int:id>/reading")
@only(*WRITERS)
def read(id: int) -> ResponseReturnValue:
    """Say that one has read it: it is not new any more. The other one is not told."""
    actions.read(one_or_404(policy.visible_threads(me()), id), by=me())
    return redirect(url_for("messages.index"), 303)


@bp.get("/messages/<int:id>.txt")
@only(*WRITERS)
def save(id: int) -> ResponseReturnValue:
    """All of a thread as a text file: what was said may be needed one day."""
    thread, zone = one_or_404(policy.visible_threads(me()), id), me().zone
    told = "\n\n".join(
        f"{fmt.moment(one.at, zone=zone)}, {one.by.name}\n{one.text}" for one in queries.newest(thread, None)
    )
    answer = Response(f"{told}\n", mimetype="text/plain")
    answer.headers["Content-Disposition"] = f'attachment; filename="messages-{clock.now():%Y-%m-%d}.txt"'
    return answer


@bp.get("/mentors/<int:id>/message")
@only(Role.TRAINEE)
def begin(id: int) -> ResponseReturnValue:
    """Write to a mentor of hers; where they wrote before, that page."""
    carer = one_or_404(policy.carers_of(me()), id)
    if thread := queries.thread_of(me(), carer):
        return redirect(url_for("messages.show", id=thread.id))
    return render_template("messages/new.html", carer=carer, form=MessageForm())


@bp.post("/mentors/<int:id>/message")
@only(Role.TRAINEE)
def ask(id: int) -> ResponseReturnValue:
    """Send it to this mentor."""
    carer, form = one_or_404(policy.carers_of(me()), id), MessageForm()
    if not form.validate_on_submit() or not tried(form, actions.ask, carer, by=me(), text=form.text.data or ""):
        return render_template("messages/new.html", carer=one_or_404(policy.carers_of(me()), id), form=form, error=True), 422
    flash(_("Your message is sent."), "ok")
    return redirect(url_for("messages.index"), 303)


def _page(thread: Thread, form: MessageForm) -> str:
    said = queries.newest(thread)
    return render_template(
        "messages/show.html", thread=thread, said=said, form=form, other=thread.other(me()), may=policy.may_write(me(), thread),
        new=any(one.id > thread.read_by(me()) and one.by_id != me().id for one in said), error=bool(form.errors),
    )  # fmt: skip
