"""Cash: paid from hand to hand when the goods are, and proved by the buyer's four digits."""

from __future__ import annotations

from marketplace.payments.adapters.provider import Limits
from marketplace.payments.rules import Capability, PaymentMethod

MOST = 999_999_999_999


class Cash:
    """Nobody is asked over the network, so nothing can be read, expired or refunded there."""

    method = PaymentMethod.CASH
    capabilities: frozenset[Capability] = frozenset()
    is_test = False

    def limits(self) -> Limits:
        """Any amount, nothing too when a voucher pays for all; the bound only keeps sums within the columns."""
        return Limits(0, MOST)
