"""Applying: six questions, one a page, kept after each; number and code; sending; taking it back; "tell me next time"."""

from __future__ import annotations

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from lms.core import clock
from lms.core.db import db, transaction
from lms.core.facts import Fact, Kind
from lms.intake import actions, deciding, queries
from lms.intake.models import Application, ApplicationState, NextTime, Round
from lms.intake.questions import QUESTIONS, contact_of, number_of
from tests.client import Browser
from tests.intake import rounds

GIVEN = ("LB", "ar", "own", "some", "Nour Saleh", "03 123 456")


@pytest.fixture
def round(app: Flask, world: SimpleNamespace) -> int:
    with app.app_context(), transaction(write=True):
        return rounds.make([world.cohort]).id


def begin(client: Browser, round: int) -> None:
    assert client.post("/apply", data={"round": round}).location == "/apply/1"


def fill(client: Browser, *, but: int = 0) -> None:
    for n, given in enumerate(GIVEN, 1):
        if n != but:
            assert client.post(f"/apply/{n}", data={"answer": given}).status_code == 303


def kept(app: Flask) -> list[SimpleNamespace]:
    with app.app_context():
        return [
            SimpleNamespace(id=one.id, state=one.state, answers=one.answers, number=one.number, index=one.contact_index)
            for one in db.session.scalars(select(Application).order_by(Application.id))
        ]


def test_the_whole_way_without_script(app: Flask, round: int, stranger: Browser) -> None:
    assert "Digital skills" in stranger.page("/")
    assert 'href="/apply"' in stranger.page("/")
    begin(stranger, round)
    for n, given in enumerate(GIVEN, 1):
        page = stranger.page(f"/apply/{n}")
        assert f"Question {n} of 6" in page
        assert len(re.findall(r"<form (?!class=\"langs\")", page)) == 2, "one question a page, and the way out"
        answer = stranger.post(f"/apply/{n}", data={"answer": given})
        assert answer.location == (f"/apply/{n + 1}" if n < 6 else "/apply/check")
    check = stranger.page("/apply/check")
    assert all(said in check for said in ("Lebanon", "العربية", "My own phone", "4 to 8 hours", "Nour Saleh", "+9613123456", "Cedar House"))
    assert stranger.post("/apply/check").location == "/apply/mine"
    mine = stranger.page("/apply/mine")
    (one,) = kept(app)
    assert one.state is ApplicationState.SUBMITTED
    assert f"{one.number[:4]}-{one.number[4:]}" in mine
    assert queries_code(app, one.number) in mine
    assert "Nour" not in mine, "the page of the number tells no name"


def queries_code(app: Flask, number: str) -> str:
    with app.app_context():
        return queries.code_of(number)


def test_each_answer_is_kept_and_another_phone_goes_on(app: Flask, round: int, stranger: Browser) -> None:
    begin(stranger, round)
    stranger.post("/apply/1", data={"answer": "SY"})
    stranger.post("/apply/3", data={"answer": "shared"})
    (one,) = kept(app)
    assert one.answers == {"country": "SY", "device": "shared"}
    assert 'value="SY" checked' in stranger.page("/apply/1")
    other = app.test_client()
    typed = one.number[:4].lower() + " - " + one.number[4:]
    assert other.post("/apply/number", data={"number": typed, "code": queries_code(app, one.number)}).location == "/apply/check"
    assert 'value="shared" checked' in other.page("/apply/3")
    assert other.post("/apply/2", data={"answer": "ar"}).location == "/apply/4", "on to the first question without an answer"


def test_what_is_no_answer_is_given_back(round: int, stranger: Browser) -> None:
    begin(stranger, round)
    for n, wrong in ((1, "FR"), (1, ""), (2, "fr"), (3, "boat"), (4, "99"), (5, ""), (5, "x" * 121), (6, "+1"), (6, "nour at mail")):
        answer = stranger.post(f"/apply/{n}", data={"answer": wrong})
        assert answer.status_code == 422, (n, wrong)
    assert "nour at mail" in answer.get_data(as_text=True)
    assert [stranger.get(f"/apply/{n}").status_code for n in (0, 7)] == [404, 404]
    assert stranger.post("/apply/7", data={"answer": "x"}).status_code == 404


