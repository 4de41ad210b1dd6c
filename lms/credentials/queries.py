"""Reading certificates: a person's own, all of them, the one behind a code."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import joinedload

from lms.catalogue import queries as catalogue
from lms.cohorts import queries as cohorts
from lms.core.db import db
from lms.credentials import codes
from lms.credentials.models import Credential, ShareLink, State
from lms.grading import queries as grading
from lms.people.models import User


def certificates_of(user: User) -> Sequence[Credential]:
    """A person's certificates, the newest first, without those that a corrected one replaced."""
    return db.session.scalars(
        select(Credential)
        .where(Credential.user_id == user.id, Credential.state != State.SUPERSEDED)
        .options(joinedload(Credential.sheet))
        .order_by(Credential.id.desc())
    ).all()


def tasks_to_go(user: User) -> int:
    """How many tasks of the cohort she came to last she has not passed yet; 0 where she learns nothing."""
    places = cohorts.places_of(user)
    if not places:
        return 0
    place = places[0].enrolment
    versions = [one.version.id for one in places if one.enrolment.id == place.id]
    tasks = {lesson.assignment.uid for id in versions for lesson in catalogue.course(id).lessons if lesson.assignment}
    return len(tasks - grading.passed(place.id))


def newest(visible: Select[Credential]) -> Select[Credential]:
    """For a list: the newest first, with holder and sheet."""
    return visible.options(joinedload(Credential.user), joinedload(Credential.sheet)).order_by(Credential.id.desc())


def by_code(text: str, *, with_sheet: bool = False) -> Credential | None:
    """The certificate whose code this is, however it was typed. One statement; none for a text that cannot be a code."""
    code = codes.parse(text)
    if code is None:
        return None
    found = select(Credential).where(Credential.code == code)
    return db.session.scalars(found.options(joinedload(Credential.sheet)) if with_sheet else found).one_or_none()


def has_place(number: int, index: int) -> bool:
    """Whether a place of a status list was given to some certificate."""
    return bool(db.session.scalar(select(exists().where(Credential.status_list == number, Credential.status_index == index))))


def fallen(number: int) -> frozenset[int] | None:
    """The places of a status list whose certificates were taken back or replaced; None for a list that was never begun."""
    rows = db.session.execute(
        select(Credential.status_index).where(Credential.status_list == number, Credential.state.in_((State.REVOKED, State.SUPERSEDED)))
    ).all()
    if not rows and not db.session.scalar(select(exists().where(Credential.status_list == number))):
        return None
    return frozenset(row.status_index for row in rows)


def at_place(number: int, index: int) -> Credential | None:
    """The certificate that has this place of a status list."""
    return db.session.scalars(
        select(Credential).where(Credential.status_list == number, Credential.status_index == index).options(joinedload(Credential.sheet))
    ).one_or_none()


def holds(user: User, course_uid: str) -> bool:
    """Whether this person has a valid certificate of a course."""
    return bool(
        db.session.scalar(
            select(exists().where(Credential.user_id == user.id, Credential.course_uid == course_uid, Credential.state == State.VALID))
        )
    )


def link_of(credential: Credential) -> ShareLink | None:
    """The link that the holder has not stopped; it may have come to its end."""
    return links_of([credential]).get(credential.id)


def links_of(credentials: Sequence[Credential]) -> dict[int, ShareLink]:
    """The same for several, by the certificate's id."""
    asked = select(ShareLink).where(ShareLink.credential_id.in_([one.id for one in credentials]), ShareLink.stopped_at.is_(None))
    return {link.credential_id: link for link in db.session.scalars(asked.order_by(ShareLink.id))}


def by_token(token: str) -> ShareLink | None:
    """The link of this address with its certificate and sheet, also where it works no more."""
    asked = select(ShareLink).where(ShareLink.token == token)
    return db.session.scalars(asked.options(joinedload(ShareLink.credential).joinedload(Credential.sheet))).one_or_none()
