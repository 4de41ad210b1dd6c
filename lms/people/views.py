"""Signing in and out, a new password with a code, the language, and the Me page."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from flask import Blueprint, Flask, abort, current_app, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user
from werkzeug.exceptions import HTTPException

from lms.core import phone
from lms.core.access import Role, me, only, public, signed_in, typed
from lms.core.db import db, release
from lms.core.errors import Refused
from lms.core.fmt import SYSTEMS
from lms.core.forms import tried
from lms.core.i18n import OFFERED, _
from lms.core.i18n import language as page_language
from lms.core.pages import safe_next
from lms.core.reading import reading
from lms.people import actions, identifiers, passwords, queries, sign_ins
from lms.people.forms import CodeForm, NameForm, PasswordForm, ReachForm, ReadingForm, SignInForm
from lms.people.models import Lost, User

bp = Blueprint("people", __name__)


def address() -> str:
    """Where a request comes from. Of an IPv6 address the first half: its owner changes the other at will."""
    address = ip_address(get_remote_address())
    return str(address) if address.version == 4 else str(ip_network((address, 64), strict=False))


class _AtTheirViews(Limiter):
    """Every limit here stands at a view and is asked there: what Flask-Limiter does round each request of everybody is none of ours."""

    def init_app(self, app: Flask) -> None:
        super().init_app(app)
        count, forget = app.after_request_funcs[None].pop(), app.teardown_request_funcs[None].pop()
        app.before_request_funcs[None].remove(self._check_request_limit)
        app.after_request(lambda answer: count(answer) if "limited" in g else answer)

        @app.teardown_request
        def after_a_limit(error: BaseException | None) -> None:
            if "limited" in g:
                forget(error)

    def _check_request_limit(self, callable_name: str | None = None, in_middleware: bool = True) -> None:
        g.limited = True
        super()._check_request_limit(callable_name, in_middleware)


limiter = _AtTheirViews(key_func=address)


def _account_here() -> str:
    """Account first, address last: a learning centre or a camp is one address, and a stranger elsewhere must not lock anyone out."""
    return identifiers.counted_as(request.form.get("identifier", "")) + "|" + address()


def was_wrong(response: object) -> bool:
    """Whether what was sent was wrong: such tries are counted, and who is right is never too quick."""
    return getattr(response, "status_code", 200) == 422


@bp.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """The door. Someone who is in already goes to her first page."""
    if current_user.is_authenticated:
        return redirect(safe_next(request.args.get("next")) or url_for("home.front"))
    return render_template("people/sign_in.html", form=SignInForm(), next=safe_next(request.args.get("next")) or "")


@bp.post("/sign-in")
@public
@limiter.limit("5 per 15 minutes", key_func=_account_here, methods=["POST"], deduct_when=was_wrong)
@limiter.limit("300 per 15 minutes", methods=["POST"], deduct_when=was_wrong)
def send_sign_in() -> ResponseReturnValue:
    """Take a name and a password. One sentence for every way of being wrong."""
    form, target = SignInForm(), safe_next(request.form.get("next"))
    person = _recognised(form) if form.validate_on_submit() else None
    if person is None:
        if not form.errors:
            form.refuse(_("The name or the password is not right. Try again, or ask your mentor for a code."))
        return render_template("people/sign_in.html", form=form, next=target or "", error=True), 422
    sign_ins.begin(person, device=form.device.data or "shared")
    return redirect(target or url_for("home.front"), 303)


def _recognised(form: SignInForm, *, again: bool = True) -> User | None:
    """The person whose password this is. The hash is compared while no transaction is open, so that nobody waits for it.

    Where another request changed the hash meanwhile it is compared once more: an old password must not come in beside a new one.
    """
    person = queries.by_identifier(form.identifier.data or "")
    id, kept = (person.id, person.password_hash) if person else (0, None)
    release()
    password = form.password.data or ""
    if not passwords.matches(kept, password) or kept is None:
        return None
    made = passwords.remade(kept, password)
    found = queries.with_hash(id, kept)
    if found is None:
        return _recognised(form, again=False) if again else None
    found.password_hash = made or kept
    return found


@bp.get("/sign-in/code")
@public
def code() -> ResponseReturnValue:
    """Where a person with six digits chooses a password."""
    return render_template("people/code.html", form=CodeForm())


@bp.post("/sign-in/code")
@public
@limiter.limit("10 per 15 minutes", key_func=_account_here, methods=["POST"], deduct_when=was_wrong)
@limiter.limit("300 per 15 minutes", methods=["POST"], deduct_when=was_wrong)
def send_code() -> ResponseReturnValue:
    """Choose a password with a code, and be in with it. A trainee who comes for the first time is welcomed."""
    form = CodeForm()
    person = _chosen(form) if form.validate_on_submit() else None
    if person is None:
        return render_template("people/code.html", form=form, error=True), 422
    sign_ins.begin(person, device=form.device.data or "shared")
    flash(_("Your new password is saved."), "ok")
    first = person.roles == {Role.TRAINEE} and queries.consent_of(person, actions.LEARNING) is None
    return redirect(url_for("welcome.agree" if first else "home.front"), 303)


def _chosen(form: CodeForm) -> User | None:
    """Who chose a password with a right code; else the form says why. A wrong guess stays counted, so nothing is undone."""
    try:
        if actions.use_code(form.identifier.data or "", form.code.data or "", form.password.data or ""):
            return queries.by_identifier(form.identifier.data or "")
        form.refuse(_("The name or the code is not right, or it is old. Ask your mentor for a new one."))
    except Refused as no:
        form.refuse(no.sentence, no.at)
    return None


@bp.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """Leave. The row is ended, and the browser forgets what it kept of these pages."""
    if current_user.is_authenticated:
        sign_ins.end(me())
    answer = redirect(url_for("people.sign_in"), 303)
    answer.headers["Clear-Site-Data"] = sign_ins.CLEAR
    if "clear" in request.form:
        flash(_("This phone is clear. Nothing of yours is on it."), "ok")
    return answer


@bp.post("/sign-out/everywhere")
@signed_in
def sign_out_everywhere() -> ResponseReturnValue:
    """End every sign-in of this person, also on a phone that was lost."""
    actions.clear_phones(me(), by=me(), reason=Lost.ASKED)
    return sign_out()


@bp.post("/step-up")
@signed_in
@limiter.limit("5 per 15 minutes", key_func=lambda: f"step|{current_user.id}", methods=["POST"], deduct_when=was_wrong)
def step_up() -> ResponseReturnValue:
    """The password again, before something that cannot be taken back."""
    form, target = PasswordForm(), safe_next(request.form.get("next")) or url_for("home.front")
    person = me()
    kept, id, token = person.password_hash, person.id, person.sign_in_token
    release()
    right = passwords.matches(kept, form.password.data or "")
    if not right:
        form.refuse(_("The password is not right. Try again."))
        return render_template("people/step_up.html", form=form, next=target, kept=kept_words(), error=True), 422
    person = db.session.get_one(User, id)
    person.sign_in_token = token
    actions.step_up(person)
    return redirect(target, 307 if "again" in request.form else 303)  # 307: the browser sends the words along


def kept_words() -> list[tuple[str, str]]:
    """What was written into the form that asked for the password: it travels through the page and is sent again after it."""
    return [(name, text) for name, text in typed() if name != "next"]


@bp.get("/step-up")
@signed_in
def ask_step_up() -> ResponseReturnValue:
    """Ask for the password again."""
    return render_template("people/step_up.html", form=PasswordForm(), next=safe_next(request.args.get("next")) or "")


@bp.get("/language")
@public
def ask_language() -> ResponseReturnValue:
    """The languages, for pages that a phone keeps: those carry a link here in the place of a form."""
    return render_template("people/language.html", next=_readable(request.args.get("next")) or "")


@bp.post("/language")
@public
def language() -> ResponseReturnValue:
    """Choose the language of the pages: here at once, and for this person on every device."""
    chosen = request.form.get("lang", "")
    if chosen not in OFFERED:
        abort(404)
    session["language"] = chosen
    if current_user.is_authenticated:
        actions.choose_language(me(), chosen)
    return redirect(_readable(request.form.get("next")) or url_for("home.front"), 303)


def _readable(target: str | None) -> str | None:
    """The address to come back to, where it is a page of ours: what only takes a form cannot be opened again."""
    found = safe_next(target)
    try:
        current_app.url_map.bind("").match(urlsplit(found or "").path, method="GET")
    except HTTPException:
        return None
    return found


@bp.get("/me")
@signed_in
def own_page() -> ResponseReturnValue:
    """Me: who I am here, my language, my name on a certificate, and the way out."""
    return _me(NameForm(obj=current_user))


def _me(form: NameForm, settings: ReadingForm | None = None, reach: ReachForm | None = None) -> str:
    """Her page. How far she came is known to a higher room, which leaves its answer here."""
    now, person = reading(), me()
    choices = {"size": "larger" if now.larger else "normal", "pictures": "wait" if now.data_saver else "show"}
    settings = settings or ReadingForm.of(person, **choices)
    learns = person.has(Role.TRAINEE)
    asked = current_app.extensions.get("progress_of") if learns else None
    return render_template(
        "people/me.html", form=form, settings=settings, own_digits=page_language() in SYSTEMS, progress=asked(person) if asked else [],
        reach=(reach or ReachForm.of(person, queries.reach_of(person))) if learns else None,
        error=bool(form.errors or settings.errors or (reach and reach.form_errors)),
    )  # fmt: skip


@bp.post("/me/reading")
@signed_in
def send_reading() -> ResponseReturnValue:
    """Save the digits, the calendar, the size of the letters, and whether pictures wait for a tap."""
    form = ReadingForm()
    if not form.validate_on_submit():
        return _me(NameForm(formdata=None, obj=current_user), form), 422
    larger, saver = form.size.data == "larger", form.pictures.data == "wait"
    actions.choose_reading(me(), **form.told(me()), larger_text=larger, data_saver=saver)
    flash(_("Your settings are saved."), "ok")
    return redirect(url_for("people.own_page"), 303)


@bp.post("/me/contact")
@only(Role.TRAINEE)
def send_ways() -> ResponseReturnValue:
    """Save by which ways she lets mentors, staff and partners reach her."""
    form = ReachForm.of(me())
    said = {"language": page_language(), "at": phone.written_at()}
    if not form.validate_on_submit() or not tried(form, actions.let_reach, me(), form.chosen(), **said):
        return _me(NameForm(formdata=None, obj=current_user), reach=form), 422
    flash(_("Your settings are saved."), "ok")
    return redirect(url_for("people.own_page"), 303)


@bp.app_context_processor
def _looks() -> dict[str, object]:
    chosen = reading()
    return {"larger": chosen.larger, "looks": chosen.looks}


@bp.post("/me/name")
@signed_in
def send_name() -> ResponseReturnValue:
    """Save the name that a certificate prints."""
    form = NameForm()
    if not form.validate_on_submit():
        return _me(form), 422
    actions.name_for_certificate(me(), latin=form.latin_name.data or "", own=form.own_name.data or "", by=me())
    flash(_("Your name is saved."), "ok")
    return redirect(url_for("people.own_page"), 303)
