"""What changes a cohort: being made, pinned to courses, given mentors and people, started; and a trainee's finishing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import func, select

from lms.catalogue.models import CourseVersion
from lms.cohorts import queries
from lms.cohorts.failed_imports import NothingIn, Why
from lms.cohorts.models import (
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
from lms.core import clock, fmt
from lms.core.access import Role
from lms.core.db import added, db
from lms.core.errors import Refused
from lms.core.facts import Kind, record
from lms.core.i18n import _
from lms.ledger import accounts
from lms.partners import actions as partners
from lms.partners.models import Partner, Referral
from lms.people import actions as people
from lms.people.models import User

AFTERWARDS = (CohortState.COMPLETED, CohortState.ARCHIVED, CohortState.CANCELLED)
HOLDS_CLASSES = (CohortState.RUNNING, CohortState.GRADING)
LONGEST = timedelta(days=3 * 366)
OPEN = (CohortState.DRAFT, CohortState.SCHEDULED, CohortState.RUNNING)


@dataclass(frozen=True)
class NewPerson:
    """One row of a pasted list, read and found good; with `person_id` somebody who is here already and only gets a place."""

    name: str
    identifier: str
    language: str
    person_id: int | None = None


def make_programme(*, by: User, name: str, track: str, fund: str) -> Programme:
    """A programme, which a fund pays for. The same once more is a second tap. Raises Refused for a name in use, and for a fund that
    the ledger could not name.
    """
    check_fund(fund)
    programme = Programme(name=name, track=track, fund=fund)
    if added(programme):
        record(Kind.PROGRAMME_MADE, programme, actor=by)
        return programme
    found = queries.programme_named(name)
    if found is None or (found.track, found.fund) != (track, fund):
        raise Refused(_("Another programme has this name. Choose another name."), at="name")
    return found


def check_fund(fund: str) -> None:
    """Raises Refused for a name that the ledger could not keep."""
    try:
        accounts.grants(accounts.part(fund))
    except ValueError:
        raise Refused(_("Use letters, digits and hyphens for the name of the fund."), at="fund") from None


def make_cohort(
    *,
    by: User,
    programme: Programme,
    name: str,
    zone: str,
    starts_on: date,
    ends_on: date,
    partner: Partner | None = None,
    capacity: int = 30,
) -> Cohort:
    """A cohort as a draft; a draft that is the same already is of the first of two taps. Raises Refused for a name in use, dates the wrong
    way round or far apart, a zone that is none.
    """
    check_plan(zone=zone, starts_on=starts_on, ends_on=ends_on, capacity=capacity)
    told: dict[str, Any] = {"programme_id": programme.id, "partner_id": partner.id if partner else None, "name": name, "zone": zone}
    told |= {"starts_on": starts_on, "ends_on": ends_on, "capacity": capacity, "state": CohortState.DRAFT}
    cohort = Cohort(**told)
    if added(cohort):
        record(Kind.COHORT_MADE, cohort, actor=by)
        return cohort
    found = db.session.scalars(select(Cohort).where(Cohort.name == name)).one()
    if any(getattr(found, field) != value for field, value in told.items()):
        raise Refused(_("Another cohort has this name. Choose another name."), at="name")
    return found


def check_plan(*, zone: str, starts_on: date, ends_on: date, capacity: int) -> None:
    """Raises Refused for dates the wrong way round or far apart, for no place at all, for a zone that is none."""
    if ends_on <= starts_on:
        raise Refused(_("The last day must come after the first day."), at="ends_on")
    if ends_on - starts_on > LONGEST:
        raise Refused(_("A cohort lasts three years at most."), at="ends_on")
    if capacity < 1:
        raise Refused(_("A cohort needs one place or more."), at="capacity")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of zones, such as Europe
        raise Refused(_("We do not know the time zone %(zone)s.", zone=zone), at="zone") from None


def pin(cohort: Cohort, version: CourseVersion, *, by: User) -> None:
    """Fix a course at one published version for this cohort. What a cohort learns from does not change under its feet."""
    if cohort.state not in {CohortState.DRAFT, CohortState.SCHEDULED}:
        raise Refused(_("This cohort has started. Its courses stay as they are."))
    row = db.session.scalars(
        select(CohortCourse).where(CohortCourse.cohort_id == cohort.id, CohortCourse.course_uid == version.uid)
    ).one_or_none()
    if row is not None and row.version_id == version.id:
        return
    position = row.position if row else db.session.scalar(select(func.count()).where(CohortCourse.cohort_id == cohort.id)) or 0
    if row is not None:
        db.session.delete(row)
        db.session.flush()
    db.session.add(CohortCourse(cohort_id=cohort.id, version_id=version.id, course_uid=version.uid, position=position))
    record(Kind.COHORT_CHANGED, cohort, actor=by, pinned=version.uid)


def seat_mentor(cohort: Cohort, mentor: User, *, by: User) -> None:
    """Give a mentor the right to see and grade this cohort's trainees. Twice is once. The person's row is locked here, so that nobody is
    seated whose role is being taken.
    """
    db.session.refresh(mentor, with_for_update={"read": True})
    if Role.MENTOR not in mentor.roles:
        raise Refused(_("%(name)s is not a mentor.", name=mentor.name))
    if db.session.get(MentorSeat, (cohort.id, mentor.id)) is None:
        db.session.add(MentorSeat(cohort_id=cohort.id, user_id=mentor.id))
        record(Kind.MENTOR_SEATED, cohort, actor=by, mentor=mentor.id)


def unseat_mentor(cohort: Cohort, mentor: User, *, by: User | None) -> None:
    """Take that right away, from now on. Twice is once. The cohort's row is locked by the caller, so that a cohort keeps one mentor."""
    seat = db.session.get(MentorSeat, (cohort.id, mentor.id))
    if seat is None:
        return
    seats = db.session.scalar(select(func.count()).where(MentorSeat.cohort_id == cohort.id)) or 0
    if cohort.state not in (CohortState.DRAFT, *AFTERWARDS) and seats < 2:
        raise Refused(_("A cohort needs a mentor. Choose another one first."))
    db.session.delete(seat)
    record(Kind.MENTOR_UNSEATED, cohort, actor=by, mentor=mentor.id)


