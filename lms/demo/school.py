"""The demo school, built by the actions the pages use: every row it holds came about as a real one would.

Its people, passwords and what waits for whom are promises of the README. It is built once, into an empty database, and refused in
production. The past is made by holding the clock at past moments.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from typing import Any

from flask import current_app

from lms.cohorts import actions as cohorts
from lms.cohorts import failed_imports, planning
from lms.cohorts.classes import ClassTime
from lms.cohorts.failed_imports import NothingIn, Why
from lms.cohorts.models import Cohort
from lms.core import clock, jobs
from lms.core.access import Role
from lms.core.db import db, transaction
from lms.core.errors import Refused
from lms.core.money import Money
from lms.demo import applying, hiring, study, talk, work
from lms.grading import sending
from lms.ledger import actions as ledger
from lms.partners import actions as partners
from lms.people import actions as people
from lms.people import queries as people_queries
from lms.people.reaching import Way

CAST = {
    "amina": ("Amina Haddad", Role.TRAINEE), "bilal": ("Bilal Sayegh", Role.MENTOR), "chen": ("Chen Yildiz", Role.MENTOR),
    "dana": ("Dana Rashid", Role.STAFF), "efe": ("Efe Nassar", Role.PARTNER), "fay": ("Fay Odhiambo", Role.FINANCE),
    "goran": ("Goran Aksoy", Role.PARTNER), "hana": ("Hana Demir", Role.TRAINEE), "ines": ("Ines Petrova", Role.FINANCE),
}  # fmt: skip
OWN_NAMES = {"amina": "أمينة حداد", "hana": "هناء دمير"}
BEIRUT = ("Layla Mansour", "Yusuf Karimi", "Omar al-Masri", "Zahra Ahmadi", "Farid Noori")
GAZIANTEP = ("Elif Kaya", "Rojin Hassan", "Samir Khoury")
NAIROBI = ("Grace Akinyi", "Peter Otieno", "Asha Mohamed")
PARTNERS = (("NGO-LB", "Cedar House", "LB"), ("NGO-TR", "Open Door", "TR"), ("NGO-KE", "Green Lamp", "KE"))
PROGRAMMES = (
    ("Data annotation", "annotation", "GRANT-A"), ("English for work", "english", "GRANT-A"), ("Programming", "programming", "GRANT-B"),
    ("Graphic design", "design", "GRANT-B"), ("Data analysis", "data", "GRANT-B"),
)  # fmt: skip
CLASSES = (ClassTime(1, time(18), 60), ClassTime(6, time(17, 30), 90))  # Tuesday and Sunday
TERMS_LENGTH = timedelta(weeks=8) - timedelta(days=1)


def build() -> bool:
    """Build the school where nobody is yet; whether it was built. Raises Refused in production."""
    if current_app.config["SETTINGS"].production:
        raise Refused("The demo school is not for production.")
    with transaction(write=False):
        if people_queries.anybody():
            return False
    now = clock.now()
    monday = (now - timedelta(days=now.weekday())).replace(hour=9, minute=0, second=0, microsecond=0)
    with at(monday - timedelta(weeks=16)):
        _people()
        _money()
        study.publish_courses(by=_staff)
    places = _cohorts(monday)
    with at(monday - timedelta(weeks=12)):
        work.make_projects(list(places.values()), by=_staff)
    with at(monday - timedelta(weeks=9)):
        study.finish_course(places["Nairobi 1"], "chen")
        hiring.set_rule(by="dana")
        work.do(NAIROBI[0], "tea-table", count=10, reviewer="chen")
        work.do(NAIROBI[1], "tea-table", count=5, reviewer="chen")
    with at(monday - timedelta(weeks=8)):
        study.finish_cohort(places["Nairobi 1"], by=_staff)
        work.pay_out(by="fay", approved_by="ines", receipts="KE")
        for name in NAIROBI[:2]:
            hiring.sign_off(places["Nairobi 1"], name, by="chen")
        hiring.hire(NAIROBI[0], by="dana")
        hiring.share(NAIROBI[0])
    with at(now - timedelta(days=10)):
        for name in ("Hana Demir", *GAZIANTEP[:2]):
            study.hand_in(places["Gaziantep 1"], [name], work=1)
            study.release(places["Gaziantep 1"], name, work=1, mentor="chen")
    with at(now - timedelta(days=4)):
        study.hand_in(places["Gaziantep 1"], ["Hana Demir", *GAZIANTEP[:2]], work=2)
        hiring.tell_graduates(by="dana")
    with at(now - timedelta(days=3)):
        round = applying.open_round("Tripoli 1", now, by="dana")
        first = applying.apply(round, applying.NOUR)
    with at(now - timedelta(days=2)):
        applying.apply(round, applying.IDRIS)
        applying.recommend(first, by="efe")
        talk.write(["Samir Khoury"], talk.CALL, by="chen")
    with at(now - timedelta(days=1)):
        talk.ask("Samir Khoury", talk.BACK, of="chen")
        talk.let_reach("Hana Demir", Way.EMAIL)
        talk.note(places["Gaziantep 1"], "Samir Khoury", talk.NOTE, by="chen")
        study.hand_in(places["Beirut 1"], BEIRUT[:4], work=1)
        work.do("Hana Demir", "tea-table", count=10, reviewer="chen", loose=True)
        work.do(BEIRUT[0], "tea-table", count=5, reviewer="bilal")
        work.do(BEIRUT[1], "names-and-places", count=5, reviewer="bilal")
    with at(now - timedelta(hours=6)):
        study.give_back(places["Beirut 1"], BEIRUT[0], mentor="bilal")
        study.speak(places["Gaziantep 1"], "Hana Demir", work=2, mentor="chen")
        work.do(BEIRUT[2], "tea-table", count=5, reviewer=None)
        talk.ask("Hana Demir", talk.QUESTION, of="chen")
        talk.write(["Amina Haddad"], talk.WELCOME, by="bilal")
        talk.keep_phrases(by="bilal")
    with at(now - timedelta(hours=6) + sending.REGRET):
        study.let_go("chen")
    work.prepare_batch(by="fay")
    jobs.drain()
    return True


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Do something at a past moment, with everything that follows from it."""
    with clock.held(moment):
        yield
        jobs.drain()


