"""Are the books right? Everything that must be true of orders, payments, refunds and ledger, whatever happened."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.catalog.models import Variant
from marketplace.core.db import db
from marketplace.ledger import queries as ledger
from marketplace.ledger.models import LedgerTransaction
from marketplace.ledger.rules import CUSTOMER_CREDIT, DISPUTED, REFUNDS_ON_THE_WAY, Kind, clearing_account
from marketplace.orders.models import DisputePart, Order, OrderLine, RefundPart
from marketplace.orders.rules import OPEN, OrderStatus
from marketplace.payments.models import Dispute, Payment, PaymentAttempt, Refund
from marketplace.payments.rules import REFUND_OPEN, DisputeState, PaymentState, RefundState
from tests.databases import settle_constraints
from tools.stripe_standin.server import StandIn

CLEARING = clearing_account("card")


def check_books(standin: StandIn | None = None, *, credit: int = 0) -> None:
    """AssertionError unless all sums agree. `credit`: rupiah of buyers that nobody has decided about.

    With the stand-in: what lies at Stripe is what Stripe says (nothing may be under way there that it has not told).
    """
    settle_constraints()
    db.session.expire_all()
    assert ledger.crooked_transactions() == []
    assert sum(ledger.balances().values()) == 0
    for payment in db.session.scalars(sa.select(Payment)):
        _check_payment(payment)
    for order in db.session.scalars(sa.select(Order)):
        _check_order(order)
    _check_stock()
    under_way = sum(refund.amount for refund in db.session.scalars(sa.select(Refund)) if refund.state in REFUND_OPEN)
    assert ledger.balance(REFUNDS_ON_THE_WAY) == -under_way
    assert ledger.balance(CUSTOMER_CREDIT) == -credit
    _check_disputes()
    if standin is not None:
        assert ledger.balance(CLEARING) == held_by(standin)


def held_by(standin: StandIn) -> int:
    """What the market has at Stripe by Stripe's own account: rupiah, each amount and fee rounded as our books do."""
    lines = standin.all("balance_transaction")
    return sum((line["amount"] + 50) // 100 - (line["fee"] + 50) // 100 for line in lines)


def _check_payment(payment: Payment) -> None:
    tries = db.session.scalars(sa.select(PaymentAttempt).where(PaymentAttempt.payment_id == payment.id)).all()
    refunds = db.session.scalars(sa.select(Refund).where(Refund.payment_id == payment.id)).all()
    counted = [refund for refund in refunds if refund.state is not RefundState.FAILED]
    assert payment.received == sum(attempt.received for attempt in tries)
    assert payment.refunded == sum(attempt.refunded for attempt in tries) == sum(one.amount for one in counted)
    for attempt in tries:
        assert attempt.refunded == sum(one.amount for one in counted if one.attempt_id == attempt.id)
    if payment.state is PaymentState.EXPIRED:
        assert (payment.received, payment.dropped) == (0, payment.amount)


def _check_order(order: Order) -> None:
    """Sold less refunded, commission and fee is the rest; what the order itself counts is what its refunds took."""
    earning = ledger.earnings([order.id])[order.id]
    assert earning.sold - earning.refunded - earning.commission - earning.fee == earning.net
    parts = db.session.scalars(
        sa.select(RefundPart)
        .join(Refund, Refund.id == RefundPart.refund_id)
        .where(RefundPart.order_id == order.id, Refund.state != RefundState.FAILED)
    ).all()
    assert order.refunded_goods == sum(part.goods for part in parts)
    assert order.refunded_delivery == sum(part.delivery for part in parts)
    assert order.refunded_commission == sum(part.commission for part in parts)
    open_, lost = _disputed(order, DisputeState.OPEN), _disputed(order, DisputeState.LOST)
    assert earning.refunded == order.refunded_goods + order.refunded_delivery + lost[0]
    if earning.sold == 0:
        assert earning.net == 0
        return
    if earning.sold == order.total:
        assert earning.commission == order.commission - order.refunded_commission - open_[1] - lost[1]
    if order.status is OrderStatus.DONE:
        assert ledger.pending_of(order.id, order.store_id) == 0


def _disputed(order: Order, state: DisputeState) -> tuple[int, int]:
    """What disputes in a state hold of an order: all of it, and the commission in it."""
    query = (
        sa.select(
            sa.func.coalesce(sa.func.sum(DisputePart.total), 0),
            sa.func.coalesce(sa.func.sum(DisputePart.commission), 0),
        )
        .join(Dispute, Dispute.id == DisputePart.dispute_id)
        .where(DisputePart.order_id == order.id, Dispute.state == state)
    )
    total, commission = db.session.execute(query).one()
    return int(total), int(commission)


def _check_disputes() -> None:
    """What lies with banks is what open disputes have taken; a decided one leaves nothing open."""
    disputes = db.session.scalars(sa.select(Dispute)).all()
    taken = sum(one.withdrawn for one in disputes if one.state is DisputeState.OPEN)
    assert ledger.balance(DISPUTED) == taken


def _check_stock() -> None:
    """Promised is exactly what open orders hold."""
    held = (
        sa.select(OrderLine.variant_id, sa.func.sum(OrderLine.quantity))
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.status.in_(OPEN))
        .group_by(OrderLine.variant_id)
    )
    by_variant = {variant_id: int(pieces) for variant_id, pieces in db.session.execute(held)}
    for variant in db.session.scalars(sa.select(Variant)):
        assert variant.reserved == by_variant.get(variant.id, 0)


def bookings(kind: Kind) -> int:
    """How often something of a kind was booked."""
    query = sa.select(sa.func.count()).select_from(LedgerTransaction).where(LedgerTransaction.kind == kind)
    return db.session.scalar(query) or 0
