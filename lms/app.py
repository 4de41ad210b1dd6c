"""The application: settings in, a Flask app out. The law of the edge stands here: to return is to commit, to raise is to roll back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, abort, g, jsonify, request
from flask.typing import ResponseReturnValue
from flask_compress import Compress
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect
from markupsafe import Markup
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from lms import reactions
from lms.annotation import mentor_views as annotation_mentor
from lms.annotation import staff_views as annotation_staff
from lms.annotation import views as annotation
from lms.catalogue import views as catalogue
from lms.cohorts import mentor_views as cohorts_mentor
from lms.cohorts import sign_in_views as cohorts_sign_in
from lms.cohorts import staff_views as cohorts_staff
from lms.cohorts import views as cohorts
from lms.config import Settings, SettingsError
from lms.core import asking, clock, error_pages, facts, fmt, headers, i18n, jobs, phone
from lms.core.access import from_elsewhere, gate
from lms.core.cookies import Cookies, csrf_token
from lms.core.db import db, mode, transaction, wire
from lms.core.files import store_for
from lms.core.forms import error_list
from lms.core.i18n import _
from lms.core.pages import address, asset
from lms.core.sealing import keyring
from lms.core.sheets import Sheets
from lms.core.templates import Environment
from lms.credentials import machine_views as credentials_machine
from lms.credentials import staff_views as credentials_staff
from lms.credentials import views as credentials
from lms.grading import mentor_views as grading_mentor
from lms.grading import phrase_views as grading_phrases
from lms.grading import question_views as grading_questions
from lms.grading import views as grading
from lms.home import health, navigation, phone_views
from lms.home import views as home
from lms.intake import views as intake
from lms.learning import calendar_views as learning_calendar
from lms.learning import cohort_views as learning_cohorts
from lms.learning import files_views as learning_files
from lms.learning import marks_views as learning_marks
from lms.learning import message_views as learning_messages
from lms.learning import quiz_views as learning_quiz
from lms.learning import views as learning
from lms.ledger import queries as ledger
from lms.messages import views as messages
from lms.partners import views as partners
from lms.payouts import fund_views as payouts_funds
from lms.payouts import own_views as payouts_own
from lms.payouts import views as payouts
from lms.people import arrivals, changing_views, sign_ins
from lms.people import queries as people_queries
from lms.people import views as people
from lms.people import welcome_views as welcome
from lms.pool import mentor_views as pool_mentor
from lms.pool import news_views as pool_news
from lms.pool import staff_views as pool_staff
from lms.pool import views as pool

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
ROOT = Path(__file__).resolve().parent.parent
ROOMS: tuple[Blueprint, ...] = (  # one line a feature
    home.bp,
    health.bp,
    phone_views.bp,
    people.bp,
    changing_views.bp,
    welcome.bp,
    annotation.bp,
    annotation_mentor.bp,
    annotation_staff.bp,
    cohorts.bp,
    cohorts_mentor.bp,
    cohorts_staff.bp,
    cohorts_sign_in.bp,
    grading.bp,
    grading_mentor.bp,
    grading_phrases.bp,
    grading_questions.bp,
    intake.bp,
    catalogue.bp,
    learning.bp,
    learning_calendar.bp,
    learning_cohorts.bp,
    learning_files.bp,
    learning_marks.bp,
    learning_messages.bp,
    learning_quiz.bp,
    messages.bp,
    partners.bp,
    payouts.bp,
    payouts_own.bp,
    payouts_funds.bp,
    credentials.bp,
    credentials_machine.bp,
    credentials_staff.bp,
    pool.bp,
    pool_mentor.bp,
    pool_staff.bp,
    pool_news.bp,
)

ENGINE: dict[str, dict[str, Any]] = {
    "sqlite": {"connect_args": {"cached_statements": 1024}},  # the driver's 128 are too few, and to prepare one takes longer than to run it
    "postgresql": {"pool_size": 10, "pool_pre_ping": True},
}


class School(Flask):
    """The law of the edge. A GET rolls back, everything else commits when its view returns."""

    jinja_environment = Environment

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func  # nothing here is a coroutine, and Flask would look a dozen times a request

    def preprocess_request(self) -> ResponseReturnValue | None:
        mode(write=request.method not in SAFE_METHODS)  # before the user loader's SELECT opens the transaction
        return super().preprocess_request()

    def dispatch_request(self) -> ResponseReturnValue:
        with transaction(write=request.method not in SAFE_METHODS):  # a failing commit so meets the error handlers
            return arrivals.once(super().dispatch_request)

    def process_response(self, response: Response) -> Response:
        """What is named by its content is the same for everyone: with Vary: Cookie a new cookie would fetch it all again."""
        answer = super().process_response(response)
        if "immutable" in answer.headers.get("Cache-Control", ""):
            answer.vary = [name for name in answer.vary if name != "Cookie"]
        return answer

    def send_static_file(self, filename: str) -> Response:
        answer = super().send_static_file(filename)
        if (close := getattr(answer.response, "close", None)) is not None:
            answer.call_on_close(close)  # Flask-Compress reads the file through and puts its own stream in the place
        return answer

    def handle_user_exception(self, e: Exception) -> Any:
        db.session.rollback()  # also what ran before the view
        mode(write=False)  # an error page only reads
        return super().handle_user_exception(e)


def create_app(settings: Settings | None = None, *, testing: bool = False) -> School:
    """The application for one installation. Raises SettingsError where the environment must not be served from."""
    settings = settings or Settings.from_environment(root=ROOT)
    app = School("lms", root_path=str(ROOT / "lms"), static_folder=str(ROOT / "static"), instance_path=str(settings.instance))
    app.testing = testing
    app.session_interface = Cookies()
    app.url_map.converters["int"] = RowId
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=ENGINE["sqlite" if settings.database_url.startswith("sqlite") else "postgresql"],
        SITE_NAME=settings.name,
        BASE_URL=settings.base_url,
        SETTINGS=settings,
        JOBS_FILE=str(settings.instance / "jobs.db"),
        REDIS_URL=settings.redis_url,
        TRUSTED_HOSTS=[settings.host.rsplit(":", 1)[0]] if settings.production else None,
        SESSION_COOKIE_NAME="__Host-rukn" if settings.https else "rukn",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        WTF_CSRF_TIME_LIMIT=None,
        MAX_CONTENT_LENGTH=16_000_000,
        MAX_FORM_PARTS=500,
        MAX_FORM_MEMORY_SIZE=2_000_000,
        SEND_FILE_MAX_AGE_DEFAULT=31_536_000,
        RATELIMIT_STORAGE_URI=settings.redis_url or "memory://",
        RATELIMIT_HEADERS_ENABLED=False,
        BABEL_TRANSLATION_DIRECTORIES=str(ROOT / "lms" / "translations"),
        COMPRESS_ALGORITHM=["gzip"],
        COMPRESS_LEVEL=1,
        COMPRESS_MIN_SIZE=600,
    )
    if settings.production:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    _unlock(settings)
    app.extensions["files"] = store_for(settings.files)
    app.extensions["checks"] = [ledger.findings]
    settings.instance.mkdir(parents=True, exist_ok=True)
    db.init_app(app)
    with app.app_context():
        wire(db.engine)
        known = settings.production and people_queries.has_demo_accounts()
        db.session.remove()
        db.engine.dispose()  # a server may fork now, and no connection may be in two processes
    if known:
        raise SettingsError(["The demo accounts are in this database, and everybody knows their passwords: use another one."])
    Migrate(app, db, directory=str(ROOT / "migrations"))
    i18n.babel.init_app(app, locale_selector=i18n.choose_locale)
    i18n.dress(app)
    app.before_request(_refuse_odd_requests)
    app.before_request(sign_ins.clear_lost)
    CSRFProtect(app)
    people.limiter.init_app(app)
    sign_ins.wire(app)
    app.before_request(gate)
    app.before_request(_refuse_for_another)
    setattr(app.view_functions["static"], "access", ("public",))  # noqa: B010  # a view of Flask's own
    facts.wire(reactions.REACTIONS)
    jobs.wire(app, reactions.HANDLERS)
    app.extensions["sheets"] = Sheets(Path(app.static_folder or ""))
    _dress(app)
    headers.wire(app, app.extensions["sheets"])
    error_pages.catch(app)
    for room in ROOMS:
        app.register_blueprint(room)
    Compress(app)
    return app


def _unlock(settings: Settings) -> None:
    """Read the field key; a server for real people never makes one by itself, because a second one would open nothing."""
    try:
        keyring.unlock(settings.keys, make=not settings.production)
    except FileNotFoundError:
        raise SettingsError(["There is no fields.key in LMS_KEYS: run `lms keys make` once."]) from None
    except ValueError as cut:
        raise SettingsError([f"The field key is damaged: {cut}."]) from None


def _refuse_odd_requests() -> None:
    """What no page of ours sends: a form from another site, and a NUL, which PostgreSQL takes for an error of ours."""
    if from_elsewhere():
        abort(400)
    sent = () if request.method in SAFE_METHODS else (*request.form, *request.form.values())
    if any("\0" in text for text in (request.path, *request.args, *request.args.values(), *sent)):
        abort(400)


def _refuse_for_another() -> ResponseReturnValue | None:
    """The queue of a phone holds this answer for another person: it is kept there until that person signs in."""
    return (jsonify(sentence=_("Sign in to send.")), 401) if phone.meant_for_another() else None


class RowId(IntegerConverter):
    """`<int:id>`: what can be a row's id. A longer number is 404, not an error of the database."""

    def __init__(self, map: Map, *args: Any, **kwargs: Any) -> None:
        super().__init__(map, *args, **{"max": 2**31 - 1, **kwargs})


def _dress(app: School) -> None:
    """What every template may use."""
    sheets: Sheets = app.extensions["sheets"]
    app.jinja_env.globals.update(url_for=address, fmt=fmt, csrf_token=csrf_token)

    def sheet(name: str) -> Markup:
        g.sheet = name
        return sheets.css(name)

    @app.context_processor
    def shell() -> dict[str, Any]:
        language = i18n.language()
        person = asking.person()
        return {
            "lang": language,
            "direction": i18n.direction(language),
            "site_name": app.config["SITE_NAME"],
            "sheet": sheet,
            "sheet_end": sheets.end,
            "asset": asset,
            "nav": navigation.items(person.roles if person else frozenset(), request.path),
            "shell": navigation.shell(person.roles if person else None),
            "languages": navigation.languages(language),
            "signed_in": person is not None,
            "help_url": address("home.help"),
            "now": clock.now,
            "phone": phone.key(),
            "phone_script": phone_views.script_url,
            "error_list": error_list,
        }
