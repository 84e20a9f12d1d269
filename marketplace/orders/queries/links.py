"""Links in letters to shops, and the orders that a shop is to be reminded of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from marketplace.core.db import db
from marketplace.orders.models import Order, OrderLink
from marketplace.orders.rules import OrderStatus


@dataclass(frozen=True)
class LinkAbout:
    """Whose link it is, for which order, and until when it does anything."""

    order_id: int
    person_id: int
    until: datetime


def link_about(link_id: int) -> LinkAbout | None:
    """What a link is about."""
    link = db.session.get(OrderLink, link_id)
    return LinkAbout(link.order_id, link.person_id, link.expires_at) if link else None


def nearly_over(at: datetime, left: timedelta, occasion: str, limit: int = 200) -> list[int]:
    """The ids of unanswered orders with at most so much time left, placed at least as long ago, of which nobody was
    sent a link on this occasion yet; the most urgent first.
    """
    told = sa.exists().where(OrderLink.order_id == Order.id, OrderLink.occasion == occasion)
    query = sa.select(Order.id).where(
        Order.status == OrderStatus.WAITING,
        Order.answer_by > at,
        Order.answer_by <= at + left,
        Order.placed_at <= at - left,
        ~told.correlate(Order),
    )
    return list(db.session.scalars(query.order_by(Order.answer_by, Order.id).limit(limit)))
