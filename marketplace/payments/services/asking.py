"""What a buyer owes. Each change keeps the sums and the state that follows from them together."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from marketplace.core import settings
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid
from marketplace.core.locks import lock_one
from marketplace.core.ports import port
from marketplace.payments.adapters.provider import OnlineProvider, PaymentProvider, Providers
from marketplace.payments.models import Payment
from marketplace.payments.rules import BY_HAND, PaymentMethod, PaymentState, state_of
from marketplace.payments.services.by_hand import take_sum

HOLD_MINUTES = settings.define(
    "payments.hold_minutes", 60, "Menit barang ditahan untuk pembeli yang membayar daring", minimum=35, maximum=1440
)


TRANSFER_HOURS = settings.define(
    "payments.transfer_hours",
    24,
    "Jam barang ditahan untuk pembeli yang membayar lewat transfer atau QRIS",
    minimum=1,
    maximum=168,
)


def open_payment(method: PaymentMethod, amount: int) -> Payment:
    """Ask for `amount` rupiah, to be paid in one way. An online payment holds the goods for `payments.hold_minutes`,
    one by hand for `payments.transfer_hours`, and asks for a sum that no other payment by hand has.

    Nothing (0) may be asked in cash alone, and counts as paid at once. Raises Invalid (field payment) when that way is
    off, or not for this amount, or when all sums near this amount are taken.
    """
    provider = port(Providers).get(method)
    if provider is None:
        raise Invalid("payments.method_off", field="payment")
    limits = provider.limits()
    if amount < limits.least:
        raise Invalid("payments.too_little", field="payment", least=limits.least)
    if amount > limits.most:
        raise Invalid("payments.too_much", field="payment", most=limits.most)
    at = now()
    exact = take_sum(amount) if method in BY_HAND else None
    payment = Payment(
        reference=str(uuid.uuid4()),
        method=method,
        state=PaymentState.PENDING if amount else PaymentState.PAID,
        amount=amount,
        rounding=0 if exact is None else amount - exact,
        unique_sum=exact,
        hold_until=_hold_until(provider, at),
        created_at=at,
        settled_at=None if amount else at,
    )
    db.session.add(payment)
    db.session.flush()
    return payment


def _hold_until(provider: PaymentProvider, at: datetime) -> datetime | None:
    """Until when the goods wait for the money; cash is paid when they change hands."""
    if provider.method in BY_HAND:
        return at + timedelta(hours=TRANSFER_HOURS.today())
    return at + timedelta(minutes=HOLD_MINUTES.today()) if isinstance(provider, OnlineProvider) else None


def receive_cash(payment_id: int, amount: int) -> Payment:
    """Note `amount` rupiah as received from hand to hand. Raises ValueError when more comes than is still due."""
    payment = lock_one(Payment, payment_id)
    _check(payment, amount)
    payment.received += amount
    return _settle(payment, PaymentState.CANCELLED)


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
