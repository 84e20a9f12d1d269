"""Finding purchases, orders, and what belongs to them."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from marketplace.core.db import db
from marketplace.orders.models import Order, OrderEvent, OrderLine, Purchase, PurchasePayment
from marketplace.orders.rules import OrderStatus, normal_code
from marketplace.payments.models import Payment
from marketplace.payments.rules import PaymentMethod, PaymentState


def purchase_by_code(code: str) -> Purchase | None:
    """The purchase with a code, however it was typed."""
    return db.session.scalar(sa.select(Purchase).where(Purchase.code == normal_code(code)))


def purchase_by_form_key(form_key: str) -> Purchase | None:
    """The purchase that a checkout form has already made."""
    return db.session.scalar(sa.select(Purchase).where(Purchase.form_key == form_key))


def purchase_of_payment(payment_id: int) -> Purchase:
    """The purchase that a payment is for."""
    query = sa.select(Purchase).join(PurchasePayment, PurchasePayment.purchase_id == Purchase.id)
    return db.session.scalars(query.where(PurchasePayment.payment_id == payment_id)).one()


def payment_of_purchase(purchase_id: int) -> Payment:
    """The payment that a purchase is paid by."""
    query = sa.select(Payment).join(PurchasePayment, PurchasePayment.payment_id == Payment.id)
    return db.session.scalars(query.where(PurchasePayment.purchase_id == purchase_id)).one()


def online_payment(purchase: Purchase) -> int | None:
    """The id of the payment that a purchase waits for, when it is to be paid online."""
    if purchase.payment_method is PaymentMethod.CASH:
        return None
    payment = payment_of_purchase(purchase.id)
    return payment.id if payment.state is PaymentState.PENDING else None


def wanted(purchase_id: int) -> dict[int, int]:
    """How many pieces of each variant were wanted with a purchase, whatever became of it. One statement."""
    query = (
        sa.select(OrderLine.variant_id, OrderLine.quantity)
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.purchase_id == purchase_id, OrderLine.quantity > 0)
        .order_by(OrderLine.id)
    )
    return {row.variant_id: row.quantity for row in db.session.execute(query)}


def order_by_code(code: str) -> Order | None:
    """The order with a code, however it was typed."""
    return db.session.scalar(sa.select(Order).where(Order.code == normal_code(code)))


def order_id_by_code(code: str, store_ids: Iterable[int]) -> int | None:
    """The id of an order of one of these shops. Another shop's, or one not paid yet, does not exist there."""
    query = sa.select(Order.id).where(Order.code == normal_code(code), Order.store_id.in_(list(store_ids)), was_shown())
    return db.session.scalar(query)


def order_codes(order_ids: Iterable[int]) -> dict[int, str]:
    """The codes of orders, by id. One statement."""
    rows = db.session.execute(sa.select(Order.id, Order.code).where(Order.id.in_(list(order_ids))))
    return {row.id: row.code for row in rows}


def was_shown() -> sa.ColumnElement[bool]:
    """Has the shop ever heard of this order? One that is paid online only when it is paid."""
    step = sa.exists().where(OrderEvent.order_id == Order.id, OrderEvent.status == OrderStatus.WAITING)
    return step.correlate(Order)
