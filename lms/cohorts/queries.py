"""Reading cohorts: the versions they pinned, the place a person learns in, and when something opens or is due there."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import ColumnElement, Select, String, bindparam, case, func, or_, select, type_coerce
from sqlalchemy.orm import defer, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from lms.catalogue.courses import Moment
from lms.catalogue.models import CourseVersion
from lms.cohorts.models import (
    STUDYING,
    Attendance,
    Code,
    Cohort,
    CohortCourse,
    CohortState,
    Enrolment,
    EnrolmentState,
    MentorSeat,
    Programme,
    Session,
)
from lms.core import clock
from lms.core.access import Role
from lms.core.db import db, loaded, one_of, rows
from lms.people.models import User

BEFORE_START = (CohortState.DRAFT, CohortState.SCHEDULED)
_OF_ENROLMENT = tuple(column.key for column in Enrolment.__table__.columns)
_OF_COHORT = tuple(column.key for column in Cohort.__table__.columns)
_OF_VERSION = tuple(column.key for column in CourseVersion.__table__.columns if column.key != "body")
_PARTS = ((Enrolment, _OF_ENROLMENT), (Cohort, _OF_COHORT), (CourseVersion, _OF_VERSION))
_ONE_PLACE = (  # these three are asked by every page that a trainee learns with: put together once, and in columns
    select(*(getattr(model, name) for model, names in _PARTS for name in names))
    .join_from(Enrolment, Cohort, Cohort.id == Enrolment.cohort_id)
    .join(CohortCourse, CohortCourse.cohort_id == Enrolment.cohort_id)
    .join(CourseVersion, CourseVersion.id == CohortCourse.version_id)
    .where(Enrolment.user_id == bindparam("user"), one_of(Enrolment.state, STUDYING), Cohort.state != CohortState.CANCELLED)
    .where(CohortCourse.course_uid == bindparam("course"))
    .order_by(Enrolment.id.desc())
    .limit(1)
)
_PLACE_TO_READ = (  # the same of a lesson's reader, in columns: a page that is kept whole needs no row of a model
    select(Cohort.state, Cohort.starts_on, Cohort.zone, CourseVersion.id, CourseVersion.content_hash)
    .join(Enrolment, Enrolment.cohort_id == Cohort.id)
    .join(CohortCourse, CohortCourse.cohort_id == Cohort.id)
    .join(CourseVersion, CourseVersion.id == CohortCourse.version_id)
    .where(Enrolment.user_id == bindparam("user"), one_of(Enrolment.state, STUDYING), Cohort.state != CohortState.CANCELLED)
    .where(CohortCourse.course_uid == bindparam("course"))
    .order_by(Enrolment.id.desc())
    .limit(1)
)
_EVERY_PLACE = (
    select(Cohort.id, Cohort.name, Cohort.zone, Cohort.starts_on, Cohort.ends_on, Cohort.state, Cohort.class_times)
    .add_columns(Enrolment.id, Enrolment.state, CourseVersion.id, CourseVersion.uid, CourseVersion.content_hash)
    .join_from(Enrolment, Cohort, Cohort.id == Enrolment.cohort_id)
    .join(CohortCourse, CohortCourse.cohort_id == Enrolment.cohort_id)
    .join(CourseVersion, CourseVersion.id == CohortCourse.version_id)
    .where(Enrolment.user_id == bindparam("user"), one_of(Enrolment.state, STUDYING), Cohort.state != CohortState.CANCELLED)
    .order_by(Enrolment.id.desc(), CohortCourse.position, CourseVersion.uid)
)


class Dates(Protocol):
    """What dates are resolved by: a cohort, or a place to read."""

    @property
    def state(self) -> CohortState: ...
    @property
    def starts_on(self) -> date: ...
    @property
    def zone(self) -> str: ...


class CohortToRead(NamedTuple):
    """As much of a cohort as the pages of its trainees ask: its dates and its classes."""

    id: int
    name: str
    zone: str
    starts_on: date
    ends_on: date
    state: CohortState
    class_times: list[Any]


class EnrolmentToRead(NamedTuple):
    """An enrolment with its cohort, for a page that writes nothing."""

    id: int
    state: EnrolmentState
    cohort: CohortToRead


class VersionToRead(NamedTuple):
    """A course version by the names that it is found by."""

    id: int
    uid: str
    content_hash: str


class Place(NamedTuple):
    """A course a person learns: her enrolment (with its cohort) and the version her cohort pinned."""

    enrolment: EnrolmentToRead
    version: VersionToRead


class PlaceToRead(NamedTuple):
    """As much of a place as a lesson asks: the dates of its cohort, and the version that it pinned."""

    state: CohortState
    starts_on: date
    zone: str
    version_id: int
    content_hash: str


@dataclass(frozen=True, slots=True)
class Day:
    """A class that was written down, with how many were here, late, and not here."""

    day: date
    here: int
    late: int
    away: int


def pinned(cohort_id: int) -> list[CourseVersion]:
    """The course versions of a cohort, in the order of study. Their bodies are not read: `catalogue.queries.course` keeps them."""
    return list(
        db.session.scalars(
            select(CourseVersion)
            .join(CohortCourse, CohortCourse.version_id == CourseVersion.id)
            .where(CohortCourse.cohort_id == cohort_id)
            .options(defer(CourseVersion.body))
            .order_by(CohortCourse.position, CourseVersion.uid)
        )
    )


def places_of(user: User) -> list[Place]:
    """Every course this person learns or has finished, newest enrolment first, then in the cohort's order. One statement.

    No rows of models: a session takes longer to take in three of them than the database to find them.
    """
    return [
        Place(EnrolmentToRead(id, state, CohortToRead._make(cohort)), VersionToRead(version, uid, content_hash))
        for *cohort, id, state, version, uid, content_hash in rows(_EVERY_PLACE, {"user": user.id})
    ]


def _place(found: Iterable[Any]) -> tuple[Enrolment, CourseVersion]:
    """The rows of a place from their columns, the cohort beside its enrolment; the version's body is read when it is asked for."""
    values = iter(found)
    enrolment = loaded(Enrolment, dict(zip(_OF_ENROLMENT, values, strict=False)))
    cohort = loaded(Cohort, dict(zip(_OF_COHORT, values, strict=False)))
    version = loaded(CourseVersion, dict(zip(_OF_VERSION, values, strict=False)))
    set_committed_value(enrolment, "cohort", cohort)
    return enrolment, version


