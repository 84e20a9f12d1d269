"""Online payments as the operator finds them. No buyer's name or address: a payment is known by its purchase's code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from marketplace.core.paging import Page, fetch
from marketplace.orders.models import Order, Purchase, PurchasePayment
from marketplace.orders.rules import normal_code
from marketplace.payments.models import Dispute, Payment, PaymentAttempt, Refund
from marketplace.payments.rules import PaymentMethod, PaymentState

PAGE_SIZE = 30


@dataclass(frozen=True)
class PaymentRow:
    """An online payment in the list (rupiah)."""

    id: int
    reference: str
    code: str
    method: PaymentMethod
    state: PaymentState
    amount: int
    received: int
    refunded: int
    created_at: datetime


def online_payments(text: str = "", state: PaymentState | None = None, cursor: str | None = None) -> Page[PaymentRow]:
    """Online payments, the newest first, of one state or all. One statement. Cash is found by its text alone.

    `text` is the code of a purchase or an order, our reference, or what the provider calls a payment, its page, a
    refund or a dispute: the whole of it, for nobody guesses at money.
    """
    payment = Payment.__table__.c
    query = (
        sa.select(
            payment.id,
            payment.reference,
            Purchase.code,
            payment.method,
            payment.state,
            payment.amount,
            payment.received,
            payment.refunded,
            payment.created_at,
        )
        .join(PurchasePayment, PurchasePayment.payment_id == payment.id)
        .join(Purchase, Purchase.id == PurchasePayment.purchase_id)
        .where(
            sa.or_(payment.hold_until.is_not(None), payment.received > 0) if text else payment.hold_until.is_not(None)
        )
    )
    if text:
        query = query.where(payment.id.in_(_named(text)))
    if state is not None:
        query = query.where(payment.state == state)
    page = fetch(query, [payment.id], cursor=cursor, limit=PAGE_SIZE, descending=True)
    return page.map(lambda row: PaymentRow(*tuple(row)[:9]))


def _named(text: str) -> sa.CompoundSelect[int]:
    """The ids of the payments that something with this name belongs to."""
    code = normal_code(text)
    of_purchase = sa.select(PurchasePayment.payment_id).join(Purchase, Purchase.id == PurchasePayment.purchase_id)
    of_order = sa.select(PurchasePayment.payment_id).join(Order, Order.purchase_id == PurchasePayment.purchase_id)
    return sa.union(
        sa.select(Payment.id).where(Payment.reference == text.lower()),
        of_purchase.where(Purchase.code == code),
        of_order.where(Order.code == code),
        sa.select(PaymentAttempt.payment_id).where(PaymentAttempt.session_ref == text),
        sa.select(PaymentAttempt.payment_id).where(PaymentAttempt.provider_ref == text),
        sa.select(Refund.payment_id).where(sa.or_(Refund.provider_ref == text, Refund.reference == text.lower())),
        sa.select(Dispute.payment_id).where(Dispute.provider_ref == text),
    )
