"""What a payment may be."""

from __future__ import annotations

from enum import StrEnum


class PaymentMethod(StrEnum):
    CASH = "cash"


class PaymentState(StrEnum):
    """Pending until all that is still due was received; cancelled when nothing is due any more and nothing came."""

    PENDING = "pending"
    PAID = "paid"
    CANCELLED = "cancelled"


def state_of(amount: int, received: int, dropped: int) -> PaymentState:
    """The state that follows from the sums, all in rupiah: what was asked, what came, what is no longer asked."""
    if received + dropped < amount:
        return PaymentState.PENDING
    return PaymentState.PAID if received else PaymentState.CANCELLED
