"""A payment's sums and its state say the same."""

from __future__ import annotations

import pytest
from flask_sqlalchemy import SQLAlchemy

from marketplace.core.db import transaction
from marketplace.core.errors import Invalid
from marketplace.payments import services
from marketplace.payments.models import Payment
from marketplace.payments.rules import PaymentMethod, PaymentState


def _open(amount: int = 100_000) -> int:
    with transaction():
        return services.open_payment(PaymentMethod.CASH, amount).id


@pytest.mark.parametrize(
    ("received", "dropped", "state"),
    [
        ([], [], PaymentState.PENDING),
        ([40_000], [], PaymentState.PENDING),
        ([40_000], [60_000], PaymentState.PAID),
        ([40_000, 60_000], [], PaymentState.PAID),
        ([], [40_000], PaymentState.PENDING),
        ([], [40_000, 60_000], PaymentState.CANCELLED),
    ],
)
def test_the_state_follows_from_the_sums(
    db: SQLAlchemy, received: list[int], dropped: list[int], state: PaymentState
) -> None:
    payment_id = _open()
    with transaction():
        for amount in received:
            services.receive_cash(payment_id, amount)
        for amount in dropped:
            services.drop(payment_id, amount)
    payment = db.session.get(Payment, payment_id)
    assert payment is not None
    assert payment.state is state
    assert (payment.settled_at is None) is (state is PaymentState.PENDING)


@pytest.mark.parametrize("amount", [100_001, 0, -5])
def test_more_than_is_due_is_never_booked(db: SQLAlchemy, amount: int) -> None:
    payment_id = _open()
    for verb in (services.receive_cash, services.drop):
        with pytest.raises(ValueError, match="still due"), transaction():
            verb(payment_id, amount)
    payment = db.session.get(Payment, payment_id)
    assert payment is not None
    assert (payment.received, payment.dropped) == (0, 0)


def test_less_than_nothing_is_never_asked_and_nothing_in_cash_is_paid_at_once(db: SQLAlchemy) -> None:
    with pytest.raises(Invalid), transaction():
        services.open_payment(PaymentMethod.CASH, -1)
    with transaction():
        nothing = services.open_payment(PaymentMethod.CASH, 0)
    assert (nothing.state, nothing.settled_at) == (PaymentState.PAID, nothing.created_at)
