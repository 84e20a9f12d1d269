"""Who stands before an order, and the order itself: locked, for the shop or for its buyer."""

from __future__ import annotations

from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import NotAllowed
from marketplace.core.locks import lock_one
from marketplace.orders.models import Order, Purchase
from marketplace.orders.policies import Buyer, can_answer, can_confirm


def for_shop(actor: Actor, order_id: int) -> Order:
    """The order, locked, for who works for its shop. Raises NotFound, NotAllowed."""
    order = lock_one(Order, order_id)
    if not can_answer(actor, order):
        raise NotAllowed("orders.not_yours")
    return order


def for_buyer(buyer: Buyer, order_id: int) -> Order:
    """The order, locked, for its buyer. Raises NotFound, NotAllowed."""
    order = lock_one(Order, order_id)
    if not can_confirm(buyer, db.session.get_one(Purchase, order.purchase_id)):
        raise NotAllowed("orders.not_yours")
    return order
