"""Tries to pay by a provider: written down before it is asked, and moved on by what it says.

A new try begins only after a definite end of the one before; a missing answer is no end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Stale
from marketplace.core.locks import lock_one
from marketplace.core.ports import port
from marketplace.payments.adapters.provider import Providers
from marketplace.payments.models import Payment, PaymentAttempt
from marketplace.payments.queries import disputes_of, live_attempt
from marketplace.payments.rules import (
    ATTEMPT_LIVE,
    AttemptState,
    DisputeState,
    Outcome,
    PaymentState,
    Refused,
    Snapshot,
    Started,
    after_money,
    may_become,
)

MARGIN = timedelta(minutes=1)
"""A session ends this long before the hold, so that no hold ends under somebody who is paying."""
LONGEST_ERROR = 500


@dataclass(frozen=True)
class Applied:
    """What a reading changed: what the money means, and whether the provider's fee was learned with it."""

    outcome: Outcome
    fee_is_new: bool = False


def has_time(payment: Payment) -> bool:
    """Is the end of the hold far enough away for a new page of the provider's?"""
    provider = port(Providers).online(payment.method)
    open_for = provider.limits().page_open_for if provider else timedelta()
    return payment.hold_until is not None and payment.hold_until - now() >= open_for + MARGIN


def begin(payment_id: int) -> PaymentAttempt:
    """The try that is under way, or a new one. Commit it before the provider is asked.

    Raises Stale when nothing is to be paid any more, or when the hold ends too soon for a new session.
    """
    payment = lock_one(Payment, payment_id)
    if payment.state is not PaymentState.PENDING or payment.hold_until is None:
        raise Stale("payments.not_payable")
    live = live_attempt(payment_id)
    if live is not None and live.session_ref:
        return live
    if not has_time(payment):
        raise Stale("payments.too_late")
    if live is not None:
        return live
    numbers = sa.select(sa.func.max(PaymentAttempt.number)).where(PaymentAttempt.payment_id == payment_id)
    attempt = PaymentAttempt(
        payment_id=payment_id,
        number=(db.session.scalar(numbers) or 0) + 1,
        state=AttemptState.CREATED,
        amount=payment.amount - payment.received - payment.dropped,
        created_at=now(),
        expires_at=(payment.hold_until - MARGIN).replace(microsecond=0),
    )
    db.session.add(attempt)
    db.session.flush()
    return attempt


def note_started(attempt_id: int, started: Started) -> None:
    """The provider knows of the try. Saying it twice changes nothing.

    Raises Stale when the try was ended meanwhile: its page must not be shown, for another one may be open.
    """
    attempt = lock_one(PaymentAttempt, attempt_id)
    if attempt.state is AttemptState.CREATED:
        attempt.state = AttemptState.OPEN
        attempt.session_ref, attempt.url, attempt.last_error = started.session_ref, started.url, ""
    elif attempt.session_ref != started.session_ref:
        raise Stale("payments.not_payable")
    db.session.flush()


def note_refused(attempt_id: int, refused: Refused) -> None:
    """The provider said no for good: the next try is a new one."""
    attempt = lock_one(PaymentAttempt, attempt_id)
    if attempt.state is AttemptState.CREATED:
        attempt.state = AttemptState.REFUSED
        attempt.trouble, attempt.last_error = refused.trouble, str(refused)[:LONGEST_ERROR]
    db.session.flush()


def note_unanswered(attempt_id: int, error: Exception) -> None:
    """It is not known what the provider did: the try stays, and is asked again under the same key."""
    attempt = lock_one(PaymentAttempt, attempt_id)
    attempt.last_error = str(error)[:LONGEST_ERROR]
    db.session.flush()


def give_up(attempt_id: int) -> None:
    """End a try of which the provider knows nothing: it was asked and has none.

    One whose page we know of ends only after its time: the provider may have been asked with another account's key.
    """
    attempt = lock_one(PaymentAttempt, attempt_id)
    is_over = attempt.state is AttemptState.CREATED or attempt.expires_at <= now()
    if attempt.state in ATTEMPT_LIVE and is_over:
        attempt.state = AttemptState.EXPIRED
    db.session.flush()


