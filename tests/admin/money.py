"""Payments in all the states that an operator has to look after."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from marketplace.core import outbox
from marketplace.core.actor import SYSTEM
from marketplace.core.audit import AuditEntry
from marketplace.core.clock import now
from marketplace.core.db import db as handle
from marketplace.core.db import transaction
from marketplace.orders import services as order_services
from marketplace.orders.models import Order, PurchasePayment
from marketplace.orders.queries import purchase_of_payment
from marketplace.payments.models import Payment, ProviderNotice, Refund
from marketplace.payments.queries import need_counts
from marketplace.payments.rules import (
    Need,
    NoticeState,
    PaymentMethod,
    RefundSnapshot,
    RefundState,
)
from tests import make


def paid(till: make.Till, *, shops: int = 1, fee: int = 10_000, received: int | None = None) -> Payment:
    """A payment by card of Rp 100.000 of goods from each shop, brought for Rp 10.000."""
    with transaction():
        products = [make.live(make.product(name=f"Bakul {number}")) for number in range(shops)]
    return make.paid_payment(till, products, fee=fee, received=received)


def unpaid() -> Payment:
    """The payment of a purchase that waits for a card."""
    with transaction():
        product = make.live(make.product())
    return make.card_payment([product], fee=10_000)


def orders_of(payment: Payment) -> list[Order]:
    query = sa.select(Order).join(PurchasePayment, PurchasePayment.purchase_id == Order.purchase_id)
    return list(handle.session.scalars(query.where(PurchasePayment.payment_id == payment.id).order_by(Order.id)))


def code_of(payment: Payment) -> str:
    return purchase_of_payment(payment.id).code


def page_of(payment: Payment) -> str:
    return f"/admin/pembayaran/{payment.reference}"


def acts() -> list[str]:
    return list(handle.session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)))


def needed() -> dict[Need, int]:
    """What needs a person now, and how often."""
    return {need: count for need, count in need_counts(now()).items() if count}


def give_back(payment: Payment, goods: int = 40_000) -> Refund:
    """The operator refunds a part of the first order's goods."""
    order_id = orders_of(payment)[0].id
    with transaction():
        return order_services.refunds.refund_order(SYSTEM, order_id, goods, 0, "barang rusak")


def failed_refund(till: make.Till, payment: Payment) -> Refund:
    """The same, and the provider could not send it."""
    made = give_back(payment)
    failure = RefundSnapshot(f"re_{made.reference}", RefundState.FAILED, 40_000, made.reference, "card_gone")
    till.refunds[made.reference] = failure
    outbox.deliver_all()
    return made


def notice(**more: object) -> ProviderNotice:
    """A notice of a quarter of an hour ago that names no payment of ours."""
    at = now() - timedelta(minutes=15)
    base = {
        "method": PaymentMethod.CARD,
        "event_id": "evt_1",
        "type": "charge.refunded",
        "body": "{}",
        "state": NoticeState.UNMATCHED,
        "received_at": at,
    }
    made = ProviderNotice(**{**base, **more})
    with transaction():
        handle.session.add(made)
    return made


def refund_values(order: Order, goods: int | str, delivery: int | str = 0, **more: object) -> dict[str, object]:
    seen = order.refunded_goods + order.refunded_delivery
    return {"goods": goods, "delivery": delivery, "reason": "barang rusak", "seen": seen, **more}
