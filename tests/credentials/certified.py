"""What the tests of certificates start from: a cohort with a published course, finished by amina."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from sqlalchemy import select

from lms.catalogue import actions as catalogue
from lms.cohorts import actions as cohorts
from lms.cohorts.models import CohortCourse
from lms.core.db import db, transaction
from lms.credentials.models import Credential
from lms.people.models import User

COURSES = Path(__file__).resolve().parents[2] / "courses"


def pin(app: Flask, *uids: str) -> None:
    """amina's cohort learns these courses; one that it learns already is not published again."""
    world = app.extensions["world"]
    with app.app_context(), transaction(write=True):
        dana = db.session.get_one(User, world.dana)
        pinned = set(db.session.scalars(select(CohortCourse.course_uid).where(CohortCourse.cohort_id == world.cohort)))
        for position, uid in enumerate(uids):
            if uid in pinned:
                continue
            version = catalogue.publish(COURSES / uid, dana)
            db.session.add(CohortCourse(cohort_id=world.cohort, version_id=version.id, course_uid=uid, position=position))


def finish(app: Flask) -> None:
    """amina has done all of it. Facts and jobs run at once in tests, so her certificates are there afterwards."""
    with app.app_context(), transaction(write=True):
        cohorts.complete(app.extensions["world"].enrolment)


def certify(app: Flask, *uids: str) -> list[int]:
    """Pin, finish, and the ids of her certificates in the order in which they were given."""
    pin(app, *uids or ("annotation-basics",))
    finish(app)
    return [credential.id for credential in credentials(app)]


def credentials(app: Flask) -> list[Credential]:
    with app.app_context():
        return list(db.session.scalars(select(Credential).order_by(Credential.id)))


def change(app: Flask, id: int, **values: object) -> None:
    """Change a certificate's row outright, as time or an erasure would."""
    with app.app_context(), transaction(write=True):
        row = db.session.get_one(Credential, id)
        for name, value in values.items():
            setattr(row, name, value)
