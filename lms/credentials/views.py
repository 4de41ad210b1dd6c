"""A person's certificates, and the page that tells a stranger whether a certificate is real."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from lms.core import clock, i18n
from lms.core.access import Role, me, one_or_404, only, public
from lms.core.files import download
from lms.core.i18n import _
from lms.core.pages import page_of
from lms.credentials import actions, codes, linking, naming, policy, queries, rendering
from lms.credentials.forms import LinkForm, MatchForm, RevocationForm, SharingForm
from lms.credentials.models import Credential, ShareLink, Standing
from lms.people.views import limiter

bp = Blueprint("credentials", __name__)
READABLE = (Standing.VALID, Standing.EXPIRED)  # shows what the paper says
F = TypeVar("F", bound=Callable[..., Any])


def asked_language() -> str | None:
    """The language that `?lang=` asks for, for this page alone."""
    return request.args.get("lang") if request.args.get("lang") in i18n.OFFERED else None


def in_language_asked(view: F) -> F:
    """A stranger has no account to keep a language in, and gets no cookie: the address carries it."""

    @wraps(view)
    def inside(*args: Any, **kwargs: Any) -> Any:
        language = asked_language()
        if language is None:
            return view(*args, **kwargs)
        with i18n.force_locale(i18n.locale_of(language)):
            return view(*args, **kwargs)

    return cast(F, inside)


@bp.context_processor
def _asked() -> dict[str, Any]:
    return {"asked": asked_language()}


@bp.get("/certificates")
@only(Role.TRAINEE, Role.STAFF)
def index() -> ResponseReturnValue:
    """Her own certificates for a trainee, everyone's for staff."""
    today = clock.now().date()
    if Role.STAFF in me().roles:
        page = page_of(queries.newest(policy.visible_credentials(me())))
        return render_template("credentials/all.html", page=page, today=today)
    hers = queries.certificates_of(me())
    to_go = 0 if hers else queries.tasks_to_go(me())
    return render_template("credentials/own.html", certificates=hers, links=queries.links_of(hers), today=today, to_go=to_go)


@bp.get("/certificates/<int:id>")
@only(Role.TRAINEE, Role.STAFF)
def show(id: int) -> ResponseReturnValue:
    """One certificate: for its holder what others see of it, for staff what can be done about it."""
    return record_page(one_or_404(policy.visible_credentials(me()), id))


def record_page(credential: Credential, revocation: RevocationForm | None = None) -> str:
    mine = credential.user_id == me().id
    kept = queries.link_of(credential) if mine else None
    return render_template(
        "credentials/show.html",
        credential=credential,
        given=linking.given(credential, kept) if kept and kept.works(clock.now().date()) else None,
        ended=kept,
        making=LinkForm(formdata=None),
        standing=credential.standing(clock.now().date()),
        address=rendering.address(credential.printed),
        mine=mine,
        sharing=SharingForm.of(credential),
        form=revocation or RevocationForm(formdata=None),
        error=bool(revocation and revocation.errors),
    )


@bp.get("/certificates/<int:id>.pdf")
@only(Role.TRAINEE, Role.STAFF)
def pdf(id: int) -> ResponseReturnValue:
    """The sheet, for its holder and staff."""
    return _sheet(one_or_404(policy.visible_credentials(me()), id), allowed=True)


@bp.post("/certificates/<int:id>/sharing")
@only(Role.TRAINEE)
def sharing(id: int) -> ResponseReturnValue:
    """Keep the holder's ticks."""
    credential = one_or_404(policy.own_credentials(me()), id, lock=True)
    actions.share(credential, SharingForm().ticks(), by=me())
    flash(_("Saved. Others see what you ticked."), "ok")
    return redirect(url_for("credentials.show", id=id), 303)


@bp.post("/certificates/<int:id>/link")
@only(Role.TRAINEE)
def make_link(id: int) -> ResponseReturnValue:
    """Make an address to give away."""
    credential, form = one_or_404(policy.own_credentials(me()), id, lock=True), LinkForm()
    if not form.validate():
        abort(400)  # only a form that we did not write has another choice
    actions.make_link(credential, name=bool(form.shows_name.data), pdf=bool(form.has_pdf.data), months=form.span(), by=me())
    flash(_("Your link is ready. Copy it or send it."), "ok")
    return redirect(url_for("credentials.show", id=id, _anchor="link"), 303)


@bp.post("/certificates/<int:id>/link/stop")
@only(Role.TRAINEE)
def stop_link(id: int) -> ResponseReturnValue:
    """Take the address back."""
    actions.stop_link(one_or_404(policy.own_credentials(me()), id, lock=True), by=me())
    flash(_("You stopped sharing. The link shows nothing now."), "ok")
    return redirect(url_for("credentials.show", id=id, _anchor="link"), 303)


def _not_found(response: object) -> bool:
    return getattr(response, "status_code", 200) == 404


