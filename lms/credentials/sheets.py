"""The certificate as a sheet of paper: what stands on it, and its PDF. Pure: knows no database and no request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache, partial
from itertools import chain
from pathlib import Path

import jinja2

from lms.core import pdf, qr
from lms.credentials import letters, wording

DESIGNS = Path(__file__).parents[2] / "certificates"

# The sheet is set in steps, by the name. These are the sizes of a Latin name in points, and the letters in a name above which the next
# smaller step is taken even if the name may have several lines.
NAME_SIZES = (34, 28, 24, 20, 16, 13)
LETTERS = (20, 32, 45)
ONE_LINE = NAME_SIZES[:3]  # sizes at which a name in one line is better than a larger one in two
COLUMN_WIDTHS = {1: 239, 2: 114}  # mm, by the number of columns
ADDRESS_SIZE, ADDRESS_WIDTH = 10.5, 86  # points, mm
POINT = 25.4 / 72  # mm


Words = Mapping[str, str]


class DoesNotFit(ValueError):
    """The texts do not fit on one page even at the smallest size."""


@dataclass(frozen=True)
class Sheet:
    """Everything a certificate prints. Words are texts by language; a language without one shows the first there is.

    `code` is the stored form of sixteen signs, `url` the address of its check page with the scheme. `name` is in Latin letters,
    `own_name` the same name in the person's own script, if that is another, and `own_language` its language (for the shapes of
    letters), if known. `languages` are the one or two languages of the sheet, the leading one first.
    """

    code: str
    url: str
    organisation: Words
    name: str
    course: Words
    hours: int
    lessons: int
    tasks: int
    skills: Mapping[str, Sequence[str]]
    issued: date
    signer: Words
    role: Words
    languages: tuple[str, ...] = ("en", "ar")
    own_name: str = ""
    own_language: str = ""

    @property
    def names(self) -> list[str]:
        return [self.name] + [self.own_name] * bool(self.own_name)


@dataclass(frozen=True)
class Text:
    """A text with its direction, which WeasyPrint does not find out, and its language, empty for that of its surroundings."""

    text: str
    direction: str
    language: str = ""


@dataclass(frozen=True)
class Column:
    """The sheet in one of its languages."""

    language: str
    direction: str
    organisation: Text
    certificate: str
    given_to: str
    names: tuple[Text, ...]
    for_course: str
    course: Text
    work: str
    skills: str
    signer: Text
    role: Text
    date_label: str
    date: str
    check: str


def render(sheet: Sheet, design: str = "completion", attachments: Sequence[pdf.Attached] = ()) -> bytes:
    """The PDF, one A4 page, the same bytes for the same sheet.

    Raises letters.MissingLetters for a letter the shipped fonts lack, DoesNotFit when the texts are too long for a page, KeyError for a
    language the design has no words in.
    """
    folder = DESIGNS / design
    words = [wording.load(folder, language) for language in sheet.languages]
    columns = [_column(sheet, at, words) for at in range(len(words))]
    _refuse_missing(columns)
    for step in range(_first_step(sheet), len(NAME_SIZES)):
        try:
            return pdf.render(
                _html(sheet, folder, words[0], columns, step),
                assets=DESIGNS,
                stylesheet=f"{design}/sheet.css",
                identifier=sheet.code,
                at=datetime.combine(sheet.issued, time(), UTC),
                pages=1,
                attachments=attachments,
            )
        except pdf.TooManyPages:
            continue
    raise DoesNotFit("The texts of this certificate do not fit on one page.")


def _first_step(sheet: Sheet) -> int:
    """The largest size at which the name stands on one line, else the one for its number of letters."""
    longest = max(len(name) for name in sheet.names)
    measurable = [name for name in sheet.names if letters.direction(name) == "ltr"]
    for step, size in enumerate(ONE_LINE):
        if longest <= LETTERS[step] and all(_fits(sheet, size, name) for name in measurable):
            return step
    return sum(longest > limit for limit in LETTERS)


def _fits(sheet: Sheet, size: int, text: str) -> bool:
    return letters.width(text) * size * POINT <= COLUMN_WIDTHS[len(sheet.languages)]


def designs() -> list[str]:
    """The names of the designs there are."""
    return sorted(path.parent.name for path in DESIGNS.glob("*/template.html"))


def _html(sheet: Sheet, folder: Path, lead: wording.Wording, columns: Sequence[Column], step: int) -> str:
    places = {
        "name": columns[0].names[0].text,
        "course": columns[0].course.text,
        "organisation": columns[0].organisation.text,
        "url": sheet.url,
    }
    modules, path = qr.path(sheet.url)
    template = _templates().get_template(f"{folder.name}/template.html")
    return template.render(
        sheet=sheet,
        columns=columns,
        step=step,
        fits=partial(_fits, sheet, NAME_SIZES[step]),
        title=lead.say("title", **places),
        description=lead.say("description", **places),
        address=_address(sheet.url),
        qr_label=lead.say("qr"),
        qr_modules=modules,
        qr_path=path,
    )


def _address(url: str) -> tuple[str, ...]:
    """The address as it is printed: in one line where there is room, else with the code, which people type, on a line of its own."""
    shown = url.partition("://")[2]
    if letters.width(shown) * ADDRESS_SIZE * POINT <= ADDRESS_WIDTH:
        return (shown,)
    host, slash, code = shown.rpartition("/")
    return (host + slash, code)


@lru_cache(maxsize=1)
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(DESIGNS), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def _column(sheet: Sheet, at: int, columns: Sequence[wording.Wording]) -> Column:
    said = columns[at]
    language = said.language
    counted = [("hours", sheet.hours), ("lessons", sheet.lessons), ("tasks", sheet.tasks)]
    work = said.listed([said.count(key, number) for key, number in counted if number])
    skills = said.listed(list(sheet.skills.get(language, ())))
    return Column(
        language=language,
        direction=said.direction,
        organisation=_said(sheet.organisation, language),
        certificate=said.say("certificate"),
        given_to=said.say("given_to"),
        names=_names_for(sheet, at, columns),
        for_course=said.say("for_course"),
        course=_said(sheet.course, language),
        work=said.say("work", work=work) if work else "",
        skills=said.say("skills", skills=skills) if skills else "",
        signer=_said(sheet.signer, language),
        role=_said(sheet.role, language),
        date_label=said.say("date"),
        date=said.date(sheet.issued),
        check=said.say("check"),
    )


def _names_for(sheet: Sheet, at: int, columns: Sequence[wording.Wording]) -> tuple[Text, ...]:
    """The name as it stands in a column: in the person's own script once, in Latin letters elsewhere.

    Own script goes to the column that runs right to left, else to the last one, whether or not it is that column's script: a name in
    Cyrillic stands beside Arabic words. A sheet of one language has both names in its one column, the column's own script first.
    """
    latin = Text(sheet.name, letters.direction(sheet.name))
    if not sheet.own_name:
        return (latin,)
    own = Text(sheet.own_name, letters.direction(sheet.own_name), sheet.own_language)
    if len(columns) == 1:
        return (own, latin) if own.direction == columns[0].direction == "rtl" else (latin, own)
    home = next((place for place, said in enumerate(columns) if said.direction == "rtl"), len(columns) - 1)
    return (own,) if at == home else (latin,)


def _said(words: Words, language: str) -> Text:
    chosen = language if language in words else next(iter(words))
    return Text(words[chosen], letters.direction(words[chosen]), chosen)


def _refuse_missing(columns: Sequence[Column]) -> None:
    texts = chain.from_iterable((value.text if isinstance(value, Text) else value for value in _flat(column)) for column in columns)
    gone = letters.missing("".join(texts))
    if gone:
        raise letters.MissingLetters(gone)


def _flat(column: Column) -> list[str | Text]:
    return [item for value in vars(column).values() for item in (value if isinstance(value, tuple) else (value,))]
