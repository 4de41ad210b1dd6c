"""A mentor writes to her trainees, each alone; a trainee answers or asks; at most one word a day that nobody asked for."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError

from lms.cohorts.models import Enrolment, EnrolmentState, MentorSeat
from lms.core import clock
from lms.core.access import Role
from lms.core.db import db, transaction
from lms.core.errors import Refused
from lms.core.facts import Fact
from lms.learning.models import Reading
from lms.messages import actions
from lms.messages.models import LONGEST, Message, Thread
from lms.people.models import User
from tests.eight import eight_at_once

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)  # a Wednesday
HELLO = "How are you? Class is at six."


def messages(app: Flask) -> list[str]:
    with app.app_context():
        return [row.text for row in db.session.scalars(select(Message).order_by(Message.id))]


def thread(app: Flask, person: int) -> int:
    with app.app_context():
        return db.session.scalars(select(Thread.id).where(Thread.person_id == person)).one()


@pytest.fixture
def karim(app: Flask, world: Any) -> dict[str, int]:
    """Beside amina, who worked today: karim, who reads Arabic and did nothing for three weeks."""
    with app.app_context(), transaction(write=True):
        karim = User(name="Karim", roles=frozenset({Role.TRAINEE}), email="k@example.org", zone="Asia/Beirut", language="ar")
        db.session.add(karim)
        db.session.flush()
        place = Enrolment(cohort_id=world.cohort, user_id=karim.id, made_at=NOW - timedelta(days=21))
        db.session.add_all([place, Reading(enrolment_id=world.enrolment, lesson_uid="tiny/labels", done_at=NOW)])
        db.session.flush()
        return {"person": karim.id, "place": place.id}


def write(client: Any, world: Any, *places: int, text: str = HELLO, **more: Any) -> Any:
    data = {"people": [str(place) for place in places or (world.enrolment,)], "text_en": text, **more}
    return client.post(f"/cohorts/{world.cohort}/messages", data=data)


def test_it_is_written_read_and_answered(app: Flask, as_: Any, world: Any) -> None:
    bilal, amina = as_("bilal"), as_("amina")
    assert write(bilal, world).status_code == 303
    today = amina.page("/today")
    address = f"/messages/{thread(app, world.amina)}"
    assert "<bdi>Bilal</bdi> wrote to you." in today
    assert f'href="{address}"' in today
    assert HELLO not in today, "a phone keeps Today, and no messages"
    assert "X-Offline" not in amina.get(address).headers
    page = amina.page(address)
    assert HELLO in page
    assert "Only you and <bdi>Bilal</bdi> read this." in page
    assert amina.post(address, data={"text": "I come."}).status_code == 303
    assert "wrote to you" not in amina.page("/today"), "who answers has read"
    assert "1 person wrote to you." in bilal.page("/desk")
    assert "I come." in bilal.page(address)
    assert bilal.post(f"{address}/reading").status_code == 303
    assert "wrote to you" not in bilal.page("/desk")


def said_on(page: str) -> str:
    """A page's main part without its form tokens, which are of the second they were written in."""
    return re.sub(r'(name="csrf_token"[^>]* value=")[^"]+', r"\1", page.split("<main")[1])


def test_reading_is_said_and_told_to_nobody(app: Flask, as_: Any, world: Any) -> None:
    bilal, amina = as_("bilal"), as_("amina")
    write(bilal, world)
    address = f"/messages/{thread(app, world.amina)}"
    before = said_on(bilal.page(address))
    assert "I read it" in amina.page(address)
    assert amina.post(f"{address}/reading").status_code == 303
    assert "I read it" not in amina.page(address)
    assert "wrote to you" not in amina.page("/today")
    assert said_on(bilal.page(address)) == before


def test_several_get_it_each_alone_in_their_language(app: Flask, as_: Any, world: Any, karim: dict[str, int]) -> None:
    bilal = as_("bilal")
    sent = write(bilal, world, world.enrolment, karim["place"], text_ar="كيف الحال؟")
    assert "Sent to 2 people, to each alone." in bilal.page(sent.location)
    assert messages(app) == [HELLO, "كيف الحال؟"]
    page = as_("amina").page("/messages")
    assert "Karim" not in page
    assert "Karim" not in as_("amina").page(f"/messages/{thread(app, world.amina)}")


