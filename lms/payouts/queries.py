"""Reading payouts: who is owed what and why they wait, the lines of a batch, a person's own money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from lms.core.db import db
from lms.core.money import Money
from lms.ledger import accounts
from lms.ledger import queries as ledger
from lms.ledger.accounts import Book
from lms.ledger.models import Account, Entry, Transfer
from lms.partners.models import Partner, Referral
from lms.payouts.models import OPEN, BatchState, Channel, Evidence, LeftOut, Payout, PayoutBatch, PayoutMethod, PayoutState
from lms.people.models import User


def names(partner: Partner) -> bool:
    """Whether a batch, a payment or an account names this partner: by its code files were made and cash was booked."""
    told = (
        select(PayoutBatch.id).where(PayoutBatch.partner_id == partner.id),
        select(Payout.id).where(Payout.partner_id == partner.id),
        select(Account.id).where(Account.code.startswith(f"assets:float:{partner.code}:", autoescape=True)),
    )
    return any(db.session.scalar(one.limit(1)) is not None for one in told)


@dataclass(frozen=True)
class Owed:
    """A person to whom the foundation owes money, with what decides whether it can be paid."""

    person: User
    owed: Money
    method: PayoutMethod | None
    partner_id: int | None
    in_batch: int | None  # the id of the open batch this debt stands in


@dataclass(frozen=True)
class WorkerMoney:
    """A worker's money in the words of the Work page, one amount for each currency: earned and in no approved batch; approved or on its
    way; paid."""

    earned: list[Money]
    approved: list[Money]
    paid: list[Money]


@dataclass(frozen=True)
class Way:
    """The payments of a batch that go one way to one country."""

    country: str
    channel: Channel
    people: int
    total: Money


def method_of(person: User) -> PayoutMethod | None:
    """Where this person wants their money now."""
    current = select(PayoutMethod).where(PayoutMethod.user_id == person.id, PayoutMethod.replaced_at.is_(None))
    return db.session.scalars(current).one_or_none()


def owed_people(currency: str, partner: Partner | None = None) -> list[Owed]:
    """Everyone to whom something is owed in a currency, in the order of their pseudonyms: all, or the people of a partner."""
    debts = ledger.debts(currency).subquery()
    waiting = select(Payout.worker_id, Payout.batch_id).where(Payout.state.in_(OPEN), Payout.currency == currency).subquery()
    asked = (
        select(User, debts.c.owed, PayoutMethod, Referral.partner_id, waiting.c.batch_id)
        .join(Account, Account.code == "liabilities:worker:" + User.pseudonym + ":" + currency)
        .join(debts, debts.c.account_id == Account.id)
        .outerjoin(PayoutMethod, (PayoutMethod.user_id == User.id) & PayoutMethod.replaced_at.is_(None))
        .outerjoin(Referral, Referral.user_id == User.id)
        .outerjoin(waiting, waiting.c.worker_id == User.id)
        .order_by(User.pseudonym)
    )
    if partner is not None:
        asked = asked.where(Referral.partner_id == partner.id)
    return [Owed(person, Money(int(owed), currency), method, at, batch) for person, owed, method, at, batch in db.session.execute(asked)]


def currencies_owed() -> list[str]:
    """Currencies in which anything is owed to anyone, in order."""
    owing = (
        select(Account.currency)
        .join(Entry, Entry.account_id == Account.id)
        .where(Account.code.startswith("liabilities:worker:"), Account.book == Book.FOUNDATION)
        .group_by(Account.id, Account.currency)
        .having(func.sum(Entry.amount_minor) < 0)
        .subquery()
    )
    return list(db.session.scalars(select(owing.c.currency).distinct().order_by(owing.c.currency)))


def batches(visible: Select[PayoutBatch]) -> Select[PayoutBatch]:
    """Batches, the newest first."""
    return visible.options(joinedload(PayoutBatch.partner), joinedload(PayoutBatch.prepared_by)).order_by(PayoutBatch.id.desc())


def sums(batches: Sequence[PayoutBatch]) -> dict[int, tuple[int, Money]]:
    """(lines, total) of each batch, in one statement."""
    asked = select(Payout.batch_id, func.count(), func.sum(Payout.amount_minor)).where(Payout.batch_id.in_([b.id for b in batches]))
    found = {id: (n, int(total)) for id, n, total in db.session.execute(asked.group_by(Payout.batch_id))}
    return {b.id: (found.get(b.id, (0, 0))[0], Money(found.get(b.id, (0, 0))[1], b.currency)) for b in batches}


def lines(batch: PayoutBatch) -> Select[Payout]:
    """The lines of a batch with person, method and partner, by number."""
    whole = (joinedload(Payout.worker), joinedload(Payout.method), joinedload(Payout.partner))
    return select(Payout).where(Payout.batch_id == batch.id).options(*whole).order_by(Payout.number)


def lines_of(batch: PayoutBatch) -> Sequence[Payout]:
    """Every line of a batch."""
    return db.session.scalars(lines(batch)).all()


def left_out(batch: PayoutBatch) -> Sequence[LeftOut]:
    """Who was owed money and is not in the batch."""
    return db.session.scalars(
        select(LeftOut)
        .join(LeftOut.worker)
        .options(joinedload(LeftOut.worker))
        .where(LeftOut.batch_id == batch.id)
        .order_by(User.pseudonym)
    ).all()


def ways(lines: Sequence[Payout]) -> list[Way]:
    """Where the money of these lines goes, by country and channel."""
    found: dict[tuple[str, Channel], list[Payout]] = {}
    for line in lines:
        found.setdefault((line.worker.country or "", line.method.channel), []).append(line)
    return [
        Way(country, channel, len(some), Money(sum(line.amount_minor for line in some), some[0].currency))
        for (country, channel), some in sorted(found.items())
    ]


def no_longer_owed(batch: PayoutBatch) -> list[str]:
    """Pseudonyms whose open line is greater than what they are owed."""
    owed = {one.person.id: one.owed for one in owed_people(batch.currency)}
    nothing = Money.zero(batch.currency)
    return [line.worker.pseudonym for line in lines_of(batch) if line.state in OPEN and line.amount > owed.get(line.worker_id, nothing)]


def evidence_of(line: Payout) -> Evidence | None:
    """What proves that this line was paid."""
    return db.session.scalars(select(Evidence).where(Evidence.payout_id == line.id)).one_or_none()


def payment_of(line: Payout, key: str) -> Transfer:
    """The transfer that paid a line: its key begins with the line's."""
    return db.session.scalars(select(Transfer).where(Transfer.key.startswith(key + ":", autoescape=True))).one()


