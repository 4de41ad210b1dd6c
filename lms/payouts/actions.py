"""From a debt to money in a hand: a person's method, a batch that two people pass, a payment with its evidence.

Callers read the batch FOR UPDATE. Whatever moves money posts it in the same transaction.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lms.core import clock
from lms.core.db import db
from lms.core.errors import Refused
from lms.core.facts import Kind, record
from lms.core.i18n import _
from lms.core.money import CURRENCIES, Money
from lms.ledger import accounts
from lms.ledger import actions as books
from lms.ledger import queries as ledger
from lms.ledger.accounts import Book
from lms.ledger.models import Account
from lms.partners.models import Partner, Referral
from lms.payouts import queries
from lms.payouts.models import BatchState, Channel, Evidence, Left, LeftOut, Payout, PayoutBatch, PayoutMethod, PayoutState
from lms.people.models import User

HOLD = timedelta(hours=72)


def set_method(person: User, *, by: User, channel: Channel, payee_name: str, account: str = "", operator: str = "") -> PayoutMethod:
    """Keep where a person wants their money. The same again changes nothing; a change is not paid to for 72 hours.

    `account`: an IBAN or the number of a mobile wallet, already tidied and checked by the form.
    """
    db.session.scalars(select(User.id).where(User.id == person.id).with_for_update()).one()
    old, now = queries.method_of(person), clock.now()
    new = PayoutMethod(
        user_id=person.id, channel=channel, payee_name=payee_name, account=account or None, operator=operator or None,
        made_at=now, usable_from=now + HOLD if old else now,
    )  # fmt: skip
    if old is not None:
        if (old.channel, old.payee_name, old.account, old.operator) == (new.channel, new.payee_name, new.account, new.operator):
            return old
        old.replaced_at = now
        db.session.flush()
    db.session.add(new)
    record(Kind.PAYOUT_METHOD_SET, new, actor=by, channel=str(channel), changed=old is not None)
    return new


def prepare(*, by: User, currency: str, partner: Partner | None = None) -> PayoutBatch:
    """Put everyone to whom money is owed into a draft: all, or the people of one partner.

    Who cannot be paid now is kept beside it with the reason. Raises Refused where nobody can. Each worker's account is locked while
    their line is made, in the order of ids, so that two batches never take the same debt.
    """
    _lock_accounts(currency, partner)
    candidates = queries.owed_people(currency, partner)
    now = clock.now()
    batch = PayoutBatch(partner_id=partner.id if partner else None, currency=currency, prepared_by_id=by.id, prepared_at=now)
    lines: list[Payout] = []
    left: list[LeftOut] = []
    for one in candidates:
        amount = payable(one.owed, one.method)
        if (reason := weigh(one, now)) or amount.minor == 0 or one.method is None:
            left.append(LeftOut(worker_id=one.person.id, amount_minor=one.owed.minor, reason=reason or Left.TOO_SMALL))
            continue
        lines.append(Payout(
            number=len(lines) + 1, worker_id=one.person.id, method_id=one.method.id, partner_id=one.partner_id, amount_minor=amount.minor,
            currency=currency,
        ))  # fmt: skip
    if not lines:
        raise Refused(_("Nobody can be paid now. The list below says why."))
    db.session.add(batch)
    db.session.flush()
    for line in lines:
        line.batch_id = batch.id
    for waits in left:
        waits.batch_id = batch.id
    db.session.add_all([*lines, *left])
    record(Kind.BATCH_PREPARED, batch, actor=by, lines=len(lines), left_out=len(left))
    return batch


def _lock_accounts(currency: str, partner: Partner | None) -> None:
    owing = select(ledger.debts(currency).subquery().c.account_id)
    asked = ledger.worker_accounts(currency).where(Account.id.in_(owing)).order_by(Account.id).with_for_update(of=Account)
    if partner is not None:
        asked = asked.join(Referral, Referral.user_id == User.id).where(Referral.partner_id == partner.id)
    db.session.execute(asked).all()


def weigh(one: queries.Owed, now: datetime) -> Left | None:
    """Why a person cannot be paid now; None where they can."""
    if one.in_batch:
        return Left.IN_BATCH
    if not one.person.adult:
        return Left.NOT_ADULT
    if one.method is None:
        return Left.NO_METHOD
    if one.method.usable_from > now:
        return Left.ON_HOLD
    if one.method.channel is Channel.CASH and one.partner_id is None:
        return Left.NO_PARTNER
    return None


def payable(owed: Money, method: PayoutMethod | None) -> Money:
    """What of a debt can be paid: all of it, in cash down to the smallest note; the rest stays owed."""
    step = CURRENCIES[owed.currency].cash_step if method and method.channel is Channel.CASH else 1
    return Money(owed.minor // step * step, owed.currency)


def lock(batch: PayoutBatch, *, by: User) -> None:
    """Freeze the lines and seal them. Raises Refused where a debt became smaller since."""
    _in(batch, BatchState.DRAFT)
    _still_owed(batch)
    batch.state, batch.locked_at, batch.sha256 = BatchState.LOCKED, clock.now(), seal(queries.lines_of(batch))
    record(Kind.BATCH_LOCKED, batch, actor=by, sha256=batch.sha256)


def approve(batch: PayoutBatch, *, by: User) -> None:
    """A second person says yes. Raises Refused for the one who prepared it, and where the lines are not those that were locked."""
    _in(batch, BatchState.LOCKED)
    if by.id == batch.prepared_by_id:
        raise Refused(_("You prepared this batch. A second person must approve it."))
    _unchanged(batch)
    _still_owed(batch)
    batch.state, batch.approved_by_id, batch.approved_at = BatchState.APPROVED, by.id, clock.now()
    record(Kind.BATCH_APPROVED, batch, actor=by)


def dispatch(batch: PayoutBatch, *, by: User) -> None:
    """The money leaves: each partner gets the cash it lacks for these lines, the bank's file may be taken.

    A line whose owner chose another way meanwhile fails and is owed again. Raises Refused where the bank account holds too little for
    this and for what is on its way already.
    """
    _in(batch, BatchState.APPROVED)
    _unchanged(batch)
    _hold_bank(batch.currency)
    now = clock.now()
    going = []
    for line in queries.lines_of(batch):
        if line.method.replaced_at is None:
            line.state = PayoutState.SENT
            going.append(line)
        else:
            line.state, line.closed_at = PayoutState.FAILED, now
            line.reason = _("This person chose another way to get money.")
            record(Kind.PAYOUT_FAILED, line, actor=by)
    db.session.flush()
    lacking = _lacking(going)
    needed = sum((amount for _code, amount in lacking), queries.on_its_way(batch.currency))
    held = queries.bank(batch.currency)
    if needed > held:
        raise Refused(_("The bank account holds %(held)s. We need %(needed)s.", held=_plain(held), needed=_plain(needed)))
    for code, amount in lacking:
        books.advance(key=f"advance:{code}:{batch.code}", partner=code, amount=amount, by=by)
    batch.state, batch.sent_at = BatchState.SENT, now
    record(Kind.BATCH_SENT, batch, actor=by)
    _settle(batch, by)


def _plain(amount: Money) -> str:
    return f"{amount.plain()} {amount.currency}"


def _hold_bank(currency: str) -> None:
    """Keep others from counting on the same money until this transaction ends."""
    code = accounts.bank(Book.FOUNDATION, currency)
    db.session.execute(select(Account.id).where(Account.code == code, Account.book == Book.FOUNDATION).with_for_update()).all()


def _lacking(lines: Sequence[Payout]) -> list[tuple[str, Money]]:
    """What each partner of these cash lines needs beyond what it holds: cash nobody collected earlier is carried over."""
    partners = {line.partner.id: line.partner for line in lines if line.method.channel is Channel.CASH and line.partner is not None}
    free = [(partners[id].code, queries.free_cash(partners[id], lines[0].currency)) for id in sorted(partners)]
    return [(code, -amount) for code, amount in free if amount.minor < 0]


def give_back(batch: PayoutBatch, partner: Partner, *, amount: Money, by: User, token: str) -> None:
    """A partner sent cash back. `token` makes a second tap the same return. Raises Refused where people still wait for that cash."""
    key = f"return:{partner.code}:{batch.code}:{token}"
    _hold_bank(batch.currency)
    if ledger.by_key(key) is None and amount > queries.free_cash(partner, batch.currency):
        raise Refused(_("%(partner)s holds less, or needs the cash for people who wait.", partner=partner.name))
    books.give_back(key=key, partner=partner.code, amount=amount, by=by)


def cancel(batch: PayoutBatch, *, by: User, reason: str) -> None:
    """Give a batch up before it is approved: nothing left, everything is owed as before."""
    if batch.state not in (BatchState.DRAFT, BatchState.LOCKED):
        raise Refused(_("This batch is approved. Write each payment that fails instead."))
    batch.state, batch.cancelled_at, batch.reason = BatchState.CANCELLED, clock.now(), reason[:400]
    for line in queries.lines_of(batch):
        line.state, line.closed_at = PayoutState.CANCELLED, clock.now()
    record(Kind.BATCH_CANCELLED, batch, actor=by)


def pay(line: Payout, *, by: User, reference: str, witness: str = "", fee: Money | None = None) -> Evidence:
    """A payment arrived: its proof is kept and the debt is posted as paid, once.

    `reference`: the receipt's number, the bank's end-to-end id or the transaction id. Cash also needs the name of a witness. `fee`: what
    the bank or the operator took; the fund that pays this person bears it, never the person. Raises Refused where the line is not on its
    way, and for a proof that already stands for another payment.
    """
    _on_its_way(line)
    if line.method.channel is Channel.CASH and not witness.strip():
        raise Refused(_("Write the name of the witness."), at="witness")
    proof = Evidence(payout_id=line.id, scope=_scope(line), reference=reference.strip()[:60], witness=witness.strip()[:120] or None,
                     by_id=by.id, at=clock.now())  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(proof)
    except IntegrityError:
        raise Refused(_("This number already proves another payment."), at="reference") from None
    short = {Channel.CASH: "cash", Channel.BANK: "bank", Channel.MOBILE: "mm"}[line.method.channel]
    written = re.sub(r"[^A-Za-z0-9._/-]", "-", proof.reference)
    books.post(
        key=f"{_key(line)}:{short}:{written}", kind="pay", book=Book.FOUNDATION, by=by,
        description=f"Payment, batch {line.batch.code}, line {line.number}",
        lines=[
            books.Line(accounts.worker(line.worker.pseudonym, line.currency), line.amount),
            books.Line(_source(line), -line.amount),
        ],
    )  # fmt: skip
    if fee:
        fund = ledger.fund_of(line.worker, line.currency)
        books.fee(key=f"fee:{line.batch.code}:L{line.number}", fund=fund, source=_source(line), amount=fee, by=by)
    line.state, line.closed_at = PayoutState.PAID, clock.now()
    record(Kind.PAYOUT_PAID, line, actor=by)
    _settle(line.batch, by)
    return proof


def _key(line: Payout) -> str:
    return f"pay:{line.batch.code}:L{line.number}"


def _scope(line: Payout) -> str:
    if line.method.channel is Channel.CASH and line.partner is not None:
        return f"cash:{line.partner.code}"
    if line.method.operator:  # typed by its owner: `M-Pesa` and `m-pesa ` give out the same numbers, and 40 signs are kept
        return f"{line.method.channel}:{' '.join(line.method.operator.casefold().split())}"[:40]
    return str(line.method.channel)


def _source(line: Payout) -> str:
    """Cash comes out of what the partner holds for us, everything else out of the bank account."""
    if line.method.channel is Channel.CASH and line.partner is not None:
        return accounts.cash_float(line.partner.code, line.currency)
    return accounts.bank(Book.FOUNDATION, line.currency)


def fail(line: Payout, *, by: User, reason: str) -> None:
    """A payment did not arrive, or an arrived one came back: the money is owed again, and a later batch takes it."""
    now = clock.now()
    if line.state is PayoutState.PAID:
        paid = queries.payment_of(line, _key(line))
        books.reverse(paid, by, f"reverse:{paid.key}", description=f"Came back, batch {line.batch.code}, line {line.number}")
        line.state, line.closed_at, line.reason = PayoutState.RETURNED, now, reason[:400]
        record(Kind.PAYOUT_RETURNED, line, actor=by)
        return
    _on_its_way(line)
    line.state, line.closed_at, line.reason = PayoutState.FAILED, now, reason[:400]
    record(Kind.PAYOUT_FAILED, line, actor=by)
    _settle(line.batch, by)


def show_details(line: Payout, *, by: User) -> None:
    """Someone reads the account number of a line: that is remembered."""
    record(Kind.PAYOUT_DETAILS_SHOWN, line, actor=by)


def take_file(batch: PayoutBatch, *, by: User) -> None:
    """Someone takes the file for the bank. Raises Refused before the batch is sent."""
    if batch.state not in (BatchState.SENT, BatchState.SETTLED):
        raise Refused(_("Send the batch first. Then there is a file."))
    record(Kind.BATCH_FILE_TAKEN, batch, actor=by)


def seal(lines: Sequence[Payout]) -> str:
    """SHA-256 of what was agreed: each line's number, person, method and sum."""
    rows = [[line.number, line.worker.pseudonym, line.method_id, line.amount_minor, line.currency] for line in lines]
    return sha256(json.dumps(rows, separators=(",", ":")).encode()).hexdigest()


def _in(batch: PayoutBatch, state: BatchState) -> None:
    if batch.state is not state:
        raise Refused(_("Somebody did this already. Look at the batch again."))


def _on_its_way(line: Payout) -> None:
    if line.state is not PayoutState.SENT:
        raise Refused(_("This payment is not on its way. Look at the line again."))


def _unchanged(batch: PayoutBatch) -> None:
    if seal(queries.lines_of(batch)) != batch.sha256:
        raise Refused(_("The lines changed after they were locked. Cancel this batch and prepare a new one."))


def _still_owed(batch: PayoutBatch) -> None:
    short = queries.no_longer_owed(batch)
    if short:
        raise Refused(_("We owe %(name)s less than this batch pays. Cancel it and prepare a new one.", name=str(_(", ")).join(short)))


def _settle(batch: PayoutBatch, by: User) -> None:
    db.session.flush()
    if not any(line.state is PayoutState.SENT for line in queries.lines_of(batch)):
        batch.state, batch.settled_at = BatchState.SETTLED, clock.now()
        record(Kind.BATCH_SETTLED, batch, actor=by)
