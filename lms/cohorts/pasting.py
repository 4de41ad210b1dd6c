"""A pasted list of people, read line by line: who can be added, and what is wrong with the others. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lms.core import fmt
from lms.core.i18n import LANGUAGES, _
from lms.people import identifiers

MOST = 200  # people in one paste


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who is here already, as far as it tells people apart. `place`: has one in this cohort; `may_join`: can be given one."""

    id: int
    name: str
    language: str
    has_contact: bool
    cohorts: tuple[str, ...]
    place: bool
    may_join: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what was read, and the sentences that say what is wrong with it.

    `doubts` say why this may be somebody who is `known`, or the `twin` in an earlier line: a person must choose. Neither problems nor
    doubts: the row can be added. `shared`: its contact stands in the twin's line too, or is had by those in `held_by`.
    """

    number: int
    name: str
    identifier: str
    language: str
    problems: tuple[str, ...]
    doubts: tuple[str, ...] = ()
    known: tuple[Known, ...] = ()
    twin: Row | None = None
    shared: bool = False
    held_by: tuple[int, ...] = ()
    keys: frozenset[tuple[str, str]] = frozenset()  # (kind, value) of whatever the contact may be

    @property
    def ready(self) -> bool:
        return not self.problems and not self.doubts

    @property
    def asks(self) -> bool:
        return bool(self.doubts) and not self.problems


def read(
    text: str,
    *,
    taken: Mapping[tuple[str, str], Known] | None = None,
    here: Mapping[str, Sequence[Known]] | None = None,
    language: str = "en",
) -> list[Row]:
    """Rows of `name, contact, language`: separated by tabs, semicolons or commas; contact and language may be missing.

    `taken` holds who has an identifier, by (kind, value); `here` who in the cohort has a name, folded: where one of two has no contact,
    they are told apart by the name alone, and a list sent again must add nobody twice. Empty lines are passed over. A first line of
    headings too.
    """
    rows: list[Row] = []
    begun = False
    for number, cells in enumerate(_cells(text), start=1):
        headings = not begun and bool(cells) and identifiers.fold(cells[0]) in {"name", "full name", "الاسم"}
        begun = begun or any(cells)
        if headings or not any(cells):
            continue
        name, contact, spoken = ([*cells, "", "", ""])[:3]
        spoken = identifiers.fold(spoken) or language
        rows.append(_row(number, name, contact, spoken, taken or {}, here or {}, rows))
    return rows


def _cells(text: str) -> list[list[str]]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    sign = next((sign for sign in ("\t", ";", ",", "،") if sign in first), ",")
    return [[cell.strip() for cell in cells] for cells in csv.reader(io.StringIO(text, newline=None), delimiter=sign)]


def _row(
    number: int,
    name: str,
    contact: str,
    spoken: str,
    taken: Mapping[tuple[str, str], Known],
    here: Mapping[str, Sequence[Known]],
    before: Sequence[Row],
) -> Row:
    read_as, folded = identifiers.read(contact) if contact else None, identifiers.fold(name)
    keys = frozenset((read_as.kind, value) for value in read_as.values) if read_as else frozenset()
    holders = {taken[key].id: taken[key] for key in keys if key in taken}
    same = next((row for row in before if keys & row.keys), None)
    namesakes = [one for one in here.get(folded, ()) if one.id not in holders and not (contact and one.has_contact)]
    alike = next((row for row in before if folded and identifiers.fold(row.name) == folded and not (contact and row.identifier)), None)
    doubts = []
    if holders:
        doubts.append(_("Another person has this contact already."))
    if same:
        doubts.append(_("The same contact stands in line %(n)s.", n=fmt.num(same.number)))
    elif alike:
        doubts.append(_("The same name stands in line %(n)s.", n=fmt.num(alike.number)))
    if namesakes:
        doubts.append(_("Somebody in this cohort has this name."))
    known = (*holders.values(), *namesakes)
    problems = _problems(name, contact, spoken, read_as)
    return Row(
        number, name, contact, spoken, tuple(problems), tuple(doubts), known, same or alike,
        shared=bool(holders or same), held_by=tuple(holders), keys=keys,
    )  # fmt: skip


def _problems(name: str, contact: str, spoken: str, read_as: identifiers.Identifier | None) -> list[str]:
    found = []
    if not name:
        found.append(_("The name is missing."))
    elif len(name) > 120:
        found.append(_("The name is too long."))
    if "\n" in name:  # a quotation mark that nobody closed takes the next people into this name
        found.append(_("This name stands on several lines. Look for a quotation mark."))
    if "@" in name:  # the line is cut by another sign than the first one, or its parts stand in another order
        found.append(_("This name holds an email address. Write the name first, then the contact."))
    if spoken not in LANGUAGES:
        found.append(_("We do not know the language %(language)s.", language=spoken))
    if read_as and read_as.kind == "email" and identifiers.email_problem(contact):
        found.append(_("This is not an email address."))
    elif read_as and read_as.kind == "phone" and not read_as.values:
        found.append(_("This is not a phone number."))
    elif read_as and read_as.kind == "name" and identifiers.sign_in_name_problem(contact):
        found.append(_("This is no phone, email or sign-in name.") + " " + _("Leave it empty if there is none."))
    return found
