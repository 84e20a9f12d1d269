"""Disputes: a buyer's bank asks money back. Each order's share is set aside until it is decided."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from marketplace.core import audit
from marketplace.core.actor import SYSTEM
from marketplace.core.db import db
from marketplace.core.money import split
from marketplace.ledger import rules as ledger_rules
from marketplace.ledger import services as ledger
from marketplace.ledger.rules import Kind, Share
from marketplace.orders.models import DisputePart, Order
from marketplace.orders.rules import OrderStatus
from marketplace.orders.services import bearing, contesting, refunds
from marketplace.orders.services.steps import lock_orders_of, purchase_id_of
from marketplace.payments import services as payments
from marketplace.payments.models import Dispute, Payment, PaymentAttempt
from marketplace.payments.rules import DisputeSnapshot, DisputeState


def apply(attempt_id: int, found: DisputeSnapshot) -> None:
    """Take over a dispute as the provider has it, and book what is new. Safe to repeat.

    No order stands in for money that paid none: a second payment, or a sum that was not what was asked.
    """
    attempt = db.session.get_one(PaymentAttempt, attempt_id)
    payment_id = attempt.payment_id
    orders = lock_orders_of(purchase_id_of(payment_id))
    change = payments.disputes.take_over(attempt_id, found)
    dispute, payment = change.dispute, db.session.get_one(Payment, payment_id)
    provider = str(payment.method)
    if change.is_new:
        contesting.overtake(orders)
        shares = _set_aside(dispute, [] if refunds.is_credit(attempt) else orders)
        if shares:
            ledger.post(f"dispute:{dispute.id}", Kind.DISPUTE, ledger_rules.dispute(shares))
        audit.record(SYSTEM, "payments.disputed", "payment", payment.reference, amount=dispute.amount)
    if change.more_withdrawn:
        booked = ledger_rules.dispute_money(provider, change.more_withdrawn)
        ledger.post(f"dispute_money:{dispute.id}:{dispute.withdrawn}:{dispute.state}", Kind.DISPUTE_MONEY, booked)
    if change.more_fee:
        booked = ledger_rules.dispute_fee(provider, change.more_fee)
        ledger.post(f"dispute_fee:{dispute.id}:{dispute.fee}", Kind.DISPUTE_FEE, booked)
    if change.ended_as is not None:
        _decide(dispute, attempt, orders, change.ended_as)
        audit.record(SYSTEM, f"payments.dispute_{change.ended_as}", "payment", payment.reference)
    for order in orders:
        bearing.true_up(order)


def _set_aside(dispute: Dispute, orders: Sequence[Order]) -> list[Share]:
    """Take the disputed sum out of what is left of each order, by largest remainder, its commission with it."""
    left = [order.total - order.refunded_goods - order.refunded_delivery for order in orders]
    amount = min(dispute.amount, sum(left))
    if not amount:
        return []
    shares = []
    for order, part in zip(orders, split(amount, left), strict=True):
        if part:
            of_order = order.total - order.refunded_goods - order.refunded_delivery
            commission = (order.commission - order.refunded_commission) * part // of_order
            goods = (order.goods_total - order.refunded_goods) * part // of_order
            db.session.add(
                DisputePart(dispute_id=dispute.id, order_id=order.id, total=part, commission=commission, goods=goods)
            )
            shares.append(_share(order, part, commission))
    db.session.flush()
    return shares


def _decide(dispute: Dispute, attempt: PaymentAttempt, orders: Sequence[Order], ended_as: DisputeState) -> None:
    by_id = {order.id: order for order in orders}
    query = sa.select(DisputePart).where(DisputePart.dispute_id == dispute.id).order_by(DisputePart.order_id)
    shares = [_share(by_id[part.order_id], part.total, part.commission) for part in db.session.scalars(query)]
    if ended_as is DisputeState.WON and shares:
        ledger.post(f"dispute_won:{dispute.id}", Kind.DISPUTE_WON, ledger_rules.dispute_won(shares))
    if ended_as is DisputeState.LOST and (shares or dispute.withdrawn):
        left = attempt.received - attempt.refunded if refunds.is_credit(attempt) else 0
        booked = ledger_rules.dispute_lost(dispute.withdrawn, shares, from_credit=min(left, dispute.withdrawn))
        ledger.post(f"dispute_lost:{dispute.id}", Kind.DISPUTE_LOST, booked)


def _share(order: Order, total: int, commission: int) -> Share:
    return Share(order.id, order.store_id, total, commission, is_released=order.status is OrderStatus.DONE)
