"""Bank transfer and QRIS to the market's own account: the buyer pays in an app of her own, and nobody tells us.

What came in is read from the bank's statement (area `bank`).
"""

from __future__ import annotations

from dataclasses import dataclass

from marketplace.payments.adapters.provider import Limits
from marketplace.payments.rules import MOST_ROUNDING, Capability, PaymentMethod

LEAST_TRANSFER = 10_000
"""Bank apps take no transfer below this."""
MOST_TRANSFER = 999_999_999_999
MOST_QRIS = 10_000_000
"""A payment by QRIS may be no larger (Bank Indonesia)."""
LEAST_QRIS = 1_000


@dataclass
class ByHand:
    """A way to pay by hand; its limits are those of the price, so that the sum to transfer is within the bank's."""

    method: PaymentMethod
    is_test: bool = False
    capabilities: frozenset[Capability] = frozenset()

    def limits(self) -> Limits:
        """What banks and apps take, the rounding counted in."""
        if self.method is PaymentMethod.QRIS:
            return Limits(LEAST_QRIS, MOST_QRIS)
        return Limits(LEAST_TRANSFER + MOST_ROUNDING, MOST_TRANSFER)
