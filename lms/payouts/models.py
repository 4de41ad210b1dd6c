"""A person's way to get money, batches of payments, and the evidence of each."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.core import clock
from lms.core.db import Model, choice
from lms.core.money import Money
from lms.core.sealing import Sealed
from lms.partners.models import Partner
from lms.people.models import User


class Channel(StrEnum):
    """How money reaches a person."""

    CASH = "cash"
    BANK = "bank"
    MOBILE = "mobile"


class BatchState(StrEnum):
    """The life of a batch (design: annotation, section 3)."""

    DRAFT = "draft"
    LOCKED = "locked"
    APPROVED = "approved"
    SENT = "sent"
    SETTLED = "settled"
    CANCELLED = "cancelled"


class PayoutState(StrEnum):
    """The life of one line. Failed and returned money is owed again; a cancelled line never left."""

    PENDING = "pending"
    SENT = "sent"
    PAID = "paid"
    FAILED = "failed"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class Left(StrEnum):
    """Why someone to whom money is owed is not in a batch."""

    NOT_ADULT = "not_adult"
    NO_METHOD = "no_method"
    ON_HOLD = "on_hold"
    NO_PARTNER = "no_partner"
    IN_BATCH = "in_batch"
    TOO_SMALL = "too_small"


OPEN = (PayoutState.PENDING, PayoutState.SENT)
_OPEN = text("state IN ('pending', 'sent')")
_CURRENT = text("replaced_at IS NULL")


class PayoutMethod(Model):
    """Where a person wants their money. Never changed: a new way is a new row, so that a line shows what it was paid to."""

    __tablename__ = "payout_method"
    __table_args__ = (Index("uq_payout_method_current", "user_id", unique=True, sqlite_where=_CURRENT, postgresql_where=_CURRENT),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    channel: Mapped[Channel] = mapped_column(choice(Channel))
    payee_name: Mapped[str] = mapped_column(Sealed("payout_method.payee_name"))
    account: Mapped[str | None] = mapped_column(Sealed("payout_method.account"))  # IBAN or the number of a mobile wallet
    operator: Mapped[str | None] = mapped_column(String(40))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    usable_from: Mapped[datetime]
    replaced_at: Mapped[datetime | None]


class PayoutBatch(Model):
    """Payments that are prepared, approved and sent together, in one currency, out of the foundation's book."""

    __tablename__ = "payout_batch"
    __table_args__ = (CheckConstraint("approved_by_id IS NULL OR approved_by_id <> prepared_by_id", name="four_eyes"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))
    currency: Mapped[str] = mapped_column(String(3))
    state: Mapped[BatchState] = mapped_column(choice(BatchState), default=BatchState.DRAFT)
    prepared_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    prepared_at: Mapped[datetime] = mapped_column(default=clock.now)
    locked_at: Mapped[datetime | None]
    sha256: Mapped[str | None] = mapped_column(String(64))  # of the lines, as they were locked
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    reason: Mapped[str | None] = mapped_column(String(400))  # why it was cancelled

    partner: Mapped[Partner | None] = relationship()
    prepared_by: Mapped[User] = relationship(foreign_keys=[prepared_by_id])
    approved_by: Mapped[User | None] = relationship(foreign_keys=[approved_by_id])

    @property
    def code(self) -> str:
        """As the ledger's keys and the bank's file name it: `PB7`."""
        return f"PB{self.id}"


class Payout(Model):
    """One line of a batch: one person, one sum. The database lets a person stand open in one batch of a currency only."""

    __tablename__ = "payout"
    __table_args__ = (
        UniqueConstraint("batch_id", "worker_id"),
        UniqueConstraint("batch_id", "number"),
        CheckConstraint("amount_minor > 0", name="positive"),
        Index("uq_payout_open", "worker_id", "currency", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("payout_batch.id"))
    number: Mapped[int]
    worker_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    method_id: Mapped[int] = mapped_column(ForeignKey("payout_method.id"))
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"))  # who hands out the cash
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3))
    state: Mapped[PayoutState] = mapped_column(choice(PayoutState), default=PayoutState.PENDING)
    reason: Mapped[str | None] = mapped_column(String(400))  # why it failed or came back
    closed_at: Mapped[datetime | None]

    batch: Mapped[PayoutBatch] = relationship()
    worker: Mapped[User] = relationship()
    method: Mapped[PayoutMethod] = relationship()
    partner: Mapped[Partner | None] = relationship()

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class LeftOut(Model):
    """A person who was owed money when a batch was made and is not in it, and why."""

    __tablename__ = "payout_left_out"

    batch_id: Mapped[int] = mapped_column(ForeignKey("payout_batch.id"), primary_key=True)
    worker_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[Left] = mapped_column(choice(Left))

    worker: Mapped[User] = relationship()


class Evidence(Model):
    """What proves a payment: a receipt and its witness, a bank's end-to-end id, a transaction id. One proof, one payment."""

    __tablename__ = "payout_evidence"
    __table_args__ = (UniqueConstraint("scope", "reference"), {"info": {"append_only": True}})

    id: Mapped[int] = mapped_column(primary_key=True)
    payout_id: Mapped[int] = mapped_column(ForeignKey("payout.id"), unique=True)
    scope: Mapped[str] = mapped_column(String(40))  # whose numbers these are: `cash:NGO-LB`, `bank`, `mobile:m-pesa`
    reference: Mapped[str] = mapped_column(String(60))
    witness: Mapped[str | None] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(default=clock.now)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
