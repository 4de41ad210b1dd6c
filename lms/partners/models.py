"""Partner organisations. Who works for one, and whom it referred, decides what its coordinator sees."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.core.db import Model
from lms.people.models import User


class Partner(Model):
    """A local organisation that recruits, trains and pays on the ground."""

    __tablename__ = "partner"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(12), unique=True)  # as the ledger names it: NGO-LB
    name: Mapped[str] = mapped_column(String(120))
    country: Mapped[str] = mapped_column(String(2))


class PartnerStaff(Model):
    """A person who works for a partner. The row goes the minute they leave."""

    __tablename__ = "partner_staff"

    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)

    partner: Mapped[Partner] = relationship()
    user: Mapped[User] = relationship()


class Referral(Model):
    """A person whom a partner brought, trains and pays."""

    __tablename__ = "referral"

    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"), index=True)

    partner: Mapped[Partner] = relationship()
    user: Mapped[User] = relationship()
