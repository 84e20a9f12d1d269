"""Do stock, orders, payments and ledger still agree? What was placed over HTTP must be there, whole, and once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import sqlalchemy as sa

from marketplace.catalog.models import Variant
from marketplace.core.db import db
from marketplace.core.outbox import OutboxRow
from marketplace.ledger.models import LedgerEntry
from marketplace.ledger.queries import earnings
from marketplace.orders.models import Order, OrderLine, Purchase, PurchasePayment
from marketplace.orders.rules import OPEN, OrderStatus
from marketplace.payments.models import Payment
from marketplace.payments.rules import PaymentMethod


def disagreements(answered: Iterable[str]) -> list[str]:
    """What is wrong in the books, in words; `answered` are the form keys of purchases that the buyers were promised."""
    return [*_lost(set(answered)), *_stock(), *_sums(), *_ledger()]


def _lost(answered: set[str]) -> Iterator[str]:
    """Purchases that were promised and are not there, or that nobody will be told of."""
    found = {row.form_key: row.id for row in db.session.execute(sa.select(Purchase.form_key, Purchase.id))}
    told = {
        payload["purchase_id"]
        for payload in db.session.scalars(sa.select(OutboxRow.payload).where(OutboxRow.event == "PurchasePlaced"))
    }
    for key in sorted(answered):
        if key not in found:
            yield f"the purchase of form {key} is lost"
        elif found[key] not in told:
            yield f"nobody will be told of purchase {found[key]}"


def _stock() -> Iterator[str]:
    """Variants of which more or fewer pieces are promised than lie in open orders.

    That no more is promised than there is, is a CHECK of the table.
    """
    held = (
        sa.select(OrderLine.variant_id, sa.func.sum(OrderLine.quantity).label("pieces"))
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.status.in_(OPEN))
        .group_by(OrderLine.variant_id)
        .subquery()
    )
    ordered = sa.func.coalesce(held.c.pieces, 0)
    query = (
        sa.select(Variant.id, Variant.on_hand, Variant.reserved, ordered)
        .outerjoin(held, held.c.variant_id == Variant.id)
        .where(Variant.reserved != ordered)
        .order_by(Variant.id)
    )
    for variant_id, on_hand, reserved, pieces in db.session.execute(query):
        yield f"variant {variant_id}: {reserved} of {on_hand} promised, {pieces} in open orders"


def _sums() -> Iterator[str]:
    """Orders that are not the sum of their lines, and purchases that are not that of their orders or payments."""
    for parent, total, part, link in (
        (Order, Order.goods_total, OrderLine.total - OrderLine.discount, OrderLine.order_id == Order.id),
        (Purchase, Purchase.total, Order.total, Order.purchase_id == Purchase.id),
    ):
        parts = sa.select(sa.func.coalesce(sa.func.sum(part), 0)).where(link).correlate(parent).scalar_subquery()
        for code in db.session.scalars(sa.select(parent.code).where(total != parts).order_by(parent.id)):
            yield f"{parent.__tablename__} {code} is not the sum of its parts"
    asked = (
        sa.select(sa.func.coalesce(sa.func.sum(Payment.amount), 0))
        .join(PurchasePayment, PurchasePayment.payment_id == Payment.id)
        .where(PurchasePayment.purchase_id == Purchase.id)
        .correlate(Purchase)
        .scalar_subquery()
    )
    for code in db.session.scalars(sa.select(Purchase.code).where(Purchase.total != asked).order_by(Purchase.id)):
        yield f"the payment of purchase {code} asks for another sum"


def _ledger() -> Iterator[str]:
    """Transactions that do not sum to zero, and cash sales that were not booked, or booked before they were one."""
    crooked = (
        sa.select(LedgerEntry.transaction_id)
        .group_by(LedgerEntry.transaction_id)
        .having(sa.func.sum(LedgerEntry.amount) != 0)
    )
    for transaction_id in db.session.scalars(crooked):
        yield f"ledger transaction {transaction_id} does not sum to zero"
    query = (
        sa.select(Order.id, Order.code, Order.status, Order.total)
        .join(Purchase, Purchase.id == Order.purchase_id)
        .where(Purchase.payment_method == PaymentMethod.CASH)
        .order_by(Order.id)
    )
    orders = db.session.execute(query).all()
    brought = earnings(order.id for order in orders)
    for order in orders:
        due = order.total if order.status is OrderStatus.DONE else 0
        if brought[order.id].sold != due:
            yield f"order {order.code}: {brought[order.id]} in the ledger, {due} due"
