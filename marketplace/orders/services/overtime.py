"""What becomes of an accepted order when somebody is late or says nothing: the other side's ways out, and the clock's.

Everything here ends in the services that everybody uses: `endings.end` gives goods and money back, `moves.complete`
releases them.
"""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.db import db
from marketplace.core.errors import NotAllowed, Stale
from marketplace.core.locks import lock_one
from marketplace.orders import events, rules
from marketplace.orders.models import Order, OrderEvent, Purchase
from marketplace.orders.policies import Buyer, can_cancel, can_confirm
from marketplace.orders.queries.contests import is_contested
from marketplace.orders.rules import Cause, OrderStatus
from marketplace.orders.services import clocks, endings, moves
from marketplace.orders.services.steps import locked, move, tell
from marketplace.payments.rules import RefundSource


def take_back(buyer: Buyer, order_id: int) -> Order:
    """The buyer takes an order back whose shop is late. All that she paid for it goes back.

    Raises NotFound, NotAllowed; Stale when the shop is not late enough yet, or the goods are ready meanwhile.
    """
    order = lock_one(Order, order_id)
    if not can_cancel(buyer, db.session.get_one(Purchase, order.purchase_id)):
        raise NotAllowed("orders.not_yours")
    if order.status is not OrderStatus.PROCESSING:
        raise Stale("orders.moved_on")
    if not clocks.may_be_ended(order):
        raise Stale("orders.not_late")
    endings.end(buyer.actor, [order], OrderStatus.CANCELLED, RefundSource.BUYER, cause=Cause.TAKEN_BACK)
    tell(buyer.actor, "orders.taken_back", order, events.OrderEnded(order.id))
    return order


def end_unfetched(actor: Actor, order_id: int) -> Order:
    """The shop ends an order that its buyer does not fetch. All that was paid goes back: the goods stayed there.

    Raises NotFound, NotAllowed; Stale when the buyer still has time, or the order has moved on.
    """
    order = locked(actor, order_id)
    if order.status is not OrderStatus.READY:
        raise Stale("orders.moved_on")
    if not clocks.may_be_ended(order):
        raise Stale("orders.still_time_to_fetch")
    endings.end(actor, [order], OrderStatus.CANCELLED, RefundSource.TIMEOUT, cause=Cause.NOT_FETCHED)
    tell(actor, "orders.not_fetched", order, events.OrderEnded(order.id))
    return order


def arrive(actor: Actor, order_id: int) -> Order:
    """The shop says that goods paid before are at the buyer's, who now has some time to object.

    Raises NotFound, NotAllowed; Stale for what is not on its way, is fetched, or is paid in cash, which changes hands
    with the goods (`hand_over`).
    """
    order = locked(actor, order_id)
    if order.status is not OrderStatus.ON_THE_WAY or not _is_brought_and_paid(order):
        raise Stale("orders.moved_on")
    move(actor, order, OrderStatus.ARRIVED, cause=Cause.SAID)
    tell(actor, "orders.arrived", order, events.OrderArrived(order.id))
    return order


def deny_arrival(buyer: Buyer, order_id: int) -> Order:
    """The buyer says that it has not arrived: it is on its way again, with a new clock. Once; then it is a claim.

    Raises NotFound, NotAllowed; Stale when it does not count as arrived, or she has said so before.
    """
    order = lock_one(Order, order_id)
    if not can_confirm(buyer, db.session.get_one(Purchase, order.purchase_id)):
        raise NotAllowed("orders.not_yours")
    if order.status is not OrderStatus.ARRIVED:
        raise Stale("orders.moved_on")
    if _was_denied(order.id):
        raise Stale("orders.denied_before")
    move(buyer.actor, order, OrderStatus.ON_THE_WAY, cause=Cause.DENIED)
    tell(buyer.actor, "orders.arrival_denied", order, events.ArrivalDenied(order.id))
    return order


def run_out(order_id: int) -> Order:
    """Do what the plan says when a state's time is over. Raises NotFound; Stale: not over, or somebody was quicker."""
    order = lock_one(Order, order_id)
    if order.status not in _DEFAULTS or not clocks.is_over(order):
        raise Stale("orders.moved_on")
    _DEFAULTS[order.status](order)
    return order


def end_late(order: Order) -> None:
    """The shop never made it ready."""
    _end(order, Cause.NOT_MADE)


def end_left(order: Order) -> None:
    """The buyer never came."""
    _end(order, Cause.LEFT)


def end_unreported(order: Order) -> None:
    """Nobody said that goods and cash changed hands: by the books nothing was sold."""
    _end(order, Cause.NOT_REPORTED)


def count_as_arrived(order: Order) -> None:
    """Delivery and post have had their time."""
    move(SYSTEM, order, OrderStatus.ARRIVED, cause=Cause.TIME)
    tell(SYSTEM, "orders.arrived", order, events.OrderArrived(order.id))


def complete_silent(order: Order) -> None:
    """The buyer was told that it has arrived, and objected to nothing. Raises Stale while it is contested."""
    if is_contested(order.id):
        raise Stale("orders.contested")
    moves.complete(SYSTEM, order, cause=Cause.TIME)
    tell(SYSTEM, "orders.completed", order, events.OrderCompleted(order.id))


def _bring(order: Order) -> None:
    count_as_arrived(order) if _is_brought_and_paid(order) else end_unreported(order)


_DEFAULTS: dict[OrderStatus, Callable[[Order], None]] = {
    OrderStatus.PROCESSING: end_late,
    OrderStatus.READY: end_left,
    OrderStatus.ON_THE_WAY: _bring,
    OrderStatus.ARRIVED: complete_silent,
}


def _end(order: Order, cause: Cause) -> None:
    endings.end(SYSTEM, [order], OrderStatus.CANCELLED, RefundSource.TIMEOUT, cause=cause)
    tell(SYSTEM, "orders.ended", order, events.OrderEnded(order.id), cause=cause.value)


def _is_brought_and_paid(order: Order) -> bool:
    purchase = db.session.get_one(Purchase, order.purchase_id)
    return rules.is_brought_and_paid(order.delivery_method, purchase.payment_method)


def _was_denied(order_id: int) -> bool:
    step = sa.exists().where(OrderEvent.order_id == order_id, OrderEvent.cause == Cause.DENIED)
    return bool(db.session.scalar(sa.select(step)))
