"""The words of the interface: how catalogues are kept, and that the Arabic one is whole and right."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from gettext import c2py
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.catalog import Catalog
from click.testing import CliRunner

from lms.cli import main
from lms.core import catalogues, fmt, i18n
from lms.core.errors import Refused

TAGS = ("zero", "one", "two", "few", "many", "other")


@cache
def source() -> Catalog:
    """The messages of this source tree."""
    return catalogues.extract()


def arabic(*messages: tuple[str | tuple[str, str], str | tuple[str, ...]]) -> Catalog:
    catalog = catalogues.load("ar", Path("nowhere"))
    for id, string in messages:
        catalog.add(id, string)
    catalogues.mend(catalog, "ar")
    return catalog


# ---------------------------------------------------------------- extracting


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small source tree with every way of saying something."""
    (tmp_path / "templates" / "room").mkdir(parents=True)
    (tmp_path / "room.py").write_text(
        'A = _l("Lazy")\nB = _("Plain %(name)s", name=1)\nC = ngettext("%(n)s box", "%(n)s boxes", 2)\n'
        'D = pgettext("a state", "Open")\nE = _(A)\n'
    )
    (tmp_path / "templates" / "room" / "page.html").write_text('<p title="{{ _("In a tag") }}">{{ ngettext("%(n)s a", "%(n)s b", 1) }}</p>')
    (tmp_path / "templates" / "app.webmanifest").write_text('{"name": {{ _("In a manifest")|tojson }}}')
    return tmp_path


def test_every_way_of_saying_something_is_found(tree: Path) -> None:
    found = {(message.id, message.context) for message in catalogues.extract(tree) if message.id}
    assert found == {
        ("Lazy", None),
        ("Plain %(name)s", None),
        (("%(n)s box", "%(n)s boxes"), None),
        ("Open", "a state"),
        ("In a tag", None),
        (("%(n)s a", "%(n)s b"), None),
        ("In a manifest", None),
    }


def test_a_template_that_cannot_be_read_is_named(tree: Path) -> None:
    (tree / "templates" / "room" / "broken.html").write_text('{{ _("Lost") ')
    with pytest.raises(Refused, match=r"templates/room/broken\.html"):
        catalogues.extract(tree)


# ---------------------------------------------------------------- plural rules


@pytest.mark.parametrize("language", sorted(set(i18n.LANGUAGES) - {"en"}))
def test_the_plural_rule_is_that_of_cldr(language: str) -> None:
    rule = Locale.parse(language).plural_form
    order = [tag for tag in TAGS if tag in rule.tags or tag == "other"]
    catalog = catalogues.load(language, Path("nowhere"))
    catalogues.mend(catalog, language)
    assert catalog.num_plurals == len(order)
    compiled = c2py(catalog.plural_expr)  # what the standard library makes of the header is what a page is given
    assert [order[compiled(number)] for number in range(1000)] == [rule(number) for number in range(1000)]


AS_INIT_WRITES_IT = r"""
msgid ""
msgstr ""
"Plural-Forms: nplurals=1; plural=0;\n"

msgid "%(n)s lesson"
msgid_plural "%(n)s lessons"
msgstr[0] "%(n)s x"
"""


@pytest.mark.parametrize("language", ["fa", "tr", "ckb"])
def test_one_form_for_all_numbers_is_mended(language: str, tmp_path: Path) -> None:
    path = catalogues.path_of(language, tmp_path)
    path.parent.mkdir(parents=True)
    path.write_text(AS_INIT_WRITES_IT)
    catalog = catalogues.load(language, tmp_path)
    assert any("plural rule" in wrong for wrong in catalogues.check(catalog, language))
    catalogues.mend(catalog, language)
    catalogues.save(catalog, language, tmp_path)
    again = catalogues.load(language, tmp_path)
    assert again.num_plurals == 2
    assert again.get("%(n)s lesson").string == ("%(n)s x", "")
    assert catalogues.check(again, language) == ["'%(n)s lesson': some plural forms are empty"]


# ---------------------------------------------------------------- checks

LESSONS = ("%(n)s lesson", "%(n)s lessons")


@pytest.mark.parametrize(
    ("id", "string", "said"),
    [
        ("Save", "حفظ", None),
        ("Save", "", None),
        ("Good morning, %(name)s", "صباح الخير، %(name)s", None),
        ("Good morning, %(name)s", "صباح الخير", "places differ: name became none"),
        ("Good morning, %(name)s", "صباح الخير، %(اسم)s", "places differ: name became اسم"),
        ("%(a)s of %(b)s", "%(b)s من %(a)s", None),
        ("100 %% right", "صحيح 100 %%", None),
        ("100 %% right", "صحيح تماماً", "places differ: %% became none"),
        ("50 % of %s", "50 % of %s", "a place without a name, or a per cent sign that is not doubled"),
        ("See <b>all</b>", "عرض <b>الكل</b>", None),
        ("See <b>all</b>", "عرض الكل", "tags differ"),
        ("See all", "عرض <script>الكل</script>", "tags differ"),
        ("Code: ", "الرمز:", "blanks at the ends differ"),
        (LESSONS, ("%(n)s درس", "درس واحد", "درسان", "%(n)s دروس", "%(n)s درساً", "%(n)s درس"), None),
        (LESSONS, ("", "", "", "", "", ""), None),
        (LESSONS, ("لا دروس", "درس واحد", "درسان", "%(n)s دروس", "", "%(n)s درس"), "some plural forms are empty"),
        (LESSONS, ("لا دروس", "درس واحد", "درسان", "دروس", "%(n)s درساً", "%(n)s درس"), "places differ: n became none"),
    ],
)
def test_a_translation_says_what_its_source_says(id: str | tuple[str, str], string: str | tuple[str, ...], said: str | None) -> None:
    found = catalogues.check(arabic((id, string)), "ar")
    first = id[0] if isinstance(id, tuple) else id
    assert found == ([f"{first!r}: {said}"] if said else [])


