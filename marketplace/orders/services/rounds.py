"""What a collection round does with an order: its runner takes it at the shop's door, or it goes on another day."""

from __future__ import annotations

from datetime import date

from marketplace.core import audit
from marketplace.core.actor import Actor
from marketplace.core.clock import now
from marketplace.core.errors import Stale
from marketplace.orders import events, rules
from marketplace.orders.models import Order
from marketplace.orders.rules import OrderStatus
from marketplace.orders.services import clocks
from marketplace.orders.services.steps import locked, move, tell
from marketplace.shipping.rules import DeliveryMethod


def collect(actor: Actor, order_id: int) -> Order:
    """The runner has the bag. Raises NotFound, NotAllowed; Stale for an order of another way, or one moved on."""
    order = locked(actor, order_id)
    if order.delivery_method is not DeliveryMethod.ROUND:
        raise Stale("orders.moved_on")
    move(actor, order, OrderStatus.ON_THE_WAY)
    tell(actor, "orders.collected", order, events.OrderCollected(order.id))
    return order


def put_off(actor: Actor, order_id: int, day: date) -> Order:
    """The order goes with the run of another day, and keeps its state; on its way with a runner who met nobody, its
    clock begins anew. Raises NotFound, NotAllowed, Stale.
    """
    order = locked(actor, order_id)
    if order.delivery_method is not DeliveryMethod.ROUND or order.status not in rules.OPEN:
        raise Stale("orders.moved_on")
    audit.record(actor, "orders.put_off", "order", order.code, before=order.delivery_days, day=day.isoformat())
    order.delivery_days = day.isoformat()
    if order.status is OrderStatus.ON_THE_WAY and not actor.is_system:
        clocks.wind(order, order.status, now())
    return order
