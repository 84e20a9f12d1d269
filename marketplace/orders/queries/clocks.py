"""Which orders are due for a reminder, and which have run out of time. Each is one statement over open orders."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from marketplace.core.db import db
from marketplace.orders.models import Order
from marketplace.orders.queries.contests import contested
from marketplace.orders.rules import CLOCKED, OrderStatus

AT_ONCE = 200


def to_remind(at: datetime, limit: int = AT_ONCE) -> list[int]:
    """The ids of orders of which somebody is to be reminded now, the longest waiting first."""
    first = sa.and_(Order.reminded == 0, Order.remind_at <= at)
    second = sa.and_(Order.reminded == 1, Order.may_end_at <= at)
    query = sa.select(Order.id).where(Order.status.in_(CLOCKED), sa.or_(first, second))
    return list(db.session.scalars(query.order_by(Order.ends_at, Order.id).limit(limit)))


def run_out(at: datetime, limit: int = AT_ONCE) -> list[int]:
    """The ids of orders whose state ends by itself now, the longest overdue first. Contested ones wait."""
    waits = sa.and_(Order.status == OrderStatus.ARRIVED, contested())
    query = sa.select(Order.id).where(
        Order.status.in_(CLOCKED), Order.ends_at <= at, Order.reminded > 0, sa.not_(waits)
    )
    return list(db.session.scalars(query.order_by(Order.ends_at, Order.id).limit(limit)))
