"""A sale of two shops that waits to be paid by card."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from marketplace.core import settings
from marketplace.core.actor import SYSTEM
from marketplace.core.db import transaction
from marketplace.orders.models import Order
from marketplace.payments.models import Payment

FIRST_TOTAL, SECOND_TOTAL = 107_000, 73_666
TOTAL = FIRST_TOTAL + SECOND_TOTAL


@dataclass(frozen=True)
class Sale:
    """Goods of Rp100.000 and of Rp66.666, each brought for Rp7.000."""

    payment: Payment
    first: Order
    second: Order

    @property
    def orders(self) -> list[Order]:
        return [self.first, self.second]


def decide(key: str, value: int, day: date) -> None:
    """Let a setting hold from a day on."""
    with transaction():
        settings.change(SYSTEM, key, value, day)
