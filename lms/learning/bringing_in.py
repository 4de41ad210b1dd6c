"""What failed to come in, of people and of data, with the name of the place it was meant for and the way back there."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for
from sqlalchemy import select

from lms.annotation.models import Project
from lms.cohorts.failed_imports import FailedImport, standing
from lms.cohorts.models import Cohort
from lms.core.db import db
from lms.people.models import User


@dataclass(frozen=True, slots=True)
class Setback:
    """An import that failed; `people`: of people into a cohort, else of data into a project."""

    failed: FailedImport
    people: bool
    name: str
    url: str


def setbacks(user: User) -> list[Setback]:
    """Those this person may see, the newest first. One statement where nothing failed."""
    found = standing(user)
    names: dict[tuple[str, int], tuple[bool, str, str]] = {}
    if cohorts := [one.into_id for one in found if one.into == Cohort.__tablename__]:
        for id, name in db.session.execute(select(Cohort.id, Cohort.name).where(Cohort.id.in_(cohorts))):
            names[Cohort.__tablename__, id] = (True, name, url_for("cohorts_staff.ask_people", id=id))
    if projects := [one.into_id for one in found if one.into == Project.__tablename__]:
        for id, name, slug in db.session.execute(select(Project.id, Project.name, Project.slug).where(Project.id.in_(projects))):
            names[Project.__tablename__, id] = (False, name, url_for("annotation_staff.project", slug=slug))
    return [Setback(one, *names[one.into, one.into_id]) for one in found if (one.into, one.into_id) in names]
