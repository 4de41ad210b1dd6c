"""Somebody's own calendar as a private address: what opens and what ends in the cohorts they learn in or lead. It names no person.

The address holds a secret, and whoever has it can read: only its SHA-256 is kept, and a new one ends the old one.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import timedelta
from hashlib import sha256

from sqlalchemy import select

from lms.catalogue import queries as catalogue
from lms.catalogue.models import CourseVersion
from lms.cohorts import queries as cohorts
from lms.cohorts.classes import Class, classes
from lms.cohorts.models import Cohort, MentorSeat
from lms.core import clock
from lms.core.access import Role
from lms.core.db import db
from lms.core.facts import Kind, record
from lms.core.i18n import _, force_locale, language, locale_of
from lms.learning.calendar import OVER, Event, events
from lms.learning.models import CalendarKey
from lms.people.models import User


def make_address(user: User) -> str:
    """A new secret for this person's calendar, told this once. The one before it leads nowhere from now on."""
    stop_address(user)
    token = secrets.token_urlsafe(24)
    db.session.add(CalendarKey(user_id=user.id, token_hash=_hash(token)))
    record(Kind.CALENDAR_OPENED, user, actor=user)
    return token


def stop_address(user: User) -> None:
    """From now on nobody reads this person's calendar by its address. Twice is once."""
    db.session.scalars(select(User.id).where(User.id == user.id).with_for_update()).one()  # two taps one after the other
    key = db.session.get(CalendarKey, user.id)
    if key is not None:
        db.session.delete(key)
        record(Kind.CALENDAR_CLOSED, user, actor=user)


def key_of(user: User) -> CalendarKey | None:
    """The secret's row, which says since when it stands."""
    return db.session.get(CalendarKey, user.id)


def owner_of(token: str) -> User | None:
    """Whose calendar this is; nobody's once the person left or took the address back."""
    found = select(User).join(CalendarKey, CalendarKey.user_id == User.id).where(CalendarKey.token_hash == _hash(token), User.active)
    return db.session.scalars(found).one_or_none()


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def feed(user: User, *, site: str) -> bytes:
    """The calendar as iCalendar (RFC 5545), in the person's language, each moment in its cohort's zone, with the rules of that zone."""
    from icalendar import Calendar
    from icalendar import Event as Entry

    made = Calendar()
    made.add("prodid", f"-//{site}//calendar//")
    made.add("version", "2.0")
    made.add("x-wr-calname", site)
    with force_locale(locale_of(user.language)):
        pins = _pins(user)
        found, held = list(_all(pins)), list(_classes(pins))
        for cohort, event in found:
            entry = Entry()  # its uid is the same each time, so that it moves and is not doubled
            entry.add("uid", f"{cohort.id}/{event.uid}/{'due' if event.due else 'opens'}")
            entry.add("dtstamp", clock.now())
            entry.add("dtstart", event.at.replace(second=0, microsecond=0))
            words = _("Last day: %(title)s", title=event.title) if event.due else _("Opens: %(title)s", title=event.title)
            entry.add("summary", words)
            entry.add("description", event.course)
            made.add_component(entry)
        for cohort, one, course in held:
            entry = Entry()
            entry.add("uid", f"{cohort.id}/class/{one.planned:%Y-%m-%dT%H:%M}")  # of the plan: one that is moved is the same class
            entry.add("dtstamp", clock.now())
            entry.add("dtstart", one.starts)
            entry.add("duration", one.lasts)  # an end is told without its zone's shift: in the night when clocks go back it would lie
            entry.add("summary", _("Live class"))
            entry.add("description", course)
            if one.number:
                entry.add("sequence", one.number)
            if one.cancelled:
                entry.add("status", "CANCELLED")
            made.add_component(entry)
    if found or held:
        days = [event.at.date() for _cohort, event in found] + [one.starts.date() for _cohort, one, _course in held]
        made.add_missing_timezones(min(days) - timedelta(days=366), max(days) + timedelta(days=366))
    return bytes(made.to_ical())


def _pins(user: User) -> dict[Cohort, list[CourseVersion]]:
    """The cohorts of this person that are not over, each with the courses that are read there."""
    ids = {place.enrolment.cohort.id for place in cohorts.places_of(user)}
    learnt = db.session.scalars(select(Cohort).where(Cohort.id.in_(ids)).order_by(Cohort.id.desc()))
    return {cohort: cohorts.pinned(cohort.id) for cohort in dict.fromkeys([*learnt, *_led(user)]) if cohort.state not in OVER}


def _all(pins: Mapping[Cohort, list[CourseVersion]]) -> Iterable[tuple[Cohort, Event]]:
    for cohort, versions in pins.items():
        yield from ((cohort, event) for event in events(cohort, [catalogue.course(version.id) for version in versions]))


def _classes(pins: Mapping[Cohort, list[CourseVersion]]) -> Iterable[tuple[Cohort, Class, str]]:
    """Every class of these cohorts, cancelled ones until a month after, with the name of their first course: the cohort's own name is
    told nobody.
    """
    month_ago = clock.now() - timedelta(days=30)
    for cohort, versions in pins.items():
        name = catalogue.course(versions[0].id).title.in_language(language()) if versions else ""
        every = classes(cohort, cohort.starts_on, cohort.ends_on, cancelled=True)
        yield from ((cohort, one, name) for one in every if not one.cancelled or one.ends > month_ago)


def _led(user: User) -> list[Cohort]:
    if Role.MENTOR not in user.roles:
        return []
    seats = select(Cohort).join(MentorSeat, MentorSeat.cohort_id == Cohort.id).where(MentorSeat.user_id == user.id)
    return list(db.session.scalars(seats.order_by(Cohort.id)))
