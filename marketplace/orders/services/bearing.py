"""What the programme bears of an order: owed to the shop as long as the goods are its sale, to the rupiah."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.core.db import db
from marketplace.ledger import queries as ledger_queries
from marketplace.ledger import rules as ledger_rules
from marketplace.ledger import services as ledger
from marketplace.ledger.rules import Kind, Share
from marketplace.orders import rules
from marketplace.orders.models import DisputePart, Order
from marketplace.orders.rules import OrderStatus
from marketplace.payments.models import Dispute
from marketplace.payments.rules import DisputeState


def true_up(order: Order) -> None:
    """Book what the programme owes for a locked order now, less what the books have of it. Safe to repeat.

    To be called whenever money of an order moves. Nothing is owed until the buyer has the goods, nor for what goes back
    to her or lies aside because she, or her bank, asks it back.
    """
    if not order.programme_discount:
        return
    held, times = ledger_queries.voucher_of(order.id)
    missing = _due(order) - held
    if missing:
        kind = Kind.VOUCHER_CHANGED if times else Kind.VOUCHER
        booked = ledger_rules.voucher(Share(order.id, order.store_id, missing))
        ledger.post(f"voucher:{order.id}:{times + 1}", kind, booked)


def _due(order: Order) -> int:
    if order.status is not OrderStatus.DONE:
        return 0
    kept = order.goods_total - order.refunded_goods - order.contested_goods - _disputed_goods(order.id)
    return rules.programme_due(order.programme_discount, order.goods_total, kept)


def _disputed_goods(order_id: int) -> int:
    """What buyers' banks ask back of its goods, or took."""
    query = (
        sa.select(sa.func.coalesce(sa.func.sum(DisputePart.goods), 0))
        .join(Dispute, Dispute.id == DisputePart.dispute_id)
        .where(DisputePart.order_id == order_id, Dispute.state != DisputeState.WON)
    )
    return int(db.session.scalar(query) or 0)
