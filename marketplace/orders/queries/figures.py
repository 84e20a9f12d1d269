"""What a shop sold: by day, by product, and what runs out at that pace."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from marketplace.catalog.models import Product, ProductRevision, Variant
from marketplace.catalog.rules import ProductStatus, Supply
from marketplace.core import clock
from marketplace.core.clock import midnight
from marketplace.core.db import db
from marketplace.core.sql import wita_day
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.queries.vouchers import programme_part

PACE_DAYS = 30
SOON_DAYS = 7


@dataclass(frozen=True)
class SalesDay:
    """What was handed over on a day (WITA): rupiah less what was given back since, and in how many orders."""

    day: date
    amount: int
    orders: int


@dataclass(frozen=True)
class BestProduct:
    """A product by what it brought: pieces and rupiah of the goods alone, as they were priced."""

    product_id: int
    name: str
    pieces: int
    amount: int


@dataclass(frozen=True)
class RunningOut:
    """A variant of which little is left; `days_left` at the pace of the last 30 days, None when none was sold."""

    product_id: int
    product_name: str
    variant_name: str
    available: int
    days_left: int | None


def sales_by_day(store_ids: Iterable[int], first: date, last: date) -> list[SalesDay]:
    """Each day from the first to the last, those without a sale too. One statement."""
    day = wita_day(Order.done_at)
    kept = Order.total - Order.refunded_goods - Order.refunded_delivery
    query = (
        sa.select(
            day.label("day"),
            sa.func.sum(kept + programme_part(Order.goods_total - Order.refunded_goods)).label("amount"),
            sa.func.count().label("orders"),
        )
        .where(Order.store_id.in_(list(store_ids)), Order.done_at >= midnight(first))
        .where(Order.done_at < midnight(last + timedelta(days=1)))
        .group_by(day)
    )
    sold = {row.day: SalesDay(row.day, int(row.amount), int(row.orders)) for row in db.session.execute(query)}
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [sold.get(one) or SalesDay(one, 0, 0) for one in days]


def best_products(store_ids: Iterable[int], first: date, last: date, limit: int = 5) -> list[BestProduct]:
    """The products that brought the most from the first day to the last (WITA), the best first. One statement."""
    amount = sa.func.sum(OrderLine.total)
    query = (
        sa.select(
            Variant.product_id,
            sa.func.max(OrderLine.product_name).label("name"),
            sa.func.sum(OrderLine.quantity).label("pieces"),
            amount.label("amount"),
        )
        .select_from(Order)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .join(Variant, Variant.id == OrderLine.variant_id)
        .where(Order.store_id.in_(list(store_ids)), Order.done_at >= midnight(first))
        .where(Order.done_at < midnight(last + timedelta(days=1)))
        .group_by(Variant.product_id)
        .order_by(amount.desc(), Variant.product_id)
        .limit(limit)
    )
    return [
        BestProduct(row.product_id, row.name, int(row.pieces), int(row.amount)) for row in db.session.execute(query)
    ]


def running_out(store_ids: Iterable[int], limit: int = 6) -> list[RunningOut]:
    """Variants on the shelf that are at their low line, or gone within a week at the present pace. One statement.

    What runs out first comes first. Goods made to order or cooked daily are not on the shelf.
    """
    stores = list(store_ids)
    since = midnight(clock.today() - timedelta(days=PACE_DAYS - 1))
    pace = (
        sa.select(OrderLine.variant_id, sa.func.sum(OrderLine.quantity).label("sold"))
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.store_id.in_(stores), Order.done_at >= since)
        .group_by(OrderLine.variant_id)
        .subquery()
    )
    left = Variant.on_hand - Variant.reserved
    sold = sa.func.coalesce(pace.c.sold, 0)
    newest = sa.select(sa.func.max(ProductRevision.id)).where(ProductRevision.product_id == Product.id)
    columns: tuple[Any, ...] = (
        Product.id.label("product_id"),
        ProductRevision.name.label("product_name"),
        Variant.name.label("variant_name"),
        left.label("available"),
        sold.label("sold"),
    )
    query = (
        sa.select(*columns)
        .join(Product, Product.id == Variant.product_id)
        .join(ProductRevision, ProductRevision.id == newest.correlate(Product).scalar_subquery())
        .outerjoin(pace, pace.c.variant_id == Variant.id)
        .where(Variant.store_id.in_(stores), Product.store_id.in_(stores), Variant.is_active)
        .where(Product.status == ProductStatus.ACTIVE, Product.supply == Supply.READY)
        .where(sa.or_(left <= Variant.low_stock, left * PACE_DAYS < sold * (SOON_DAYS + 1)))
        .order_by(
            sa.case((left <= 0, 0), (sold > 0, 1), else_=2), left / sa.func.nullif(sold * 1.0, 0), left, Variant.id
        )
        .limit(limit)
    )
    return [
        RunningOut(
            row.product_id,
            row.product_name,
            row.variant_name,
            row.available,
            row.available * PACE_DAYS // int(row.sold) if row.sold else None,
        )
        for row in db.session.execute(query)
    ]
