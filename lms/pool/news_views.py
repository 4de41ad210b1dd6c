"""News for graduates: staff write them, look at them as their readers will, publish them and take them back."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.core.access import Role, me, one_or_404, only
from lms.core.forms import tried
from lms.core.i18n import _, language
from lms.core.pages import page_of, row_id
from lms.pool import actions, policy, queries
from lms.pool.forms import NewsForm
from lms.pool.models import News

bp = Blueprint("pool_news", __name__, url_prefix="/pool/news")
USUAL_LIFE = timedelta(weeks=4)


@bp.get("")
@only(Role.STAFF)
def index() -> ResponseReturnValue:
    """All that was published, and the form for a new piece: `?like=` fills in the words of another one."""
    like = one_or_404(policy.visible_news(me()), row_id(request.args, "like")) if "like" in request.args else None
    given = {"title": like.title, "text": like.text, "language": like.language} if like else {"language": language()}
    return _page(NewsForm(formdata=None, data={**given, "until": policy.today_of(me()) + USUAL_LIFE}))


@bp.post("/preview")
@only(Role.STAFF)
def preview() -> ResponseReturnValue:
    """The piece as its readers will see it. Nothing is kept."""
    return _look(NewsForm())


def _look(form: NewsForm, *, changed: bool = False) -> ResponseReturnValue:
    if not form.validate_on_submit() or not tried(form, actions.write_news, by=me(), **form.words()):
        return _page(form), 422
    form.looked.data = form.mark()
    return _page(form, actions.write_news(by=me(), **form.words()), changed=changed)


@bp.post("")
@only(Role.STAFF)
def publish() -> ResponseReturnValue:
    """Show it to graduates from now on. Words that were changed after the look are looked at first: Enter publishes too."""
    form = NewsForm()
    if form.looked.data is not None and form.looked.data != form.mark():
        return _look(form, changed=True)
    if not form.validate_on_submit() or not tried(form, actions.publish_news, by=me(), **form.words()):
        return _page(form), 422
    flash(_("Published. Graduates read it on their page of the pool."), "ok")
    return redirect(url_for("pool_news.index"), 303)


@bp.post("/<int:id>/removal")
@only(Role.STAFF)
def take_back(id: int) -> ResponseReturnValue:
    """Graduates read it no more."""
    actions.take_back_news(one_or_404(policy.visible_news(me()), id, lock=True), by=me())
    flash(_("Taken back. Graduates do not see it any more."), "ok")
    return redirect(url_for("pool_news.index"), 303)


def _page(form: NewsForm, looked_at: News | None = None, *, changed: bool = False) -> str:
    page = page_of(queries.newest(policy.visible_news(me())))
    return render_template(
        "pool/news.html", form=form, looked_at=looked_at, page=page, today=policy.today_of(me()),
        error=bool(form.errors or form.form_errors), changed=changed,
    )  # fmt: skip
