"""The interface's words: found in the source, kept in one gettext catalogue a language, compiled and checked. Touches only files.

A catalogue is `lms/translations/<language>/LC_MESSAGES/messages.po`, beside it the compiled `.mo` that a running site reads. The `.po` is
sorted and bears no line numbers, so that a change of words shows as just that in a diff.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from jinja2 import TemplateSyntaxError

from lms.core import clock
from lms.core.errors import Refused

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "translations"
METHODS = [("**.py", "python"), ("templates/**.*", "jinja2")]
OPTIONS = {"templates/**.*": {"silent": "false"}}  # a template that cannot be read must not lose its words in silence
KEYWORDS = {**DEFAULT_KEYWORDS, "_l": None, "lazy_gettext": None}
PLURALS = {  # CLDR's rules as gettext writes them, which a test compares with CLDR; by hand, since Babel's own table is wrong for fa and tr
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 && n%100<=99 ? 4 : 5);",
    "fa": "nplurals=2; plural=(n > 1);",
}
TWO_FORMS = "nplurals=2; plural=(n != 1);"
COUNT = "n"  # the place of a counted number; Arabic says "two lessons" in one word, without it

_PLACE = re.compile(r"%\((\w+)\)s|%%|%")
_TAG = re.compile(r"</?[a-zA-Z][^>]*>")


def extract(root: Path = ROOT) -> Catalog:
    """Every message of a source tree, with where it stands (`Message.locations`). Refused names a file that cannot be read."""
    found = Catalog()
    files: list[str] = []

    def reading(path: str, _method: str, _options: object) -> None:
        files.append(path)

    try:
        for path, line, message, comments, context in extract_from_dir(
            root, METHODS, OPTIONS, KEYWORDS, comment_tags=("Translators:",), callback=reading, strip_comment_tags=True
        ):
            found.add(message, None, [(path, line)], auto_comments=comments, context=context)
    except (SyntaxError, TemplateSyntaxError) as wrong:
        raise Refused(f"{files[-1]} cannot be read: {wrong}") from wrong
    return found


def languages(folder: Path = FOLDER) -> list[str]:
    """The languages that have a catalogue, sorted."""
    return sorted(path.parent.parent.name for path in folder.glob("*/LC_MESSAGES/messages.po"))


def path_of(language: str, folder: Path = FOLDER) -> Path:
    """Where the catalogue of a language lies, or would."""
    return folder / language / "LC_MESSAGES" / "messages.po"


def load(language: str, folder: Path = FOLDER) -> Catalog:
    """The catalogue of a language; an empty one where there is none yet."""
    path = path_of(language, folder)
    if not path.exists():
        new = Catalog(language, project="lms", version="1", header_comment=f"# {language}", fuzzy=False, revision_date=clock.now())
        new.msgid_bugs_address = new.last_translator = new.language_team = ""  # git knows who, and Babel writes "FULL NAME"
        return new
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def update(catalog: Catalog, template: Catalog) -> None:
    """Take in new messages, drop those nobody says any more. Nothing is guessed from words that look alike."""
    catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()


def plural_rule(language: str) -> str:
    """The plural header of a language: `nplurals=2; plural=(n != 1);` and the like."""
    return PLURALS.get(language, TWO_FORMS)


def mend(catalog: Catalog, language: str) -> None:
    """Give a catalogue the plural rule of its language, and every counted message as many forms as that has.

    `pybabel init` writes `nplurals=1` for Persian and Turkish, and everything is then said as for one.
    """
    catalog.mime_headers = [("Plural-Forms", plural_rule(language))]
    for message in catalog:
        if message.id and message.pluralizable:
            given = message.string if isinstance(message.string, tuple | list) else (message.string,)
            message.string = tuple((*(form or "" for form in given), *[""] * catalog.num_plurals)[: catalog.num_plurals])


def save(catalog: Catalog, language: str, folder: Path = FOLDER) -> None:
    """Write the catalogue and what a site reads of it. Twice the same catalogue is twice the same bytes."""
    path = path_of(language, folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=120, no_location=True, sort_output=True, ignore_obsolete=True)
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalog)


def share(catalog: Catalog, template: Catalog) -> tuple[int, int]:
    """(translated, all) of the messages in the source."""
    whole = [message for message in template if message.id]
    return sum(_translated(catalog.get(_key(message), message.context)) for message in whole), len(whole)


def missing(catalog: Catalog, template: Catalog) -> list[str]:
    """The messages of the source that the catalogue does not say, as written there."""
    return [_key(message) for message in template if message.id and not _translated(catalog.get(_key(message), message.context))]


def check(catalog: Catalog, language: str) -> list[str]:
    """What is wrong with a catalogue, a sentence each: plural rule, guesses left over, forms, places and tags."""
    found = []
    if catalog.plural_forms != plural_rule(language):
        found.append(f"the plural rule is not that of {language}: {catalog.plural_forms}")
    for message in catalog:
        if message.id and message.fuzzy:
            found.append(f"{_key(message)!r} is a guess (fuzzy)")
        if message.id:
            found += [f"{_key(message)!r}: {wrong}" for wrong in _wrong(message, language)]
    return found


def _wrong(message: Message, language: str) -> Iterator[str]:
    """The faults of one message."""
    ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
    said = message.string if isinstance(message.string, tuple | list) else (message.string,)
    if any("%" in place for one in ids for place in _places(one) if place == "%"):
        yield "a place without a name, or a per cent sign that is not doubled"
    if not any(said):
        return
    if not all(said):
        yield "some plural forms are empty"
    alone = _forms_of_one_number(language) if message.pluralizable else set()
    most, least = _places(ids[0]) | _places(ids[-1]), _places(ids[-1])
    for number, form in enumerate(said):
        if not form:
            continue
        here = _places(form)
        if not (least - ({COUNT} if number in alone else set()) <= here <= most):
            yield f"places differ: {_told(least)} became {_told(here)}"
        if Counter(_TAG.findall(form)) != Counter(_TAG.findall(ids[-1])):
            yield "tags differ"
        if (form[:1].isspace(), form[-1:].isspace()) != (ids[-1][:1].isspace(), ids[-1][-1:].isspace()):
            yield "blanks at the ends differ"


def _places(text: str) -> set[str]:
    """Names of the places in a text; `%%` and a lone `%` stand for themselves."""
    return {match[1] or match[0] for match in _PLACE.finditer(text)}


def _told(places: set[str]) -> str:
    return ", ".join(sorted(places)) or "none"


def _forms_of_one_number(language: str) -> set[int]:
    """Indices of the plural forms that are said of a single number, as the second of Arabic is of 1."""
    rule = Locale.parse(language).plural_form
    order: list[str] = [tag for tag in ("zero", "one", "two", "few", "many", "other") if tag in rule.tags or tag == "other"]
    said = Counter(rule(number) for number in range(200))
    return {order.index(tag) for tag, times in said.items() if times == 1}


def _key(message: Message) -> str:
    return str(message.id[0]) if isinstance(message.id, tuple | list) else str(message.id)


def _translated(message: Message | None) -> bool:
    if message is None:
        return False
    return all(message.string) if isinstance(message.string, tuple | list) else bool(message.string)
