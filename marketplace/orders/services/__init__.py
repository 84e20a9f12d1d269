"""The life of purchases and orders. Every move locks its orders first, then checks; money and stock move with it.

Locks are taken in one order everywhere: orders by id, variants by id, the payment with its tries, the ledger.
"""

from marketplace.orders.services import amending, clocks, contesting, disputes, links, overtime, paying, refunds
from marketplace.orders.services.cancelling import cancel_purchase
from marketplace.orders.services.moves import (
    accept,
    confirm_arrival,
    decline,
    hand_over,
    hand_over_without_code,
    lapse,
    mark_ready,
    number_of,
    send,
)
from marketplace.orders.services.overtime import arrive, deny_arrival, end_unfetched, run_out, take_back
from marketplace.orders.services.people import export_purchases, forget_buyer, keep_purchase
from marketplace.orders.services.placing import NewLine, NewOrder, NewPurchase, create
from marketplace.orders.services.rounds import collect, put_off
from marketplace.orders.services.signing import Accepted
from marketplace.orders.services.telling import note_shared

__all__ = [
    "Accepted",
    "NewLine",
    "NewOrder",
    "NewPurchase",
    "accept",
    "amending",
    "arrive",
    "cancel_purchase",
    "clocks",
    "collect",
    "confirm_arrival",
    "contesting",
    "create",
    "decline",
    "deny_arrival",
    "disputes",
    "end_unfetched",
    "export_purchases",
    "forget_buyer",
    "hand_over",
    "hand_over_without_code",
    "keep_purchase",
    "lapse",
    "links",
    "mark_ready",
    "note_shared",
    "number_of",
    "overtime",
    "paying",
    "put_off",
    "refunds",
    "run_out",
    "send",
    "take_back",
]
