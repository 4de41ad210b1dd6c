"""What staff do with a project: make it, write its guideline, open it to cohorts, price it, stop it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import sha256

from sqlalchemy import update

from lms.annotation import queries, schemas
from lms.annotation.models import (
    Guideline,
    Item,
    ItemState,
    Phase,
    Project,
    ProjectCohort,
    ProjectState,
    Risk,
)
from lms.core import content, facts
from lms.core.db import added, db
from lms.core.errors import Refused
from lms.core.i18n import LANGUAGES, _
from lms.core.money import Money
from lms.ledger import accounts
from lms.people.models import User

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
TAKEN = {"new", "pool", "tasks"}  # addresses beside those of projects


def make_project(
    *,
    by: User | None,
    slug: str,
    name: str,
    kind: schemas.Kind,
    labels: Sequence[str],
    rate: Money,
    est_seconds: int,
    fund: str = "",
    budget: Money | None = None,
    phase: Phase = Phase.MOCK,
    overlap: int = 1,
    block: int = 20,
    gold_needed: int = 20,
    content_risk: Risk = Risk.UNKNOWN,
    content_words: str = "",
    cohorts: Sequence[int] = (),
) -> Project:
    """A project in draft. The same again by the same person is a second tap.

    Raises Refused for a taken or odd slug, for labels that clash, for numbers out of range.
    """
    if not SLUG.fullmatch(slug) or len(slug) > 60 or slug in TAKEN:
        raise Refused(_("Use small letters, digits and single hyphens for the address."), at="slug")
    labels = [schemas.nfc(label) for label in labels]
    try:
        schemas.LabelSchema(kind, tuple(labels))
    except ValueError:
        raise Refused(_("Write one label on each line, no label twice. Labels of a scale are numbers."), at="labels") from None
    _refuse_unkeepable(fund.strip(), slug)
    budget = budget or Money.zero(rate.currency)
    if budget.currency != rate.currency or rate.minor < 0 or budget.minor < 0:
        raise Refused(_("Price and budget need the same currency."))
    if est_seconds < 1 or not 1 <= overlap <= 100 or not 1 <= block <= 200 or gold_needed < 0:
        raise Refused(_("A number is out of range. Check time, people and items."))
    told = {
        "slug": slug, "name": name.strip(), "kind": kind, "labels": labels, "fund": fund.strip(), "phase": phase, "overlap": overlap,
        "block": block, "gold_needed": gold_needed, "rate_minor": rate.minor, "currency": rate.currency, "est_seconds": est_seconds,
        "budget_minor": budget.minor, "content_risk": content_risk, "content_words": content_words.strip(), "state": ProjectState.DRAFT,
        "made_by_id": by.id if by else None,
    }  # fmt: skip
    project = Project(**told)
    if queries.project_of(slug) is None and added(project):
        facts.record(facts.Kind.PROJECT_MADE, project, actor=by)
        db.session.add_all([ProjectCohort(project_id=project.id, cohort_id=cohort_id) for cohort_id in set(cohorts)])
        return project
    made = queries.project_of(slug)
    if made is None or set(queries.cohort_ids(made)) != set(cohorts) or any(getattr(made, name) != value for name, value in told.items()):
        raise Refused(_("Another project has the address %(slug)s.", slug=slug), at="slug")
    return made


def _refuse_unkeepable(fund: str, slug: str) -> None:
    """The fund and the project stand in account codes: what a journal cannot hold is refused here, not at the first pay."""
    try:
        accounts.trainee_pay(accounts.part(fund or "none"), slug)
    except ValueError:
        raise Refused(_("Use letters, digits and hyphens for the name of the fund."), at="fund") from None


def write_guideline(project: Project, *, by: User | None, bodies: dict[str, str]) -> int:
    """A new version, in one language or more (`{"en": markdown}`); its number. Open leases keep the version they were given with.

    The same words as the newest version are a second tap.
    """
    written = {language: body.replace("\r\n", "\n").strip() for language, body in bodies.items() if body.strip()}
    if not written:
        raise Refused(_("Write the guideline."), at="en")
    if unknown := set(written) - set(LANGUAGES):
        raise Refused(_("We do not know the language %(code)s.", code=min(unknown)))
    newest = queries.guideline_version(project)
    if written == queries.guideline_bodies(project.id, newest):
        return newest
    version = newest + 1
    for language, body in written.items():
        db.session.add(
            Guideline(
                project_id=project.id, version=version, language=language, body=body, html=content.render(body, images={}),
                sha256=sha256(body.encode()).hexdigest(), made_by_id=by.id if by else None,
            )
        )
    facts.record(facts.Kind.GUIDELINE_WRITTEN, project, actor=by, version=version)
    return version


def set_fund(project: Project, *, by: User | None, fund: str) -> None:
    """Name the fund that pays, once: what was paid of one is not paid of another. The same again is a second tap."""
    if project.fund == fund:
        return
    if project.fund:
        raise Refused(_("This project has a fund already."))
    _refuse_unkeepable(fund, project.slug)
    project.fund = fund
    facts.record(facts.Kind.PROJECT_CHANGED, project, actor=by, fund=fund)


def let_in(project: Project, *, by: User | None, cohorts: Sequence[int]) -> None:
    """These cohorts may work here from now on; one that may already changes nothing. The project's row is locked by the caller."""
    if project.state is ProjectState.CLOSED:
        raise Refused(_("This project is closed for good. Make a new one."))
    new = sorted(set(cohorts) - set(queries.cohort_ids(project)))
    db.session.add_all([ProjectCohort(project_id=project.id, cohort_id=id) for id in new])
    if new:
        facts.record(facts.Kind.PROJECT_CHANGED, project, actor=by, cohorts=new)


