"""Orders that go with a run, written down as they are placed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import sqlalchemy as sa

from marketplace.core.db import db
from marketplace.core.locks import lock_many
from marketplace.orders.models import Order
from marketplace.rounds.models import Round, RoundOrder
from marketplace.rounds.rules import round_of
from marketplace.shipping.rules import DeliveryMethod


def lock_rounds(refs: Iterable[int]) -> None:
    """Let one purchase at a time count the places of these rounds (named by runs) until it is placed."""
    lock_many(Round, [round_of(ref) for ref in refs])


def book(purchase_id: int, round_ids: dict[int, int]) -> None:
    """Put the orders of a purchase that go by round (by shop) on their runs. The caller holds the rounds' locks."""
    query = sa.select(Order).where(Order.purchase_id == purchase_id, Order.delivery_method == DeliveryMethod.ROUND)
    for order in db.session.scalars(query):
        day = date.fromisoformat(order.delivery_days)
        db.session.add(RoundOrder(order_id=order.id, round_id=round_ids[order.store_id], day=day))
    db.session.flush()
