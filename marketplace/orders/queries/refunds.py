"""What of orders goes back to their buyers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from marketplace.core.db import db
from marketplace.orders.models import Order, Purchase, PurchasePayment, RefundPart
from marketplace.orders.queries.views import OrderView, orders_where
from marketplace.payments.models import Payment, Refund
from marketplace.payments.rules import PaymentMethod, RefundSource, RefundState


@dataclass(frozen=True)
class RefundNote:
    """What of one order goes back to its buyer (rupiah), why, and how far it has come.

    `by_bank`: to her own bank account, instead of the way it was paid.
    """

    amount: int
    state: RefundState
    source: RefundSource
    reason: str
    asked_at: datetime
    settled_at: datetime | None = None
    by_bank: bool = False


@dataclass(frozen=True)
class RefundView:
    """A refund, the purchase it belongs to, and the orders it is for."""

    refund: Refund
    purchase: Purchase
    orders: tuple[OrderView, ...]


def refund_view(refund_id: int) -> RefundView | None:
    """A refund with what it is for. Four statements."""
    query = (
        sa.select(Refund, Purchase)
        .join(PurchasePayment, PurchasePayment.payment_id == Refund.payment_id)
        .join(Purchase, Purchase.id == PurchasePayment.purchase_id)
        .where(Refund.id == refund_id)
    )
    row = db.session.execute(query).one_or_none()
    if row is None:
        return None
    parts = sa.select(RefundPart.order_id).where(RefundPart.refund_id == refund_id)
    return RefundView(*row, orders=orders_where(Order.id.in_(parts)))


def refund_notes(order_ids: Iterable[int]) -> dict[int, list[RefundNote]]:
    """The refunds of these orders, by order, the first first. One statement."""
    query = (
        sa.select(RefundPart, Refund)
        .join(Refund, Refund.id == RefundPart.refund_id)
        .where(RefundPart.order_id.in_(list(order_ids)))
        .order_by(Refund.id)
    )
    found: dict[int, list[RefundNote]] = {}
    for part, refund in db.session.execute(query):
        note = RefundNote(
            part.goods + part.delivery,
            refund.state,
            refund.source,
            refund.reason,
            refund.created_at,
            refund.settled_at,
            refund.by_bank,
        )
        found.setdefault(part.order_id, []).append(note)
    return found


def refund_method(refund_id: int) -> PaymentMethod:
    """By which provider a refund is sent."""
    query = sa.select(Payment.method).join(Refund, Refund.payment_id == Payment.id).where(Refund.id == refund_id)
    return db.session.scalars(query).one()