def test_nothing_is_sent_before_all_is_answered_and_sending_twice_is_once(app: Flask, round: int, stranger: Browser) -> None:
    begin(stranger, round)
    fill(stranger, but=5)
    assert stranger.post("/apply/check").status_code == 422
    stranger.post("/apply/5", data={"answer": "Nour"})
    assert [stranger.post("/apply/check").status_code for _tap in range(2)] == [303, 303]
    assert stranger.post("/apply/5", data={"answer": "Changed"}).status_code == 422
    (one,) = kept(app)
    assert (one.state, one.answers["name"]) == (ApplicationState.SUBMITTED, "Nour")
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(Fact.kind == str(Kind.APPLICATION_SENT))) == 1


def test_a_browser_without_an_application_finds_none(app: Flask, round: int, stranger: Browser) -> None:
    begin(stranger, round)
    fill(stranger)
    other = app.test_client()
    for url in ("/apply/1", "/apply/check", "/apply/mine"):
        assert "Nour" not in other.get(url, follow_redirects=True).get_data(as_text=True)
    for url in ("/apply/1", "/apply/check", "/apply/reply", "/apply/withdrawal", "/apply/door"):
        assert other.post(url, data={"answer": "LB", "text": "x"}).location == "/apply"
    assert kept(app)[0].state is ApplicationState.DRAFT
    assert stranger.post("/apply/leaving").location == "/apply"
    assert stranger.get("/apply/check").location == "/apply/mine"
    assert stranger.get("/apply/mine").location == "/apply/number"


def test_guesses_are_slow_and_say_nothing(app: Flask, round: int, stranger: Browser) -> None:
    begin(stranger, round)
    (one,) = kept(app)
    bodies = set()
    for number in (one.number, "00000000"):
        answer = stranger.post("/apply/number", data={"number": number, "code": "000000"})
        bodies.add((answer.status_code, "The number or the code is not right" in answer.get_data(as_text=True)))
    assert bodies == {(422, True)}
    typed = {"number": one.number, "code": queries_code(app, one.number)}
    for _guess in range(4):
        stranger.post("/apply/number", data={"number": one.number.lower(), "code": "1"})
    assert stranger.post("/apply/number", data=typed).status_code == 429
    away = {"REMOTE_ADDR": "10.0.0.9"}
    assert stranger.post("/apply/number", data=typed, environ_overrides=away).status_code == 303, "a thief locks nobody out elsewhere"


def test_many_thieves_together_have_sixty_guesses_a_day(app: Flask, round: int, stranger: Browser) -> None:
    begin(stranger, round)
    (one,) = kept(app)

    def guess(n: int) -> int:
        here = {"REMOTE_ADDR": f"10.0.0.{n // 4}"}
        return stranger.post("/apply/number", data={"number": one.number, "code": "1"}, environ_overrides=here).status_code

    assert [guess(n) for n in range(61)] == [422] * 60 + [429]


def test_a_camp_behind_one_address_applies_on_one_afternoon(app: Flask, round: int) -> None:
    """Every phone of it has the same address; what one application may be changed is counted by itself."""
    phones = [app.test_client() for _phone in range(70)]
    assert [phone.post("/apply", data={"round": round}).location for phone in phones] == ["/apply/1"] * 70
    for _change in range(120):
        assert phones[0].post("/apply/1", data={"answer": "LB"}).status_code == 303
    assert phones[0].post("/apply/1", data={"answer": "LB"}).status_code == 429
    assert phones[1].post("/apply/1", data={"answer": "LB"}).status_code == 303


