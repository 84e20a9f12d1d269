"""Orders that will not be: the goods are free again, and nobody pays for them."""

from __future__ import annotations

from marketplace.catalog.services import stock
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.orders.models import Order
from marketplace.orders.rules import Cause, OrderStatus
from marketplace.orders.services import refunds
from marketplace.orders.services.steps import move, payment_id_of, pieces
from marketplace.payments import queries as payment_queries
from marketplace.payments import services as payments
from marketplace.payments.models import Payment
from marketplace.payments.rules import PaymentMethod, PaymentState, RefundSource


def end(
    actor: Actor,
    orders: list[Order],
    to: OrderStatus,
    source: RefundSource,
    reason: str = "",
    cause: Cause = Cause.NONE,
) -> None:
    """End locked orders of one purchase: what was paid for them goes back, what was not is no longer asked."""
    for order in orders:
        move(actor, order, to, reason, cause)
        order.reason = reason
    stock.release(pieces([order.id for order in orders]))
    payment_id = payment_id_of(orders[0].purchase_id)
    attempt = payment_queries.paid_attempt(payment_id)
    if attempt is not None and not _is_cash(payment_id):  # cash that came in is another order's, which was handed over
        for order in orders:
            refunds.refund_rest(actor, attempt.id, order, source, reason)
        return
    because = PaymentState.EXPIRED if to is OrderStatus.EXPIRED else PaymentState.CANCELLED
    asked = sum(order.total for order in orders)
    if asked:  # a voucher may have paid for all of it
        payments.drop(payment_id, asked, because)


def _is_cash(payment_id: int) -> bool:
    return db.session.get_one(Payment, payment_id).method is PaymentMethod.CASH
