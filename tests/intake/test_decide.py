"""Rounds and decisions: staff make, open and close a round, ask, accept and reject; a partner recommends; a place is given once."""

from __future__ import annotations

from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from lms.cohorts.models import Cohort, CohortState, Enrolment
from lms.core.db import db, transaction
from lms.core.facts import Fact, Kind
from lms.intake import deciding, queries
from lms.intake.models import Application, ApplicationState, Round
from lms.partners.models import Referral
from lms.people.models import User
from tests.client import Browser
from tests.eight import at_once, eight_at_once, eight_browsers, eight_tabs
from tests.intake import rounds


@pytest.fixture
def one(app: Flask, world: SimpleNamespace) -> SimpleNamespace:
    """A sent application in a round of efe's partner."""
    with app.app_context(), transaction(write=True):
        found = rounds.sent(rounds.make([world.cohort]), contact="nour@mail.example")
        return SimpleNamespace(id=found.id, round=found.round_id, number=found.number, code=queries.code_of(found.number))


def opened(app: Flask, one: SimpleNamespace) -> Browser:
    """The browser of whoever applied, on another phone."""
    client = app.test_client()
    assert client.post("/apply/number", data={"number": one.number, "code": one.code}).status_code == 303
    return client


def state(app: Flask, id: int) -> ApplicationState:
    with app.app_context():
        return db.session.get_one(Application, id).state


def test_staff_make_a_round_and_open_it(app: Flask, world: SimpleNamespace, as_: Any, stranger: Browser) -> None:
    dana = as_("dana")
    data = {"cohorts": [world.cohort], "languages": ["ar"], "countries": ["LB"], "opens_on": "2020-01-01", "closes_on": "2099-01-01"}
    for wrong in ({"cohorts": []}, {"countries": ["FR"]}, {"closes_on": "2019-01-01"}, {"cohorts": [world.cohort, world.other_cohort]}):
        assert dana.post("/rounds", data=data | wrong).status_code == 422, wrong
    address = dana.post("/rounds", data=data).location
    assert dana.post("/rounds", data=data).location == address, "a second tap makes no second round"
    assert dana.post("/rounds", data=data | {"languages": ["en"]}).location != address
    assert "Digital skills" not in stranger.page("/"), "a draft is shown to nobody"
    assert dana.post(f"{address}/opening").status_code == 303
    assert "Digital skills" in stranger.page("/")
    assert "العربية" in stranger.page("/apply")
    assert dana.post(f"{address}/closing").status_code == 303
    assert "Digital skills" not in stranger.page("/")
    assert [as_(name).get("/rounds/new").status_code for name in ("efe", "bilal", "amina", "fay")] == [403] * 4


def test_a_partner_sees_its_own_and_recommends(app: Flask, one: SimpleNamespace, as_: Any) -> None:
    efe, goran = as_("efe"), as_("goran")
    assert "Cedar House" in efe.page("/applications")
    assert "Nour Saleh" in efe.page(f"/rounds/{one.round}")
    assert "Promise a place" not in efe.page(f"/applications/{one.id}")
    assert "Cedar House" not in goran.page("/applications")
    for url in (f"/rounds/{one.round}", f"/applications/{one.id}"):
        assert goran.get(url).status_code == 404
    assert goran.post(f"/applications/{one.id}/recommendation", data={"word": "yes"}).status_code == 404
    assert efe.post(f"/applications/{one.id}/acceptance", data={"reason": "x"}).status_code == 403
    assert efe.post(f"/applications/{one.id}/recommendation", data={"word": "maybe"}).status_code == 422
    assert efe.post(f"/applications/{one.id}/recommendation", data={"word": "yes"}).status_code == 303
    assert "Efe</bdi> recommends this person" in as_("dana").page(f"/applications/{one.id}")
    assert "We are reading your application" in opened(app, one).page("/apply/mine")


