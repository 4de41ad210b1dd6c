"""A pasted list of people, read line by line: who can be added, and what is wrong with the others. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from dataclasses import dataclass

from lms.core import fmt
from lms.core.i18n import LANGUAGES, _
from lms.people import identifiers

MOST = 200  # people in one paste


@dataclass(frozen=True)
class Row:
    """One line: what was read, and the sentences that say what is wrong with it (none: it can be added)."""

    number: int
    name: str
    identifier: str
    language: str
    problems: tuple[str, ...]


def read(text: str, *, taken: Collection[tuple[str, str]] = (), here: Collection[str] = (), language: str = "en") -> list[Row]:
    """Rows of `name, contact, language`: separated by tabs, semicolons or commas; contact and language may be missing.

    `taken` holds (kind, value) of identifiers that other people have, `here` the folded names of people in the cohort: whoever has no
    contact is known by the name alone, and a list sent again must add nobody twice. Empty lines are passed over. A first line of
    headings too.
    """
    rows: list[Row] = []
    seen: dict[tuple[str, str], int] = {}
    begun = False
    for number, cells in enumerate(_cells(text), start=1):
        headings = not begun and bool(cells) and identifiers.fold(cells[0]) in {"name", "full name", "الاسم"}
        begun = begun or any(cells)
        if headings or not any(cells):
            continue
        name, contact, spoken = ([*cells, "", "", ""])[:3]
        spoken = identifiers.fold(spoken) or language
        rows.append(Row(number, name, contact, spoken, tuple(_problems(number, name, contact, spoken, taken, here, seen))))
    return rows


def _cells(text: str) -> list[list[str]]:
    first = next((line for line in text.splitlines() if line.strip()), "")
    sign = next((sign for sign in ("\t", ";", ",", "،") if sign in first), ",")
    return [[cell.strip() for cell in cells] for cells in csv.reader(io.StringIO(text, newline=None), delimiter=sign)]


def _problems(
    number: int,
    name: str,
    contact: str,
    spoken: str,
    taken: Collection[tuple[str, str]],
    here: Collection[str],
    seen: dict[tuple[str, str], int],
) -> list[str]:
    found = []
    if not name:
        found.append(_("The name is missing."))
    elif len(name) > 120:
        found.append(_("The name is too long."))
    if "@" in name:  # the line is cut by another sign than the first one, or its parts stand in another order
        found.append(_("This name holds an email address. Write the name first, then the contact."))
    if spoken not in LANGUAGES:
        found.append(_("We do not know the language %(language)s.", language=spoken))
    if not contact:
        return [*found, _("Another person has this phone, email or name already.")] if identifiers.fold(name) in here else found
    read_as = identifiers.read(contact)
    if read_as.kind == "email" and identifiers.email_problem(contact):
        found.append(_("This is not an email address."))
    elif read_as.kind == "phone" and not read_as.values:
        found.append(_("This is not a phone number."))
    keys = [(read_as.kind, value) for value in read_as.values]
    if any(key in taken for key in keys):
        found.append(_("Another person has this contact already."))
    first = next((seen[key] for key in keys if key in seen), None)
    if first is not None:
        found.append(_("The same contact stands in line %(n)s.", n=fmt.num(first)))
    seen.update({key: number for key in keys if key not in seen})
    return found
