"""What the operator asks of a payment: its purchase, what each order can still give back, and what was booked of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from marketplace.core.db import db
from marketplace.ledger import queries as ledger
from marketplace.ledger.queries import Booking
from marketplace.ledger.rules import order_subject
from marketplace.orders.models import Order, Purchase, PurchasePayment
from marketplace.orders.rules import OrderStatus
from marketplace.payments.models import Dispute, Payment, PaymentAttempt, Refund
from marketplace.stores.models import Store

OF_ATTEMPT = ("pay", "credit", "provider_fee")
OF_REFUND = ("refund", "refund_sent", "refund_returned", "refund_failed")
OF_DISPUTE = ("dispute", "dispute_won", "dispute_lost")
STEPS_OF_DISPUTE = ("dispute_money", "dispute_fee")
"""How the keys begin under which the services book what happens to a try, a refund, a dispute (more than once)."""


@dataclass(frozen=True)
class OrderMoney:
    """An order's sums in rupiah, and what went back of them. No buyer."""

    id: int
    code: str
    store_name: str
    status: OrderStatus
    goods_total: int
    delivery_fee: int
    total: int
    refunded_goods: int
    refunded_delivery: int
    voucher_code: str = ""
    shop_discount: int = 0
    programme_discount: int = 0

    @property
    def discount(self) -> int:
        """How much less the goods cost the buyer by her voucher."""
        return self.shop_discount + self.programme_discount

    @property
    def is_programmes(self) -> bool:
        """Does the programme bear the discount?"""
        return self.programme_discount > 0

    @property
    def refunded(self) -> int:
        return self.refunded_goods + self.refunded_delivery

    @property
    def left_goods(self) -> int:
        return self.goods_total - self.refunded_goods

    @property
    def left_delivery(self) -> int:
        return self.delivery_fee - self.refunded_delivery

    @property
    def left(self) -> int:
        """What can still be refunded."""
        return self.left_goods + self.left_delivery


def purchase_codes(payment_ids: Iterable[int]) -> dict[int, str]:
    """The codes of the purchases that these payments are for, by payment. One statement."""
    query = (
        sa.select(PurchasePayment.payment_id, Purchase.code)
        .join(Purchase, Purchase.id == PurchasePayment.purchase_id)
        .where(PurchasePayment.payment_id.in_(sorted(set(payment_ids))))
    )
    return {row.payment_id: row.code for row in db.session.execute(query)}


def money_of_orders(payment_id: int) -> list[OrderMoney]:
    """The orders that a payment pays, with what can still be refunded of each. One statement."""
    query = (
        sa.select(
            Order.id,
            Order.code,
            Store.name,
            Order.status,
            Order.goods_total,
            Order.delivery_fee,
            Order.total,
            Order.refunded_goods,
            Order.refunded_delivery,
            Order.voucher_code,
            Order.shop_discount,
            Order.programme_discount,
        )
        .join(PurchasePayment, PurchasePayment.purchase_id == Order.purchase_id)
        .join(Store, Store.id == Order.store_id)
        .where(PurchasePayment.payment_id == payment_id)
        .order_by(Order.id)
    )
    return [OrderMoney(*row) for row in db.session.execute(query)]


def bookings_of_payment(
    payment: Payment,
    orders: Sequence[OrderMoney],
    attempts: Sequence[PaymentAttempt],
    refunds: Sequence[Refund],
    disputes: Sequence[Dispute],
) -> list[Booking]:
    """All that was booked of a payment and its orders, the first first. One statement."""
    keys = {
        f"completion:{payment.reference}",
        *(f"{name}:{attempt.id}" for name in OF_ATTEMPT for attempt in attempts),
        *(f"{name}:{refund.id}" for name in OF_REFUND for refund in refunds),
        *(f"{name}:{dispute.id}" for name in OF_DISPUTE for dispute in disputes),
    }
    beginnings = [f"{name}:{dispute.id}:" for name in STEPS_OF_DISPUTE for dispute in disputes]
    return ledger.bookings([order_subject(order.id) for order in orders], keys, beginnings)
