"""What a guesser may try: counted per account however it is written, one by one however fast, and no slower for those who are known."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import event, select

from lms.core.access import Role
from lms.core.db import db, transaction
from lms.people import actions, identifiers, passwords, queries
from lms.people.models import SignInCode, User
from tests.cast import PASSWORDS, identifier


def wrong_for(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_guesses_sent_at_once_count_one_by_one(either_school: Flask) -> None:
    with either_school.app_context(), transaction(write=True):
        code = actions.make_code(db.session.get_one(User, either_school.extensions["world"].amina), by=None)

    def guess(n: int) -> int:
        data = {"identifier": identifier("amina"), "code": wrong_for(code), "password": "a new long word"}
        elsewhere = {"REMOTE_ADDR": f"10.0.0.{n}"}
        return int(either_school.test_client().post("/sign-in/code", data=data, environ_overrides=elsewhere).status_code)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(guess, range(8))) == {422}
    with either_school.app_context(), transaction(write=True):
        kept = db.session.scalars(select(SignInCode)).one()
        assert kept.wrong == queries.CODE_TRIES
        assert kept.used_at is None
        assert queries.open_code(db.session.get_one(User, kept.user_id)) is None, "after five the code is dead"


def test_a_password_that_is_too_short_is_no_wrong_guess(app: Flask, stranger: Any, world: Any) -> None:
    with app.app_context(), transaction(write=True):
        code = actions.make_code(db.session.get_one(User, world.amina), by=None)
    for _try in range(6):
        data = {"identifier": identifier("amina"), "code": code, "password": "short"}
        told = stranger.post("/sign-in/code", data=data).text
        assert '<p class="err" id="password-e">Error: Your password is too short. Use 8 signs or more.</p>' in told, "at its field"
    with app.app_context():
        assert db.session.scalars(select(SignInCode.wrong)).all() == [0]


@pytest.mark.parametrize(
    "forms",
    [
        ("+961 3 123 456", "03 123456", "٠٣١٢٣٤٥٦", "009613123456", "(03) 12-34-56"),
        ("Amina@Demo.example", "amina@demo.example ", "ａmina@demo.example"),
        ("أمل.٢", "أمل.2", " أمل.2 "),
    ],
)
def test_one_account_is_one_count_however_it_is_written(forms: tuple[str, ...]) -> None:
    assert len({identifiers.counted_as(form) for form in forms}) == 1


def test_other_ways_of_writing_a_phone_give_no_more_tries(stranger: Any) -> None:
    forms = ["03 123 456", "03123456", "+9613123456", "03-123456", "٠٣ ١٢٣٤٥٦", "0 3 1 2 3 4 5 6"]
    statuses = [stranger.post("/sign-in", data={"identifier": form, "password": "wrong"}).status_code for form in forms]
    assert statuses == [422, 422, 422, 422, 422, 429]


def test_other_addresses_of_one_ipv6_network_give_no_more_tries(stranger: Any) -> None:
    data = {"identifier": identifier("amina"), "password": "wrong"}
    for n in range(5):
        assert stranger.post("/sign-in", data=data, environ_overrides={"REMOTE_ADDR": f"2001:db8:1:2::{n + 1}"}).status_code == 422
    assert stranger.post("/sign-in", data=data, environ_overrides={"REMOTE_ADDR": "2001:db8:1:2:ffff::9"}).status_code == 429
    assert stranger.post("/sign-in", data=data, environ_overrides={"REMOTE_ADDR": "2001:db8:1:3::1"}).status_code == 422


def test_the_password_again_is_limited_too(as_: Any) -> None:
    client = as_("fay")
    for _try in range(5):
        assert client.post("/step-up", data={"password": "wrong"}).status_code == 422
    assert client.post("/step-up", data={"password": PASSWORDS["fay"]}).status_code == 429


@pytest.mark.parametrize(("address", "extra"), [("/sign-in", {}), ("/sign-in/code", {"code": "000000"})])
def test_an_unknown_person_costs_the_same_work(address: str, extra: dict[str, str], app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same statements and the same hashes, whoever is asked for: time is what they cost."""

    def work(name: str) -> tuple[list[str], int]:
        said: list[str] = []
        hashes: list[str] = []
        real = PasswordHasher.verify

        def counted(self: PasswordHasher, kept: str, password: str) -> bool:
            hashes.append(kept)
            return bool(real(self, kept, password))

        def told(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK")):
                said.append(statement.split("WHERE", maxsplit=1)[0])

        with app.app_context():
            engine = db.engines[None].engine
        event.listen(engine, "before_cursor_execute", told)
        monkeypatch.setattr(PasswordHasher, "verify", counted)
        try:
            data = {"identifier": name, "password": "wrong long word", **extra}
            assert app.test_client().post(address, data=data).status_code == 422
        finally:
            monkeypatch.undo()
            event.remove(engine, "before_cursor_execute", told)
        return said, len(hashes)

    assert work(identifier("amina")) == work("nobody@demo.example")


def test_a_password_of_an_older_cost_is_kept_anew(app: Flask, stranger: Any, world: Any) -> None:
    older = PasswordHasher(time_cost=2, memory_cost=32, parallelism=1).hash(PASSWORDS["amina"])
    with app.app_context(), transaction(write=True):
        db.session.get_one(User, world.amina).password_hash = older
    assert stranger.post("/sign-in", data={"identifier": identifier("amina"), "password": "wrong"}).status_code == 422
    with app.app_context():
        assert db.session.get_one(User, world.amina).password_hash == older
    stranger.sign_in("amina")
    with app.app_context():
        made = db.session.get_one(User, world.amina).password_hash
        assert made != older
        assert passwords.hasher().check_needs_rehash(made or "") is False
    stranger.post("/sign-out")
    stranger.sign_in("amina")


@pytest.mark.parametrize("name", ["أمل ٢", "Amal 2", "Ａmal", "a" * 70])
def test_a_made_sign_in_name_signs_in(name: str, app: Flask, stranger: Any) -> None:
    with app.app_context(), transaction(write=True):
        person = actions.add(by=None, name=name, roles=frozenset({Role.TRAINEE}))
        made = person.sign_in_name
        actions.set_password(person, "my long word", by=person)
    assert stranger.post("/sign-in", data={"identifier": made, "password": "my long word"}).status_code == 303


def test_a_name_longer_than_is_kept_still_signs_in(app: Flask, stranger: Any) -> None:
    given = "amal-" + "x" * 80
    with app.app_context(), transaction(write=True):
        person = actions.add(by=None, name="Amal", roles=frozenset({Role.TRAINEE}), identifier=given)
        actions.set_password(person, "my long word", by=person)
    assert stranger.post("/sign-in", data={"identifier": given, "password": "my long word"}).status_code == 303


@pytest.mark.parametrize(
    ("typed", "kind", "values"),
    [
        (" Amina@Demo.Example ", "email", ("amina@demo.example",)),
        ("ａｍｉｎａ＠demo.example", "email", ("amina@demo.example",)),
        ("+961 3 123 456", "phone", ("+9613123456",)),
        ("00961-3-123456", "phone", ("+9613123456",)),
        ("+٩٦١٣١٢٣٤٥٦", "phone", ("+9613123456",)),
        ("+254 712 345678", "phone", ("+254712345678",)),
        ("+90 532 123 45 67", "phone", ("+905321234567",)),
        ("Amina Haddad", "name", ("amina haddad",)),
        ("أمل حداد", "name", ("أمل حداد",)),
        ("STRAẞE", "name", ("strasse",)),
        ("12345", "name", ("12345",)),
        ("", "name", ("",)),
    ],
)
def test_what_was_typed_is_recognised(typed: str, kind: str, values: tuple[str, ...]) -> None:
    assert identifiers.read(typed) == identifiers.Identifier(kind, values)


def test_a_local_number_may_belong_to_several_countries_and_then_to_nobody(app: Flask, stranger: Any, world: Any) -> None:
    found = identifiers.read("0712345678")
    assert found.kind == "phone"
    assert {"+254712345678", "+93712345678"} <= set(found.values)
    with app.app_context(), transaction(write=True):
        for name, number in (("amina", "+254712345678"), ("hana", "+93712345678")):
            actions.identify(db.session.get_one(User, getattr(world, name)), number)
    for typed, status in (("0712345678", 422), ("+254712345678", 303)):
        assert stranger.post("/sign-in", data={"identifier": typed, "password": PASSWORDS["amina"]}).status_code == status


def test_codes_made_at_once_leave_one_that_works(either_school: Flask) -> None:
    amina = either_school.extensions["world"].amina

    def make(_n: int) -> None:
        with either_school.app_context(), transaction(write=True):
            actions.make_code(db.session.get_one(User, amina), by=None)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(make, range(8)))
    with either_school.app_context():
        assert len(db.session.scalars(select(SignInCode).where(SignInCode.used_at.is_(None))).all()) == 1


def test_a_password_that_was_changed_while_it_was_compared_opens_nothing(
    app: Flask, stranger: Any, world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    compare = passwords.matches

    def slowly(kept: str | None, password: str) -> bool:
        right = compare(kept, password)
        with transaction(write=True):
            person = db.session.get_one(User, world.amina)
            actions.set_password(person, "another long word", by=person)
        return right

    monkeypatch.setattr(passwords, "matches", slowly)
    old = {"identifier": identifier("amina"), "password": PASSWORDS["amina"]}
    assert stranger.post("/sign-in", data=old).status_code == 422
    monkeypatch.undo()
    assert stranger.post("/sign-in", data=old | {"password": "another long word"}).status_code == 303
