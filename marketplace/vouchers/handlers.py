"""What follows the fate of orders that a voucher made cheaper. Safe to repeat, in whatever order."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.changes.events import ChangeSettled
from marketplace.changes.models import OrderChange
from marketplace.core.db import db, transaction
from marketplace.orders import events
from marketplace.orders.models import Order, PurchasePayment
from marketplace.payments.models import Refund
from marketplace.vouchers import services

EndOfOrder = events.OrderDeclined | events.OrderLapsed | events.OrderEnded
OfPurchase = events.PurchaseCancelled | events.PurchaseExpired | events.PurchasePaid


def follow_order(event: EndOfOrder) -> None:
    """An order ended unsold."""
    _follow(sa.select(Order.purchase_id).where(Order.id == event.order_id))


def follow_purchase(event: OfPurchase) -> None:
    """A purchase ended, or was paid, perhaps after its time was over."""
    with transaction():
        services.keep_in_step(event.purchase_id)


def follow_refund(event: events.RefundSettled) -> None:
    """Money went back, or did not arrive."""
    _follow(
        sa.select(PurchasePayment.purchase_id)
        .join(Refund, Refund.payment_id == PurchasePayment.payment_id)
        .where(Refund.id == event.refund_id)
    )


def follow_change(event: ChangeSettled) -> None:
    """An order is for less than was bought."""
    _follow(
        sa.select(Order.purchase_id)
        .join(OrderChange, OrderChange.order_id == Order.id)
        .where(OrderChange.id == event.change_id)
    )


def _follow(purchase: sa.Select[int]) -> None:
    with transaction():
        found = db.session.scalar(purchase)
        if found is not None:
            services.keep_in_step(found)
