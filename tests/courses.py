"""A course small enough to walk in a test: `tests/courses/tiny`, with two lessons, a quiz and a task, in English and partly in Arabic."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

from lms.catalogue import actions
from lms.cohorts.models import CohortCourse
from lms.core.db import db

TINY = Path(__file__).parent / "courses" / "tiny"


def publish_tiny(world: SimpleNamespace) -> int:
    """Publish the tiny course and pin it to both cohorts; the version's id. Inside an app context and a writing transaction.

    The cohorts run already, and a running cohort takes no new course by `cohorts.actions.pin`: so the rows are written as they would stand.
    """
    version = actions.publish(TINY, by=None)
    for cohort in (world.cohort, world.other_cohort):
        if db.session.get(CohortCourse, (cohort, version.id)) is None:
            db.session.add(CohortCourse(cohort_id=cohort, version_id=version.id, course_uid=version.uid, position=0))
    db.session.flush()
    return version.id