def place_for(user: User, course_uid: str) -> tuple[Enrolment, CourseVersion] | None:
    """The enrolment through which this person learns a course, with its cohort, and the pinned version. One statement.

    Where she met the course in two cohorts, the newer enrolment counts.
    """
    found = rows(_ONE_PLACE, {"user": user.id, "course": course_uid}).first()
    return _place(found) if found else None


def place_to_read(user: User, course_uid: str) -> PlaceToRead | None:
    """What `place_for` finds, as far as a lesson needs it."""
    found = rows(_PLACE_TO_READ, {"user": user.id, "course": course_uid}).first()
    return PlaceToRead._make(found) if found else None


def opens_at(cohort: Dates, moment: Moment) -> datetime:
    """When something that opens at this offset opens: an aware moment in the cohort's zone."""
    return _resolve(cohort, moment)


def not_before(cohort: Dates, *opens: Moment | None) -> datetime | None:
    """The moment from which what opens at all of these is open; None where it is open already.

    Before a cohort runs nothing is open, whatever its lessons say.
    """
    moments = [opens_at(cohort, moment) for moment in opens if moment]
    if cohort.state in BEFORE_START:
        moments.append(datetime.combine(cohort.starts_on, time(), ZoneInfo(cohort.zone)))
    last = max(moments, default=None)
    return last if last and last > clock.now() else None


def due_at(cohort: Dates, moment: Moment) -> datetime:
    """Until when there is time for something due at this offset: an aware moment in the cohort's zone.

    A limit of 23:59 lasts to the end of that minute, so that what the page calls `23:59` is still in time.
    """
    return _resolve(cohort, moment).replace(second=59, microsecond=999_999)


def _resolve(cohort: Dates, moment: Moment) -> datetime:
    return moment.local(cohort.starts_on).replace(tzinfo=ZoneInfo(cohort.zone))


def summaries(visible: Select[Cohort]) -> Select[Cohort, int]:
    """The visible cohorts with the number of people in each, those that run first, the newest start first."""
    people = select(func.count()).where(Enrolment.cohort_id == Cohort.id, Enrolment.state.in_(STUDYING)).scalar_subquery()
    order = case({CohortState.RUNNING: 0, CohortState.SCHEDULED: 1, CohortState.DRAFT: 2}, value=Cohort.state, else_=3)
    return visible.options(joinedload(Cohort.partner)).add_columns(people).order_by(order, Cohort.starts_on.desc(), Cohort.id)


def kept_places(cohort: Cohort) -> int:
    """How many places are promised to people who are not here yet. Who promises them is known higher up: a room there leaves a function
    of a cohort in `app.extensions["kept_places"]`."""
    return sum(count(cohort) for count in current_app.extensions.get("kept_places", ()))


def mentors_of(cohort: Cohort) -> list[User]:
    """Those with a seat, by name."""
    return list(
        db.session.scalars(
            select(User).join(MentorSeat, MentorSeat.user_id == User.id).where(MentorSeat.cohort_id == cohort.id).order_by(User.name)
        )
    )


