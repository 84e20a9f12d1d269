"""Money that a buyer owes and brings. Each change keeps the sums and the state that follows from them together."""

from __future__ import annotations

import uuid

from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.locks import lock_one
from marketplace.payments.models import Payment
from marketplace.payments.rules import PaymentMethod, PaymentState, state_of


def open_cash(amount: int) -> Payment:
    """Ask for `amount` rupiah in cash, to be paid at hand-over. The amount must be positive (else ValueError)."""
    if amount <= 0:
        raise ValueError("a payment asks for something")
    payment = Payment(
        reference=str(uuid.uuid4()),
        method=PaymentMethod.CASH,
        state=PaymentState.PENDING,
        amount=amount,
        created_at=now(),
    )
    db.session.add(payment)
    db.session.flush()
    return payment


def receive(payment_id: int, amount: int) -> Payment:
    """Book `amount` rupiah as received. Raises ValueError when more comes than is still due."""
    payment = lock_one(Payment, payment_id)
    _check(payment, amount)
    payment.received += amount
    return _settle(payment)


def drop(payment_id: int, amount: int) -> Payment:
    """Stop asking for `amount` rupiah, with an order that ended. Raises ValueError when less is still due."""
    payment = lock_one(Payment, payment_id)
    _check(payment, amount)
    payment.dropped += amount
    return _settle(payment)


def _check(payment: Payment, amount: int) -> None:
    if amount <= 0 or payment.received + payment.dropped + amount > payment.amount:
        raise ValueError(f"payment {payment.reference}: {amount} is not what is still due")


def _settle(payment: Payment) -> Payment:
    payment.state = state_of(payment.amount, payment.received, payment.dropped)
    if payment.state is not PaymentState.PENDING:
        payment.settled_at = now()
    db.session.flush()
    return payment
