"""Taking a purchase back."""

from __future__ import annotations

from marketplace.core import audit, outbox
from marketplace.core.db import db
from marketplace.core.errors import NotAllowed, NotFound, Stale
from marketplace.orders import events, rules
from marketplace.orders.models import Purchase
from marketplace.orders.policies import Buyer, can_cancel
from marketplace.orders.rules import OrderStatus
from marketplace.orders.services import endings, refunds
from marketplace.orders.services.steps import lock_orders_of, payment_id_of
from marketplace.payments.models import Payment
from marketplace.payments.queries import live_attempt
from marketplace.payments.rules import PaymentState, RefundSource


def cancel_purchase(buyer: Buyer, purchase_id: int) -> Purchase:
    """The buyer takes the whole purchase back, which she may until a shop has said yes. What she paid goes back.

    While she may still be paying on a provider's page, that page is closed first (checkout's `settling`). Raises
    NotFound, NotAllowed, Stale when a shop has accepted, nothing is waiting any more, or the page is still open.
    """
    purchase = db.session.get(Purchase, purchase_id)
    if purchase is None:
        raise NotFound("orders.not_found")
    if not can_cancel(buyer, purchase):
        raise NotAllowed("orders.not_yours")
    orders = lock_orders_of(purchase.id)
    if any(order.status not in rules.NEVER_ACCEPTED for order in orders):
        raise Stale("orders.already_accepted")
    waiting = [order for order in orders if order.status in rules.NOT_ANSWERED]
    if not waiting:
        raise Stale("orders.moved_on")
    payment = db.session.get_one(Payment, payment_id_of(purchase.id))
    if live_attempt(payment.id) is not None:
        raise Stale("orders.payment_open")
    if payment.state is PaymentState.MISMATCH:
        refunds.refund_mismatch(buyer.actor, payment.id, RefundSource.BUYER)
    else:
        endings.end(buyer.actor, waiting, OrderStatus.CANCELLED, RefundSource.BUYER)
    codes = [order.code for order in waiting]
    audit.record(buyer.actor, "orders.purchase_cancelled", "purchase", purchase.code, orders=codes)
    outbox.emit(events.PurchaseCancelled(purchase.id))
    return purchase
