"""Staff change a round: freely before anybody applies, then only so that what people were told stays true; nobody saves over another."""

from __future__ import annotations

import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.cohorts.models import Cohort
from lms.core import clock
from lms.core.db import db, transaction
from lms.core.errors import Refused
from lms.core.facts import Fact, Kind
from lms.core.mending import written
from lms.intake import changing, deciding
from lms.intake.models import Application, Round, RoundState
from tests.client import Browser
from tests.eight import at_once, eight_at_once, eight_browsers
from tests.intake import rounds
from tests.mending import seen_in, shown

TODAY = clock.now().date()


@pytest.fixture
def round(app: Flask, world: SimpleNamespace) -> int:
    """An open round of efe's partner, for the next three days, in which nobody applied."""
    with app.app_context(), transaction(write=True):
        return rounds.make([world.cohort]).id


def typed(world: SimpleNamespace, **changes: Any) -> dict[str, Any]:
    """What the form of `round` holds, but for `changes`."""
    days = {"opens_on": str(TODAY - timedelta(days=1)), "closes_on": str(TODAY + timedelta(days=2))}
    return {"cohorts": [world.cohort], "languages": ["ar", "en"], "countries": ["LB", "SY"], **days, **changes}


def save(client: Browser, id: int, world: SimpleNamespace, **changes: Any) -> Any:
    """Open the page, type, save."""
    where = f"/rounds/{id}/terms"
    return client.post(where, data=shown(client, where) | typed(world, **changes))


def stands(app: Flask, id: int) -> dict[str, Any]:
    with app.app_context():
        return changing.terms_of(db.session.get_one(Round, id))


def another(world: SimpleNamespace, like: int, **changes: Any) -> int:
    """A cohort of the same programme and partner as this one."""
    one = db.session.get_one(Cohort, like)
    given = {"programme_id": one.programme_id, "partner_id": one.partner_id, "name": "Beirut 2", "zone": one.zone}
    made = Cohort(**given | {"starts_on": one.starts_on, "ends_on": one.ends_on, "state": one.state} | changes)
    db.session.add(made)
    db.session.flush()
    return made.id


def test_before_anybody_applies_all_of_it_changes(app: Flask, world: SimpleNamespace, as_: Any, round: int) -> None:
    with app.app_context(), transaction(write=True):
        db.session.get_one(Cohort, world.other_cohort).zone = "Europe/Istanbul"
    dana = as_("dana")
    assert f"/rounds/{round}/terms" in dana.page(f"/rounds/{round}")
    new = {"cohorts": [world.other_cohort], "languages": ["en"], "countries": ["TR"], "opens_on": str(TODAY), "closes_on": "2099-01-01"}
    assert save(dana, round, world, **new).location == f"/rounds/{round}"
    told = stands(app, round)
    assert (told["cohorts"], told["languages"], told["countries"]) == ([world.other_cohort], ["en"], ["TR"])
    with app.app_context():
        changed = db.session.get_one(Round, round)
        assert (changed.partner_id, changed.zone) == (world.there, "Europe/Istanbul"), "its days are those of its people"
        facts = db.session.scalars(select(Fact).where(Fact.kind == str(Kind.ROUND_CHANGED))).all()
        assert [(fact.actor_id, sorted(fact.data["changed"])) for fact in facts] == [(world.dana, sorted(told))]
    assert "2099" in as_("goran").page(f"/rounds/{round}")
    same = {"seen": written(told)} | new
    assert dana.post(f"/rounds/{round}/terms", data=same).status_code == 303
    with app.app_context():
        assert len(db.session.scalars(select(Fact).where(Fact.kind == str(Kind.ROUND_CHANGED))).all()) == 1, "nothing changed"