def _staff() -> Any:
    return people_queries.by_identifier("dana@demo.example")


def _people() -> None:
    for key, (name, role) in CAST.items():
        with transaction(write=True):
            person = people.add(
                by=None, name=name, roles=frozenset({role}), identifier=f"{key}@demo.example", zone="Asia/Beirut", country="LB"
            )
            people.set_password(person, f"demo-{key}-2026", by=person)
            people.name_for_certificate(person, latin=name, own=OWN_NAMES.get(key, ""), by=person)
    with transaction(write=True):
        made = {code: partners.make(by=_staff(), code=code, name=name, country=country) for code, name, country in PARTNERS}
        partners.employ(made["NGO-LB"], _person("efe"), by=_staff())
        partners.employ(made["NGO-TR"], _person("goran"), by=_staff())
        partners.refer(made["NGO-LB"], _person("amina"))
        partners.refer(made["NGO-TR"], _person("hana"))
        for name in ("amina", "hana"):
            people.confirm_adult(_person(name), by=_staff(), adult=True)
        for name, track, fund in PROGRAMMES:
            cohorts.make_programme(by=_staff(), name=name, track=track, fund=fund)


def _person(name: str) -> Any:
    return people_queries.by_identifier(f"{name}@demo.example")


def _money() -> None:
    with transaction(write=True):
        for fund, number, amount in (("GRANT-A", "TR-40712", 40_000_00), ("GRANT-B", "TR-40756", 25_000_00)):
            ledger.grant(key=f"grant:{fund}:{number}", fund=fund, amount=Money(amount, "USD"), by=_person("fay"))


def _cohorts(monday: datetime) -> dict[str, int]:
    """Five cohorts in several states; their ids by name."""

    def from_week(weeks: int) -> datetime:
        return monday + timedelta(weeks=weeks)

    lately = 0 if clock.now() > monday + timedelta(days=2) else -1  # Beirut's first task is open, and its time is not over
    with at(from_week(-15)):
        nairobi = _cohort("Nairobi 1", "Data annotation", "NGO-KE", "Africa/Nairobi", from_week(-14), "annotation-basics", "chen", NAIROBI)
    with at(from_week(-4)):
        beirut = _cohort(
            "Beirut 1", "Data annotation", "NGO-LB", "Asia/Beirut", from_week(lately), "annotation-basics", "bilal", BEIRUT, ["amina"]
        )
        gaziantep = _cohort(
            "Gaziantep 1", "Data annotation", "NGO-TR", "Europe/Istanbul", from_week(-3), "annotation-basics", "chen", GAZIANTEP, ["hana"]
        )
    with at(from_week(-1)):
        tripoli = _cohort("Tripoli 1", "Programming", "NGO-LB", "Asia/Beirut", from_week(2), "programming-python", "bilal", (), run=False)
        _draft("English online 1", "English for work", "UTC", from_week(5))
    with at(clock.now() - timedelta(hours=20)), transaction(write=True):
        failed_imports.remember(NothingIn(Why.UNREADABLE), db.session.get_one(Cohort, tripoli), by=_staff())
    return {"Nairobi 1": nairobi, "Beirut 1": beirut, "Gaziantep 1": gaziantep}


def _cohort(
    name: str, programme: str, partner: str, zone: str, first: datetime, course: str, mentor: str, names: tuple[str, ...],
    cast: list[str] | None = None, *, run: bool = True,
) -> int:  # fmt: skip
    with transaction(write=True):
        cohort = study.make_cohort(name, programme, partner, zone, first.date(), (first + TERMS_LENGTH).date(), by=_staff())
        study.pin_newest(cohort, course, by=_staff())
        cohorts.seat_mentor(cohort, _person(mentor), by=_staff())
        cohorts.schedule(cohort, by=_staff())
        added = cohorts.add_people(cohort, [cohorts.NewPerson(person, "", "en") for person in names], by=_staff())
        for person, _code in added:
            people.confirm_adult(person, by=_staff(), adult=True)
            people.name_for_certificate(person, latin=person.name, own="", by=person)
        for key in cast or []:
            cohorts.enrol(cohort, _person(key), by=_staff())
        if run:
            cohorts.start(cohort, by=_staff())
            planning.set_classes(cohort, CLASSES, by=_person(mentor))
        return int(cohort.id)


def _draft(name: str, programme: str, zone: str, first: datetime) -> None:
    with transaction(write=True):
        study.make_cohort(name, programme, None, zone, first.date(), (first + TERMS_LENGTH).date(), by=_staff())
