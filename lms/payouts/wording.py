"""The words of payouts: states, ways, reasons, and the steps of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import escape

from lms.core import clock, fmt
from lms.core.i18n import _, _l
from lms.core.money import Money
from lms.payouts import actions, bankfile, iban, queries
from lms.payouts.models import OPEN, BatchState, Channel, Left, LeftOut, Payout, PayoutBatch, PayoutState

STATES = {
    BatchState.DRAFT: _l("Draft"),
    BatchState.LOCKED: _l("Waits for approval"),
    BatchState.APPROVED: _l("Approved"),
    BatchState.SENT: _l("Sent"),
    BatchState.SETTLED: _l("Settled"),
    BatchState.CANCELLED: _l("Cancelled"),
}
LINES = {
    PayoutState.PENDING: _l("Waits"),
    PayoutState.SENT: _l("On its way"),
    PayoutState.PAID: _l("Paid"),
    PayoutState.FAILED: _l("Did not arrive"),
    PayoutState.RETURNED: _l("Came back"),
    PayoutState.CANCELLED: _l("Cancelled"),
}
CHANNELS = {Channel.CASH: _l("Cash at the partner"), Channel.BANK: _l("Bank account"), Channel.MOBILE: _l("Mobile money")}
PROOFS = {Channel.CASH: _l("Receipt number"), Channel.BANK: _l("End-to-end number of the bank"), Channel.MOBILE: _l("Transaction number")}
REASONS = {
    Left.NOT_ADULT: _l("Nobody confirmed that this person is 18 or older. Ask the staff."),
    Left.NO_METHOD: _l("This person has no way to get money yet. We keep it. Nothing is lost."),
    Left.ON_HOLD: _l("This person changed the way to get money. We wait 72 hours before we pay."),
    Left.NO_PARTNER: _l("This person wants cash and belongs to no partner. Ask the staff."),
    Left.IN_BATCH: _l("This money stands in another open batch."),
    Left.TOO_SMALL: _l("The sum is smaller than the smallest note. We keep it until it is enough."),
}


@dataclass(frozen=True)
class Waiting:
    """What is owed in one currency, and who of them cannot be paid now."""

    total: Money
    people: int
    payable: int
    stuck: list[tuple[str, Money, str]]  # pseudonym, sum, reason in words


def owed(people: Sequence[queries.Owed]) -> Waiting:
    """What waits in one currency: `people` is not empty. Debts in an open batch are counted and not listed."""
    now = clock.now()
    weighed = [(one, actions.weigh(one, now)) for one in people]
    stuck = [(one.person.pseudonym, one.owed, str(REASONS[why])) for one, why in weighed if why not in (None, Left.IN_BATCH)]
    total = sum((one.owed for one in people), Money.zero(people[0].owed.currency))
    return Waiting(total, len(people), sum(why is None for _one, why in weighed), stuck)


def rows(lines: Sequence[Payout]) -> list[bankfile.Row]:
    """The lines that are on their way or have arrived, for the bank's file."""
    return [
        bankfile.Row(
            line=f"{line.batch.code}-L{line.number}", pseudonym=line.worker.pseudonym, payee=line.method.payee_name,
            way=str(line.method.channel), operator=line.method.operator or "", account=bankfile.dialled(line.method.account or ""),
            amount=line.amount.plain(), currency=line.currency, partner=line.partner.code if line.partner else "",
        )
        for line in lines
        if line.state in (PayoutState.SENT, PayoutState.PAID)
    ]  # fmt: skip


def ending(account: str | None) -> str:
    """The last four signs of an account number: enough to know it again, too few to use it."""
    return f"\u2026{account[-4:]}" if account else ""


def account(line: Payout) -> str:
    """The whole number, for someone who asked to see it."""
    number = line.method.account or ""
    return iban.in_fours(number) if line.method.channel is Channel.BANK else number


def amount(left: LeftOut, batch: PayoutBatch) -> Money:
    """What was owed to someone who was left out."""
    return Money(left.amount_minor, batch.currency)


def country(code: str) -> str:
    """A country's name in the page's language."""
    return fmt.country(code) if code else _("No country")


def trail(batch: PayoutBatch, zone: str) -> list[tuple[str, str, str]]:
    """(done, now or later; title; words) of each step a batch goes through."""
    if batch.state is BatchState.CANCELLED:
        assert batch.cancelled_at is not None
        return [("done", _("Prepared"), _who(batch, zone)), ("now", _("Cancelled"), fmt.moment(batch.cancelled_at, zone=zone))]
    approver = batch.approved_by.name if batch.approved_by else ""
    steps = [
        (_("Lock"), _("Locked"), batch.locked_at, "", _("Nothing changes after this.")),
        (_("Approve"), _("Approved"), batch.approved_at, approver, _("A second person must do this.")),
        (_("Send"), _("Sent"), batch.sent_at, "", _("The money leaves the bank.")),
        (_("Arrived"), _("Arrived"), batch.settled_at, "", _("Each payment has its proof.")),
    ]
    told = [("done", _("Prepared"), _who(batch, zone))]
    reached = True
    for to_do, done, at, who, later in steps:
        if at is not None:
            told.append(("done", done, _join(who, fmt.moment(at, zone=zone))))
        else:
            told.append(("now" if reached else "later", to_do, later))
            reached = False
    return told


def _who(batch: PayoutBatch, zone: str) -> str:
    return _join(batch.prepared_by.name, fmt.moment(batch.prepared_at, zone=zone))


def _join(who: str, when: str) -> str:
    return _("%(name)s, %(time)s", name=who, time=when) if who else when


def checks(batch: PayoutBatch, lines: list[Payout]) -> list[tuple[bool | None, str]]:
    """What the house checked of a batch, each met or not; None where it is not known yet."""
    going = [line for line in lines if line.state in OPEN]
    total = sum((line.amount for line in going), Money.zero(batch.currency))
    same_person = len({line.worker_id for line in lines}) == len(lines)
    found: list[tuple[bool | None, str]] = [(same_person, _("Each person stands in this batch one time."))]
    if batch.state in (BatchState.DRAFT, BatchState.LOCKED, BatchState.APPROVED):
        found.append((not queries.no_longer_owed(batch), _("The ledger owes each person at least this sum.")))
        held = queries.bank(batch.currency)
        found.append((held >= total, escape(_("The bank account holds %(held)s.")) % {"held": fmt.money(held)}))
    if batch.sha256 is not None:
        found.append((actions.seal(lines) == batch.sha256, _("The lines are those that were locked.")))
    two = None if batch.approved_by_id is None else batch.approved_by_id != batch.prepared_by_id
    found.append((two, _("Two different people prepare and approve it.")))
    return found