def test_staff_alone(as_: Any, round: int) -> None:
    address = f"/rounds/{round}/terms"
    assert [as_(name).get(address).status_code for name in ("efe", "goran", "bilal", "amina", "fay")] == [403] * 5
    assert [as_(name).post(address).status_code for name in ("efe", "bilal", "amina", "fay")] == [403] * 4
    assert address not in as_("efe").page(f"/rounds/{round}")
    assert as_("dana").get("/rounds/999/terms").status_code == 404


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"opens_on": str(TODAY)}, "The first day cannot change."),
        ({"closes_on": str(TODAY + timedelta(days=1))}, "It can only come later."),
        ({"languages": ["ar"]}, "You can add languages, but not remove one."),
        ({"countries": ["LB", "TR"]}, "You can add countries, but not remove one."),
        ({"cohorts": "other"}, "The programme and the partner cannot change."),
    ],
)
def test_what_people_were_told_stays(app: Flask, world: SimpleNamespace, as_: Any, round: int, changes: Any, sentence: str) -> None:
    with app.app_context(), transaction(write=True):
        rounds.draft(db.session.get_one(Round, round))
    if "cohorts" in changes:
        changes = {"cohorts": [world.other_cohort]}
    dana, before = as_("dana"), stands(app, round)
    answer = save(dana, round, world, **changes)
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    assert stands(app, round) == before
    kept = re.search(r'<input[^>]* name="opens_on"[^>]*>', answer.get_data(as_text=True))
    assert kept
    assert f'value="{before["opens_on"]}"' in kept[0], "what cannot change is not sent again"
    wider = {"languages": ["ar", "en"], "countries": ["LB", "SY", "TR"], "closes_on": "2099-01-01"}
    assert save(dana, round, world, **wider).status_code == 303


def test_a_cohort_with_a_promised_place_stays(app: Flask, world: SimpleNamespace, as_: Any, round: int) -> None:
    with app.app_context(), transaction(write=True):
        second = another(world, world.cohort)
    dana = as_("dana")
    assert save(dana, round, world, cohorts=[world.cohort, second]).status_code == 303
    with app.app_context(), transaction(write=True):
        one = rounds.sent(db.session.get_one(Round, round))
        deciding.accept(one, db.session.get_one(Cohort, second), by=rounds.staff(), reason="Yes.")
    answer = save(dana, round, world)
    assert (answer.status_code, "Somebody has a place in Beirut 2." in answer.get_data(as_text=True)) == (422, True)
    assert save(dana, round, world, cohorts=[second]).status_code == 303, "nobody has one in the first"


@pytest.mark.parametrize("open", [True, False])
def test_a_last_day_that_is_over_may_stand_while_something_else_changes(
    app: Flask, world: SimpleNamespace, as_: Any, round: int, open: bool
) -> None:
    """Somebody may still answer what staff asked; and a draft is opened when its days are right."""
    over = {"opens_on": str(TODAY - timedelta(days=9)), "closes_on": str(TODAY - timedelta(days=5))}
    with app.app_context(), transaction(write=True):
        found = db.session.get_one(Round, round)
        found.opens_on, found.closes_on = TODAY - timedelta(days=9), TODAY - timedelta(days=5)
        found.state = RoundState.OPEN if open else RoundState.DRAFT
    assert save(as_("dana"), round, world, **over, languages=["ar"]).status_code == 303
    assert stands(app, round)["languages"] == ["ar"]
    other = save(as_("dana"), round, world, **over | {"closes_on": str(TODAY - timedelta(days=4))}, languages=["ar"])
    assert other.status_code == (422 if open else 303)


def test_days_that_are_over_and_a_closed_round(world: SimpleNamespace, as_: Any, round: int) -> None:
    dana, gone = as_("dana"), {"opens_on": "2020-01-01", "closes_on": "2020-02-01"}
    assert "Close the round to end it." in save(dana, round, world, **gone).get_data(as_text=True)
    assert save(dana, round, world, opens_on="2099-01-01", closes_on="2098-01-01").status_code == 422
    old = shown(dana, f"/rounds/{round}/terms")
    dana.post(f"/rounds/{round}/closing")
    assert f"/rounds/{round}/terms" not in dana.page(f"/rounds/{round}")
    assert "<form" not in dana.page(f"/rounds/{round}/terms").split("<h1>")[1].split("</main>")[0]
    answer = dana.post(f"/rounds/{round}/terms", data=old | typed(world, closes_on="2099-01-01"))
    assert answer.status_code == 422
    assert 'value="2099-01-01"' in answer.get_data(as_text=True), "what was typed is not lost"


def test_nothing_typed_is_lost(world: SimpleNamespace, as_: Any, round: int) -> None:
    answer = save(as_("dana"), round, world, countries=[], languages=["en"], closes_on="2099-05-05", opens_on="soon")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert ('value="2099-05-05"' in text, 'value="soon"' in text) == (True, True)
    assert re.findall(r'name="languages" value="(\w+)" checked', text) == ["en"]


