"""A list of people beside those who are here already: who may be the same, and what somebody chose for each of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import or_, select

from lms.cohorts import list_file, pasting
from lms.cohorts.actions import NewPerson
from lms.cohorts.models import Cohort, Enrolment
from lms.cohorts.pasting import Known, Row
from lms.core.access import Role
from lms.core.db import db
from lms.core.errors import Refused
from lms.core.i18n import _
from lms.core.sealing import blind
from lms.people import identifiers
from lms.people.models import User

LEAVE_OUT, ANOTHER, SAME = "out", "new", "same-"


def read(text: str, cohort: Cohort) -> list[Row]:
    """The rows of a list for this cohort, each with the people it may be. Three statements, however long the list.

    Raises Refused for more people than can be added at once.
    """
    bare = pasting.read(text)
    if len(bare) > pasting.MOST:
        raise list_file.too_long()
    holders, members = _holders(bare), _members(cohort, bare)
    people = _known(cohort, [*holders.values(), *members])
    here: dict[str, list[Known]] = defaultdict(list)
    for member in members:
        here[identifiers.fold(member.name)].append(people[member.id])
    return pasting.read(text, taken={key: people[one.id] for key, one in holders.items()}, here=here)


def chosen(rows: Sequence[Row], choices: Mapping[int, str], *, shown: Sequence[int] | None = None) -> list[NewPerson]:
    """Who goes in: every row that is ready, and of the others what was chosen for its line; nothing chosen is left out.

    `shown` are the lines that looked ready when somebody chose. Raises Refused where one of them, or the person that was chosen for a
    line, is not to be had any more: who was added meanwhile must be looked at again.
    """
    if set(shown or ()) - {row.number for row in rows if row.ready}:
        raise _moved()
    found = [_entry(row, choices.get(row.number, LEAVE_OUT)) for row in rows if not row.problems]
    return [one for one in found if one is not None]


def _entry(row: Row, choice: str) -> NewPerson | None:
    if row.ready:
        return NewPerson(row.name, row.identifier, row.language)
    if choice == LEAVE_OUT:
        return None
    if choice == ANOTHER:
        return NewPerson(row.name, "" if row.shared else row.identifier, row.language)
    for one in row.known:
        if one.may_join and choice == f"{SAME}{one.id}":
            return NewPerson(one.name, "", one.language, person_id=one.id)
    raise _moved()


def _moved() -> Refused:
    return Refused(_("Somebody was added meanwhile. Look at the list again."))


class _Person(NamedTuple):
    """As much of a person as this needs: a number is not opened, whoever stands in a list."""

    id: int
    name: str
    language: str
    email: str | None
    phone_index: str | None
    sign_in_name: str | None
    roles: frozenset[Role]
    active: bool


_PERSON = select(User.id, User.name, User.language, User.email, User.phone_index, User.sign_in_name, User.roles, User.active)


def _holders(rows: Sequence[Row]) -> dict[tuple[str, str], _Person]:
    """(kind, value) of an identifier in the list -> who has it."""
    keys = {key for row in rows for key in row.keys}
    mails, names = ([value for kind, value in keys if kind == wanted] for wanted in ("email", "name"))
    sealed = {blind(value, "person.phone"): value for kind, value in keys if kind == "phone"}
    ways = or_(User.email.in_(mails), User.phone_index.in_(list(sealed)), User.sign_in_name.in_(names))
    found: dict[tuple[str, str], _Person] = {}
    for one in map(_Person._make, db.session.execute(_PERSON.where(ways).order_by(User.id))):
        has = (("email", one.email), ("name", one.sign_in_name), ("phone", sealed.get(one.phone_index or "")))
        found |= {(kind, value): one for kind, value in has if value}
    return found


def _members(cohort: Cohort, rows: Sequence[Row]) -> list[_Person]:
    """Those with a place in the cohort who have a name of the list. Folded names are no column, so all are looked at."""
    names = {identifiers.fold(row.name) for row in rows}
    people = _PERSON.join(Enrolment, Enrolment.user_id == User.id).where(Enrolment.cohort_id == cohort.id).order_by(User.id)
    return [one for one in map(_Person._make, db.session.execute(people)) if identifiers.fold(one.name) in names]


def _known(cohort: Cohort, people: Sequence[_Person]) -> dict[int, Known]:
    by_id = {one.id: one for one in people}
    places = select(Enrolment.user_id, Cohort.id, Cohort.name).join(Enrolment.cohort).where(Enrolment.user_id.in_(by_id))
    stands: dict[int, dict[int, str]] = defaultdict(dict)
    for user_id, cohort_id, name in db.session.execute(places.order_by(Cohort.starts_on, Cohort.id)):
        stands[user_id][cohort_id] = name
    return {
        id: Known(
            id=id,
            name=one.name,
            language=one.language,
            has_contact=bool(one.email or one.phone_index),
            cohorts=tuple(stands[id].values()),
            place=cohort.id in stands[id],
            may_join=one.active and one.roles == {Role.TRAINEE} and cohort.id not in stands[id],
        )
        for id, one in by_id.items()
    }
