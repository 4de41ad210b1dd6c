"""The person and what their signing in leaves behind."""

from __future__ import annotations

import secrets
from datetime import datetime
from enum import StrEnum

from flask_login import UserMixin
from sqlalchemy import Dialect, ForeignKey, String, false
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from lms.core import clock
from lms.core.access import Role
from lms.core.db import Model
from lms.core.sealing import Sealed


class RoleSet(TypeDecorator[frozenset[Role]]):
    """A person's roles as `,mentor,staff,`: read with the person, without a second statement, and found with LIKE."""

    impl = String(80)
    cache_ok = True

    def process_bind_param(self, value: frozenset[Role] | None, dialect: Dialect) -> str:
        return "," + "".join(f"{role}," for role in sorted(value or ()))

    def process_result_value(self, value: str | None, dialect: Dialect) -> frozenset[Role]:
        return frozenset(Role(name) for name in (value or "").split(",") if name)


def new_pseudonym() -> str:
    """`W-` and eight signs: how a person is named in the ledger, exports and reports. Says nothing about them."""
    return "W-" + "".join(secrets.choice("ABCDEFGHJKMNPQRSTVWXYZ23456789") for _sign in range(8))


class User(UserMixin, Model):
    """A person. Identifiers are normalised before they are kept; the phone is sealed and found by its blind index."""

    __tablename__ = "person"
    __allow_unmapped__ = True  # for the attributes below that are no columns

    id: Mapped[int] = mapped_column(primary_key=True)
    pseudonym: Mapped[str] = mapped_column(String(10), unique=True, default=new_pseudonym)
    name: Mapped[str] = mapped_column(String(120))
    latin_name: Mapped[str | None] = mapped_column(String(120))  # as a certificate prints it
    own_name: Mapped[str | None] = mapped_column(String(120))  # the same in the person's own script
    email: Mapped[str | None] = mapped_column(String(200), unique=True)
    phone: Mapped[str | None] = mapped_column(Sealed("person.phone"))
    phone_index: Mapped[str | None] = mapped_column(String(64), unique=True)
    sign_in_name: Mapped[str | None] = mapped_column(String(60), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    roles: Mapped[frozenset[Role]] = mapped_column(RoleSet, default=frozenset)
    language: Mapped[str] = mapped_column(String(3), default="en")
    zone: Mapped[str] = mapped_column(String(40), default="UTC")
    latin_digits: Mapped[bool] = mapped_column(default=False, server_default=false())  # 123 also where the language has ١٢٣
    afghan_calendar: Mapped[bool] = mapped_column(default=False, server_default=false())  # months from Hamal to Hut
    larger_text: Mapped[bool] = mapped_column(default=False, server_default=false())
    data_saver: Mapped[bool | None]  # pictures wait for a tap; None: as the browser says
    country: Mapped[str | None] = mapped_column(String(2))  # where the person works: decides the pay floor and the pool's order
    adult: Mapped[bool | None]  # staff looked at the birth year once and kept only this
    active: Mapped[bool] = mapped_column(default=True)
    made_at: Mapped[datetime] = mapped_column(default=clock.now)

    sign_in_token: str | None = None  # this request's sign-in; put there by the loader, never stored
    device: str | None = None  # own or shared, as this sign-in said
    stepped_up_at: datetime | None = None

    def get_id(self) -> str:
        """What the cookie holds: this sign-in's token. Without one there is nothing to sign in with."""
        if self.sign_in_token is None:
            raise RuntimeError("this person was not read through a sign-in")
        return self.sign_in_token

    @property
    def is_active(self) -> bool:
        return self.active

    def has(self, role: Role) -> bool:
        return role in self.roles

    def certificate_name(self) -> str:
        """The name a certificate prints in Latin letters."""
        return self.latin_name or self.name


class Lost(StrEnum):
    """Why every phone of a person is signed out and cleared."""

    LOST = "lost"
    TAKEN = "taken"
    SHARED = "shared"  # it was said to be an own phone, and is not
    ASKED = "asked"  # the person does it, or asked for it


class SignIn(Model):
    """One signing in on one device. The cookie holds the token, the table its SHA-256, so that a copied table signs nobody in."""

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    device: Mapped[str] = mapped_column(String(6))  # own or shared
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    stepped_up_at: Mapped[datetime] = mapped_column(default=clock.now)  # when the password was last given on this sign-in
    revoked_at: Mapped[datetime | None]
    lost_at: Mapped[datetime | None]  # somebody said the phone may be in other hands: it clears itself when it asks for anything

    user: Mapped[User] = relationship()


class SignInCode(Model):
    """Six digits that let a person choose a new password: read out by a mentor, or on a slip. One use, five tries."""

    __tablename__ = "sign_in_code"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(200))
    expires_at: Mapped[datetime]
    wrong: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Consent(Model):
    """A purpose a person agreed to, with the words' version and language. Withdrawing closes the row; agreeing again is a new one."""

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(40))
    version: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(3))
    given_at: Mapped[datetime] = mapped_column(default=clock.now)
    withdrawn_at: Mapped[datetime | None]


class Arrival(Model):
    """An answer the phone sent with its own id: the second arrival of the same id changes nothing."""

    __tablename__ = "arrival"

    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    request_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
