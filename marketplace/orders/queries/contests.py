"""Which orders are contested: their money waits for a decision, and no clock ends them."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.core.db import db
from marketplace.orders.models import DisputePart, Order
from marketplace.payments.models import Dispute
from marketplace.payments.rules import DisputeState


def is_contested(order_id: int) -> bool:
    """Is a claim or a bank's dispute about this order undecided? One statement."""
    return bool(db.session.scalar(sa.select(contested()).where(Order.id == order_id)))


def contested() -> sa.ColumnElement[bool]:
    """The same of orders in a statement: a bank's dispute that is open, or a claim (`contested_at`)."""
    disputed = (
        sa.exists()
        .where(DisputePart.order_id == Order.id, Dispute.id == DisputePart.dispute_id)
        .where(Dispute.state == DisputeState.OPEN)
        .correlate(Order)
    )
    return sa.or_(disputed, Order.contested_at.is_not(None))
