"""Staff paste a list: they see every row first, then all good rows go in together, each with a slip."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.cohorts import actions, adding, pasting
from lms.cohorts.models import Cohort, Enrolment
from lms.core import qr
from lms.core.db import db, transaction
from lms.core.errors import Refused
from lms.partners.models import Referral
from lms.people import actions as people
from lms.people.models import User
from tests.eight import at_once, eight_at_once, eight_browsers

NO_CONTACT = "This is no phone, email or sign-in name. Leave it empty if there is none."
LIST = "Layla Mansour; layla@example.org; ar\nأمل حداد;;ar\nYusuf Karimi; 03 765 432"


def count(app: Flask, model: Any) -> int:
    with app.app_context():
        return int(db.session.scalar(select(func.count()).select_from(model)) or 0)


def test_the_preview_adds_nobody(app: Flask, as_: Any, world: Any) -> None:
    before = count(app, User)
    answer = as_("dana").post(f"/cohorts/{world.cohort}/people/preview", data={"people": LIST})
    assert answer.status_code == 200
    assert answer.get_data(as_text=True).count("Can be added") == 3
    assert count(app, User) == before


def test_everyone_goes_in_with_a_code_that_works(app: Flask, as_: Any, stranger: Any, world: Any) -> None:
    answer = as_("dana").post(f"/cohorts/{world.cohort}/people", data={"people": LIST})
    text = answer.get_data(as_text=True)
    codes = re.findall(r"<b><bdi[^>]*>(\d{6})</bdi></b>", text)
    assert len(codes) == 3
    with app.app_context():
        layla = db.session.scalars(select(User).where(User.email == "layla@example.org")).one()
        place = db.session.scalars(select(Enrolment).where(Enrolment.user_id == layla.id)).one()
        referral = db.session.get_one(Referral, layla.id)
        assert (layla.language, layla.zone, layla.country) == ("ar", "Asia/Beirut", "LB")
    assert (place.cohort_id, referral.partner_id) == (world.cohort, world.here)
    new = {"identifier": "layla@example.org", "code": codes[0], "password": "eight signs"}
    assert stranger.post("/sign-in/code", data=new).status_code == 303
    assert stranger.post("/sign-in", data=new).status_code == 303


def test_a_slip_speaks_its_persons_language(as_: Any, world: Any) -> None:
    """One slip a person with its own words; the picture leads to the page and holds nothing about anybody."""
    text = as_("dana").post(f"/cohorts/{world.cohort}/people", data={"people": LIST}).get_data(as_text=True)
    slips = text.split('<ul class="slips">')[1].split("</ul>")[0].split("</li>")[:-1]
    assert len(slips) == 3
    assert ['lang="ar" dir="rtl"' in slip for slip in slips] == [True, True, False]
    assert "Sign in with:" in slips[2]
    assert "Sign in with:" not in slips[0]
    assert all("http://localhost/sign-in/code" in slip for slip in slips)
    assert text.count('<symbol id="qr"') == 1
    assert text.count('<use href="#qr"') == 3


def test_the_picture_is_the_address(app: Flask) -> None:
    modules, path = qr.path("http://localhost/sign-in/code")
    assert modules == 29 + 2 * qr.QUIET_ZONE, "version 3 holds 42 bytes with a quarter of it to spare"
    assert re.fullmatch(r"[Mmhvz\d. -]+", path)


def test_the_second_tap_adds_nobody_twice(app: Flask, as_: Any, world: Any) -> None:
    dana = as_("dana")
    one = {"people": "Layla; layla@example.org"}
    assert dana.post(f"/cohorts/{world.cohort}/people", data=one).status_code == 200
    before = count(app, User)
    answer = dana.post(f"/cohorts/{world.cohort}/people", data=one)
    assert answer.status_code == 422
    assert "Another person has this contact already." in answer.get_data(as_text=True)
    assert count(app, User) == before


def test_the_second_tap_adds_nobody_twice_who_has_no_contact(app: Flask, as_: Any, world: Any) -> None:
    dana, before = as_("dana"), count(app, User)
    assert dana.post(f"/cohorts/{world.cohort}/people", data={"people": LIST}).status_code == 200
    answer = dana.post(f"/cohorts/{world.cohort}/people", data={"people": LIST})
    assert answer.status_code == 422
    assert "Somebody in this cohort has this name." in answer.get_data(as_text=True)
    assert count(app, User) == before + 3
    assert dana.post(f"/cohorts/{world.other_cohort}/people", data={"people": "أمل حداد"}).status_code == 200, "a namesake elsewhere"


def test_a_local_number_is_one_of_the_partners_country(app: Flask, as_: Any, world: Any) -> None:
    answer = as_("dana").post(f"/cohorts/{world.cohort}/people", data={"people": LIST})
    assert "+9613765432" in answer.get_data(as_text=True)
    as_("dana").post(f"/cohorts/{world.other_cohort}/people", data={"people": "Deniz; 0532 123 45 67"})
    with app.app_context():
        phones = set(db.session.scalars(select(User.phone).where(User.name.in_(["Yusuf Karimi", "Deniz"]))))
    assert phones == {"+9613765432", "+905321234567"}


def test_a_number_in_arabic_digits_is_shown_in_latin_ones(as_: Any, world: Any) -> None:
    """Its groups would stand in the wrong order: spaces between Arabic digits turn a line round."""
    text = as_("dana").post(f"/cohorts/{world.cohort}/people/preview", data={"people": "Nour; +٩٦١ ٣ ١٢٣ ٤٥٦"}).get_data(as_text=True)
    assert "+961 3 123 456</bdi>" in text


def test_a_full_cohort_takes_nobody_of_the_list(app: Flask, as_: Any, world: Any) -> None:
    before = count(app, User)
    answer = as_("dana").post(f"/cohorts/{world.cohort}/people", data={"people": "\n".join(f"Person {n}" for n in range(40))})
    assert answer.status_code == 422
    assert "This cohort is full" in answer.get_data(as_text=True)
    assert count(app, User) == before


def test_an_empty_list_is_said(as_: Any, world: Any) -> None:
    answer = as_("dana").post(f"/cohorts/{world.cohort}/people/preview", data={"people": ""})
    assert answer.status_code == 422
    assert "Paste the list, or choose a file." in answer.get_data(as_text=True)


def test_words_in_the_place_of_a_contact_make_no_sign_in_name(app: Flask, as_: Any, world: Any) -> None:
    dana, before = as_("dana"), count(app, User)
    listed = {"people": "Layla; layla@example.org\nYusuf; not a contact\nAmal; none"}
    shown = dana.post(f"/cohorts/{world.cohort}/people/preview", data=listed).get_data(as_text=True)
    assert (shown.count("Can be added"), shown.count(NO_CONTACT)) == (1, 2)
    dana.post(f"/cohorts/{world.cohort}/people", data=listed)
    assert count(app, User) == before + 1
    with app.app_context(), transaction(write=True), pytest.raises(Refused):
        people.add(by=None, name="Yusuf", roles=frozenset(), identifier="not a contact")


@pytest.mark.parametrize(("name", "status"), [("bilal", 403), ("efe", 403), ("amina", 403), ("fay", 403)])
def test_nobody_but_staff(name: str, status: int, as_: Any, world: Any) -> None:
    assert as_(name).post(f"/cohorts/{world.cohort}/people", data={"people": LIST}).status_code == status


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("Layla, layla@example.org, ar", [()]),
        ("Name\tContact\nLayla\t03 765 432", [()]),
        ("Layla, not@mail", [("This is not an email address.",)]),
        (", layla@example.org", [("The name is missing.",)]),
        ("Layla, a@b.org, xx", [("We do not know the language xx.",)]),
        ("A, a@b.org\nB, A@B.org", [(), ("The same contact stands in line 1.",)]),
        ("A, 12", [(NO_CONTACT,)]),
        *((f"A; {text}", [(NO_CONTACT,)]) for text in ("not a contact", "-", "n/a", "None", "لا يوجد", "بدون", "t.me/amina", "١٢٣")),
        *((f"A; {text}", [()]) for text in ("amina.haddad", "أمل_حداد", "o’neil-2", "+٩٦١ ٣ ١٢٣ ٤٥٦", "Ａmina@Demo.Example", "")),
        ("Layla\nlayla ", [(), ("The same name stands in line 1.",)]),
        ("Layla, a@b.org\nLayla", [(), ("The same name stands in line 1.",)]),
        ("Layla, a@b.org\nLayla, b@b.org", [(), ()]),
        ("A; a@b.org\nB, b@b.org", [(), ("This name holds an email address. Write the name first, then the contact.",)]),
        ("\n\nA\n\n", [()]),
        ("x" * 130, [("The name is too long.",)]),
    ],
)
def test_what_a_line_says(text: str, problems: list[tuple[str, ...]], app: Flask) -> None:
    with app.test_request_context():
        assert [row.problems + row.doubts for row in pasting.read(text)] == problems


def places(app: Flask, cohort: int) -> list[str]:
    with app.app_context():
        names = select(User.name).join(Enrolment, Enrolment.user_id == User.id).where(Enrolment.cohort_id == cohort).order_by(User.name)
        return list(db.session.scalars(names))


def send(client: Any, cohort: int, people: str, **more: str) -> Any:
    return client.post(f"/cohorts/{cohort}/people", data={"people": people} | {name.replace("_", "-"): word for name, word in more.items()})


HANA = "Hanaa; hana@demo.example; ar\nLayla"


def test_somebody_who_is_here_stands_beside_her_line(app: Flask, as_: Any, world: Any) -> None:
    dana = as_("dana")
    text = dana.post(f"/cohorts/{world.cohort}/people/preview", data={"people": HANA}).get_data(as_text=True)
    beside = text.split('id="line-1"')[1].split("</fieldset>")[0]
    assert re.findall(r"<td[^>]*><bdi[^>]*>(Hanaa?)</bdi>", beside) == ["Hanaa", "Hana"]
    assert beside.count("Differs") == 2, "the name and the language, not the contact"
    assert "Gaziantep 1" in beside
    assert "1 other person goes in." in text
    before = count(app, User)
    page = send(dana, world.cohort, HANA, shown="2", choice_1=f"same-{world.hana}").get_data(as_text=True)
    assert "has a place here now, and signs in as before." in page
    assert len(re.findall(r"<b><bdi[^>]*>\d{6}</bdi></b>", page)) == 1, "no second way in for who has a password"
    assert places(app, world.cohort) == ["Amina", "Hana", "Layla"]
    assert count(app, User) == before + 1
    with app.app_context():
        assert db.session.get_one(Referral, world.hana).partner_id == world.there, "she keeps her partner"
    again = send(dana, world.cohort, HANA, choice_1=f"same-{world.hana}")
    assert again.status_code == 422
    assert "Somebody was added meanwhile." in again.get_data(as_text=True)
    assert "has a place here already." in again.get_data(as_text=True)


def test_another_person_is_added_without_the_contact(app: Flask, as_: Any, world: Any) -> None:
    assert "Hanaa" in send(as_("dana"), world.cohort, HANA, choice_1="new").get_data(as_text=True)
    assert places(app, world.cohort) == ["Amina", "Hanaa", "Layla"]
    with app.app_context():
        assert db.session.scalars(select(User.email).where(User.name == "Hanaa")).one() is None


def test_nothing_chosen_is_left_out(app: Flask, as_: Any, world: Any) -> None:
    send(as_("dana"), world.cohort, HANA + "\nLayla; layla@example.org")
    assert places(app, world.cohort) == ["Amina", "Layla"]
    answer = send(as_("dana"), world.other_cohort, "Hana", choice_1="out")
    assert answer.status_code == 422
    assert "Nobody is chosen." in answer.get_data(as_text=True)
    send(as_("dana"), world.other_cohort, "Hana", choice_1="new")
    assert places(app, world.other_cohort) == ["Hana", "Hana"]


def test_only_a_trainee_can_be_the_same_person(app: Flask, as_: Any, world: Any) -> None:
    dana, line = as_("dana"), "Bilal; bilal@demo.example"
    text = dana.post(f"/cohorts/{world.cohort}/people/preview", data={"people": line}).get_data(as_text=True)
    assert "This account cannot be added to a cohort." in text
    assert f"same-{world.bilal}" not in text
    for id in (world.bilal, world.hana, 999_999):
        assert send(dana, world.cohort, line, choice_1=f"same-{id}").status_code == 422
    assert places(app, world.cohort) == ["Amina"]


def test_what_looked_ready_and_is_not_any_more_must_be_looked_at(app: Flask, as_: Any, world: Any) -> None:
    send(as_("dana"), world.other_cohort, "Layla; layla@example.org")
    answer = send(as_("dana"), world.cohort, "Layla; layla@example.org\nYusuf", shown="1,2")
    assert answer.status_code == 422
    assert "Somebody was added meanwhile." in answer.get_data(as_text=True)
    assert places(app, world.cohort) == ["Amina"]


def test_eight_at_once_add_nobody_twice(either_school: Flask) -> None:
    app, world = either_school, either_school.extensions["world"]

    def add(cohort_id: int, text: str, choices: dict[int, str]) -> int:
        cohort = db.session.scalars(select(Cohort).where(Cohort.id == cohort_id).with_for_update()).one()
        people = adding.chosen(adding.read(text, cohort), choices)
        return len(actions.add_people(cohort, people, by=db.session.get_one(User, world.dana)))

    def added(cohorts: list[int], text: str, choices: dict[int, str]) -> list[int]:
        done = eight_at_once(app, lambda n: add(cohorts[n % len(cohorts)], text, choices), but=Refused)
        return sorted(one for one in done if isinstance(one, int) and one)

    assert added([world.cohort], "Layla;\nYusuf; 03 765 432", {}) == [2]
    assert added([world.cohort], HANA, {1: f"same-{world.hana}"}) == [1]
    assert added([world.cohort, world.other_cohort], "Salma; salma@example.org", {}) == [1], "two cohorts, and one contact"
    assert [name for name in places(app, world.cohort) if name != "Salma"] == ["Amina", "Hana", "Layla", "Yusuf"]


def test_eight_lists_at_once_fill_a_cohort_and_no_more(either_school: Flask) -> None:
    """Through the page, whose lock it is."""
    app, world = either_school, either_school.extensions["world"]
    with app.app_context(), transaction(write=True):
        db.session.get_one(Cohort, world.cohort).capacity = 4  # amina has one of them
    dana = eight_browsers(app, "dana")

    def add(n: int) -> int:
        return dana[n].post(f"/cohorts/{world.cohort}/people", data={"people": f"Person {n}"}).status_code

    assert sorted(at_once(add, range(8))) == [200] * 3 + [422] * 5
    assert len(places(app, world.cohort)) == 4