def change_rate(project: Project, *, by: User | None, rate: Money) -> None:
    """The price of leases yet to come. Once a project was open it only rises; leases that were given keep theirs."""
    if rate.currency != project.currency:
        raise Refused(_("Price and budget need the same currency."))
    if rate.minor < 0 or (project.state is not ProjectState.DRAFT and rate < project.rate):
        raise Refused(_("The price of a project that was open can only rise. Make a new project for a lower one."), at="rate")
    if rate.minor and not project.fund:
        raise Refused(_("Name the fund that pays."), at="fund")
    before, project.rate_minor = project.rate_minor, rate.minor
    facts.record(facts.Kind.PROJECT_CHANGED, project, actor=by, rate_before=before, rate_after=rate.minor)


def change_budget(project: Project, *, by: User | None, budget: Money) -> None:
    """How much of its fund a project may use."""
    if budget.currency != project.currency or budget.minor < 0:
        raise Refused(_("Price and budget need the same currency."))
    before, project.budget_minor = project.budget_minor, budget.minor
    facts.record(facts.Kind.PROJECT_CHANGED, project, actor=by, budget_before=before, budget_after=budget.minor)


def open_project(project: Project, *, by: User | None) -> None:
    """Give out work from now on. Raises Refused with the first condition that is not met; read the row FOR UPDATE before."""
    if project.state is ProjectState.OPEN:
        raise Refused(_("This project is open already."))
    if project.state is ProjectState.CLOSED:
        raise Refused(_("This project is closed for good. Make a new one."))
    for met, sentence in queries.opening_checks(project):
        if not met:
            raise Refused(sentence)
    project.state = ProjectState.OPEN
    db.session.execute(update(Item).where(Item.project_id == project.id, Item.state == ItemState.IMPORTED).values(state=ItemState.READY))
    facts.record(facts.Kind.PROJECT_OPENED, project, actor=by, rate=project.rate_minor, budget=project.budget_minor)


def pause(project: Project, *, by: User | None, reason: str = "staff") -> None:
    """Give out no more work for now. Leases that were given stay payable."""
    if project.state is not ProjectState.OPEN:
        raise Refused(_("Only an open project can be paused."))
    project.state = ProjectState.PAUSED
    facts.record(facts.Kind.PROJECT_PAUSED, project, actor=by, reason=reason)


def close(project: Project, *, by: User | None) -> None:
    """Give out no more work, for good. What was given out is still answered, reviewed and paid."""
    if project.state is ProjectState.DRAFT or project.state is ProjectState.CLOSED:
        raise Refused(_("Only a project that was open can be closed."))
    project.state = ProjectState.CLOSED
    facts.record(facts.Kind.PROJECT_CLOSED, project, actor=by)