guesses_slowed = limiter.shared_limit("30 per 15 minutes", scope="codes", deduct_when=_not_found)


def _code_asked() -> str:
    return "match|" + (codes.parse(str((request.view_args or {}).get("code", ""))) or "")


@bp.get("/v")
@public
@in_language_asked
def look_up() -> ResponseReturnValue:
    """A code typed from paper leads to its page; what cannot be a code is told here."""
    typed = request.args.get("code", "").strip()[:60]
    code = codes.parse(typed)
    if code is not None:
        return redirect(url_for("credentials.check", code=codes.printed(code), lang=asked_language()))
    return _dressed(render_template("credentials/unknown.html", typed=typed), 404 if typed else 200)


@bp.get("/v/<code>")
@public
@guesses_slowed
@in_language_asked
def check(code: str) -> ResponseReturnValue:
    """Whether this certificate is real, for anyone who has its code. One row, no cookie, and no name unless its holder ticked it."""
    credential = queries.by_code(code)
    if credential is None:
        return _dressed(render_template("credentials/unknown.html", typed=code[:60]), 404)
    return _verdict(credential, MatchForm(formdata=None))


@bp.get("/s/<token>")
@public
@guesses_slowed
@in_language_asked
def shared(token: str) -> ResponseReturnValue:
    """The same page by a link of its holder, with the link's own ticks, until it ends."""
    link = queries.by_token(token)
    if link is None:
        return _dressed(render_template("credentials/unknown.html", typed="", gone=True), 404)
    return _verdict(link.credential, MatchForm(formdata=None), link=link)


@bp.get("/s/<token>.pdf")
@public
@guesses_slowed
def linked_pdf(token: str) -> ResponseReturnValue:
    """The sheet, where the link has it and works."""
    link = queries.by_token(token)
    return _sheet(link.credential if link else None, allowed=link is not None and link.shows(clock.now().date()).pdf)


@bp.get("/v/<code>.pdf")
@public
@guesses_slowed
def shared_pdf(code: str) -> ResponseReturnValue:
    """The sheet, where its holder shares it."""
    credential = queries.by_code(code, with_sheet=True)
    return _sheet(credential, allowed=credential is not None and credential.share_page and credential.share_pdf)


@bp.post("/v/<code>/match")
@public
@limiter.limit("60 per 15 minutes")
@limiter.limit("20 per hour", key_func=_code_asked)
@in_language_asked
def match(code: str) -> ResponseReturnValue:
    """Whether the name typed from the paper is the holder's. Nothing else about the name is told."""
    credential = queries.by_code(code)
    if credential is None:
        return _dressed(render_template("credentials/unknown.html", typed=code[:60]), 404)
    form, link = MatchForm(), _came_by(credential)
    if not form.validate():
        return _verdict(credential, form, status=422, link=link)
    return _verdict(credential, form, same=naming.same(form.name.data or "", credential.latin_name, credential.own_name), link=link)


def _came_by(credential: Credential) -> ShareLink | None:
    """The link on whose page the name was typed: its own ticks go on holding."""
    link = queries.by_token(request.form.get("link", ""))
    return link if link is not None and link.credential_id == credential.id else None


def _verdict(
    credential: Credential, form: MatchForm, *, same: bool | None = None, status: int = 200, link: ShareLink | None = None
) -> ResponseReturnValue:
    today = clock.now().date()
    shown = link.shows(today) if link else credential.sharing
    # A link that ended tells nothing, not even what became of the certificate since: that is for who has the code.
    standing = credential.standing(today, shown) if link is None or link.works(today) else Standing.UNSHARED
    page = render_template(
        "credentials/check.html",
        credential=credential,
        standing=standing,
        readable=standing in READABLE,
        shown=shown,
        link=link,
        here=url_for("credentials.shared", token=link.token) if link else url_for("credentials.check", code=credential.printed),
        paper=url_for("credentials.linked_pdf", token=link.token) if link else url_for("credentials.shared_pdf", code=credential.printed),
        form=form,
        same=same if standing in READABLE else None,
        successor=codes.printed(credential.successor) if credential.successor and standing is Standing.SUPERSEDED else None,
    )
    return _dressed(page, status)


def _dressed(page: str, status: int) -> ResponseReturnValue:
    return page, status, {"X-Robots-Tag": "noindex, nofollow"}


def _sheet(credential: Credential | None, *, allowed: bool) -> ResponseReturnValue:
    """The file, where it may be had: a sheet that was taken back or replaced is served to nobody."""
    if credential is None or not allowed or credential.sheet is None or credential.state != "valid":
        abort(404)
    answer = download(credential.sheet)
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


@bp.record
def _without_csrf(setup: BlueprintSetupState) -> None:
    """The match box changes nothing and belongs to strangers without a cookie, to which a CSRF value would have to be bound."""
    setup.app.extensions["csrf"].exempt(f"{__name__}.match")