def copy_plan(cohort: Cohort, model: Cohort, *, by: User) -> tuple[int, int]:
    """Give a new cohort the courses and mentors of another one, never its people: (courses, mentors). Dates follow by themselves,
    because courses name them by week and day. Who is no mentor any more gets no seat.
    """
    versions = queries.pinned(model.id)
    mentors = [person for person in queries.mentors_of(model) if Role.MENTOR in person.roles and person.active]
    for version in versions:
        pin(cohort, version, by=by)
    for mentor in mentors:
        seat_mentor(cohort, mentor, by=by)
    return len(versions), len(mentors)


def enrol(cohort: Cohort, person: User, *, by: User, promised: bool = False) -> Enrolment:
    """Give a trainee a place: a free one, or the one that was `promised` to her. Twice is once; a full or finished cohort refuses.

    Who had left goes on where she was. The cohort's row must be locked by the caller.
    """
    place = select(Enrolment).where(Enrolment.cohort_id == cohort.id, Enrolment.user_id == person.id)
    found = db.session.scalars(place.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if found is not None and found.state is not EnrolmentState.DROPPED:
        return found
    if cohort.state not in OPEN:
        raise NothingIn(Why.CLOSED)
    taken = db.session.scalar(select(func.count()).where(Enrolment.cohort_id == cohort.id, Enrolment.state == EnrolmentState.ACTIVE)) or 0
    if taken >= cohort.capacity:
        raise NothingIn(Why.FULL, taken)
    if not promised and taken + queries.kept_places(cohort) >= cohort.capacity:
        raise NothingIn(Why.PROMISED)
    if found is not None:
        found.state = EnrolmentState.ACTIVE
        record(Kind.ENROLMENT_RESUMED, found, actor=by)
        return found
    enrolment = Enrolment(cohort_id=cohort.id, user_id=person.id, state=EnrolmentState.ACTIVE)
    db.session.add(enrolment)
    record(Kind.ENROLMENT_MADE, enrolment, actor=by)
    return enrolment


def drop(enrolment: Enrolment, *, by: User) -> None:
    """She left the cohort: her place is free, and what she did stays. Twice is once. The row is locked by the caller."""
    if enrolment.state is EnrolmentState.DROPPED:
        return
    if enrolment.state is not EnrolmentState.ACTIVE:
        raise Refused(_("This person does not study in this cohort now."))
    enrolment.state = EnrolmentState.DROPPED
    record(Kind.ENROLMENT_DROPPED, enrolment, actor=by)


def add_people(cohort: Cohort, rows: Sequence[NewPerson], *, by: User) -> list[tuple[User, str | None]]:
    """Add everyone or nobody: each person with their code for the printed slip. The cohort's row is locked by the caller.

    Who was here already and has a password gets no code: it would be a second way in for nobody. A trainee of a partner's cohort is
    referred by that partner, so that its coordinator sees her; who has a partner keeps it.
    """
    made: list[tuple[User, str | None]] = []
    for row in rows:
        person = _person_of(row, cohort, by)
        if cohort.partner is not None and db.session.get(Referral, person.id) is None:
            partners.refer(cohort.partner, person)
        enrol(cohort, person, by=by)
        made.append((person, None if person.password_hash else people.make_code(person, by=by, life=people.SLIP_LIFE)))
    return made


def _person_of(row: NewPerson, cohort: Cohort, by: User) -> User:
    if row.person_id is not None:
        known = db.session.get_one(User, row.person_id)
        if known.roles != {Role.TRAINEE} or not known.active:
            raise Refused(_("This account cannot be added to a cohort."))
        return known
    return people.add(
        by=by,
        name=row.name,
        roles=frozenset({Role.TRAINEE}),
        identifier=row.identifier,
        language=row.language,
        zone=cohort.zone,
        country=cohort.partner.country if cohort.partner else None,
    )


def refuse_code_for_others(person: User, *, by: User) -> None:
    """A code signs somebody in: so nobody but staff may make one for a person who holds more than a trainee's rights."""
    if person.roles - {Role.TRAINEE} and Role.STAFF not in by.roles:
        raise Refused(_("Only staff can make a code for this person."))


def schedule(cohort: Cohort, *, by: User) -> None:
    """Draft to scheduled: needs a pinned course and a mentor."""
    if cohort.state != CohortState.DRAFT:
        raise Refused(_("This cohort is not a draft any more."))
    if not db.session.scalar(select(func.count()).where(CohortCourse.cohort_id == cohort.id)):
        raise Refused(_("Choose a course first."))
    if not db.session.scalar(select(func.count()).where(MentorSeat.cohort_id == cohort.id)):
        raise Refused(_("Choose a mentor first."))
    _become(cohort, CohortState.SCHEDULED, by)


def start(cohort: Cohort, *, by: User) -> None:
    """Scheduled to running."""
    if cohort.state != CohortState.SCHEDULED:
        raise Refused(_("Only a scheduled cohort can start."))
    _become(cohort, CohortState.RUNNING, by)


def finish(cohort: Cohort, *, by: User) -> None:
    """Running to completed: once nobody studies in it any more. The cohort's row is locked by the caller."""
    if cohort.state != CohortState.RUNNING:
        raise Refused(_("Only a running cohort can be finished."))
    still = db.session.scalar(select(func.count()).where(Enrolment.cohort_id == cohort.id, Enrolment.state == EnrolmentState.ACTIVE))
    if still:
        raise Refused(_("People still study in this cohort: %(n)s. Wait until they finish, or write down who left.", n=fmt.num(still)))
    _become(cohort, CohortState.COMPLETED, by)


def _become(cohort: Cohort, state: CohortState, by: User) -> None:
    before, cohort.state = cohort.state, state
    record(Kind.COHORT_CHANGED, cohort, actor=by, before=str(before), after=str(state))


def complete(enrolment_id: int, *, by: User | None = None) -> bool:
    """A trainee has done all of it. Records the fact once, however often and from however many workers it is said."""
    enrolment = db.session.scalars(select(Enrolment).where(Enrolment.id == enrolment_id).with_for_update()).one()
    if enrolment.state != EnrolmentState.ACTIVE:
        return False
    enrolment.state = EnrolmentState.COMPLETED
    enrolment.completed_at = clock.now()
    record(Kind.ENROLMENT_COMPLETED, enrolment, actor=by)
    return True


def take_attendance(
    cohort: Cohort, day: date, marks: Mapping[int, Code], *, by: User, drawn: date | None = None, written: datetime | None = None
) -> Session:
    """Write down a class: enrolment id -> code. The same day again changes what is different and adds nothing twice.

    `drawn` is the day whose list was shown: another day that was saved before is refused, because nobody looked at it. So is a list
    `written` on a phone before somebody else saved the day, and sent after. Marks of people from elsewhere are passed over.
    The cohort's row is locked by the caller.
    """
    if cohort.state not in HOLDS_CLASSES:
        raise Refused(_("Only a running cohort has classes."))
    if day > queries.today_of(cohort):
        raise Refused(_("This day has not come yet. Choose today or a day before."))
    if day < cohort.starts_on:
        raise Refused(_("The cohort starts on %(date)s. Choose a later day.", date=fmt.date(cohort.starts_on)))
    held = queries.session_on(cohort, day)
    if held is not None and drawn not in (None, day):
        raise Refused(_("This day is saved already. Open it below and change it there."))
    if held is not None and written is not None and held.saved_by_id != by.id and held.saved_at > written:
        raise Refused(_("%(name)s saved this day after you wrote it. Look at it first.", name=held.saved_by.name))
    own = set(db.session.scalars(select(Enrolment.id).where(Enrolment.cohort_id == cohort.id, Enrolment.id.in_(marks))))
    if not own:
        raise Refused(_("Nobody stands in this list."))
    held = held or Session(cohort_id=cohort.id, day=day, saved_by_id=by.id)
    db.session.add(held)
    db.session.flush()
    kept = {row.enrolment_id: row for row in db.session.scalars(select(Attendance).where(Attendance.session_id == held.id))}
    changed = [id for id in sorted(own) if id not in kept or kept[id].code is not marks[id]]
    for id in changed:
        if id in kept:
            kept[id].code = marks[id]
        else:
            db.session.add(Attendance(session_id=held.id, enrolment_id=id, code=marks[id]))
    if changed:
        held.saved_at, held.saved_by_id = clock.now(), by.id
        record(Kind.ATTENDANCE_TAKEN, held, actor=by, changed=changed)
    return held


def week_of(cohort: queries.Dates, day: date) -> int:
    """Which week of the cohort a day is in, from 1; 0 before it starts."""
    return max(0, (day - cohort.starts_on) // timedelta(days=7) + 1) if day >= cohort.starts_on else 0
