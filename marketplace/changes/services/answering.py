"""Saying yes or no to a change. A yes changes lines, goods and money in one transaction, or nothing."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.catalog.services.stock import OutOfStock
from marketplace.changes import queries, rules
from marketplace.changes.models import OrderChange, OrderLineChange
from marketplace.changes.rules import ChangeState, Side
from marketplace.changes.services import parcels
from marketplace.changes.services.settling import open_one, settle
from marketplace.changes.services.steps import for_buyer, for_shop
from marketplace.core import audit
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Stale
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.orders.policies import Buyer
from marketplace.orders.rules import OrderStatus
from marketplace.orders.services.amending import Instead, LineChange


def agree_as_buyer(buyer: Buyer, order_id: int, change_id: int) -> OrderChange:
    """The buyer says yes to what the shop proposed; an order that waited for its answer is accepted with it.

    When what should come instead is gone by now, nothing is changed and the change comes back as FAILED: the caller
    commits and tells. Raises NotFound, NotAllowed; Stale when it is settled, too late, or the order has moved on.
    """
    order = for_buyer(buyer, order_id)
    return _agree(buyer.actor, order, open_one(order, change_id, Side.SHOP))


def agree_as_shop(actor: Actor, order_id: int, change_id: int) -> OrderChange:
    """The shop says yes to what the buyer asked for, and to the order with it. As `agree_as_buyer`."""
    order = for_shop(actor, order_id)
    return _agree(actor, order, open_one(order, change_id, Side.BUYER))


def refuse_as_buyer(buyer: Buyer, order_id: int, change_id: int) -> OrderChange:
    """The buyer says no: the shop can still accept the order as it was placed, or decline it.

    Raises NotFound, NotAllowed, Stale when it is settled.
    """
    order = for_buyer(buyer, order_id)
    return settle(buyer.actor, order, open_one(order, change_id, Side.SHOP), ChangeState.REFUSED)


def refuse_as_shop(actor: Actor, order_id: int, change_id: int) -> OrderChange:
    """The shop says no: the order stays as it was placed. Raises NotFound, NotAllowed, Stale when it is settled."""
    order = for_shop(actor, order_id)
    return settle(actor, order, open_one(order, change_id, Side.BUYER), ChangeState.REFUSED)


def _agree(actor: Actor, order: Order, change: OrderChange) -> OrderChange:
    if order.status not in rules.CHANGEABLE:
        raise Stale("orders.moved_on")
    if change.answer_by <= now():
        raise Stale("changes.too_late")
    sent = {line.line_id: line.sent for line in queries.lines_now(order.id)}
    lines = [_line_change(line) for line in _lines_of(change.id)]
    if any(line.quantity < sent.get(line.line_id, 0) for line in lines):
        raise Stale("changes.meanwhile")
    try:
        with db.session.begin_nested():
            orders.amending.amend(actor, order, lines, change.reason)
    except OutOfStock as gone:
        audit.record(actor, "changes.substitute_gone", "order", order.code, change=change.id, variant=gone.variant_id)
        return settle(actor, order, change, ChangeState.FAILED)
    _take_over(order, change)
    settle(actor, order, change, ChangeState.AGREED)
    if order.status is OrderStatus.WAITING:
        orders.accept(SYSTEM, order.id)
    parcels.move_on_when_sent(order)
    return change


def _take_over(order: Order, change: OrderChange) -> None:
    """The day and the note that were agreed on; the order's clock goes by that day."""
    if change.ready_by is not None:
        order.ready_by = change.ready_by
        if order.status is OrderStatus.PROCESSING:
            orders.clocks.wind(order, order.status, now())
    if change.note is not None:
        order.note = change.note


def _lines_of(change_id: int) -> list[OrderLineChange]:
    query = sa.select(OrderLineChange).where(OrderLineChange.change_id == change_id).order_by(OrderLineChange.line_id)
    return list(db.session.scalars(query))


def _line_change(line: OrderLineChange) -> LineChange:
    instead = None
    if line.variant_id is not None:
        instead = Instead(
            line.variant_id,
            line.instead_quantity,
            line.instead_price,
            line.product_name,
            line.variant_name,
            line.picture_key,
            line.is_not_halal,
            line.weight,
            tuple(line.allergens),
        )
    return LineChange(line.line_id, line.before_quantity, line.before_price, line.quantity, line.unit_price, instead)