def test_taking_it_back_deletes_the_answers(app: Flask, round: int, stranger: Browser) -> None:
    begin(stranger, round)
    fill(stranger)
    stranger.post("/apply/withdrawal")
    assert kept(app) == []
    begin(stranger, round)
    fill(stranger)
    stranger.post("/apply/check")
    stranger.post("/apply/withdrawal")
    (one,) = kept(app)
    assert (one.state, one.answers, one.index) == (ApplicationState.WITHDRAWN, None, None)


def test_a_copied_database_names_nobody(app: Flask, round: int, stranger: Browser) -> None:
    begin(stranger, round)
    fill(stranger)
    stranger.post("/apply/check")
    stranger.post("/apply/next-time", data={"contact": "nour@mail.example"})
    with app.app_context():
        for table in ("application", "next_time", "fact"):
            told = repr(list(db.session.execute(text(f"SELECT * FROM {table}"))))
            for word in ("Nour", "3123456", "nour@", "some", "LB"):
                assert word not in told, f"{table} tells {word}"


def test_closed_and_not_begun_rounds_take_nothing(app: Flask, round: int, stranger: Browser, world: SimpleNamespace) -> None:
    with app.app_context(), transaction(write=True):
        shut = rounds.make([world.cohort], open=False).id
    assert stranger.post("/apply", data={"round": shut}).status_code in {303, 409}
    assert stranger.post("/apply", data={"round": 999}).status_code == 404
    begin(stranger, round)
    fill(stranger)
    with clock.held(clock.now() + timedelta(days=3)):
        assert "No course is open now" in stranger.page("/apply")
        assert "Tell me next time" in stranger.page("/")
        assert stranger.post("/apply/check").status_code == 422
    with app.app_context(), transaction(write=True):
        deciding.close_round(db.session.get_one(Round, round), by=rounds.staff())
    assert kept(app) == [], "drafts go with their round"
    assert stranger.post("/apply/check").location == "/apply"


def test_an_old_draft_goes_when_somebody_begins(app: Flask, round: int, stranger: Browser) -> None:
    begin(stranger, round)
    with app.app_context(), transaction(write=True):
        one = db.session.scalars(select(Application)).one()
        one.made_at = clock.now() - timedelta(days=31)
        old = one.number
    begin(app.test_client(), round)
    (left,) = kept(app)
    assert left.number != old


def test_tell_me_next_time_keeps_one_sealed_contact_until_staff_have_written(app: Flask, stranger: Browser, as_: Any) -> None:
    assert "They can write to you" in stranger.page("/apply")
    assert stranger.post("/apply/next-time", data={"contact": "no contact"}).status_code == 422
    for same in ("nour@mail.example", " Nour@Mail.example "):
        assert stranger.post("/apply/next-time", data={"contact": same}).status_code == 303
    dana = as_("dana")
    assert dana.page("/applications").count("nour@mail.example") == 2, "the contact and its button"
    assert "nour@" not in as_("efe").page("/applications")
    with app.app_context():
        (id,) = db.session.scalars(select(NextTime.id))
    assert as_("efe").post(f"/next-times/{id}/removal").status_code == 403
    assert dana.post(f"/next-times/{id}/removal").status_code == 303
    assert dana.post(f"/next-times/{id}/removal").status_code == 404


@pytest.mark.parametrize(
    ("typed", "country", "expected"),
    [("03 123 456", "LB", "+9613123456"),
     ("٠٣١٢٣٤٥٦", "LB", "+9613123456"), ("A@B.org ", None, "a@b.org"), ("nour", "LB", None), ("12", "LB", None)],
)  # fmt: skip
def test_a_contact_has_one_form(typed: str, country: str | None, expected: str | None) -> None:
    assert contact_of(typed, country) == expected


def test_a_number_is_read_as_people_type_it() -> None:
    assert number_of(" k7qm - 4xrt ") == number_of("K7QM4XRT") == "K7QM4XRT"
    assert number_of("KOIL") == "K011"
    assert len(QUESTIONS) == 6


def test_start_gives_every_draft_its_own_number(app: Flask, round: int) -> None:
    with app.app_context(), transaction(write=True):
        assert len({actions.start(db.session.get_one(Round, round)).number for _one in range(20)}) == 20
