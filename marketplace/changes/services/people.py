"""What the law on personal data asks of changes (UU PDP): a copy of what the buyer wrote, and forgetting it."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.accounts.services.closing import Leaving
from marketplace.changes.models import OrderChange
from marketplace.changes.rules import Side
from marketplace.core.db import db
from marketplace.orders.models import Order, Purchase


def forget(leaving: Leaving) -> None:
    """Take out what she wrote in the changes that she asked for; what was changed stays."""
    hers = sa.select(Order.id).join(Purchase, Purchase.id == Order.purchase_id)
    of_hers = OrderChange.order_id.in_(hers.where(Purchase.person_id == leaving.person_id))
    asked = sa.update(OrderChange).where(of_hers, OrderChange.side == Side.BUYER)
    db.session.execute(asked.values(reason="", note=None))


def export(person_id: int) -> list[dict[str, object]]:
    """The changes that somebody asked for as a buyer. Rupiah; one statement."""
    query = (
        sa.select(
            Order.code,
            OrderChange.state,
            OrderChange.reason,
            OrderChange.note,
            OrderChange.goods_before,
            OrderChange.goods_after,
            OrderChange.made_at,
        )
        .join(Order, Order.id == OrderChange.order_id)
        .join(Purchase, Purchase.id == Order.purchase_id)
        .where(Purchase.person_id == person_id, OrderChange.side == Side.BUYER)
        .order_by(OrderChange.id)
    )
    return [dict(row._mapping) for row in db.session.execute(query)]
