"""What this room and the ledger hold about one person, for her to take: her ways to get money, each payment, each line of her account."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.core.db import db
from lms.core.i18n import _
from lms.core.money import CURRENCIES, Money
from lms.core.own_data import Said, Share
from lms.ledger import accounts
from lms.ledger.models import Account, Entry, Transfer
from lms.payouts.models import Evidence, LeftOut, Payout, PayoutBatch, PayoutMethod
from lms.payouts.wording import CHANNELS, LINES, REASONS
from lms.people.models import User


def give(person: User) -> Iterator[Share]:
    """Nobody who prepared, approved or witnessed a payment is named."""
    ways = db.session.scalars(select(PayoutMethod).where(PayoutMethod.user_id == person.id).order_by(PayoutMethod.id))
    yield Share(
        "ways_to_get_money", _("How you get your money"),
        [{"channel": Said(row.channel, str(CHANNELS[row.channel])), "payee_name": row.payee_name, "account": row.account,
          "operator": row.operator, "made_at": row.made_at, "usable_from": row.usable_from, "replaced_at": row.replaced_at}
         for row in ways],
        {"channel": _("Way"), "payee_name": _("Name of the payee"), "account": _("Account"), "operator": _("Operator"),
         "made_at": _("Here since"), "replaced_at": _("Ended")},
    )  # fmt: skip
    found = select(Payout, Evidence.reference).outerjoin(Evidence, Evidence.payout_id == Payout.id).where(Payout.worker_id == person.id)
    lines = db.session.execute(found.options(joinedload(Payout.batch)).order_by(Payout.id))
    yield Share(
        "payments", _("Payments to you"),
        [{"payout": f"{line.batch.code}-L{line.number}", "amount": line.amount, "state": Said(line.state, str(LINES[line.state])),
          "reason": line.reason, "closed_at": line.closed_at, "proof": proof} for line, proof in lines],
        {"payout": _("Payout"), "amount": _("Sum"), "state": _("State"), "reason": _("Reason"), "closed_at": _("Time"),
         "proof": _("Receipt number")},
    )  # fmt: skip
    waited = select(LeftOut, PayoutBatch).join(PayoutBatch, PayoutBatch.id == LeftOut.batch_id).where(LeftOut.worker_id == person.id)
    yield Share(
        "payments_waited", _("Payments that had to wait"),
        [{"amount": Money(left.amount_minor, batch.currency), "reason": Said(left.reason, str(REASONS[left.reason])),
          "at": batch.prepared_at}
         for left, batch in db.session.execute(waited.order_by(LeftOut.batch_id))],
        {"amount": _("Sum"), "reason": _("Reason"), "at": _("Time")},
    )  # fmt: skip
    yield _account(person)


def _account(person: User) -> Share:
    """What she earned and what she got, as the books have it: a sum above zero is owed to her, one below zero was paid."""
    codes = [accounts.worker(person.pseudonym, currency) for currency in CURRENCIES]
    asked = (
        select(Transfer.date, Transfer.kind, Transfer.description, Entry.amount_minor, Account.currency, Account.book)
        .join(Entry, Entry.transfer_id == Transfer.id).join(Account, Account.id == Entry.account_id)
        .where(Account.code.in_(codes)).order_by(Transfer.date, Entry.id)
    )  # fmt: skip
    rows = [
        {"date": day, "kind": kind, "description": description, "amount": Money(-minor, currency), "book": book}
        for day, kind, description, minor, currency, book in db.session.execute(asked)
    ]
    return Share("account", _("Your money in our books"), rows, {"date": _("Date"), "description": _("For"), "amount": _("Sum")})
