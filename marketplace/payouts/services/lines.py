"""What the bank did with a line: it was sent, or it was not. Each is said once; a second press changes nothing."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.core import audit, outbox
from marketplace.core.actor import Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed, NotFound, Stale
from marketplace.core.locks import lock_one
from marketplace.ledger import rules as ledger_rules
from marketplace.ledger import services as ledger
from marketplace.ledger.rules import Kind
from marketplace.orders import services as orders
from marketplace.payments.rules import RefundSnapshot, RefundState
from marketplace.payouts.events import LineSettled
from marketplace.payouts.models import PayoutBatch, PayoutLine
from marketplace.payouts.policies import can_pay_out
from marketplace.payouts.rules import LONGEST_REASON, BatchState, LineKind, LineState
from marketplace.payouts.services import accounts, batches


def confirm(actor: Actor, line_id: int) -> None:
    """The bank has sent it. Safe to repeat. Raises NotAllowed, NotFound; Stale before the file was fetched, or after it
    failed.
    """
    line = _locked(actor, line_id)
    if line.state is LineState.PAID:
        return
    if line.state is not LineState.RESERVED:
        raise Stale("payouts.line_settled")
    if line.kind is LineKind.PAYOUT:
        ledger.post(f"payout_sent:{line.id}", Kind.PAYOUT_SENT, ledger_rules.payout_sent(line.amount))
    else:
        orders.refunds.apply(line.refund_id or 0, _snapshot(line, RefundState.SUCCEEDED))
    _settle(actor, line, LineState.PAID)


def fail(actor: Actor, line_id: int, reason: str, is_account_wrong: bool) -> None:
    """The bank has not sent it, or sent it and got it back: all is as before, and whoever it was for is told why.

    `is_account_wrong`: a shop is not paid again before its owner has written another account down; a buyer is asked for
    another one. Safe to repeat. Raises NotAllowed, NotFound, Stale; Invalid (field reason).
    """
    reason = checked(reason)
    line = _locked(actor, line_id)
    if line.state is LineState.FAILED:
        return
    if line.state is LineState.CANCELLED:
        raise Stale("payouts.line_settled")
    if line.kind is LineKind.PAYOUT:
        _take_back(line)
    else:
        _ask_again(actor, line, reason, is_account_wrong)
    line.reason, line.is_account_wrong = reason, is_account_wrong
    _settle(actor, line, LineState.FAILED, reason=reason)


def open_lines(batch_id: int) -> list[int]:
    """The ids of the lines of a batch that nobody has settled."""
    query = sa.select(PayoutLine.id).where(PayoutLine.batch_id == batch_id, PayoutLine.state == LineState.RESERVED)
    return list(db.session.scalars(query.order_by(PayoutLine.id)))


def checked(reason: str) -> str:
    """A reason as it is kept. Raises Invalid (field reason) when nothing or too much is said."""
    reason = reason.strip()
    if not reason:
        raise Invalid("payouts.reason_missing", field="reason")
    if len(reason) > LONGEST_REASON:
        raise Invalid("payouts.reason_too_long", field="reason", maximum=LONGEST_REASON)
    return reason


def _locked(actor: Actor, line_id: int) -> PayoutLine:
    if not can_pay_out(actor):
        raise NotAllowed("payouts.not_yours")
    found = db.session.get(PayoutLine, line_id)
    if found is None:
        raise NotFound
    batch = lock_one(PayoutBatch, found.batch_id)
    if batch.state not in (BatchState.FETCHED, BatchState.CLOSED):
        raise Stale("payouts.not_fetched")
    return lock_one(PayoutLine, line_id)


def _take_back(line: PayoutLine) -> None:
    if line.state is LineState.PAID:
        back = ledger_rules.opposite(ledger_rules.payout_sent(line.amount))
        ledger.post(f"payout_returned:{line.id}", Kind.PAYOUT_FAILED, back)
    batches.give_back(line)


def _ask_again(actor: Actor, line: PayoutLine, reason: str, is_account_wrong: bool) -> None:
    """The refund has failed; what is owed stays owed, as a refund of its own that waits for the bank again."""
    refund_id = line.refund_id or 0
    orders.refunds.apply(refund_id, _snapshot(line, RefundState.FAILED, reason))
    orders.refunds.retry(actor, refund_id)
    if is_account_wrong:
        accounts.clear(refund_id, reason)


def _snapshot(line: PayoutLine, state: RefundState, error: str = "") -> RefundSnapshot:
    return RefundSnapshot(line.reference, state, line.amount, error=error)


def _settle(actor: Actor, line: PayoutLine, state: LineState, **details: object) -> None:
    line.state, line.settled_at, line.settled_by = state, now(), actor.person_id
    db.session.flush()
    batch = db.session.get_one(PayoutBatch, line.batch_id)
    if batch.state is BatchState.FETCHED and not open_lines(batch.id):
        batch.state, batch.ended_at = BatchState.CLOSED, now()
    audit.record(actor, f"payouts.{state.value}", "payout_line", line.reference, amount=line.amount, **details)
    outbox.emit(LineSettled(line.id, state.value))
    db.session.flush()
