"""The macros on a bare Flask: what they write is what a screen reader, a keyboard and an old phone need."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask, flash, render_template, render_template_string
from flask_babel import Babel
from flask_wtf import FlaskForm
from jinja2 import StrictUndefined
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    FieldList,
    FileField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from lms.core.icons import icon, ring
from lms.core.sheets import SHEETS, Sheets
from lms.core.templates import once
from lms.home.navigation import Item, languages

ROOT = Path(__file__).parents[1]
SHEET = Sheets(ROOT / "static")
IMPORTS = "".join(
    f"{{% import '{name}.html' as {short} %}}" for name, short in (("_macros", "m"), ("_trainee", "t"), ("_staff", "s"), ("_charts", "c"))
)


class Answer(FlaskForm):
    name = StringField("Your name", validators=[InputRequired("Write your name.")])
    text = TextAreaField("Write one line.", validators=[InputRequired("Write your answer.")])
    password = PasswordField("Password")
    count = IntegerField("How many")
    device = RadioField("This is", choices=[SelectChoice("own", "my phone"), SelectChoice("shared", "a shared phone")])
    ways = SelectMultipleField("How we may write", choices=[SelectChoice("app", "In this app"), SelectChoice("mail", "Email")])
    agree = BooleanField("I agree")
    picture = FileField("A picture")
    lines = FieldList(StringField("Line", validators=[InputRequired("Write this line.")]), min_entries=1)


@pytest.fixture(scope="module")
def app() -> Flask:
    made = Flask("bare", template_folder=str(ROOT / "lms" / "templates"), static_folder=str(ROOT / "static"))
    made.config.update(SECRET_KEY="for this test", WTF_CSRF_ENABLED=False)
    made.jinja_env.undefined = StrictUndefined
    made.jinja_env.globals["csrf_token"] = lambda: "token"
    made.jinja_env.globals["phone"] = ""  # nobody's own
    made.jinja_env.globals.update(larger=False, looks="")
    made.jinja_env.globals.update(drawn_icon=icon, drawn_ring=ring, once=once)
    Babel(made)
    made.add_url_rule("/manifest.webmanifest", "home.manifest", lambda: "")
    made.add_url_rule("/language", "people.language", lambda: "", methods=["POST"])
    return made


def write(app: Flask, source: str, **given: Any) -> str:
    with app.test_request_context("/here"):
        return render_template_string(IMPORTS + source, **given)


def form_of(app: Flask, typed: dict[str, str] | None) -> Answer:
    with app.test_request_context("/here", method="POST"):
        form = Answer(formdata=MultiDict(typed) if typed is not None else None)
        if typed is not None:
            form.validate()
        return form


def page(app: Flask, source: str, **given: Any) -> str:
    shell = {
        "lang": "en", "direction": "ltr", "site_name": "Rukn", "sheet": SHEET.css, "asset": lambda path: f"/static/{path}", "nav": [],
        "languages": [], "signed_in": False, "shell": "public",
    }  # fmt: skip
    with app.test_request_context("/here"):
        return render_template_string('{% extends "base.html" %}' + source, **(shell | given))


def menu(count: int) -> tuple[Item, ...]:
    return tuple(Item(url=f"/{number}", label=f"Place {number}", icon="book", current=number == 0) for number in range(count))


def test_a_field_says_its_hint_and_its_error(app: Flask) -> None:
    html = write(app, "{{ m.field(form.text, hint='You can change it later.', rows=4) }}", form=form_of(app, {"text": ""}))
    assert '<label for="text">Write one line.</label>' in html
    assert '<p class="hint" id="text-h">You can change it later.</p>' in html
    assert '<p class="err" id="text-e">Error: Write your answer.</p>' in html
    assert 'aria-describedby="text-h text-e"' in html
    assert 'aria-invalid="true"' in html
    assert 'dir="auto"' in html
    assert 'rows="4"' in html


def test_a_field_in_order_has_no_error_wiring(app: Flask) -> None:
    html = write(app, "{{ m.field(form.text) }}", form=form_of(app, None))
    assert "aria-" not in html
    assert "err" not in html


def test_a_number_is_typed_as_text_in_any_digits(app: Flask) -> None:
    html = write(app, "{{ m.field(form.count) }}", form=form_of(app, None))
    assert 'type="text"' in html
    assert 'inputmode="numeric"' in html


def test_what_was_typed_comes_back_escaped(app: Flask) -> None:
    html = write(app, "{{ m.field(form.name) }}", form=form_of(app, {"name": '"><b>x'}))
    assert "<b>x" not in html
    assert "&lt;b&gt;x" in html


def test_a_password_can_be_shown_and_never_comes_back(app: Flask) -> None:
    html = write(app, "{{ m.password_field(form.password, autocomplete='new-password') }}", form=form_of(app, {"password": "geheim"}))
    assert "geheim" not in html
    assert 'autocomplete="new-password"' in html
    assert '<button class="btn quiet" type="button" hidden data-reveal="password"' in html


def test_picks_are_a_group_with_the_chosen_one_checked(app: Flask) -> None:
    html = write(app, "{{ m.picks(form.device, notes={'shared': '(we keep nothing on it)'}) }}", form=form_of(app, {"device": "own"}))
    assert re.search(r"<fieldset[^>]*><legend>This is</legend>", html)
    assert '<input type="radio" id="device" name="device" value="own" checked>' in html
    assert '<input type="radio" id="device-1" name="device" value="shared">' in html
    assert "(we keep nothing on it)" in html


def test_many_picks_are_ticks(app: Flask) -> None:
    html = write(app, "{{ m.picks(form.ways) }}{{ m.tick(form.agree) }}", form=form_of(app, {"ways": "mail"}))
    assert '<input type="checkbox" id="ways-1" name="ways" value="mail" checked>' in html
    assert 'id="agree"' in html


def test_a_file_says_its_limit_before_the_tap(app: Flask) -> None:
    html = write(app, "{{ m.file_field(form.picture, limit='At most 5 MB.', accept='image/*') }}", form=form_of(app, None))
    assert '<p class="hint" id="picture-h">At most 5 MB.</p>' in html
    assert 'aria-describedby="picture-h"' in html


def test_the_summary_leads_to_every_field_that_is_wrong(app: Flask) -> None:
    form = form_of(app, {"name": "", "text": ""})
    form.form_errors.append("The door is closed.")
    html = write(app, "{{ m.error_summary(form) }}", form=form)
    assert '<div class="note bad" tabindex="-1" id="sum"><div role="alert"><h2>There is a problem</h2>' in html
    assert '<a href="#name">Write your name.</a>' in html
    assert '<a href="#text">Write your answer.</a>' in html
    assert '<a href="#lines-0">Write this line.</a>' in html
    assert "<li>The door is closed.</li>" in html
    assert "aria-labelledby" not in html


def test_no_summary_where_nothing_is_wrong(app: Flask) -> None:
    assert write(app, "{{ m.error_summary(form) }}", form=form_of(app, None)).strip() == ""


@pytest.mark.parametrize(
    ("name", "turns"), [("go", True), ("back", True), ("undo", True), ("clock", False), ("check", False), ("play", False)]
)
def test_arrows_turn_round_and_clocks_do_not(app: Flask, name: str, turns: bool) -> None:
    html = write(app, "{{ m.icon(name) }}", name=name)
    assert ("flip" in html) is turns
    assert 'aria-hidden="true"' in html
    ElementTree.fromstring(html)


def test_the_week_ring_shows_the_days_and_says_them(app: Flask) -> None:
    html = write(app, "{{ t.week_ring(2, 4, '2 of 4 study days') }}")
    assert html.count('class="r1"') == 2
    assert html.count('class="r0"') == 2
    assert "<b>2 of 4 study days</b>" in html


def test_a_road_says_its_state_in_words_too(app: Flask) -> None:
    html = write(
        app, "{{ t.road_row('done', 'A', '1', '#') }}{{ t.road_row('now', 'B', '2', '#') }}{{ t.road_row('later', 'C', '3', '#') }}"
    )
    assert re.findall(r'class="st">(?:<b>)?(\w+)', html) == ["Done", "Now", "Later"]
    assert html.count('aria-current="step"') == 1


def test_bars_are_drawn_to_scale_and_start_at_the_reading_side(app: Flask) -> None:
    rows = [("A", 1, "1"), ("B", 2, "2")]
    long = re.findall(r'class="g-b" d="M([\d.]+) \d+h([\d.]+)', write(app, "{{ c.chart_rows(rows, 'x') }}", rows=rows))
    assert long == [("0.0", "150.0"), ("0.0", "300.0")]
    turned = re.findall(r'class="g-b" d="M([\d.]+) \d+h([\d.]+)', write(app, "{{ c.chart_rows(rows, 'x', rtl=true) }}", rows=rows))
    assert turned == [("210.0", "150.0"), ("60.0", "300.0")]
    high = re.findall(r'd="M[\d.]+ 162v-([\d.]+)', write(app, "{{ c.chart_bars(rows, 'x', now=true) }}", rows=rows))
    assert high == ["68.0", "136.0"]


@pytest.mark.parametrize("rows", [[], [("A", 0, "0")], [("A", 0, "0"), ("B", 0, "0")]])
@pytest.mark.parametrize("kind", ["bars", "line", "rows"])
def test_a_chart_of_nothing_is_still_a_picture(app: Flask, kind: str, rows: list[tuple[str, int, str]]) -> None:
    html = write(app, f"{{{{ c.chart_{kind}(rows, 'Nothing yet') }}}}", rows=rows)
    drawing = ElementTree.fromstring(html)
    assert drawing.get("role") == "img"
    assert drawing.get("aria-label") == "Nothing yet"


def test_a_certificate_is_framed_only_when_it_is_valid(app: Flask) -> None:
    for state, framed in (("valid", True), ("revoked", False), ("unknown", False), ("unshared", False)):
        html = write(app, "{{ t.verdict(state, 'Title', 'Sentence') }}", state=state)
        assert ("frame" in html) is framed
        assert html.count("<h1") == 1


def test_levels_tell_the_chosen_one_whatever_its_type(app: Flask) -> None:
    html = write(app, "{{ s.levels('r', 'Right', [(0, 'No', '0'), (4, 'Yes', '4')], chosen='4', errors=['Choose a level.']) }}")
    assert 'value="4" checked' in html
    assert 'aria-describedby="r-e"' in html
    assert 'id="r-e">Error: Choose a level.' in html


def test_a_page_names_itself_then_the_site(app: Flask) -> None:
    assert "<title>Today - Rukn</title>" in page(app, "{% block title %}Today{% endblock %}")
    assert "<title>Rukn</title>" in page(app, "")
    assert "<title>Error: Task 3 - Rukn</title>" in page(app, "{% block title %}Task 3{% endblock %}", error=True)
    assert "<title>Error: Task 3 - Rukn</title>" in page(app, "{% block title %}Task 3{% endblock %}", form=form_of(app, {"name": ""}))


@pytest.mark.parametrize("name", SHEETS)
def test_a_page_carries_exactly_the_bytes_of_its_sheet(app: Flask, name: str) -> None:
    html = page(app, f"{{% block sheet %}}{name}{{% endblock %}}")
    assert f"<style>{SHEET.css(name)}</style>" in html


def test_pages_without_a_choice_wear_page_or_staff(app: Flask) -> None:
    assert str(SHEET.css("page")) in page(app, "")
    staff = page(app, "", shell="staff", nav=menu(6))
    assert str(SHEET.css("staff")) in staff
    assert '<link rel="stylesheet" href="/static/css/staff.css">' in staff


@pytest.mark.parametrize(
    ("shell", "count", "way"), [("trainee", 4, "tabs"), ("staff", 4, "dnav"), ("staff", 9, "side"), ("public", 0, None)]
)
def test_each_role_has_one_way_round(app: Flask, shell: str, count: int, way: str | None) -> None:
    html = page(app, "", shell=shell, nav=menu(count), signed_in=shell != "public")
    assert re.findall(r'<nav class="(\w+)"', html) == ([way] if way else [])
    assert html.count('aria-current="page"') == (1 if way else 0)
    assert ('href="#menu"' in html) is (way == "side")


def test_the_languages_go_by_a_form_each_in_its_own_script(app: Flask) -> None:
    spoken = languages("en")
    html = page(app, "", languages=spoken)
    assert '<form class="langs" method="post" action="/language"' in html
    assert '<button class="textbtn" name="lang" value="ar" lang="ar" dir="rtl">العربية</button>' in html
    assert html.count('name="csrf_token"') == 1
    assert 'name="csrf_token"' not in page(app, "{% block languages %}{% endblock %}", languages=spoken)


def test_what_was_told_is_said_once_in_a_status(app: Flask) -> None:
    source = '{% extends "base.html" %}'
    with app.test_request_context("/here"):
        flash("We saved it.", "ok")
        flash(Markup("<b>x</b>"), "strange")
        html = render_template_string(
            source,
            lang="ar",
            direction="rtl",
            site_name="ركن",
            sheet=SHEET.css,
            asset=str,
            nav=[],
            languages=[],
            signed_in=False,
            shell="public",
        )
    assert 'role="status" class="wrap  told"><p class="note ok">We saved it.</p><p class="note "><b>x</b></p></div>' in html
    assert '<html lang="ar" dir="rtl">' in html


def test_an_old_form_keeps_what_was_typed(app: Flask) -> None:
    shell = {
        "lang": "en",
        "direction": "ltr",
        "site_name": "Rukn",
        "sheet": SHEET.css,
        "asset": str,
        "nav": [],
        "languages": [],
        "signed_in": True,
    }
    with app.test_request_context("/tasks/3", method="POST"):
        html = render_template(
            "error.html",
            shell="trainee",
            title="Old",
            sentence="Nothing is lost.",
            status=400,
            again=True,
            typed=[("text", 'a "b"')],
            **shell,
        )
    assert '<form class="frame" method="post" action="/tasks/3">' in html
    assert '<input type="hidden" name="text" value="a &#34;b&#34;">' in html
    assert html.count("<h1>") == 1