@pytest.mark.parametrize(("field", "value", "words"), [
    ("text_en", "  ", "Write something here."), ("text_en", "x" * (LONGEST + 1), "Field cannot be longer"), ("people", [], "Choose one"),
    ("people", ["2"], "Choose one"), ("people", ["999"], "Choose one"),
])  # fmt: skip
def test_a_letter_needs_words_and_people_of_this_cohort(
    app: Flask, as_: Any, world: Any, karim: Any, field: str, value: Any, words: str
) -> None:
    data = {"people": [str(world.enrolment)], "text_en": HELLO} | {field: value}
    if value == ["2"]:
        assert world.other_enrolment == 2, "hana's place, in chen's cohort"
    answer = as_("bilal").post(f"/cohorts/{world.cohort}/messages", data=data)
    assert (answer.status_code, messages(app)) == (422, [])
    assert words in answer.get_data(as_text=True)


def test_one_word_a_day_and_an_answer_is_free(app: Flask, as_: Any, world: Any) -> None:
    bilal, dana, amina = as_("bilal"), as_("dana"), as_("amina")
    with clock.held(NOW):
        bilal, dana, amina = as_("bilal"), as_("dana"), as_("amina")
        write(bilal, world)
        assert write(bilal, world).status_code == 303, "a second tap"
        refused = write(dana, world, text="Hello from staff.")
        assert (refused.status_code, messages(app)) == (422, [HELLO])
        assert "Somebody wrote to these people today. Write again tomorrow." in refused.get_data(as_text=True)
        assert "Had a message today" in dana.page(f"/cohorts/{world.cohort}/messages/new")
        address = f"/messages/{thread(app, world.amina)}"
        assert bilal.post(address, data={"text": "One thing more."}).status_code == 422
        amina.post(address, data={"text": "Which room?"})
        amina.post(address, data={"text": "Which room?"})
        bilal.post(address, data={"text": "Room 2."})
        assert messages(app) == [HELLO, "Which room?", "Room 2."]
    with clock.held(NOW + timedelta(hours=12, minutes=1)):  # after midnight in Beirut
        assert write(as_("dana"), world, text="Hello from staff.").status_code == 303


def test_the_same_words_a_week_later_are_a_new_message(app: Flask, as_: Any, world: Any) -> None:
    """The ready sentence of a reminder is the same each time: it must arrive each time, or nobody may be told that it was sent."""
    for week in range(2):
        with clock.held(NOW + timedelta(weeks=week)):
            bilal, amina = as_("bilal"), as_("amina")
            assert write(bilal, world).status_code == 303
            assert bilal.post(f"/enrolments/{world.enrolment}/notes", data={"note": "Called. No answer."}).status_code == 303
            amina.post(f"/mentors/{world.bilal}/message", data={"text": "Thank you."})
    assert messages(app) == [HELLO, "Thank you."] * 2
    assert as_("bilal").page(f"/enrolments/{world.enrolment}").count("Called. No answer.") == 2
    told = []
    for hours in (0, 1, 2):  # an answer to her, a word nobody asked for, and one too many: none of them is a second tap
        with clock.held(NOW + timedelta(weeks=2, hours=hours)):
            told.append(write(as_("bilal"), world).status_code)
    assert (told, len(messages(app))) == ([303, 303, 422], 6)


def test_who_had_one_today_is_left_out_and_named(app: Flask, as_: Any, world: Any, karim: dict[str, int]) -> None:
    bilal = as_("bilal")
    write(bilal, world)
    sent = write(bilal, world, world.enrolment, karim["place"], text="Another thing.", text_ar="شيء آخر")
    page = bilal.page(sent.location)
    assert "Sent to 1 person." in page
    assert "Not sent, because somebody wrote to them today: \u2068Amina\u2069." in page


def test_a_long_list_of_names_breaks_no_cookie(app: Flask, as_: Any, world: Any) -> None:
    """Flask warns of a cookie that browsers throw away, and here a warning is an error."""
    with app.app_context(), transaction(write=True):
        people = [User(name=secrets.token_hex(50), roles=frozenset({Role.TRAINEE}), email=f"p{n}@x.org") for n in range(40)]
        db.session.add_all(people)
        db.session.flush()
        places = [Enrolment(cohort_id=world.cohort, user_id=one.id) for one in people]
        db.session.add_all(places)
        db.session.flush()
        ids = [place.id for place in places]
    write(as_("dana"), world, *ids)
    bilal = as_("bilal")
    sent = write(bilal, world, world.enrolment, *ids, text="Another thing.")
    assert "Not sent, because somebody wrote to them today: 40 people." in bilal.page(sent.location)


