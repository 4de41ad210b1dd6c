"""Paid practice as the trainee meets it: what there is, what it pays, one item after the other, and what became of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import joinedload

from lms.annotation import answering, claiming, plain, policy, queries, reviewing, showing, wording
from lms.annotation.feedback import example
from lms.annotation.feedback import feedback as told
from lms.annotation.forms import ClaimForm, SkipForm, TaskForm
from lms.annotation.judging import Unfit
from lms.annotation.models import DECIDED, OPEN, Assignment, AssignmentState, Project
from lms.annotation.offers import offers
from lms.annotation.starting import Start, start_of
from lms.core import phone
from lms.core.access import Role, me, one_or_404, only, wants_json
from lms.core.db import db
from lms.core.errors import Refused
from lms.core.files import download
from lms.core.forms import tried
from lms.core.i18n import _, language
from lms.payouts import queries as payouts
from lms.people.models import User

bp = Blueprint("annotation", __name__)

KEPT_BY_BROWSER = "private, max-age=3600"  # a picture is fetched once; signing out clears the browser's store


@bp.get("/work")
@only(Role.TRAINEE)
def work() -> ResponseReturnValue:
    """The projects she may work in, what waits for her there, and her money. Where no item is left for her stands last."""
    worker = me()
    open_now = {offer.project.id for offer in offers(worker)}
    rows = sorted(queries.work_of(worker, policy.given_projects(worker)), key=lambda row: row.project.id not in open_now)
    money, skill, waiting = payouts.money_of(worker), queries.mock_summary(worker), queries.waiting(worker)
    slip = example(worker) if skill.gold_passed < skill.gold_seen else None
    return render_template(
        "annotation/work.html",
        rows=rows, money=money, skill=skill, waiting=waiting, slip=slip, words=wording, paid_to=payouts.method_of(worker),
    )  # fmt: skip


@bp.get("/work/<slug>")
@only(Role.TRAINEE)
def project(slug: str) -> ResponseReturnValue:
    """Price, time, download and content label before the first tap; the guideline; what became of her items."""
    return _project_page(_visible(slug), ClaimForm())


@bp.post("/work/<slug>/claims")
@only(Role.TRAINEE)
def claim(slug: str) -> ResponseReturnValue:
    """Take a block of items, or go on with the one in hand."""
    found, form, worker = _workable(slug), ClaimForm(), me()
    if not tried(form, _take, found, form, worker):
        return _project_page(_visible(slug), form, error=True), 422
    waiting = queries.next_task(found.id, worker)
    return redirect(_to(waiting) if waiting else url_for("annotation.project", slug=slug), 303)


@bp.get("/work/tasks/<int:id>")
@only(Role.TRAINEE)
def task(id: int) -> ResponseReturnValue:
    """The workbench, which her own phone keeps while the lease runs; once it is sent, what happens with it."""
    found = one_or_404(policy.visible_tasks(me()).options(joinedload(Assignment.item), joinedload(Assignment.project)), id)
    if found.state in OPEN:
        return phone.lent(_bench(found, *showing.begun(found)), claiming.time_left(found))
    return render_template("annotation/sent.html", task=found, words=wording, decided=found.state in DECIDED)


@bp.get("/work/tasks/<int:id>/picture")
@only(Role.TRAINEE)
def picture(id: int) -> ResponseReturnValue:
    """The picture of her item."""
    return picture_of(one_or_404(policy.visible_tasks(me()), id))


@bp.route("/work/tasks/<int:id>/draft", methods=["PUT"])
@only(Role.TRAINEE)
def put_draft(id: int) -> ResponseReturnValue:
    """Keep a draft from the workbench: `{"version", "payload"}` in, `{"version"}` out; 409 with the other draft on a conflict."""
    found = one_or_404(policy.visible_tasks(me()), id, lock=True)
    try:
        sent = plain.parsed(request.get_data(as_text=True))
        if not isinstance(sent, dict) or type(sent.get("version")) is not int:
            abort(400)
        draft = answering.save_draft(found, by=me(), payload=sent.get("payload"), version=sent["version"])
    except Refused as no:
        return _as_json(no)
    return jsonify(version=draft.version)


@bp.post("/work/tasks/<int:id>/draft")
@only(Role.TRAINEE)
def send_draft(id: int) -> ResponseReturnValue:
    """Keep a draft from the page's plain fields and come back to it, with a few empty rows more."""
    found = one_or_404(policy.visible_tasks(me()), id, lock=True)
    draft = queries.draft_of(found)
    try:
        payload = plain.payload(found.project.kind, request.form, found.item.text)
        answering.save_draft(found, by=me(), payload=payload, version=draft.version if draft else 0)
    except Unfit as no:
        return _wrong(id, no)
    return redirect(_to(found), 303)


@bp.post("/work/tasks/<int:id>/answer")
@only(Role.TRAINEE)
def send_answer(id: int) -> ResponseReturnValue:
    """Send an answer, from the page or from the phone's queue; then the next item."""
    found, worker = one_or_404(policy.visible_tasks(me()), id, lock=True), me()
    project_id, slug = found.project_id, found.project.slug
    op = request.form.get("client_op_id") or request.headers.get("X-Request-Id") or ""
    try:
        typed = plain.payload(found.project.kind, request.form, found.item.text)
        answering.answer(found, by=worker, payload=typed, op=op[:64] or f"page:{found.id}:{found.rev}")
    except Unfit as no:
        return _wrong(id, no)
    return _onward(slug, queries.next_task(project_id, worker))