def test_a_draft_is_nobodys_but_its_writers(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    with app.app_context(), transaction(write=True):
        draft = rounds.draft(rounds.make([world.cohort]))
        id, round = draft.id, draft.round_id
    assert as_("dana").get(f"/applications/{id}").status_code == 404
    assert "Nour" not in as_("dana").page(f"/rounds/{round}")


def test_staff_ask_and_get_an_answer(app: Flask, one: SimpleNamespace, as_: Any) -> None:
    dana = as_("dana")
    assert dana.post(f"/applications/{one.id}/question", data={"question": ""}).status_code == 422
    assert dana.post(f"/applications/{one.id}/question", data={"question": "Which days?"}).status_code == 303
    theirs = opened(app, one)
    assert "Which days?" in theirs.page("/apply/mine")
    assert theirs.post("/apply/reply", data={"text": ""}).status_code == 422
    assert theirs.post("/apply/reply", data={"text": "Sundays"}).status_code == 303
    assert theirs.post("/apply/reply", data={"text": "Mondays"}).status_code == 422, "only once, and the words are given back"
    assert "Sundays" in dana.page(f"/applications/{one.id}")


def test_a_second_tap_asks_answers_and_recommends_once(app: Flask, one: SimpleNamespace, as_: Any) -> None:
    theirs = opened(app, one)
    for client, path, data in (
        (as_("efe"), f"/applications/{one.id}/recommendation", {"word": "yes"}),
        (as_("dana"), f"/applications/{one.id}/question", {"question": "Which days?"}),
        (theirs, "/apply/reply", {"text": "Every day."}),
    ):
        assert [client.post(path, data=data).status_code for _tap in range(2)] == [303, 303], path
    with app.app_context():
        steps = [kind for kind, _at in queries.steps_of(db.session.get_one(Application, one.id))]
    assert steps == ["application.submitted", "application.recommended", "application.asked", "application.replied"]


def test_a_no_has_a_reason_that_is_read(app: Flask, one: SimpleNamespace, as_: Any) -> None:
    dana = as_("dana")
    assert dana.post(f"/applications/{one.id}/rejection", data={"why": " "}).status_code == 422
    assert dana.post(f"/applications/{one.id}/rejection", data={"why": "More people than places."}).status_code == 303
    page = opened(app, one).page("/apply/mine")
    assert "More people than places." in page
    assert "No place this time" in page
    assert dana.post(f"/applications/{one.id}/rejection", data={"why": "Again."}).status_code == 422
    assert dana.post(f"/applications/{one.id}/enrolment").status_code == 422
    dana.post(f"/rounds/{one.round}/closing")
    with app.app_context():
        kept = db.session.get_one(Application, one.id)
        assert (kept.answers, kept.contact_index, kept.reason) == (None, None, "More people than places.")


def test_a_yes_becomes_a_person_with_a_place_who_comes_in_alone(app: Flask, one: SimpleNamespace, world: SimpleNamespace, as_: Any) -> None:
    dana, theirs = as_("dana"), opened(app, one)
    yes = {"cohort": world.cohort, "reason": "Welcome."}
    assert dana.post(f"/applications/{one.id}/acceptance", data=yes | {"cohort": world.other_cohort}).status_code == 422
    assert dana.post(f"/applications/{one.id}/acceptance", data=yes).status_code == 303
    assert theirs.post("/apply/door").status_code in {303, 409}, "a promise opens no door"
    assert "You get a place" in theirs.page("/apply/mine")
    assert [dana.post(f"/applications/{one.id}/enrolment").status_code for _tap in range(2)] == [303, 303]
    with app.app_context():
        person = db.session.scalars(select(User).where(User.email == "nour@mail.example")).one()
        assert (person.name, person.country, person.language, person.password_hash) == ("Nour Saleh", "LB", "ar", None)
        assert db.session.scalar(select(func.count()).where(Enrolment.user_id == person.id, Enrolment.cohort_id == world.cohort)) == 1
        assert db.session.get_one(Referral, person.id).partner_id == world.here
        assert db.session.get_one(Application, one.id).answers is None, "the person's row holds what is still needed"
    door = theirs.post("/apply/door").get_data(as_text=True)
    digits = door.split("The code is")[1].split(">")[1][:6]
    new = app.test_client()
    data = {"identifier": "nour@mail.example", "code": digits, "password": "a-long-password", "device": "own"}
    assert new.post("/sign-in/code", data=data).location == "/welcome"
    assert theirs.post("/apply/door").status_code in {303, 409}, "a password closes this door for ever"


def test_a_promised_place_is_kept_until_it_is_taken_back(app: Flask, one: SimpleNamespace, world: SimpleNamespace, as_: Any) -> None:
    dana, why = as_("dana"), {"why": "You applied twice."}
    with app.app_context(), transaction(write=True):
        db.session.get_one(Cohort, world.cohort).capacity = 2  # amina has one of them
    assert dana.post(f"/applications/{one.id}/taking-back", data=why).status_code == 422
    dana.post(f"/applications/{one.id}/acceptance", data={"cohort": world.cohort, "reason": "Welcome."})
    answer = dana.post(f"/cohorts/{world.cohort}/people", data={"people": "Salma"})
    assert (answer.status_code, "The free places are promised" in answer.get_data(as_text=True)) == (422, True)
    answer = dana.post(f"/applications/{one.id}/rejection", data=why)
    assert (answer.status_code, state(app, one.id)) == (422, ApplicationState.ACCEPTED), "an old page says no to nobody with a promise"
    assert "You applied twice." in answer.get_data(as_text=True)
    assert dana.post(f"/applications/{one.id}/taking-back", data=why).status_code == 303
    assert "You applied twice." in opened(app, one).page("/apply/mine")
    assert dana.post(f"/cohorts/{world.cohort}/people", data={"people": "Salma"}).status_code == 200


def test_the_promised_place_is_hers_in_a_full_cohort(app: Flask, one: SimpleNamespace, world: SimpleNamespace, as_: Any) -> None:
    dana = as_("dana")
    with app.app_context(), transaction(write=True):
        db.session.get_one(Cohort, world.cohort).capacity = 2
    dana.post(f"/applications/{one.id}/acceptance", data={"cohort": world.cohort, "reason": "Welcome."})
    assert dana.post(f"/applications/{one.id}/enrolment").status_code == 303
    assert state(app, one.id) is ApplicationState.ENROLLED


def test_no_place_is_promised_in_a_cohort_that_is_over(app: Flask, one: SimpleNamespace, world: SimpleNamespace, as_: Any) -> None:
    with app.app_context(), transaction(write=True):
        db.session.get_one(Cohort, world.cohort).state = CohortState.COMPLETED
    answer = as_("dana").post(f"/applications/{one.id}/acceptance", data={"cohort": world.cohort, "reason": "Welcome."})
    assert (answer.status_code, "This cohort takes no more people." in answer.get_data(as_text=True)) == (422, True)


def test_who_applied_twice_gets_one_place(app: Flask, one: SimpleNamespace, world: SimpleNamespace, as_: Any) -> None:
    with app.app_context(), transaction(write=True):
        again = rounds.sent(db.session.scalars(select(Round)).one(), contact="nour@mail.example").id
    dana = as_("dana")
    for id in (one.id, again):
        dana.post(f"/applications/{id}/acceptance", data={"cohort": world.cohort, "reason": "Welcome."})
    assert dana.post(f"/applications/{one.id}/enrolment").status_code == 303
    answer = dana.post(f"/applications/{again}/enrolment", data={"known": "yes"})
    assert (answer.status_code, state(app, again)) == (422, ApplicationState.ACCEPTED)
    assert "has a place here already." in dana.post(f"/applications/{again}/enrolment", data={"known": "yes"}).get_data(as_text=True)


def test_a_contact_of_somebody_here_takes_no_new_account(app: Flask, world: SimpleNamespace, as_: Any) -> None:
    with app.app_context(), transaction(write=True):
        round = rounds.make([world.cohort])
        ids = [rounds.sent(round, contact=f"{name}@demo.example").id for name in ("hana", "dana")]
    dana = as_("dana")
    for id in ids:
        dana.post(f"/applications/{id}/acceptance", data={"cohort": world.cohort, "reason": "Welcome."})
        assert dana.post(f"/applications/{id}/enrolment").status_code == 422
    assert dana.post(f"/applications/{ids[0]}/enrolment", data={"known": "yes"}).status_code == 303
    assert dana.post(f"/applications/{ids[1]}/enrolment", data={"known": "yes"}).status_code == 422, "staff get no trainee's place"
    with app.app_context(), transaction(write=True):
        db.session.get_one(User, world.hana).password_hash = None
        one = db.session.get_one(Application, ids[0])
        found = SimpleNamespace(number=one.number, code=queries.code_of(one.number))
    stolen = opened(app, found)
    assert "Get my code" not in stolen.page("/apply/mine")
    assert "The code is" not in stolen.post("/apply/door", follow_redirects=True).get_data(as_text=True), "it opens nobody's account"
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(Enrolment.user_id == world.hana)) == 2
        assert db.session.get_one(Referral, world.hana).partner_id == world.there, "who has a partner keeps it"


