"""What a buyer owes. Each change keeps the sums and the state that follows from them together."""

from __future__ import annotations

import uuid
from datetime import timedelta

from marketplace.core import settings
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid
from marketplace.core.locks import lock_one
from marketplace.core.ports import port
from marketplace.payments.adapters.provider import OnlineProvider, Providers
from marketplace.payments.models import Payment, PaymentAttempt
from marketplace.payments.queries import paid_attempt
from marketplace.payments.rules import AttemptState, PaymentMethod, PaymentState, state_of

HOLD_MINUTES = settings.define(
    "payments.hold_minutes", 60, "Menit barang ditahan untuk pembeli yang membayar daring", minimum=35, maximum=1440
)


def open_payment(method: PaymentMethod, amount: int) -> Payment:
    """Ask for `amount` rupiah, to be paid in one way. An online payment holds the goods for `payments.hold_minutes`.

    Raises ValueError when nothing is asked; Invalid (field payment) when that way is off, or not for this amount.
    """
    if amount <= 0:
        raise ValueError("a payment asks for something")
    provider = port(Providers).get(method)
    if provider is None:
        raise Invalid("payments.method_off", field="payment")
    limits = provider.limits()
    if amount < limits.least:
        raise Invalid("payments.too_little", field="payment", least=limits.least)
    if amount > limits.most:
        raise Invalid("payments.too_much", field="payment", most=limits.most)
    at = now()
    payment = Payment(
        reference=str(uuid.uuid4()),
        method=method,
        state=PaymentState.PENDING,
        amount=amount,
        hold_until=at + timedelta(minutes=HOLD_MINUTES.today()) if isinstance(provider, OnlineProvider) else None,
        created_at=at,
    )
    db.session.add(payment)
    db.session.flush()
    return payment


def receive_cash(payment_id: int, amount: int) -> Payment:
    """Note `amount` rupiah as received from hand to hand. Raises ValueError when more comes than is still due.

    Cash has one try, which grows with each shop of the purchase that is paid: what a refund takes its money from.
    """
    payment = lock_one(Payment, payment_id)
    _check(payment, amount)
    payment.received += amount
    _count_cash(payment, amount)
    return _settle(payment, PaymentState.CANCELLED)


def _count_cash(payment: Payment, amount: int) -> None:
    """Nobody takes a fee for cash, and it lies nowhere: it has no reference of a provider."""
    attempt = paid_attempt(payment.id)
    if attempt is not None:
        attempt.received += amount
        return
    at = now()
    db.session.add(
        PaymentAttempt(
            payment_id=payment.id,
            number=1,
            state=AttemptState.PAID,
            amount=payment.amount,
            received=amount,
            fee=0,
            created_at=at,
            expires_at=at,
            settled_at=at,
        )
    )


def drop(payment_id: int, amount: int, because: PaymentState = PaymentState.CANCELLED) -> Payment:
    """Stop asking for `amount` rupiah, with an order that ended. Raises ValueError when less is still due.

    `because` is what the payment becomes when nothing is asked any more and nothing came: cancelled or expired.
    """
    payment = lock_one(Payment, payment_id)
    _check(payment, amount)
    payment.dropped += amount
    return _settle(payment, because)


def _check(payment: Payment, amount: int) -> None:
    if amount <= 0 or payment.received + payment.dropped + amount > payment.amount:
        raise ValueError(f"payment {payment.reference}: {amount} is not what is still due")


def _settle(payment: Payment, because: PaymentState) -> Payment:
    state = state_of(payment.amount, payment.received, payment.dropped)
    payment.state = because if state is PaymentState.CANCELLED else state
    if payment.state is not PaymentState.PENDING:
        payment.settled_at = now()
    db.session.flush()
    return payment
