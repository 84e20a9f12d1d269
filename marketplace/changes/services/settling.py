"""How a change ends without being agreed on; the shop's clock runs again then."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.changes import events, rules
from marketplace.changes.models import OrderChange
from marketplace.changes.rules import ChangeState, Side
from marketplace.changes.services.asking import GRACE
from marketplace.changes.services.steps import for_buyer, for_shop
from marketplace.core import audit, outbox
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import NotFound, Stale
from marketplace.core.locks import lock_one
from marketplace.orders.models import Order
from marketplace.orders.policies import Buyer
from marketplace.orders.rules import OrderStatus


def withdraw_as_shop(actor: Actor, order_id: int, change_id: int) -> OrderChange:
    """The shop takes its proposal back. Raises NotFound, NotAllowed, Stale when it has been answered."""
    order = for_shop(actor, order_id)
    return settle(actor, order, open_one(order, change_id, Side.SHOP), ChangeState.WITHDRAWN)


def withdraw_as_buyer(buyer: Buyer, order_id: int, change_id: int) -> OrderChange:
    """The buyer takes back what she asked for. Raises NotFound, NotAllowed, Stale when it has been answered."""
    order = for_buyer(buyer, order_id)
    return settle(buyer.actor, order, open_one(order, change_id, Side.BUYER), ChangeState.WITHDRAWN)


def expire(change_id: int) -> OrderChange:
    """Nobody answered in time: that is a no. Raises NotFound, Stale when it was answered or is not due."""
    order, change = _locked(change_id)
    if change.answer_by > now():
        raise Stale("changes.settled")
    state = ChangeState.EXPIRED if order.status in rules.CHANGEABLE else ChangeState.OVERTAKEN
    return settle(SYSTEM, order, change, state)


def overtake(order_id: int) -> OrderChange | None:
    """The order has moved on to where nothing can be changed any more. None when nothing was open. Safe to repeat."""
    order = lock_one(Order, order_id)
    if order.status in rules.CHANGEABLE:
        return None
    change_id = db.session.scalar(
        sa.select(OrderChange.id).where(OrderChange.order_id == order.id, OrderChange.state == ChangeState.OPEN)
    )
    return settle(SYSTEM, order, lock_one(OrderChange, change_id), ChangeState.OVERTAKEN) if change_id else None


def open_one(order: Order, change_id: int, side: Side) -> OrderChange:
    """The open change of a locked order that this side asked for, locked. Raises NotFound, Stale when it is settled."""
    change = lock_one(OrderChange, change_id)
    if change.order_id != order.id or change.side is not side:
        raise NotFound("changes.not_found")
    if change.state is not ChangeState.OPEN:
        raise Stale("changes.settled")
    return change


def settle(actor: Actor, order: Order, change: OrderChange, state: ChangeState) -> OrderChange:
    """End an open change of a locked order, let the shop's clock run again, and tell both."""
    at = now()
    change.state, change.settled_at, change.settled_by = state, at, actor.person_id
    if change.clock_before is not None and order.status is OrderStatus.WAITING:
        order.answer_by = min(order.answer_by, rules.paused(change.clock_before, change.made_at, at, GRACE))
    audit.record(actor, f"changes.{state}", "order", order.code, change=change.id)
    outbox.emit(events.ChangeSettled(change.id))
    db.session.flush()
    return change


def _locked(change_id: int) -> tuple[Order, OrderChange]:
    found = db.session.get(OrderChange, change_id)
    if found is None:
        raise NotFound("changes.not_found")
    order = lock_one(Order, found.order_id)
    return order, open_one(order, change_id, found.side)
