"""Who may see payouts: finance every batch, a person their own way to get money. Nobody else."""

from __future__ import annotations

from sqlalchemy import Select, false, select

from lms.core.access import Role
from lms.partners.models import Partner
from lms.partners.policy import visible_partners
from lms.payouts.models import Payout, PayoutBatch
from lms.people.models import User


def visible_batches(user: User) -> Select[PayoutBatch]:
    return select(PayoutBatch) if Role.FINANCE in user.roles else select(PayoutBatch).where(false())


def visible_lines(user: User, batch: PayoutBatch) -> Select[Payout]:
    """The lines of a batch for whoever sees the batch."""
    lines = select(Payout).where(Payout.batch_id == batch.id)
    return lines if Role.FINANCE in user.roles else lines.where(false())


def payable_partners(user: User) -> Select[Partner]:
    """Partners whose people this person may pay."""
    return visible_partners(user) if Role.FINANCE in user.roles else select(Partner).where(false())
