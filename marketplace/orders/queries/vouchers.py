"""What vouchers took off the price of orders, and who bears it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from marketplace.orders.models import Order


def programme_part(kept: Any) -> sa.ColumnElement[int]:
    """What the programme owes for an order of whose goods so much is kept (`rules.programme_due`, as an expression)."""
    part = Order.programme_discount * kept // sa.func.nullif(Order.goods_total, 0)
    return sa.case((Order.goods_total > 0, part), else_=Order.programme_discount)
