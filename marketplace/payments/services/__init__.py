"""What is owed (`asking`), tries to pay (`attempts`), payments by hand (`by_hand`), money back (`refunds`), disputes,
and the inbox (`notices`).

The areas above find the ways to pay that are switched on here too (`Providers`).
"""

from marketplace.payments.adapters.provider import OnlineProvider, Providers
from marketplace.payments.services import attempts, by_hand, disputes, notices, refunds
from marketplace.payments.services.asking import drop, open_payment, receive_cash

__all__ = [
    "OnlineProvider",
    "Providers",
    "attempts",
    "by_hand",
    "disputes",
    "drop",
    "notices",
    "open_payment",
    "receive_cash",
    "refunds",
]