def test_the_database_holds_that_only_the_accepted_get_a_place(app: Flask, one: SimpleNamespace, world: SimpleNamespace) -> None:
    for change in ("enrolment_id = :place", "enrolment_id = :place, state = 'enrolled'", "state = 'enrolled'", "state = 'accepted'",
                   "state = 'rejected'",
                   "enrolment_id = :place, state = 'enrolled', decision = 'rejected', decided_by_id = 1"):  # fmt: skip
        with app.app_context(), pytest.raises(IntegrityError), transaction(write=True):
            db.session.execute(text(f"UPDATE application SET {change} WHERE id = :id"), {"place": world.enrolment, "id": one.id})


def test_the_same_contact_is_shown_and_never_merged(app: Flask, one: SimpleNamespace, as_: Any) -> None:
    with app.app_context(), transaction(write=True):
        again = rounds.sent(db.session.get_one(Round, one.round), name="Other", contact="nour@mail.example")
        id, number = again.id, again.number
    assert f"{number[:4]}-{number[4:]}" in as_("dana").page(f"/applications/{one.id}")
    assert state(app, id) is ApplicationState.SUBMITTED


def count(kind: Kind) -> int:
    return db.session.scalar(select(func.count()).where(Fact.kind == str(kind))) or 0


def test_eight_taps_send_once_decide_once_and_give_one_place(either_school: Flask) -> None:
    """Through the pages, whose locks they are."""
    app, world = either_school, either_school.extensions["world"]
    with app.app_context(), transaction(write=True):
        made = rounds.draft(rounds.make([world.cohort]))
        one = SimpleNamespace(id=made.id, number=made.number, code=queries.code_of(made.number))
    theirs, dana = eight_tabs(opened(app, one)), eight_browsers(app, "dana")

    def decide(number: int) -> int:
        yes = {"cohort": world.cohort, "reason": "Yes."}
        word, data = (("acceptance", yes), ("rejection", {"why": "No."}))[number % 2]
        return dana[number].post(f"/applications/{one.id}/{word}", data=data).status_code

    assert at_once(lambda number: theirs[number].post("/apply/check").status_code, range(8)) == [303] * 8
    assert sorted(at_once(decide, range(8))) == [303] + [422] * 7
    with app.app_context(), transaction(write=True):
        assert count(Kind.APPLICATION_SENT) == 1
        assert count(Kind.APPLICATION_ACCEPTED) + count(Kind.APPLICATION_REJECTED) == 1
        promised = rounds.sent(db.session.scalars(select(Round)).one(), name="Second")
        deciding.accept(promised, db.session.get_one(Cohort, world.cohort), by=rounds.staff(), reason="Yes.")
        id, before = promised.id, db.session.scalar(select(func.count()).select_from(User)) or 0
    assert at_once(lambda number: dana[number].post(f"/applications/{id}/enrolment").status_code, range(8)) == [303] * 8
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(User)) == before + 1
        assert count(Kind.APPLICATION_ENROLLED) == 1