def floats(currency: str, lines: Sequence[Payout]) -> list[tuple[Partner, Money]]:
    """Cash of ours that the partners who hand out these lines hold, those without any left out."""
    partners = {line.partner.id: line.partner for line in lines if line.partner is not None and line.method.channel is Channel.CASH}
    held = [(partners[id], ledger.balance(accounts.cash_float(partners[id].code, currency))) for id in sorted(partners)]
    return [(partner, amount) for partner, amount in held if amount]


def free_cash(partner: Partner, currency: str) -> Money:
    """Cash of ours a partner holds beyond what people still wait for; below zero where it lacks some."""
    wait = _sum_on_its_way(currency).where(Payout.partner_id == partner.id, PayoutMethod.channel == Channel.CASH)
    return ledger.balance(accounts.cash_float(partner.code, currency)) - Money(int(db.session.scalar(wait) or 0), currency)


def on_its_way(currency: str) -> Money:
    """What will still leave the bank account for payments that were sent: all but cash, which left as an advance."""
    return Money(int(db.session.scalar(_sum_on_its_way(currency).where(PayoutMethod.channel != Channel.CASH)) or 0), currency)


def _sum_on_its_way(currency: str) -> Select[int]:
    return select(func.sum(Payout.amount_minor)).join(Payout.method).where(Payout.state == PayoutState.SENT, Payout.currency == currency)


def bank(currency: str) -> Money:
    """What the foundation's bank account holds."""
    return ledger.balance(accounts.bank(Book.FOUNDATION, currency))


def money_of(user: User) -> WorkerMoney:
    """A worker's earned, approved and paid money. Nothing stands in two of them."""
    asked = (
        select(Payout.currency, Payout.state, PayoutBatch.state, func.sum(Payout.amount_minor))
        .join(Payout.batch)
        .where(Payout.worker_id == user.id)
        .group_by(Payout.currency, Payout.state, PayoutBatch.state)
    )
    approved: dict[str, Money] = {}
    paid: dict[str, Money] = {}
    for currency, line, batch, total in db.session.execute(asked):
        into = paid if line is PayoutState.PAID else approved if line in OPEN and batch in (BatchState.APPROVED, BatchState.SENT) else None
        if into is not None:
            into[currency] = into.get(currency, Money.zero(currency)) + Money(int(total), currency)
    earned = [amount - approved.get(amount.currency, Money.zero(amount.currency)) for amount in ledger.owed(user)]
    return WorkerMoney([amount for amount in earned if amount.minor > 0], _sorted(approved), _sorted(paid))


def _sorted(amounts: dict[str, Money]) -> list[Money]:
    return [amounts[currency] for currency in sorted(amounts)]