def test_eight_at_once_reach_a_person_once(either_school: Flask) -> None:
    app, world = either_school, either_school.extensions["world"]
    with app.app_context(), transaction(write=True):
        mentors = [User(name=f"M{n}", roles=frozenset({Role.MENTOR}), email=f"m{n}@x.org") for n in range(8)]
        db.session.add_all(mentors)
        db.session.flush()
        ids = [mentor.id for mentor in mentors]

    def tap(n: int) -> bool:
        to = [db.session.get_one(User, person) for person in (world.hana, world.amina)]
        return bool(actions.write(to, by=db.session.get_one(User, ids[n]), texts={"en": HELLO}))

    assert eight_at_once(app, tap, but=Refused).count(True) == 1
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Message)) == 2
        assert db.session.scalar(select(func.count()).select_from(Fact).where(Fact.kind == "message.sent")) == 2


def test_a_trainee_writes_first(app: Flask, as_: Any, world: Any) -> None:
    amina = as_("amina")
    address = f"/mentors/{world.bilal}/message"
    assert f'href="{address}"' in amina.page("/messages")
    assert amina.post(address, data={"text": " "}).status_code == 422
    for _tap in range(2):
        assert amina.post(address, data={"text": "I cannot come."}).status_code == 303
    assert messages(app) == ["I cannot come."]
    assert amina.get(address).location == f"/messages/{thread(app, world.amina)}"
    assert amina.get(f"/mentors/{world.chen}/message").status_code == 404
    assert amina.post(f"/mentors/{world.chen}/message", data={"text": "Hello"}).status_code == 404
    assert as_("bilal").get(address).status_code == 403


def test_outsiders_find_nothing(app: Flask, as_: Any, world: Any) -> None:
    write(as_("bilal"), world)
    address = f"/messages/{thread(app, world.amina)}"
    for name, status in {"chen": 404, "hana": 404, "dana": 404, "efe": 403, "fay": 403}.items():
        client = as_(name)
        for asked in (client.get(address), client.get(f"{address}.txt"), client.post(address, data={"text": "x"}),
                      client.post(f"{address}/reading")):  # fmt: skip
            assert asked.status_code == status, name
        if status == 404:
            assert "Amina" not in client.page("/messages")
    for name, status in {"chen": 404, "amina": 403, "efe": 403, "fay": 403}.items():
        client = as_(name)
        assert client.get(f"/cohorts/{world.cohort}/messages/new").status_code == status
        assert write(client, world).status_code == status
    assert messages(app) == [HELLO]


def test_a_seat_taken_away_takes_the_thread_along(app: Flask, as_: Any, world: Any) -> None:
    bilal, amina = as_("bilal"), as_("amina")
    write(bilal, world)
    address = f"/messages/{thread(app, world.amina)}"
    with app.app_context(), transaction(write=True):
        db.session.delete(db.session.get_one(MentorSeat, (world.cohort, world.bilal)))
    assert bilal.get(address).status_code == 404
    assert "You can read, but not write." in amina.page(address)
    assert amina.post(address, data={"text": "Hello?"}).status_code == 403


def test_it_can_be_kept_as_evidence_and_is_sealed(app: Flask, as_: Any, world: Any) -> None:
    write(as_("bilal"), world)
    kept = as_("amina").get(f"/messages/{thread(app, world.amina)}.txt")
    assert kept.mimetype == "text/plain"
    assert "attachment" in kept.headers["Content-Disposition"]
    assert "Amina" not in kept.headers["Content-Disposition"]
    assert f"Bilal\n{HELLO}" in kept.get_data(as_text=True)
    with app.app_context():
        raw = db.session.execute(db.text("SELECT text FROM message")).scalar_one()
        assert HELLO.encode() not in bytes(raw)


def test_who_has_left_gets_nothing(app: Flask, as_: Any, world: Any) -> None:
    with app.app_context(), transaction(write=True):
        db.session.get_one(Enrolment, world.enrolment).state = EnrolmentState.DROPPED
    assert write(as_("bilal"), world).status_code == 422
    assert "Nobody studies in this cohort now." in as_("bilal").page(f"/cohorts/{world.cohort}/messages/new")


def test_what_was_sent_is_neither_changed_nor_taken_out(either_school: Flask) -> None:
    app, world = either_school, either_school.extensions["world"]
    with app.app_context(), transaction(write=True):
        actions.ask(db.session.get_one(User, world.bilal), by=db.session.get_one(User, world.amina), text=HELLO)
    for change in (update(Message).values(text="Something else."), delete(Message)):
        with app.app_context(), pytest.raises(DBAPIError, match="append-only"), transaction(write=True):
            db.session.execute(change)
    assert messages(app) == [HELLO]
