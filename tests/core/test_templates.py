"""Templates hold the words of the language they are compiled for, and behave in all else as Jinja's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, render_template
from flask_babel import Babel
from jinja2 import DictLoader

from lms.core import catalogues, i18n
from lms.core.reading import Reading, read_as
from lms.core.templates import Environment
from tests.patterns import CompiledOnce

TEMPLATES = Path(__file__).parents[2] / "lms" / "templates"
SOURCES = {
    "plain.html": '<b>{{ _("Save") }}</b>',
    "named.html": '{{ _("Week %(n)s", n=n) }}',
    "counted.html": '{{ ngettext("%(n)s minute", "%(n)s minutes", k, n=k) }}',
    "chosen.html": "{{ _(word) }}",
    "share.html": '{{ _("100 %%") }}',
    "letter.txt": '{{ _("Save & go") }} {{ _("Week %(n)s", n=n) }}',
    "macros.html": '{% macro save() %}{{ _("Save") }}{% endmacro %}',
    "using.html": '{% import "macros.html" as m %}{{ m.save() }}',
    "filtered.html": '{{ _("Save")|upper }}{% set x %}{{ _("Save") }}{% endset %}{{ x ~ "<" }}{{ "ok" if _("Save") == "Save" }}',
}


@pytest.fixture
def pages() -> Iterator[Flask]:
    """A bare application with our environment over a few templates, and the catalogues of the house."""

    class Bare(Flask):
        jinja_environment = Environment

    made = Bare(__name__)
    made.config["BABEL_TRANSLATION_DIRECTORIES"] = str(catalogues.FOLDER)
    Babel(made, locale_selector=lambda: "en")
    i18n.dress(made)
    made.jinja_env.loader = DictLoader(SOURCES)
    with made.test_request_context(), read_as(Reading()):
        yield made


@pytest.mark.parametrize(
    ("name", "given", "drawn"),
    [
        ("plain.html", {}, "<b>Save</b>"),
        ("named.html", {"n": "<3>"}, "Week &lt;3&gt;"),
        ("counted.html", {"k": 1}, "1 minute"),
        ("counted.html", {"k": 2}, "2 minutes"),
        ("chosen.html", {"word": "Save"}, "Save"),
        ("share.html", {}, "100 %"),
        ("letter.txt", {"n": "<3>"}, "Save & go Week <3>"),
        ("using.html", {}, "Save"),
        ("filtered.html", {}, "SAVESave&lt;ok"),
    ],
)
def test_english(pages: Flask, name: str, given: dict[str, object], drawn: str) -> None:
    assert render_template(name, **given) == drawn


@pytest.mark.parametrize("name", ["plain.html", "using.html", "chosen.html"])
def test_each_language_has_a_copy_of_its_own(pages: Flask, name: str) -> None:
    english = render_template(name, word="Save")
    with i18n.force_locale("ar_SY"):
        arabic = render_template(name, word="Save")
        assert i18n._("Save") in arabic
        assert i18n._("Save") != "Save"
    assert "Save" in english
    assert "Save" not in arabic
    assert render_template(name, word="Save") == english


@pytest.mark.parametrize("first", ["ar_SY", "en"])
def test_what_the_tests_compile_once_is_apart_for_each_language_whichever_comes_first(pages: Flask, first: str) -> None:
    """Else the page of one language holds the words of another where a test before it asked for the same template."""
    pages.jinja_env.bytecode_cache = CompiledOnce()
    with i18n.force_locale(first):
        render_template("plain.html")
    with i18n.force_locale("en" if first == "ar_SY" else "ar_SY"):
        assert render_template("plain.html") == f"<b>{i18n._('Save')}</b>"


def test_a_sentence_of_the_page_is_found_again_after_its_language_changed(pages: Flask) -> None:
    assert i18n._("Save") == "Save"
    with i18n.force_locale("ar_SY"):
        arabic = i18n._("Save")
        assert i18n.ngettext("%(n)s minute", "%(n)s minutes", 3, n="3") != "3 minutes"
        assert i18n.language() == "ar"
    assert arabic != i18n._("Save") == "Save"
    assert i18n.language() == "en"


def test_outside_a_page_sentences_are_english() -> None:
    assert (i18n._("Week %(n)s", n=2), i18n.language()) == ("Week 2", "en")
    assert i18n.ngettext("%(n)s minute", "%(n)s minutes", 2, n=2) == "2 minutes"
    assert str(i18n._l("Save")) == "Save"


def test_a_kept_macro_is_written_once_for_its_values_and_its_language(pages: Flask) -> None:
    drawn: list[str] = []
    pages.jinja_env.globals["draw"] = lambda sign: drawn.append(sign) or sign
    sources = {
        "frame.html": '{% macro part(url) %}<a href="{{ url }}">{{ draw("x") }}{{ _("Save") }}</a>{% endmacro %}',
        "page.html": '{% import "frame.html" as m %}{{ once(m.part, url) }}',
    }
    pages.jinja_env.loader = DictLoader(SOURCES | sources)
    english = [render_template("page.html", url=url) for url in ("/a", "/a", '/"b')]
    assert english == ['<a href="/a">xSave</a>', '<a href="/a">xSave</a>', '<a href="/&#34;b">xSave</a>']
    assert len(drawn) == 2
    with i18n.force_locale("ar_SY"):
        assert i18n._("Save") in render_template("page.html", url="/a")
    assert len(drawn) == 3


def test_what_is_kept_is_asked_for_its_values_alone() -> None:
    """No macro that is kept may write what only one reader has: who is signed in, her token, her address, her digits."""
    forbidden = ("csrf_token", "request", "fmt.", "session", "current_user", "person", "phone", " g.")
    sources = {str(path.relative_to(TEMPLATES)): path.read_text("utf-8") for path in TEMPLATES.rglob("*.html")}
    kept = {name for text in sources.values() for name in re.findall(r"\bonce\((?:\w+\.)?(\w+)", text)}
    bodies = {
        name: body
        for shared in ("_macros.html", "_trainee.html")
        for name, body in re.findall(r"{%- macro (\w+)\(.*?\) -%}(.*?){%- endmacro", sources[shared], re.DOTALL)
        if name in kept
    }
    assert bodies.keys() == kept
    assert {name: word for name, body in bodies.items() for word in forbidden if word in body} == {}