def adopt(payment_id: int, snapshot: Snapshot) -> PaymentAttempt:
    """Write down a payment that came in past our own tries, as a try of its own; apply the snapshot to it next.

    Two who read it at the same time get the same try.
    """
    payment = lock_one(Payment, payment_id)
    known = db.session.scalar(sa.select(PaymentAttempt).where(PaymentAttempt.provider_ref == snapshot.provider_ref))
    if known is not None:
        return known
    numbers = sa.select(sa.func.max(PaymentAttempt.number)).where(PaymentAttempt.payment_id == payment_id)
    at = now()
    attempt = PaymentAttempt(
        payment_id=payment_id,
        number=(db.session.scalar(numbers) or 0) + 1,
        state=AttemptState.FAILED,
        amount=payment.to_pay,
        provider_ref=snapshot.provider_ref,
        created_at=at,
        expires_at=at,
    )
    db.session.add(attempt)
    db.session.flush()
    return attempt


def of_cash(payment_id: int) -> PaymentAttempt:
    """The cash that came in, as a try that was paid, so that it can be refunded like any other money.

    Brought up to date under the payment's lock: further orders of the purchase may have been handed over since.
    """
    payment = lock_one(Payment, payment_id)
    query = sa.select(PaymentAttempt).where(PaymentAttempt.payment_id == payment_id)
    attempt = db.session.scalars(query.with_for_update(key_share=True)).one_or_none()
    at = now()
    if attempt is None:
        attempt = PaymentAttempt(
            payment_id=payment_id,
            number=1,
            state=AttemptState.PAID,
            amount=payment.amount,
            fee=0,
            created_at=at,
            expires_at=at,
            settled_at=at,
        )
        db.session.add(attempt)
    attempt.received = payment.received
    db.session.flush()
    return attempt


def apply(attempt_id: int, snapshot: Snapshot) -> Applied:
    """Take over what the provider says of a try. Money that came in is counted once, however often it is read."""
    attempt = db.session.get_one(PaymentAttempt, attempt_id)
    payment = lock_one(Payment, attempt.payment_id)
    attempt = lock_one(PaymentAttempt, attempt_id)
    attempt.session_ref = attempt.session_ref or snapshot.session_ref or None
    attempt.provider_ref = attempt.provider_ref or snapshot.provider_ref or None
    fee_is_new = _learn_fee(attempt, snapshot)
    outcome = Outcome.NOTHING
    if may_become(attempt.state, snapshot.state):
        attempt.url = snapshot.url or attempt.url
        attempt.state, attempt.trouble = snapshot.state, snapshot.trouble
        if snapshot.state is AttemptState.PAID:
            outcome = _take_in(payment, attempt, snapshot.received)
    db.session.flush()
    return Applied(outcome, fee_is_new)


def _learn_fee(attempt: PaymentAttempt, snapshot: Snapshot) -> bool:
    """The fee is often known later than the payment."""
    if snapshot.fee is None or attempt.fee is not None:
        return False
    fee = snapshot.fee
    attempt.fee, attempt.fee_minor, attempt.fee_currency = fee.amount, fee.minor, fee.currency
    return True


def _take_in(payment: Payment, attempt: PaymentAttempt, received: int) -> Outcome:
    at = now()
    attempt.received, attempt.settled_at = received, at
    payment.received += received
    payment.state, outcome = after_money(payment.state, received == attempt.amount)
    if outcome is Outcome.LATE:
        payment.dropped = 0  # it is paid after all: what cannot be delivered any more is refunded
    payment.settled_at = at
    return outcome


def complete(payment_id: int) -> Payment:
    """Take what came in as payment, though it is not what was asked.

    Raises Stale when there is no such difference, or the money is not all there any more: refunded, or disputed.
    """
    payment = lock_one(Payment, payment_id)
    is_disputed = any(dispute.state is not DisputeState.WON for dispute in disputes_of(payment_id))
    if payment.state is not PaymentState.MISMATCH or payment.refunded or is_disputed:
        raise Stale("payments.no_mismatch")
    payment.state = PaymentState.PAID
    db.session.flush()
    return payment


def call_off(payment_id: int) -> None:
    """What came in was not what was asked, and goes back: nothing is asked any more. Raises Stale likewise."""
    payment = lock_one(Payment, payment_id)
    if payment.state is not PaymentState.MISMATCH:
        raise Stale("payments.no_mismatch")
    payment.state = PaymentState.CANCELLED
    db.session.flush()
