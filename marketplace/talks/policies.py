"""Who stands at which side of an order's talk."""

from __future__ import annotations

from marketplace.orders.models import Order, Purchase
from marketplace.orders.policies import Buyer, can_answer, can_read_purchase
from marketplace.talks.rules import Side


def can_take_part(visitor: Buyer, side: Side, order: Order, purchase: Purchase) -> bool:
    """The buyer (for a guest's purchase: who holds its key), or who has the right to the shop's orders."""
    if side is Side.BUYER:
        return can_read_purchase(visitor.actor, purchase, visitor.key)
    return can_answer(visitor.actor, order)
