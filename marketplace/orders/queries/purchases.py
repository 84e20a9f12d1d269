"""A purchase as its pages and letters show it."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from marketplace.core.db import db
from marketplace.orders.models import Order, Purchase, PurchasePayment
from marketplace.orders.queries.views import OrderView, orders_where
from marketplace.orders.rules import NEVER_ACCEPTED, NOT_ANSWERED, OPEN_FOR_SHOP
from marketplace.payments.models import Payment
from marketplace.payments.rules import BY_HAND, PaymentMethod, PaymentState


@dataclass(frozen=True)
class PurchaseView:
    """A purchase with all its orders, and the payment for it."""

    purchase: Purchase
    payment: Payment
    orders: tuple[OrderView, ...]

    @property
    def due(self) -> int:
        """Rupiah that are still to be paid."""
        return max(0, self.payment.to_pay - self.payment.received - self.payment.dropped)

    @property
    def is_online(self) -> bool:
        """Is it paid to a provider, so that no cash changes hands?"""
        return self.purchase.payment_method is not PaymentMethod.CASH

    @property
    def is_by_hand(self) -> bool:
        """Is it paid by transfer or QRIS?"""
        return self.purchase.payment_method in BY_HAND

    @property
    def is_snap(self) -> bool:
        """Is it paid at Midtrans, where what came over a virtual account goes back to a bank account?"""
        return self.purchase.payment_method is PaymentMethod.SNAP

    @property
    def refunded_beside(self) -> int:
        """Rupiah that go back without being any order's: paid twice, or not what was asked."""
        return self.payment.refunded - sum(order.refunded for order in self.orders)

    @property
    def parcel_count(self) -> int:
        """How many parcels reach the buyer: one from each shop; those that go with the same run of a round are one."""
        return len({(order.delivery_name, order.round_day) if order.round_day else order.id for order in self.orders})

    @property
    def is_under_way(self) -> bool:
        """Has a shop said yes, and is not done yet?"""
        return any(order.status in OPEN_FOR_SHOP - NOT_ANSWERED for order in self.orders)

    @property
    def is_to_be_paid(self) -> bool:
        """Does it wait for an online payment?"""
        return self.payment.state is PaymentState.PENDING and self.payment.hold_until is not None

    @property
    def is_cancellable(self) -> bool:
        """May the buyer still take it back: no shop has said yes, and something is waiting.

        Money that is not what was asked is the operator's to settle first.
        """
        statuses = {order.status for order in self.orders}
        is_waiting = bool(statuses & NOT_ANSWERED) and statuses <= NEVER_ACCEPTED
        return is_waiting and self.payment.state is not PaymentState.MISMATCH


def purchase_view(purchase_id: int) -> PurchaseView | None:
    """A purchase with orders, lines and time lines. Four statements, however many shops and lines."""
    query = (
        sa.select(Purchase, Payment)
        .join(PurchasePayment, PurchasePayment.purchase_id == Purchase.id)
        .join(Payment, Payment.id == PurchasePayment.payment_id)
        .where(Purchase.id == purchase_id)
    )
    row = db.session.execute(query).one_or_none()
    if row is None:
        return None
    return PurchaseView(*row, orders=orders_where(Order.purchase_id == purchase_id))
