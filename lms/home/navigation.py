"""The way through the house for each role: first page, and the few words of the menu. Addresses are promises."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from lms.core.access import Role
from lms.core.i18n import LANGUAGES, OFFERED, _l, language

FIRST = {
    Role.STAFF: "/cohorts",
    Role.FINANCE: "/payouts",
    Role.MENTOR: "/desk",
    Role.PARTNER: "/people",
    Role.TRAINEE: "/today",
}

MENU: dict[Role, tuple[tuple[str, object, str], ...]] = {
    Role.TRAINEE: (("/today", _l("Today"), "today"), ("/learn", _l("Learn"), "book"), ("/work", _l("Work"), "box")),
    Role.MENTOR: (("/desk", _l("To check"), "check"), ("/reviews", _l("Reviews"), "box"), ("/cohorts", _l("Cohorts"), "people")),
    Role.PARTNER: (
        ("/people", _l("People"), "people"),
        ("/cohorts", _l("Cohorts"), "cal"),
        ("/applications", _l("Applications"), "mail"),
    ),
    Role.STAFF: (
        ("/cohorts", _l("Cohorts"), "cal"),
        ("/people", _l("People"), "people"),
        ("/applications", _l("Applications"), "mail"),
        ("/projects", _l("Projects"), "box"),
        ("/pool", _l("Work pool"), "star"),
        ("/certificates", _l("Certificates"), "cert"),
    ),
    Role.FINANCE: (("/payouts", _l("Payouts"), "money"),),
}
ME = ("/me", _l("Me"), "me")
BELOW = {
    "/calendar": ("/me",), "/certificates": ("/me",), "/submissions": ("/desk", "/learn"), "/enrolments": ("/cohorts",),
    "/mentors": ("/today",), "/messages": ("/today", "/desk", "/me"), "/phrases": ("/desk",), "/rounds": ("/applications",),
    "/programmes": ("/cohorts",), "/partners": ("/people",),
}  # fmt: skip
"""Pages with an address of their own that stand under a word of the menu: the first that its reader has. Its own word goes first."""

TOPS = {url for menu in MENU.values() for url, _label, _icon in menu} | {ME[0], *BELOW}


@dataclass(frozen=True)
class Item:
    """One word of the menu."""

    url: str
    label: str
    icon: str
    current: bool


class Choice(NamedTuple):
    """One language a page can be read in."""

    code: str
    name: str
    direction: str
    current: bool


def first_page(roles: frozenset[Role]) -> str:
    """Where sign-in leads: the first page of the role with the widest duty."""
    return next((path for role, path in FIRST.items() if role in roles), "/me")


def items(roles: frozenset[Role], path: str) -> tuple[Item, ...]:
    """The menu of everything this person is here, Me last; an address stands once."""
    top = "/" + path.split("/")[1]
    return _menu(roles, top if top in TOPS else "", language()) if roles else ()


@lru_cache(maxsize=512)
def _menu(roles: frozenset[Role], top: str, _spoken: str) -> tuple[Item, ...]:
    """The menu as it looks below the address `top`, in the language of the page."""
    found: dict[str, tuple[object, str]] = {}
    for role in FIRST:
        if role in roles:
            found.update({url: (label, icon) for url, label, icon in MENU[role] if url not in found})
    found[ME[0]] = (ME[1], ME[2])
    here = top if top in found else next((url for url in BELOW.get(top, ()) if url in found), top)
    return tuple(Item(url, str(label), icon, url == here) for url, (label, icon) in found.items())


def shell(roles: frozenset[Role] | None) -> str:
    """Which frame the page wears: a trainee's phone, a desk, or the public one."""
    if roles is None:
        return "public"
    return "trainee" if roles <= {Role.TRAINEE} else "staff"


@lru_cache(maxsize=64)
def languages(current: str) -> tuple[Choice, ...]:
    """The languages offered, each in its own script."""
    return tuple(Choice(code, LANGUAGES[code].name, LANGUAGES[code].direction, code == current) for code in OFFERED)
