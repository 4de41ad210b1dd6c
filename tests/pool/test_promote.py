"""Staff promote who meets the rule, with a sentence; tell the others what to do first, with a sentence."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.core import clock
from lms.core.access import Role
from lms.core.db import db, transaction
from lms.core.facts import Fact, Kind
from lms.messages.models import Message
from lms.people.models import User
from lms.pool.models import MemberState
from tests.eight import at_once, eight_browsers
from tests.pool import ways

WHY = {"sentence": "You work with care."}


def state(app: Flask) -> str:
    place = ways.place(app)
    return str(place.state) if place else "none"


def test_the_rule_stands_on_top_and_the_person_below(app: Flask, as_: Any, world: Any) -> None:
    ways.meet_the_rule(app)
    dana = as_("dana")
    text = dana.page("/pool")
    assert text.index("Accepted items: 5 or more.") < text.index("Amina")
    assert "Accepted items: 5. Needed: 5" in text
    assert "Careful with every box." in dana.page(f"/pool/{world.amina}")


def test_promotion_invites_her_with_the_reason_and_the_values_of_the_day(app: Flask, as_: Any, world: Any) -> None:
    ways.meet_the_rule(app)
    dana = as_("dana")
    assert dana.post(f"/pool/{world.amina}/promotion", data=WHY).status_code == 303
    place = ways.place(app)
    assert place is not None
    assert (place.state, place.sentence, place.promoted_by_id, place.values["accepted"]) == (
        MemberState.INVITED, WHY["sentence"], world.dana, 5,
    )  # fmt: skip
    assert "Amina" not in dana.page("/pool")
    assert "Invited" in dana.page("/pool?show=members")
    assert "Has not answered yet." in dana.page(f"/pool/{world.amina}")


def test_an_invitation_stands_on_her_today_and_leads_to_the_pool(app: Flask, as_: Any, world: Any) -> None:
    ways.meet_the_rule(app)
    amina, bilal = as_("amina"), as_("bilal")
    assert "wrote to you" not in amina.page("/today")
    as_("dana").post(f"/pool/{world.amina}/promotion", data=WHY)
    today = amina.page("/today")
    assert "wrote to you" in today
    assert WHY["sentence"] not in today  # a phone keeps Today, and no messages
    thread = re.search(r'href="(/messages/\d+)"', today)
    assert thread is not None
    read = amina.page(thread[1])
    assert WHY["sentence"] in read
    assert 'href="/work/pool"' in read
    assert bilal.get(thread[1]).status_code == 404


def test_not_yet_is_told_too_and_twice_the_same_words_once(app: Flask, as_: Any, world: Any) -> None:
    dana = as_("dana")
    ways.meet_the_rule(app)
    for _ in range(2):
        dana.post(f"/pool/{world.amina}/not-yet", data={"advice": "Ask for a second look."})
    with app.app_context():
        said = db.session.scalars(select(Message).where(Message.by_id == world.dana)).all()
        assert [one.text for one in said] == ["Ask for a second look."]


@pytest.mark.parametrize("sentence", ["", "   "])
def test_without_a_sentence_nobody_is_promoted(sentence: str, app: Flask, as_: Any, world: Any) -> None:
    ways.meet_the_rule(app)
    answer = as_("dana").post(f"/pool/{world.amina}/promotion", data={"sentence": sentence})
    assert answer.status_code == 422
    assert "Write a sentence. The person will read it." in answer.get_data(as_text=True)
    assert state(app) == "eligible"


def test_who_does_not_meet_the_rule_is_not_promoted_and_what_was_typed_stays(app: Flask, as_: Any, world: Any) -> None:
    dana = as_("dana")
    answer = dana.post(f"/pool/{world.amina}/promotion", data=WHY)
    assert answer.status_code == 422
    assert "This person does not meet the rule today." in answer.get_data(as_text=True)
    assert state(app) == "none"


def test_the_rule_is_that_of_today(app: Flask, as_: Any, world: Any) -> None:
    ways.meet_the_rule(app)
    with app.app_context(), transaction(write=True):
        db.session.get_one(User, world.amina).adult = False
    assert as_("dana").post(f"/pool/{world.amina}/promotion", data=WHY).status_code == 422
    assert state(app) == "eligible"


@pytest.mark.parametrize("name", ["amina", "hana", "bilal", "chen", "efe", "fay"])
def test_nobody_but_staff_decides_or_lists(name: str, app: Flask, as_: Any, world: Any) -> None:
    ways.meet_the_rule(app)
    client = as_(name)
    assert client.get("/pool").status_code == 403
    assert client.get(f"/pool/{world.amina}").status_code == 403
    assert client.post(f"/pool/{world.amina}/promotion", data=WHY).status_code == 403
    assert client.post(f"/pool/{world.amina}/not-yet", data={"advice": "Wait."}).status_code == 403
    assert state(app) == "eligible"


def test_somebody_without_a_place_is_404(as_: Any, world: Any) -> None:
    dana = as_("dana")
    assert dana.get(f"/pool/{world.hana}").status_code == 404
    assert dana.post(f"/pool/{world.hana}/promotion", data=WHY).status_code == 404


def test_staff_do_not_promote_themselves(app: Flask, as_: Any, world: Any) -> None:
    ways.meet_the_rule(app)
    with app.app_context(), transaction(write=True):
        db.session.get_one(User, world.amina).roles = frozenset({Role.TRAINEE, Role.STAFF})
    answer = as_("amina").post(f"/pool/{world.amina}/promotion", data=WHY)
    assert answer.status_code == 422
    assert "Another person of the staff must decide about you." in answer.get_data(as_text=True)
    assert state(app) == "eligible"


def test_not_yet_needs_a_sentence_and_she_reads_it(app: Flask, as_: Any, world: Any) -> None:
    dana = as_("dana")
    assert "Write the sentence this person will read." in dana.page("/pool?show=not-yet")
    assert dana.post(f"/pool/{world.amina}/not-yet", data={"advice": " "}).status_code == 422
    advice = "Draw the box closer to the edge."
    assert dana.post(f"/pool/{world.amina}/not-yet", data={"advice": advice}).status_code == 303
    assert advice in dana.page("/pool?show=not-yet")
    assert advice in as_("amina").page("/work/pool")
    assert "Our staff writes to you" not in as_("hana").page("/work/pool")


def test_eight_taps_invite_once(either_school: Flask) -> None:
    app = either_school
    ways.meet_the_rule(app)
    amina_id = app.extensions["world"].amina
    dana = eight_browsers(app, "dana")

    def work(n: int) -> int:
        return dana[n].post(f"/pool/{amina_id}/promotion", data=WHY).status_code

    assert sorted(at_once(work, range(8))) == [303] + [422] * 7
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(Fact.kind == Kind.POOL_INVITED)) == 1


def test_days_are_those_of_who_reads(app: Flask, as_: Any, world: Any) -> None:
    with clock.held(datetime(2026, 11, 20, 22, 30, tzinfo=UTC)):  # half past midnight in Beirut
        ways.meet_the_rule(app)
    dana = as_("dana")
    assert "Meets it since Saturday, 21 November 2026." in dana.page("/pool")
    assert "Saturday, 21 November 2026" in dana.page(f"/pool/{world.amina}")
