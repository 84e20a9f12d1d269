"""What every move of an order is made of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa

from marketplace.core import audit, outbox, settings
from marketplace.core.actor import Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import NotAllowed, Stale
from marketplace.core.locks import lock_many, lock_one
from marketplace.core.outbox import Event
from marketplace.orders import rules
from marketplace.orders.models import Order, OrderEvent, OrderLine, PurchasePayment
from marketplace.orders.policies import can_answer
from marketplace.orders.rules import Cause, OrderStatus
from marketplace.orders.services import clocks

ANSWER_HOURS = settings.define(
    "orders.answer_hours", 24, "Jam yang dimiliki toko untuk menjawab pesanan baru", minimum=1, maximum=168
)


def answer_time(since: datetime) -> datetime:
    """Until when a shop may answer an order that it hears of at `since`."""
    return since + timedelta(hours=ANSWER_HOURS.today())


def locked(actor: Actor, order_id: int) -> Order:
    """The order, locked, when this actor works for its shop. Raises NotFound, NotAllowed."""
    order = lock_one(Order, order_id)
    if not can_answer(actor, order):
        raise NotAllowed("orders.not_yours")
    return order


def lock_orders_of(purchase_id: int) -> list[Order]:
    """All orders of a purchase, locked, by id."""
    return lock_many(Order, db.session.scalars(sa.select(Order.id).where(Order.purchase_id == purchase_id)))


def move(actor: Actor, order: Order, to: OrderStatus, note: str = "", cause: Cause = Cause.NONE) -> None:
    """Move a locked order on, wind the clock of its new state, and write the step on its time line.

    Raises Stale when that move is not drawn.
    """
    if not rules.may_move(order.status, to):
        raise Stale("orders.moved_on")
    at = now()
    clocks.wind(order, to, at)
    order.status = to
    if to is OrderStatus.DONE:
        order.done_at = at
    db.session.add(OrderEvent(order_id=order.id, status=to, at=at, person_id=actor.person_id, note=note, cause=cause))


def tell(actor: Actor, action: str, order: Order, event: Event, **details: object) -> None:
    """Put a move on the audit trail, and let others follow it."""
    audit.record(actor, action, "order", order.code, **details)
    outbox.emit(event)


def pieces(order_ids: Iterable[int]) -> dict[int, int]:
    """How many pieces of each variant these orders hold."""
    query = (
        sa.select(OrderLine.variant_id, sa.func.sum(OrderLine.quantity))
        .where(OrderLine.order_id.in_(list(order_ids)), OrderLine.quantity > 0)
        .group_by(OrderLine.variant_id)
    )
    return {variant_id: int(count) for variant_id, count in db.session.execute(query)}


def payment_id_of(purchase_id: int) -> int:
    """The payment that a purchase is paid by."""
    query = sa.select(PurchasePayment.payment_id).where(PurchasePayment.purchase_id == purchase_id)
    return db.session.scalars(query).one()


def purchase_id_of(payment_id: int) -> int:
    """The purchase that a payment is for."""
    query = sa.select(PurchasePayment.purchase_id).where(PurchasePayment.payment_id == payment_id)
    return db.session.scalars(query).one()
