"""Paying online: the words that a provider is told, and the page that it opens for the buyer.

Written down, then asked, then noted: `begin` and the notes are for the transactions around the call, `start` is the
call and runs in none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from config import Config
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Stale
from marketplace.core.ports import port
from marketplace.orders.queries import purchase_of_payment
from marketplace.payments import services as payments
from marketplace.payments.models import Payment, PaymentAttempt
from marketplace.payments.queries import live_attempt
from marketplace.payments.rules import PaymentMethod, PaymentState, Started, StartOrder, idempotency_key
from marketplace.payments.services import OnlineProvider, Providers

IN_FLIGHT = timedelta(minutes=2)
"""Longer than a call with all its repeats takes: an older try that the provider does not know was never begun there."""


@dataclass(frozen=True)
class Step:
    """A try to pay: where its page is, or what to tell the provider to get one."""

    attempt_id: int
    method: PaymentMethod
    order: StartOrder
    url: str


def begin(payment_id: int) -> Step:
    """The try that is under way, or a new one. To be committed before the provider is asked.

    Raises Stale when there is nothing to pay any more or the hold ends too soon.
    """
    attempt = payments.attempts.begin(payment_id)
    payment = db.session.get_one(Payment, payment_id)
    return Step(attempt.id, payment.method, _words(payment, attempt), attempt.url)


def start(step: Step) -> Started:
    """Ask the provider for its page. Raises Refused, Unavailable, OutcomeUnknown."""
    return online(step.method).start(step.order)


def online(method: PaymentMethod) -> OnlineProvider:
    """The provider at work for a way to pay. Raises Stale when it is switched off."""
    provider = port(Providers).online(method)
    if provider is None:
        raise Stale("payments.method_off")
    return provider


def can_start(payment: Payment) -> bool:
    """May the buyer go to the provider's page now: is one open, or is there time enough to open one?"""
    if payment.state is not PaymentState.PENDING or payment.hold_until is None:
        return False
    live = live_attempt(payment.id)
    is_open = live is not None and bool(live.session_ref) and live.expires_at > now()
    return is_open or payments.attempts.has_time(payment)


def is_in_flight(attempt: PaymentAttempt) -> bool:
    """May the call that begins this try still be under way?"""
    return now() - attempt.created_at < IN_FLIGHT


def _words(payment: Payment, attempt: PaymentAttempt) -> StartOrder:
    """Always the same for the same try: a provider refuses another wording under the same key."""
    purchase = purchase_of_payment(payment.id)
    back = f"{port(Config).site_url}/bayar/{payment.reference}/kembali"
    return StartOrder(
        reference=payment.reference,
        number=attempt.number,
        key=idempotency_key("pay", payment.reference, attempt.number),
        amount=attempt.amount,
        title=f"BeliNTT {purchase.code}",
        created_at=attempt.created_at,
        expires_at=attempt.expires_at,
        email=purchase.buyer_email,
        language=purchase.language,
        success_url=back,
        cancel_url=back,
    )