@bp.post("/work/tasks/<int:id>/skip")
@only(Role.TRAINEE)
def send_skip(id: int) -> ResponseReturnValue:
    """Give an item back with a reason; then the next one."""
    found, worker = one_or_404(policy.visible_tasks(me()), id, lock=True), me()
    claiming.skip(found, by=worker, reason=SkipForm().reason.data or "")
    reviewing.accept_met_gold(found.project_id, worker.id)
    return _onward(found.project.slug, queries.next_task(found.project_id, worker))


@bp.get("/work/tasks/<int:id>/feedback")
@only(Role.TRAINEE)
def feedback(id: int) -> ResponseReturnValue:
    """Her answer, what was said about it, and once it is decided the known answer."""
    found = one_or_404(policy.visible_tasks(me()), id)
    answered = queries.latest_annotation(found)
    if answered is None or found.state is AssignmentState.IN_REVIEW:
        return redirect(_to(found))
    shown = told(found, answered, known=found.state in DECIDED)
    rule = queries.guideline(found.project_id, found.guideline_version, language())
    return render_template("annotation/feedback.html", task=found, shown=shown, guideline=rule, runs=showing.runs, words=wording)


def picture_of(found: Assignment) -> Response:
    """The bytes of an item's picture, for whom the task was already judged visible."""
    if found.item.file is None:
        abort(404)
    answer = download(found.item.file, inline=True)
    answer.headers["Cache-Control"] = KEPT_BY_BROWSER
    return answer


def _visible(slug: str) -> Project:
    return _by_slug(policy.visible_projects(me()), slug)


def _workable(slug: str) -> Project:
    return _by_slug(policy.given_projects(me()), slug)


def _by_slug(visible: Any, slug: str) -> Project:
    found: Project | None = db.session.scalars(visible.where(Project.slug == slug)).one_or_none()
    if found is None:
        abort(404)
    return found


def _take(found: Project, form: ClaimForm, worker: User) -> None:
    if form.read.data:
        claiming.read_guideline(found, by=worker)
        db.session.flush()
    claiming.claim(found, by=worker, agreed=bool(form.agreed.data))


def _project_page(found: Project, form: ClaimForm, **more: Any) -> str:
    worker = me()
    version, waiting = queries.guideline_version(found), queries.next_task(found.id, worker)
    start, none_now = _start(found, worker) if waiting is None else (None, "")
    return render_template(
        "annotation/project.html", project=found, form=form, words=wording, waiting=waiting, start=start, none_now=none_now,
        guideline=queries.guideline(found.id, version, language()), has_read=queries.has_read(found, worker, version),
        tasks=queries.tasks_of(found, worker), download=queries.download_bytes(found, start.block) if start else 0, **more,
    )  # fmt: skip


def _start(found: Project, worker: User) -> tuple[Start | None, str]:
    """What she can take here now; else nothing, and why."""
    if not queries.among(policy.given_projects(worker), found):
        return None, _("This work is not open for you now.")
    try:
        return start_of(found, worker), ""
    except Refused as no:
        return None, no.sentence


def _bench(found: Assignment, answers: list[dict[str, Any]], version: int, **more: Any) -> str:
    (n, of, coming), reviews = queries.place(found), queries.reviews_of(found)[:1]
    return render_template(
        "annotation/task.html", task=found, form=TaskForm(), skip=SkipForm(), words=wording, n=n, of=of,
        data=showing.bench(found, answers, version, coming, reviews),
        rows=plain.rows(answers), answers=answers, version=version, tokens=plain.tokens(found.item.text or ""), plain=plain,
        op=request.form.get("client_op_id") or showing.new_op(), reviews=reviews,
        guideline=queries.guideline(found.project_id, found.guideline_version, language()), **more,
    )  # fmt: skip


def _wrong(id: int, no: Unfit) -> ResponseReturnValue:
    """422 with the shape and a sentence; for a person the page again, with everything she had typed."""
    if wants_json():
        return jsonify(shape=no.shape, sentence=no.sentence), 422
    db.session.rollback()
    found = one_or_404(policy.visible_tasks(me()), id)
    answers, version = showing.begun(found)
    return _bench(found, answers, version, error=True, unfit=no, typed=request.form), 422


def _as_json(no: Refused) -> ResponseReturnValue:
    db.session.rollback()
    if isinstance(no, Unfit):
        return jsonify(shape=no.shape, sentence=no.sentence), 422
    if isinstance(no, answering.Conflict):
        return jsonify(sentence=no.sentence, version=no.draft.version if no.draft else 0, payload=no.draft.payload if no.draft else []), 409
    return jsonify(sentence=no.sentence), 409


def _onward(slug: str, waiting: Assignment | None) -> ResponseReturnValue:
    target = _to(waiting) if waiting else url_for("annotation.project", slug=slug)
    if wants_json():
        return jsonify(next=target)
    if waiting is None:
        flash(_("You sent everything. We check it now."), "ok")
    return redirect(target, 303)


def _to(found: Assignment) -> str:
    return url_for("annotation.task", id=found.id)