def test_a_second_tap_saves_once_and_is_told_of_nobody(app: Flask, world: SimpleNamespace, as_: Any, round: int) -> None:
    dana = as_("dana")
    data = shown(dana, f"/rounds/{round}/terms") | typed(world, closes_on="2099-01-01")
    for countries in (["LB", "SY"], ["SY", "LB"]):  # the second one in the order of another language
        assert dana.post(f"/rounds/{round}/terms", data=data | {"countries": countries}).status_code == 303
    with app.app_context():
        assert len(db.session.scalars(select(Fact).where(Fact.kind == str(Kind.ROUND_CHANGED))).all()) == 1


def test_who_saves_second_sees_what_changed(app: Flask, world: SimpleNamespace, as_: Any, round: int) -> None:
    first, second = as_("dana"), as_("dana")
    address, mine = f"/rounds/{round}/terms", {"languages": ["en"], "closes_on": "2099-06-06"}
    old = shown(second, address)
    assert save(first, round, world, countries=["LB", "SY", "TR"], closes_on="2099-01-01").status_code == 303
    answer = second.post(address, data=old | typed(world, **mine))
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    news = text.split('id="news"')[1].split("</section>")[0]
    assert ("Türkiye" in news or "Turkey" in news, "1 January 2099" in news, "Languages" in news) == (True, True, False)
    assert re.findall(r'name="countries" value="(\w+)" checked', text) == ["LB", "SY", "TR"], "what she left alone"
    assert re.findall(r'name="languages" value="(\w+)" checked', text) == ["en"]
    assert 'value="2099-06-06"' in text, "what she typed"
    again = typed(world, **mine, countries=["TR", "SY", "LB"])  # in the order of their names in another language
    assert second.post(address, data=seen_in(text) | again).status_code == 303
    told = stands(app, round)
    assert (told["countries"], told["languages"], str(told["closes_on"])) == (["LB", "SY", "TR"], ["en"], "2099-06-06")
    for odd in ("", "[]", '{"cohorts": 5}', '{"opens_on": "x"}', '{"cohorts": [Infinity]}', "[" * 100_000):
        assert second.post(address, data={"seen": odd} | again | {"languages": ["ar"]}).status_code == 422
    assert stands(app, round) == told


def test_in_arabic(as_: Any, round: int) -> None:
    dana = as_("dana")
    dana.post("/language", data={"lang": "ar"})
    assert "حفظ التغييرات" in dana.page(f"/rounds/{round}/terms")


def test_eight_who_saw_the_same_one_saves(either_school: Flask) -> None:
    """Through the page, whose lock it is."""
    app, world = either_school, either_school.extensions["world"]
    with app.app_context(), transaction(write=True):
        id = rounds.make([world.cohort]).id
    clients = eight_browsers(app, "dana")
    saw = shown(clients[0], f"/rounds/{id}/terms")

    def save_one(number: int) -> int:
        data = saw | typed(world, closes_on=str(TODAY + timedelta(days=10 + number)))
        return int(clients[number].post(f"/rounds/{id}/terms", data=data).status_code)

    assert sorted(at_once(save_one, range(8))) == [303] + [422] * 7
    with app.app_context():
        assert len(db.session.scalars(select(Fact).where(Fact.kind == str(Kind.ROUND_CHANGED))).all()) == 1


def test_no_place_is_promised_in_a_cohort_that_leaves(either_school: Flask) -> None:
    """Four promise a place in the second cohort while four take it out: either all promises stand in the round, or there are none."""
    app, world = either_school, either_school.extensions["world"]
    with app.app_context(), transaction(write=True):
        second = another(world, world.cohort)
        round = rounds.make([world.cohort, second])
        id, ids = round.id, [rounds.sent(round, name=f"Person {n}").id for n in range(4)]
    saw = stands(app, id)

    def act(number: int) -> None:
        if number % 2:
            found = db.session.scalars(select(Application).where(Application.id == ids[number // 2]).with_for_update()).one()
            cohort = db.session.scalars(select(Cohort).where(Cohort.id == second).with_for_update()).one()
            deciding.accept(found, cohort, by=rounds.staff(), reason="Yes.")
        else:
            round = db.session.scalars(select(Round).where(Round.id == id).with_for_update()).one()
            changing.change_round(round, saw | {"cohorts": [world.cohort]}, seen=written(saw), by=rounds.staff())

    eight_at_once(app, act, but=Refused)
    with app.app_context():
        promised = db.session.scalars(select(Application.id).where(Application.cohort_id == second)).all()
        assert (second in changing.terms_of(db.session.get_one(Round, id))["cohorts"]) == bool(promised)
