"""Money on its way back. Never more than came in: counters with CHECKs, changed under the payment's lock."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import sqlalchemy as sa

from marketplace.core import audit, outbox
from marketplace.core.actor import Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid, Stale
from marketplace.core.locks import lock_one
from marketplace.core.once import insert_once
from marketplace.payments.events import RefundRequested
from marketplace.payments.models import Payment, PaymentAttempt, Refund
from marketplace.payments.queries import is_with_bank
from marketplace.payments.rules import (
    REFUND_MOVES,
    REFUNDED_BY_BANK,
    RefundOrder,
    RefundSnapshot,
    RefundSource,
    RefundState,
    checked_reason,
    idempotency_key,
)

LONGEST_ERROR = 500


@dataclass(frozen=True)
class Submission:
    """A refund about to be asked for. It was asked before: then it is looked for first, for the answer may be lost.

    One that the provider is known to have (`is_pending`) is only looked for, and never asked for again.
    """

    order: RefundOrder
    was_asked: bool
    is_pending: bool


def request(
    actor: Actor, attempt_id: int, amount: int, source: RefundSource, reason: str, by_bank: bool = False
) -> Refund:
    """Promise `amount` rupiah of a paid try back to the buyer; the worker asks the provider for it.

    Where there is no provider to ask, or `by_bank` is wished, it waits for her bank account and the operator's file.

    Raises Invalid (field amount) when that is nothing, or more than is left of it.
    """
    attempt = _take_back(attempt_id, amount)
    refund = Refund(
        reference=str(uuid.uuid4()),
        payment_id=attempt.payment_id,
        attempt_id=attempt.id,
        amount=amount,
        state=RefundState.REQUESTED,
        source=source,
        reason=reason,
        by_bank=by_bank or db.session.get_one(Payment, attempt.payment_id).method in REFUNDED_BY_BANK,
        requested_by=actor.person_id,
        created_at=now(),
    )
    db.session.add(refund)
    db.session.flush()
    outbox.emit(RefundRequested(refund.id))
    return refund


def record_external(attempt_id: int, found: RefundSnapshot) -> Refund | None:
    """Write down a refund that was made at the provider by hand. None when it is known already.

    Raises Invalid when it is more than is left of the payment, which the provider would not have done.
    """
    at = now()
    payment_id = db.session.get_one(PaymentAttempt, attempt_id).payment_id
    refund_id = insert_once(
        Refund,
        "provider_ref",
        reference=str(uuid.uuid4()),
        payment_id=payment_id,
        attempt_id=attempt_id,
        amount=found.amount,
        state=RefundState.PENDING,
        source=RefundSource.EXTERNAL,
        reason="",
        provider_ref=found.provider_ref,
        number=1,
        last_error="",
        created_at=at,
        submitted_at=at,
    )
    if refund_id is None:
        return None
    _take_back(attempt_id, found.amount)
    return db.session.get_one(Refund, refund_id)


def submit(refund_id: int) -> Submission | None:
    """Note that the provider is about to be asked, and with which words. None when nothing is to be asked any more.

    Commit it before the call: whoever finds it submitted reads before asking again.
    """
    refund = lock_one(Refund, refund_id)
    if refund.by_bank:
        return None
    is_pending = refund.state is RefundState.PENDING
    was_asked = is_pending or refund.state in (RefundState.SUBMITTED, RefundState.UNKNOWN)
    if refund.state is RefundState.REQUESTED:
        refund.state, refund.submitted_at = RefundState.SUBMITTED, now()
    elif not was_asked:
        return None
    attempt = db.session.get_one(PaymentAttempt, refund.attempt_id)
    db.session.flush()
    key = idempotency_key("refund", refund.reference, refund.number)
    order = RefundOrder(refund.reference, key, attempt.provider_ref or "", refund.amount)
    return Submission(order, was_asked, is_pending)


def put_in_file(refund_id: int) -> None:
    """Note that a refund goes to the bank with the operator's file.

    Raises NotFound; Stale unless it waits for that, or when the buyer's bank deals with the money.
    """
    refund = lock_one(Refund, refund_id)
    if not refund.by_bank or refund.state is not RefundState.REQUESTED:
        raise Stale("payments.refund_handled")
    if is_with_bank(refund_id):
        raise Stale("payments.with_bank")
    refund.state, refund.submitted_at = RefundState.SUBMITTED, now()
    db.session.flush()


def turn_to_bank(refund_id: int) -> None:
    """The provider cannot send this money back: it waits for the buyer's bank account and the operator's file.

    Raises Stale when the refund was settled meanwhile.
    """
    refund = lock_one(Refund, refund_id)
    if refund.state not in (RefundState.SUBMITTED, RefundState.UNKNOWN):
        raise Stale("payments.refund_handled")
    refund.state, refund.submitted_at, refund.by_bank = RefundState.REQUESTED, None, True
    outbox.emit(RefundRequested(refund_id))
    db.session.flush()


def note_unknown(refund_id: int, error: Exception) -> None:
    """No answer came: it may have been sent. From now on it is read."""
    refund = lock_one(Refund, refund_id)
    if RefundState.UNKNOWN in REFUND_MOVES[refund.state]:
        refund.state = RefundState.UNKNOWN
    refund.last_error = str(error)[:LONGEST_ERROR]
    db.session.flush()


def apply(refund_id: int, found: RefundSnapshot) -> tuple[RefundState, RefundState]:
    """Take over what the provider says of a refund: the state before and after; the same twice when nothing is new.

    A refund that failed goes off the counters, so that it can be asked for again.
    """
    refund = lock_one(Refund, refund_id)
    before = refund.state
    if before is RefundState.REQUESTED or found.state not in REFUND_MOVES[before]:
        return before, before
    refund.state, refund.provider_ref = found.state, refund.provider_ref or found.provider_ref or None
    refund.last_error = found.error[:LONGEST_ERROR]
    if found.state in (RefundState.SUCCEEDED, RefundState.FAILED):
        refund.settled_at = now()
    if found.state is RefundState.FAILED:
        _give_back(refund)
    db.session.flush()
    return before, refund.state


def take_up(refund_id: int) -> Refund:
    """A refund that failed, taken up by the operator, once. Raises NotFound; Stale when there is no such failure."""
    refund = lock_one(Refund, refund_id)
    if refund.state is not RefundState.FAILED or refund.handled_at is not None:
        raise Stale("payments.refund_handled")
    refund.handled_at = now()
    db.session.flush()
    return refund


def set_aside(actor: Actor, refund_id: int, reason: str) -> None:
    """The operator says why a refund that failed needs nothing more from the market: the buyer has it another way.

    Raises NotFound, Stale; Invalid (field reason) without a reason.
    """
    reason = checked_reason(reason)
    refund = take_up(refund_id)
    audit.record(actor, "payments.refund_set_aside", "refund", refund.reference, amount=refund.amount, reason=reason)


def by_snapshot(attempt_id: int, found: RefundSnapshot) -> Refund | None:
    """Our record of a refund that the provider shows: by what it calls it, else by our reference."""
    known = sa.or_(Refund.provider_ref == found.provider_ref, Refund.reference == found.reference)
    return db.session.scalar(sa.select(Refund).where(Refund.attempt_id == attempt_id, known))


def _take_back(attempt_id: int, amount: int) -> PaymentAttempt:
    """Count `amount` as refunded, under the payment's lock."""
    payment_id = db.session.get_one(PaymentAttempt, attempt_id).payment_id
    payment = lock_one(Payment, payment_id)
    attempt = lock_one(PaymentAttempt, attempt_id)
    left = attempt.received - attempt.refunded
    if amount <= 0:
        raise Invalid("payments.refund_nothing", field="amount")
    if amount > left:
        raise Invalid("payments.refund_too_much", field="amount", left=left)
    attempt.refunded += amount
    payment.refunded += amount
    db.session.flush()
    return attempt


def _give_back(refund: Refund) -> None:
    payment = lock_one(Payment, refund.payment_id)
    attempt = lock_one(PaymentAttempt, refund.attempt_id)
    if attempt.refunded < refund.amount:
        raise Stale("payments.refund_not_counted")
    attempt.refunded -= refund.amount
    payment.refunded -= refund.amount