def test_a_guess_is_not_a_translation() -> None:
    catalog = arabic(("Save", "حفظ"))
    catalog.get("Save").flags.add("fuzzy")
    assert catalogues.check(catalog, "ar") == ["'Save' is a guess (fuzzy)"]


# ---------------------------------------------------------------- updating and saving


def template(*ids: str | tuple[str, str]) -> Catalog:
    made = Catalog()
    for id in ids:
        made.add(id)
    return made


def test_an_update_takes_in_and_drops_and_never_guesses() -> None:
    catalog = arabic(("Save", "حفظ"), ("Gone", "ذهب"))
    catalogues.update(catalog, template("Save", "Save it", LESSONS))
    catalogues.mend(catalog, "ar")
    assert {message.id: message.string for message in catalog if message.id} == {"Save": "حفظ", "Save it": None, LESSONS: ("",) * 6}
    assert not catalog.obsolete
    assert catalogues.check(catalog, "ar") == []
    assert catalogues.share(catalog, template("Save", "Save it", LESSONS)) == (1, 3)
    assert catalogues.missing(catalog, template("Save", "Save it", LESSONS)) == ["Save it", "%(n)s lesson"]


def test_saving_twice_writes_the_same_and_no_line_numbers(tmp_path: Path) -> None:
    catalog = arabic(("Save", "حفظ"), ("Add", "إضافة"))
    catalogues.save(catalog, "ar", tmp_path)
    first = {path.suffix: path.read_bytes() for path in tmp_path.rglob("messages.*")}
    catalogues.save(catalogues.load("ar", tmp_path), "ar", tmp_path)
    assert {path.suffix: path.read_bytes() for path in tmp_path.rglob("messages.*")} == first
    assert b"\n#: " not in first[".po"]
    assert first[".po"].index(b'"Add"') < first[".po"].index(b'"Save"')
    assert catalogues.languages(tmp_path) == ["ar"]


# ---------------------------------------------------------------- the catalogues of this project


def test_the_arabic_catalogue_is_whole_and_right() -> None:
    catalog = catalogues.load("ar")
    assert catalogues.missing(catalog, source()) == []
    assert catalogues.check(catalog, "ar") == []
    done, whole = catalogues.share(catalog, source())
    assert done == whole > 500


def test_the_arabic_catalogue_holds_nothing_nobody_says() -> None:
    said = {(message.id, message.context) for message in source()}
    assert [message.id for message in catalogues.load("ar") if (message.id, message.context) not in said] == []


def test_arabic_words_hold_arabic_digits_but_for_sums() -> None:
    """As `fmt.num` would say them. A sum with its point stays as it is typed and paid: 12.50."""
    said = [
        form for message in catalogues.load("ar") if message.id
        for form in (message.string if isinstance(message.string, tuple | list) else (message.string,))
    ]  # fmt: skip
    wrong = [form for form in said if re.search(r"[0-9]", re.sub(r"%\(\w+\)[sd]|\d+\.\d+", "", form))]
    assert wrong == []


def test_what_is_compiled_is_what_is_written(tmp_path: Path) -> None:
    catalogues.save(catalogues.load("ar"), "ar", tmp_path)
    for made in tmp_path.rglob("messages.*"):
        assert made.read_bytes() == catalogues.path_of("ar").with_suffix(made.suffix).read_bytes(), f"run `lms i18n`: {made.suffix} is old"


def test_arabic_is_read_in_arabic(app: object) -> None:
    with app.test_request_context(headers={"Accept-Language": "ar"}):  # type: ignore[attr-defined]
        said = [fmt.days(number) for number in (0, 1, 2, 3, 10, 11, 99, 100, 102, 103, 111)]
        assert i18n._("Sign in") == "الدخول"
        assert fmt.num(1234.5) == "١٬٢٣٤٫٥"
        assert (fmt.percent(0.6), fmt.town("Asia/Beirut"), fmt.town("UTC")) == ("٦٠٪", "بيروت", "UTC")
        assert fmt.date(date(2026, 11, 22)) == "الأحد، ٢٢ تشرين الثاني ٢٠٢٦"
    assert said == ["٠ يوم", "يوم واحد", "يومان", "٣ أيام", "١٠ أيام", "١١ يوماً", "٩٩ يوماً", "١٠٠ يوم", "١٠٢ يوم", "١٠٣ أيام", "١١١ يوماً"]


def test_the_command_begins_a_language_and_misses_the_words_of_one_that_is_offered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(catalogues, "FOLDER", tmp_path)
    answer = CliRunner().invoke(main, ["i18n", "--add", "tr"])
    assert answer.exit_code == 1
    assert re.search(r"^ar: 0 of \d+ messages translated$", answer.output, re.MULTILINE)
    assert "ar: not translated: 'Sign in'" in answer.output
    assert "tr: not translated" not in answer.output  # nobody is offered Turkish yet
    turkish = catalogues.load("tr", tmp_path)
    assert (turkish.num_plurals, turkish.plural_expr) == (2, "(n != 1)")
    assert turkish.get("Sign in").string == ""


def test_the_command_looks_without_writing() -> None:
    before = catalogues.path_of("ar").stat().st_mtime_ns
    answer = CliRunner().invoke(main, ["i18n", "--check"])
    assert answer.exit_code == 0, answer.output
    assert re.fullmatch(r"ar: (\d+) of \1 messages translated\n", answer.output)
    assert catalogues.path_of("ar").stat().st_mtime_ns == before
