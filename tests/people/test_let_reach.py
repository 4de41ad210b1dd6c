"""Me: by which ways she lets people of the school reach her. Off until ticked, read by those who look after her, and by nobody else."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.cohorts.models import Enrolment
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.facts import Fact, Kind
from lms.core.phone import sign_of
from lms.core.sealing import blind
from lms.home import own_data
from lms.people import actions, queries
from lms.people.models import Consent, User
from lms.people.reaching import Way
from tests.eight import eight_at_once

NUMBER = "+96170123456"


def give_phone(app: Flask, id: int) -> None:
    with app.app_context(), transaction(write=True):
        person = db.session.get_one(User, id)
        person.phone, person.phone_index = NUMBER, blind(NUMBER, "person.phone")


def kept(app: Flask, id: int) -> list[tuple[str, bool]]:
    """Every consent to be reached that she ever gave, and whether it stands."""
    asked = select(Consent).where(Consent.user_id == id, Consent.purpose.startswith("contact.")).order_by(Consent.id)
    with app.app_context():
        return [(row.purpose, row.withdrawn_at is None) for row in db.session.scalars(asked)]


def test_until_she_ticks_nobody_calls_or_writes(app: Flask, as_: Any, world: Any) -> None:
    give_phone(app, world.amina)
    page = as_("amina").page("/me")
    assert "Messages inside this app always work." in page
    assert NUMBER[1:-3] not in page, "on her own page too only the end of it, for whoever looks over her shoulder"
    assert f'dir="ltr">{NUMBER[-3:]}</bdi>' in page
    boxes = re.findall(r'<input type="checkbox"[^>]*name="ways"[^>]*>', page)
    assert len(boxes) == len(Way)
    assert not [box for box in boxes if "checked" in box]
    for name in ("bilal", "dana"):
        assert "Write only inside this app." in as_(name).page(f"/enrolments/{world.enrolment}")
    assert "Do not call or write: the person has not agreed." in as_("efe").page(f"/enrolments/{world.enrolment}")


def test_who_looks_after_her_reads_what_she_ticked_and_never_the_number(app: Flask, as_: Any, world: Any) -> None:
    give_phone(app, world.amina)
    for _tap in range(2):
        assert as_("amina").post("/me/contact", data={"ways": ["call", "whatsapp"]}).status_code == 303
    assert kept(app, world.amina) == [("contact.call", True), ("contact.whatsapp", True)]
    assert len(re.findall(r'name="ways"[^>]* checked', as_("amina").page("/me"))) == 2
    for name in ("bilal", "dana", "efe"):
        page = as_(name).page(f"/enrolments/{world.enrolment}")
        assert "You may use: phone call, WhatsApp." in page
        assert "Do not use: SMS, Telegram, email." in page
        assert "70123456" not in page
        assert "amina@" not in page
    assert "Write only inside this app." in as_("chen").page(f"/enrolments/{world.other_enrolment}"), "hana said nothing"
    for name in ("chen", "goran"):
        assert as_(name).get(f"/enrolments/{world.enrolment}").status_code == 404
    assert as_("fay").get(f"/enrolments/{world.enrolment}").status_code == 403


def test_a_way_without_a_contact_is_not_offered_and_refused(app: Flask, as_: Any, world: Any) -> None:
    amina = as_("amina")
    page = amina.page("/me")
    assert "We do not know your phone number. So nobody can call you." in page
    assert re.findall(r'name="ways" value="(\w+)"', page) == ["email"]
    answer = amina.post("/me/contact", data={"ways": ["email", "sms"]})
    assert answer.status_code == 422
    assert "We do not know this contact of yours." in answer.get_data(as_text=True)
    assert kept(app, world.amina) == []
    for name in ("bilal", "dana", "efe", "fay"):
        assert as_(name).post("/me/contact", data={"ways": "email"}).status_code == 403


def test_what_she_takes_back_stays_written_and_she_takes_it_along(app: Flask, as_: Any, world: Any) -> None:
    amina = as_("amina")
    for ways in (["email"], [], ["email"], []):
        assert amina.post("/me/contact", data={"ways": ways}).status_code == 303
    assert kept(app, world.amina) == [("contact.email", False)] * 2
    assert "Write only inside this app." in as_("bilal").page(f"/enrolments/{world.enrolment}")
    with app.app_context():
        kinds = db.session.scalars(select(Fact.kind).where(Fact.kind.in_([Kind.PERSON_CONSENTED, Kind.PERSON_WITHDREW])).order_by(Fact.id))
        assert list(kinds) == [Kind.PERSON_CONSENTED, Kind.PERSON_WITHDREW] * 2
    with app.test_request_context():
        shares = {share.key: share for share in own_data.shares_of(db.session.get_one(User, world.amina))}
        told = [(row["purpose"].value, row["purpose"].words, row["withdrawn_at"] is not None) for row in shares["consents"].rows]
    assert told == [("contact.email", "To reach you: Email", True)] * 2


def test_a_tick_that_waited_on_the_phone_does_not_undo_a_later_no(app: Flask, as_: Any, world: Any) -> None:
    amina = as_("amina")
    form = re.search(r'<form[^>]*action="/me/contact"[^>]*>', amina.page("/me"))
    assert form is not None
    assert "data-queue" in form[0]

    def sent(id: str, at: datetime | str) -> dict[str, str]:
        with app.app_context():
            return {"X-Request-Id": id, "X-User": sign_of(world.amina), "X-Written-At": str(at)}

    before, now = clock.now() - timedelta(hours=2), clock.now()
    assert amina.post("/me/contact", data={"ways": "email"}, headers=sent("contact-1", before)).status_code == 200
    assert kept(app, world.amina) == [("contact.email", True)]
    amina.post("/me/contact", data={})
    for id, at in (("contact-1", now), ("contact-2", before)):
        assert amina.post("/me/contact", data={"ways": "email"}, headers=sent(id, at)).status_code == 200
        assert kept(app, world.amina) == [("contact.email", False)], "neither the same arrival again nor an older one"
    for n, odd in enumerate(("soon", "0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00")):  # a clock that is wrong: taken for now
        assert amina.post("/me/contact", data={}, headers=sent(f"contact-odd-{n}", odd)).status_code == 200


def test_eight_at_once_leave_one_consent_at_most(either_school: Flask) -> None:
    app, amina = either_school, either_school.extensions["world"].amina

    def choose(n: int) -> None:
        ways = {Way.EMAIL} if n % 2 else set()
        actions.let_reach(db.session.get_one(User, amina), ways, language="en", at=clock.now() + timedelta(minutes=1))

    eight_at_once(app, choose)
    assert sum(stands for _purpose, stands in kept(app, amina)) <= 1
    with app.app_context():
        both = (Kind.PERSON_CONSENTED, Kind.PERSON_WITHDREW)
        said = db.session.scalars(select(Fact.kind).where(Fact.kind.in_(both)).order_by(Fact.id)).all()
        assert said == [str(both[n % 2]) for n in range(len(said))], "yes and no by turns: else two did not see each other"
        assert said.count(str(both[0])) == len(kept(app, amina)) >= 1
        assert queries.reach_of(db.session.get_one(User, amina)).ways <= {Way.EMAIL}


@pytest.mark.parametrize(("ways", "words"), [([], "A short word helps."), (["call"], "A short call helps.")])
def test_a_call_is_only_advised_where_she_agreed(app: Flask, as_: Any, world: Any, course: int, ways: list[str], words: str) -> None:
    give_phone(app, world.amina)
    with app.app_context(), transaction(write=True):
        db.session.get_one(Enrolment, world.enrolment).made_at = clock.now() - timedelta(days=14)
    as_("amina").post("/me/contact", data={"ways": ways})
    assert f"Ask how they are. {words}" in as_("bilal").page(f"/enrolments/{world.enrolment}")