def people_with_role(role: Role) -> list[tuple[int, str]]:
    """(id, name) of everyone who holds a role."""
    held = type_coerce(User.roles, String)  # else the pattern would be written as a set of roles too
    found = select(User.id, User.name).where(held.like(f"%,{role},%"), User.active).order_by(User.name)
    return [(id, name) for id, name in db.session.execute(found)]


def newest_versions() -> list[CourseVersion]:
    """The newest published version of each course."""
    newest = select(func.max(CourseVersion.id)).group_by(CourseVersion.uid)
    return list(
        db.session.scalars(
            select(CourseVersion).where(CourseVersion.id.in_(newest)).options(defer(CourseVersion.body)).order_by(CourseVersion.uid)
        )
    )


def programmes() -> list[tuple[int, str]]:
    """(id, name) of every programme."""
    return [(id, name) for id, name in db.session.execute(select(Programme.id, Programme.name).order_by(Programme.name))]


def programmes_with_cohorts() -> Select[Programme, int]:
    """Every programme by its name, each with the number of its cohorts."""
    cohorts = select(func.count()).where(Cohort.programme_id == Programme.id).scalar_subquery()
    return select(Programme, cohorts).order_by(Programme.name)


def newest_places(visible: Select[Enrolment], users: Collection[int]) -> dict[int, int]:
    """User id -> id of the newest of the visible enrolments of these people; who has none is left out."""
    newest = visible.where(Enrolment.user_id.in_(users)).with_only_columns(Enrolment.user_id, func.max(Enrolment.id))
    return dict(db.session.execute(newest.group_by(Enrolment.user_id)).all())


def cohort_names(visible: Select[Cohort]) -> list[tuple[int, str]]:
    """(id, name) of these cohorts, the newest start first."""
    rows = visible.with_only_columns(Cohort.id, Cohort.name).order_by(Cohort.starts_on.desc(), Cohort.name).limit(500)
    return [(id, name) for id, name in db.session.execute(rows)]


def programme_named(name: str) -> Programme | None:
    """The programme of this name."""
    return db.session.scalars(select(Programme).where(Programme.name == name)).one_or_none()


def enrolments_in(cohort_id: int) -> list[Enrolment]:
    """Everyone with a place in a cohort, by the order in which they came, each with the person and the cohort."""
    found = select(Enrolment).where(Enrolment.cohort_id == cohort_id).options(joinedload(Enrolment.user), joinedload(Enrolment.cohort))
    return list(db.session.scalars(found.order_by(Enrolment.id)))


def today_of(cohort: Cohort) -> date:
    """Which day it is where the cohort learns."""
    return clock.today(cohort.zone)


def session_on(cohort: Cohort, day: date) -> Session | None:
    """The class of this day, with who wrote it down."""
    found = select(Session).where(Session.cohort_id == cohort.id, Session.day == day).options(joinedload(Session.saved_by))
    return db.session.scalars(found).one_or_none()


def roll(cohort: Cohort, held: Session | None) -> list[tuple[Enrolment, Code]]:
    """Who is called, by name, each with the code that stands or, before it was saved, Here. At most as many as a cohort has places.

    Who has left stays on the days on which she was called.
    """
    mark = Attendance.session_id == (held.id if held else None)
    rows = db.session.execute(
        select(Enrolment, Attendance.code)
        .join(Enrolment.user)
        .outerjoin(Attendance, (Attendance.enrolment_id == Enrolment.id) & mark)
        .where(Enrolment.cohort_id == cohort.id, or_(Enrolment.state == EnrolmentState.ACTIVE, Attendance.code.is_not(None)))
        .options(joinedload(Enrolment.user))
        .order_by(User.name, Enrolment.id)
    )
    return [(enrolment, code or Code.PRESENT) for enrolment, code in rows]


def recent_classes(cohort: Cohort, most: int = 20) -> list[Day]:
    """The last classes, the newest first."""

    def count(*codes: Code) -> ColumnElement[int]:
        return func.count().filter(Attendance.code.in_(codes))

    rows = db.session.execute(
        select(Session.day, count(Code.PRESENT), count(Code.LATE), count(Code.ABSENT, Code.NO_CONNECTION, Code.EXCUSED))
        .join(Attendance, Attendance.session_id == Session.id)
        .where(Session.cohort_id == cohort.id)
        .group_by(Session.day)
        .order_by(Session.day.desc())
        .limit(most)
    )
    return [Day(*row) for row in rows]


def codes_of(enrolment_ids: Collection[int]) -> dict[int, list[Code]]:
    """Enrolment id -> the codes of its classes, the oldest first. Who was never called is left out."""
    found: dict[int, list[Code]] = {}
    rows = select(Attendance.enrolment_id, Attendance.code).join(Session, Session.id == Attendance.session_id)
    for id, code in db.session.execute(rows.where(Attendance.enrolment_id.in_(enrolment_ids)).order_by(Session.day)):
        found.setdefault(id, []).append(code)
    return found
