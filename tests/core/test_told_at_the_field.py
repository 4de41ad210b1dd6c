"""What a rule says no to is told at the field that is to change, and the summary on top leads there."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import Form as Row
from wtforms import FormField, HiddenField, StringField

from lms.core.errors import Refused
from lms.core.forms import CountField, Form, tried

PROGRAMME = {"name": "English", "track": "Language", "fund": "GRANT-B"}
PARTNER = {"name": "Well", "code": "NGO-JO", "country": "LB"}
COHORT = {
    "name": "Beirut 9", "programme": "1", "partner": "0", "like": "0", "zone": "Asia/Beirut", "starts_on": "2027-02-01",
    "ends_on": "2027-03-01", "capacity": "24",
}  # fmt: skip
CLASS = {"rows-0-weekday": "1", "rows-0-at": "18:00", "rows-0-minutes": "60"}
WRONG = (
    ("dana", "/programmes", PROGRAMME | {"fund": "NO FUND !"}, "fund", "Use letters, digits and hyphens for the name of the fund."),
    ("dana", "/partners", PARTNER | {"code": "A B"}, "code", "Use Latin letters, digits and hyphens for the code, 12 at most."),
    ("dana", "/partners/{here}/coordinators", {"person": "nobody"}, "person", "We did not find this person. Try the phone or the email."),
    ("dana", "/cohorts", COHORT | {"capacity": "0"}, "capacity", "Write a number from 1 to 500."),
    ("dana", "/cohorts", COHORT | {"capacity": "many"}, "capacity", "Write a number from 1 to 500."),
    ("dana", "/cohorts", COHORT | {"zone": "Mars/One"}, "zone", "We do not know the time zone Mars/One."),
    ("dana", "/cohorts", COHORT | {"ends_on": "2027-01-01"}, "ends_on", "The last day must come after the first day."),
    ("dana", "/cohorts", COHORT | {"name": "Beirut 1"}, "name", "Another cohort has this name. Choose another name."),
    ("amina", "/me/sign-in", {"identifier": "amina"}, "identifier", "This is no phone number and no email address."),
    ("amina", "/me/sign-in", {"identifier": "a@b"}, "identifier", "This is not an email address: a@b"),
    ("amina", "/me/sign-in", {"identifier": "hana@demo.example"}, "identifier",
     "Another person has this already. Is it yours? Ask our staff."),
    ("efe", "/enrolments/{enrolment}/sign-in", {"identifier": "a b"}, "identifier", "This is no phone, email or sign-in name: a b"),
    ("efe", "/enrolments/{enrolment}/sign-in", {"identifier": "hana@demo.example"}, "identifier",
     "Another person has this phone, email or name already."),
    ("bilal", "/cohorts/{cohort}/classes", CLASS | {"rows-0-minutes": "5"}, "rows-0-minutes", "A class lasts from 15 to 300 minutes."),
    ("fay", "/payouts/funds", {"amount": "nonsense", "currency": "USD"}, "amount", "Write a sum like 12.50."),
)  # fmt: skip


@pytest.mark.parametrize(("who", "path", "typed", "field", "sentence"), WRONG)
def test_the_field_says_what_to_change(
    who: str, path: str, typed: dict[str, str], field: str, sentence: str, world: Any, as_: Any
) -> None:
    answer = as_(who).post(path.format(**vars(world)), data=typed)
    assert answer.status_code == 422
    assert f'<a href="#{field}">{sentence}</a>' in answer.text
    drawn = re.search(rf'<(?:input|select)[^>]* id="{field}"[^>]*>', answer.text)
    assert drawn
    assert 'aria-invalid="true"' in drawn[0]
    assert typed[field] in drawn[0], "what was typed stands"
    assert answer.text.count(sentence) == 2, "on top and at the field, once each"


class Inner(Row):
    word = StringField()


class Wide(Form):
    word = StringField()
    kept = HiddenField()
    inner = FormField(Inner)
    count = CountField(low=1, high=500)


@pytest.mark.parametrize("at", ["", "elsewhere", "kept", "inner"])
def test_what_has_no_field_of_its_own_is_told_above_the_form(at: str, app: Flask) -> None:
    def act() -> None:
        raise Refused("The door is closed.", at)

    with app.test_request_context(method="POST"):
        form = Wide()
        assert not tried(form, act)
        assert (list(form.form_errors), form.word.errors) == (["The door is closed."], ())


@pytest.mark.parametrize(
    ("typed", "number"),
    [("24", 24), ("٢٤", 24), ("۵۰۰", 500), (" 1 ", 1), ("0", None), ("501", None), ("two", None), ("", None), ("1.5", None)],
)
def test_a_count_is_read_in_any_digits(typed: str, number: int | None, app: Flask) -> None:
    with app.test_request_context(method="POST"):
        form = Wide(formdata=MultiDict({"count": typed}), meta={"csrf": False})
        assert form.validate() is (number is not None)
        if number is not None:
            assert form.count.data == number
        else:
            assert form.count.errors == ["Write a number from 1 to 500."]