def test_eight_yeses_promise_no_more_places_than_there_are(either_school: Flask) -> None:
    app, world = either_school, either_school.extensions["world"]
    with app.app_context(), transaction(write=True):
        db.session.get_one(Cohort, world.cohort).capacity = 4  # amina has one of them
        round = rounds.make([world.cohort])
        ids = [rounds.sent(round, name=f"Person {n}").id for n in range(8)]

    dana = eight_browsers(app, "dana")

    def accept(number: int) -> int:
        return dana[number].post(f"/applications/{ids[number]}/acceptance", data={"cohort": world.cohort, "reason": "Yes."}).status_code

    assert sorted(at_once(accept, range(8))) == [303] * 3 + [422] * 5


def test_no_answers_stay_in_a_round_that_is_closed_meanwhile(either_school: Flask) -> None:
    app, world = either_school, either_school.extensions["world"]
    with app.app_context(), transaction(write=True):
        round = rounds.make([world.cohort])
        number, ids = round.id, [rounds.sent(round, name=f"Person {n}").id for n in range(8)]

    def act(one: int) -> None:
        if one == 0:
            deciding.close_round(db.session.scalars(select(Round).where(Round.id == number).with_for_update()).one(), by=rounds.staff())
            return
        found = db.session.scalars(select(Application).where(Application.id == ids[one]).with_for_update()).one()
        deciding.reject(found, by=rounds.staff(), reason="No.")

    eight_at_once(app, act)
    with app.app_context():
        rejected = db.session.scalars(select(Application).where(Application.state == ApplicationState.REJECTED)).all()
        assert [one.answers for one in rejected] == [None] * 7


def test_eight_taps_at_once_make_one_round(either_school: Flask) -> None:
    data = {"languages": ["ar"], "countries": ["LB"], "opens_on": "2020-01-01", "closes_on": "2099-01-01"}
    data |= {"cohorts": [either_school.extensions["world"].cohort]}
    answers = at_once(partial(Browser.post, path="/rounds", data=data), eight_browsers(either_school, "dana"))
    assert len({answer.location for answer in answers}) == 1
    with either_school.app_context():
        assert db.session.scalar(select(func.count()).select_from(Round)) == 1
