"""Who may go where: the whole table stands in access.txt, so that a widened permission shows in a diff; and each line is tried."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from lms.app import create_app
from lms.core import checks
from lms.core.access import Role
from tests.cast import ROLES

TABLE = Path(__file__).parent / "access.txt"
COOKIELESS = {"/v/<code>/match"}  # answers strangers who carry no cookie a value could be bound to; changes nothing
ONE_OF = {Role.TRAINEE: "amina", Role.MENTOR: "bilal", Role.PARTNER: "efe", Role.STAFF: "dana", Role.FINANCE: "fay"}


def declared() -> list[tuple[str, str, frozenset[str]]]:
    """(method, rule, roles) of each line of the table."""
    lines = [line.split("#")[0].split() for line in TABLE.read_text().splitlines()]
    return [(words[0], words[1], frozenset(words[2].split(","))) for words in lines if words]


def test_the_table_is_the_truth(school: Flask) -> None:
    real = [f"{row['method']} {row['rule']} {','.join(row['roles'])}" for row in checks.routes(school)]
    written = [f"{method} {rule} {','.join(sorted(roles))}" for method, rule, roles in declared()]
    assert sorted(" ".join([*line.split()[:2], ",".join(sorted(line.split()[2].split(",")))]) for line in real) == sorted(written)


def test_each_public_line_says_why() -> None:
    for line in TABLE.read_text().splitlines():
        if " public" in line.split("#")[0]:
            assert re.search(r"# \S.*\S", line), f"no reason: {line}"


def test_a_view_without_a_mark_is_shut(tmp_path: Path) -> None:
    app = create_app(testing=True)
    app.add_url_rule("/forgotten", "forgotten", lambda: "open")
    assert app.test_client().get("/forgotten").status_code == 403


def test_a_view_bears_one_mark() -> None:
    from lms.core.access import public, signed_in

    with pytest.raises(TypeError):
        public(signed_in(lambda: ""))


def _address(rule: str) -> str:
    """An address for a rule; ids that no row has."""
    return re.sub(r"<(?:(int|string|path|uuid)(?:\([^)]*\))?:)?(\w+)>", lambda found: "999999" if found[1] == "int" else "no-such", rule)


def _ask(client: Any, method: str, rule: str) -> int:
    return int(client.open(_address(rule), method=method).status_code)


@pytest.mark.parametrize("name", sorted(set(ROLES) - {"chen", "goran", "hana", "ines"}))
def test_every_line_holds_for_every_role(name: str, as_: Any) -> None:
    role, client = str(ROLES[name]), as_(name)
    for method, rule, roles in declared():
        if rule == "/sign-out" or rule.startswith("/sign-out/"):
            continue  # it would end this browser's sign-in
        status = _ask(client, method, rule)
        if roles & {"public", "signed_in", role}:
            assert status != 403, f"{name} was refused {method} {rule}"
        else:
            assert status == 403, f"{name} got {status} from {method} {rule}"


def test_strangers_are_asked_to_sign_in(stranger: Any) -> None:
    for method, rule, roles in declared():
        if "public" in roles:
            continue
        answer = stranger.open(_address(rule), method=method)
        assert answer.status_code == 302, f"{method} {rule} answered a stranger with {answer.status_code}"
        assert answer.location.startswith("/sign-in?next=")
        assert stranger.open(_address(rule), method=method, headers={"X-Request-Id": "1"}).status_code == 401


def test_nothing_changes_without_the_csrf_value(as_: Any) -> None:
    for name in ONE_OF.values():
        client = as_(name)
        for method, rule, _roles in declared():
            if method != "GET" and rule not in COOKIELESS:
                status = client.open(_address(rule), method=method, csrf=False).status_code
                assert status in {400, 403, 405}, f"{method} {rule} took a post without the value: {status}"


def test_another_persons_csrf_value_is_refused(as_: Any) -> None:
    amina, hana = as_("amina"), as_("hana")
    stolen = hana.csrf()
    assert amina.post("/language", data={"lang": "ar"}, csrf=False, headers={"X-CSRFToken": stolen}).status_code == 400
