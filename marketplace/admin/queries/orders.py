"""Orders as the operator finds them, who is called about one: by code, by the buyer's name or telephone number."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from marketplace.catalog.rules import fold
from marketplace.core.clock import now
from marketplace.core.paging import Page, fetch
from marketplace.core.phone import phone_number
from marketplace.orders.models import Order, OrderEvent, Purchase
from marketplace.orders.rules import CLOCKED, Cause, OrderStatus, normal_code
from marketplace.stores.models import Store

PAGE_SIZE = 30
MOST_WORDS = 6


@dataclass(frozen=True)
class FoundOrder:
    """An order in the operator's list (rupiah)."""

    id: int
    code: str
    store_name: str
    buyer_name: str
    status: OrderStatus
    total: int
    placed_at: datetime


def found_orders(
    text: str = "", status: OrderStatus | None = None, is_late: bool = False, cursor: str | None = None
) -> Page[FoundOrder]:
    """Orders, the newest first. One statement.

    `text` is the code of an order or a purchase, the buyer's telephone number, or words of names. `is_late`: only
    accepted orders whose first reminder is over, or of which the buyer said that they have not arrived.
    """
    order = Order.__table__.c
    query = (
        sa.select(
            order.id,
            order.code,
            Store.name.label("store_name"),
            Purchase.buyer_name,
            order.status,
            order.total,
            order.placed_at,
        )
        .join(Purchase, Purchase.id == order.purchase_id)
        .join(Store, Store.id == order.store_id)
    )
    if text:
        query = query.where(_named(text))
    if status is not None:
        query = query.where(order.status == status)
    if is_late:
        denied = sa.exists().where(OrderEvent.order_id == order.id, OrderEvent.cause == Cause.DENIED)
        query = query.where(order.status.in_(CLOCKED), sa.or_(order.remind_at <= now(), denied))
    page = fetch(query, [order.placed_at, order.id], cursor=cursor, limit=PAGE_SIZE, descending=True)
    return page.map(lambda row: FoundOrder(*tuple(row)[:7]))


def _named(text: str) -> sa.ColumnElement[bool]:
    code = normal_code(text)
    ways: list[sa.ColumnElement[bool]] = [Order.code == code, Purchase.code == code]
    words = fold(text).split()[:MOST_WORDS]
    if words:
        ways.append(sa.and_(True, *(Order.search_text.contains(word, autoescape=True) for word in words)))
    with suppress(ValueError):  # it is no number
        ways.append(Purchase.buyer_phone == phone_number(text))
    return sa.or_(*ways)
