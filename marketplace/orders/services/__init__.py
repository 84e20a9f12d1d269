"""The life of purchases and orders. Every move locks its orders first, then checks; money and stock move with it.

Locks are taken in one order everywhere: orders by id, variants by id, the payment with its tries, the ledger.
"""

from marketplace.orders.services import disputes, links, paying, refunds
from marketplace.orders.services.cancelling import cancel_purchase
from marketplace.orders.services.moves import (
    accept,
    confirm_arrival,
    decline,
    hand_over,
    hand_over_without_code,
    lapse,
    mark_ready,
    send,
)
from marketplace.orders.services.people import export_purchases, forget_buyer, keep_purchase
from marketplace.orders.services.placing import NewLine, NewOrder, NewPurchase, create
from marketplace.orders.services.rounds import collect, put_off
from marketplace.orders.services.telling import note_shared

__all__ = [
    "NewLine",
    "NewOrder",
    "NewPurchase",
    "accept",
    "cancel_purchase",
    "collect",
    "confirm_arrival",
    "create",
    "decline",
    "disputes",
    "export_purchases",
    "forget_buyer",
    "hand_over",
    "hand_over_without_code",
    "keep_purchase",
    "lapse",
    "links",
    "mark_ready",
    "note_shared",
    "paying",
    "put_off",
    "refunds",
    "send",
]
