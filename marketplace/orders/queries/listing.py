"""Lists of orders and purchases, a page at a time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from marketplace.catalog.rules import fold
from marketplace.core import paging
from marketplace.core.clock import midnight, now
from marketplace.core.db import db
from marketplace.core.paging import Page, Row, Statement
from marketplace.media.models import MediaFile
from marketplace.media.rules import Picture
from marketplace.orders.models import Order, OrderLine, Purchase
from marketplace.orders.queries.finding import was_shown
from marketplace.orders.rules import ENDED_EARLY, OPEN_FOR_SHOP, OrderStatus, normal_code
from marketplace.payments.rules import PaymentMethod
from marketplace.shipping.rules import DeliveryMethod
from marketplace.stores.models import Store

MOST_WORDS = 6
ORDERS, PURCHASES = Order.__table__.c, Purchase.__table__.c


@dataclass(frozen=True)
class OrderRow:
    """An order in a shop's list: what is needed to know which one it is and what to do."""

    id: int
    code: str
    store_id: int
    status: OrderStatus
    delivery_method: DeliveryMethod
    payment_method: PaymentMethod
    total: int
    placed_at: datetime
    answer_by: datetime
    remind_at: datetime | None
    buyer_name: str
    product_name: str
    pieces: int
    kinds: int
    picture: Picture | None

    @property
    def is_late(self) -> bool:
        """Has the shop had its time to pack it?"""
        return self.status is OrderStatus.PROCESSING and self.remind_at is not None and self.remind_at <= now()

    @property
    def promised_until(self) -> datetime | None:
        """The last minute in which the shop is not late with packing it."""
        if self.status is not OrderStatus.PROCESSING or self.remind_at is None:
            return None
        return self.remind_at - timedelta(minutes=1)

    @property
    def has_ended_early(self) -> bool:
        """Did it end before the goods changed hands?"""
        return self.status in ENDED_EARLY


@dataclass(frozen=True)
class OrderFilter:
    """Which orders a shop looks for. `words` are in names of buyer and goods, or are an order's code; days are WITA."""

    statuses: tuple[OrderStatus, ...] = ()
    words: str = ""
    delivery: DeliveryMethod | None = None
    payment: PaymentMethod | None = None
    first: date | None = None
    last: date | None = None

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """What the rows must fulfil."""
        found: list[sa.ColumnElement[bool]] = []
        if self.statuses:
            found.append(Order.status.in_(self.statuses))
        if self.delivery:
            found.append(Order.delivery_method == self.delivery)
        if self.payment:
            found.append(Purchase.payment_method == self.payment)
        if self.first:
            found.append(Order.placed_at >= midnight(self.first))
        if self.last:
            found.append(Order.placed_at < midnight(self.last + timedelta(days=1)))
        return found + self._words()

    def _words(self) -> list[sa.ColumnElement[bool]]:
        said = fold(self.words).split()[:MOST_WORDS]
        named = sa.and_(True, *(Order.search_text.contains(word, autoescape=True) for word in said))
        return [sa.or_(named, Order.code == normal_code(self.words))] if said else []


@dataclass(frozen=True)
class SoldRow:
    """An order that was handed over: its sums in rupiah, how it was paid, and when."""

    id: int
    code: str
    payment_method: PaymentMethod
    goods_total: int
    delivery_fee: int
    total: int
    done_at: datetime


@dataclass(frozen=True)
class PurchaseRow:
    """A purchase in its buyer's list."""

    id: int
    code: str
    total: int
    placed_at: datetime
    orders: tuple[tuple[str, OrderStatus], ...]
    """Name of the shop and state of its order, one for each shop."""

    @property
    def is_unpaid(self) -> bool:
        """Does it wait for the buyer's online payment?"""
        return any(status is OrderStatus.UNPAID for _, status in self.orders)


def store_orders(
    store_ids: Iterable[int], wanted: OrderFilter, after: str | None = None, limit: int = 20
) -> Page[OrderRow]:
    """The orders of some shops that fit a filter, the newest first, a page at a time. One statement."""
    query = _order_rows().where(Order.store_id.in_(list(store_ids)), was_shown(), *wanted.conditions())
    page = paging.fetch(query, [ORDERS.placed_at, ORDERS.id], cursor=after, limit=limit, descending=True)
    return page.map(_order_row)


def to_do(store_ids: Iterable[int], statuses: Iterable[OrderStatus], limit: int = 5) -> list[OrderRow]:
    """The orders in some open states that wait for these shops, the most urgent first. One statement."""
    of_stores = Order.store_id.in_(list(store_ids))
    query = _order_rows().where(of_stores, Order.status.in_(list(statuses)))
    first = sa.func.coalesce(Order.remind_at, Order.answer_by)
    return [_order_row(row) for row in db.session.execute(query.order_by(first, Order.id).limit(limit))]


def neighbours(order_id: int, store_ids: Iterable[int]) -> tuple[str | None, str | None]:
    """The codes of the open orders of these shops before and after this one, as they came in. One statement."""
    is_open = sa.and_(Order.store_id.in_(list(store_ids)), Order.status.in_(OPEN_FOR_SHOP))
    before = sa.select(Order.code).where(is_open, Order.id < order_id).order_by(Order.id.desc()).limit(1)
    behind = sa.select(Order.code).where(is_open, Order.id > order_id).order_by(Order.id).limit(1)
    row = db.session.execute(sa.select(before.scalar_subquery(), behind.scalar_subquery())).one()
    return row[0], row[1]


def open_counts(store_ids: Iterable[int]) -> dict[OrderStatus, int]:
    """How many orders of these shops are in each open state that it sees. One statement over the open orders only."""
    query = (
        sa.select(Order.status, sa.func.count())
        .where(Order.store_id.in_(list(store_ids)), Order.status.in_(OPEN_FOR_SHOP))
        .group_by(Order.status)
    )
    counted = {status: int(number) for status, number in db.session.execute(query)}
    return {status: counted.get(status, 0) for status in OrderStatus if status in OPEN_FOR_SHOP}


def sold(store_ids: Iterable[int], after: str | None = None, limit: int = 20) -> Page[SoldRow]:
    """What these shops have handed over, the latest first, a page at a time. One statement."""
    query = (
        sa.select(
            Order.id,
            Order.code,
            Purchase.payment_method,
            Order.goods_total,
            Order.delivery_fee,
            Order.total,
            Order.done_at,
        )
        .join(Purchase, Purchase.id == Order.purchase_id)
        .where(Order.store_id.in_(list(store_ids)), Order.status == OrderStatus.DONE)
    )
    page = paging.fetch(query, [ORDERS.done_at, ORDERS.id], cursor=after, limit=limit, descending=True)
    return page.map(lambda row: SoldRow(**{field.name: row._mapping[field.name] for field in fields(SoldRow)}))


def person_purchases(person_id: int, after: str | None = None, limit: int = 20) -> Page[PurchaseRow]:
    """What a person bought, the newest first, a page at a time. Two statements."""
    return _purchase_rows(Purchase.person_id == person_id, after, limit)


def guest_purchases(codes: Iterable[str], limit: int = 20) -> list[PurchaseRow]:
    """The purchases with these codes that belong to no account, the newest first. Two statements."""
    return _purchase_rows(sa.and_(Purchase.code.in_(list(codes)), Purchase.person_id.is_(None)), None, limit).items


def unanswered(at: datetime, limit: int = 200) -> list[int]:
    """The ids of orders whose time to answer is over, the longest overdue first."""
    query = sa.select(Order.id).where(Order.status == OrderStatus.WAITING, Order.answer_by <= at)
    return list(db.session.scalars(query.order_by(Order.answer_by, Order.id).limit(limit)))


def _purchase_rows(which: sa.ColumnElement[bool], after: str | None, limit: int) -> Page[PurchaseRow]:
    query = sa.select(Purchase.id, Purchase.code, Purchase.total, Purchase.placed_at).where(which)
    page = paging.fetch(query, [PURCHASES.placed_at, PURCHASES.id], cursor=after, limit=limit, descending=True)
    of_purchase: dict[int, list[tuple[str, OrderStatus]]] = {}
    parts = (
        sa.select(Order.purchase_id, Store.name, Order.status)
        .join(Store, Store.id == Order.store_id)
        .where(Order.purchase_id.in_([row.id for row in page.items]))
        .order_by(Order.id)
    )
    for purchase_id, store_name, status in db.session.execute(parts) if page.items else ():
        of_purchase.setdefault(purchase_id, []).append((store_name, status))
    return page.map(
        lambda row: PurchaseRow(row.id, row.code, row.total, row.placed_at, tuple(of_purchase.get(row.id, ())))
    )


def _order_rows() -> Statement:
    """An order, its buyer's name, its first line and how much more there is."""
    first = (
        sa.select(sa.func.min(OrderLine.id))
        .where(OrderLine.order_id == Order.id, OrderLine.quantity > 0)
        .correlate(Order)
        .scalar_subquery()
    )
    pieces = (
        sa.select(sa.func.sum(OrderLine.quantity))
        .where(OrderLine.order_id == Order.id)
        .correlate(Order)
        .scalar_subquery()
    )
    kinds = (
        sa.select(sa.func.count())
        .where(OrderLine.order_id == Order.id, OrderLine.quantity > 0)
        .correlate(Order)
        .scalar_subquery()
    )
    return (
        sa.select(
            Order.id,
            Order.code,
            Order.store_id,
            Order.status,
            Order.delivery_method,
            Purchase.payment_method,
            Order.total,
            Order.placed_at,
            Order.answer_by,
            Order.remind_at,
            Purchase.buyer_name,
            OrderLine.product_name,
            pieces.label("pieces"),
            kinds.label("kinds"),
            OrderLine.picture_key,
            MediaFile.width,
            MediaFile.height,
        )
        .join(Purchase, Purchase.id == Order.purchase_id)
        .join(OrderLine, OrderLine.id == first)
        .join(MediaFile, MediaFile.key == OrderLine.picture_key, isouter=True)
    )


def _order_row(row: Row) -> OrderRow:
    return OrderRow(
        id=row.id,
        code=row.code,
        store_id=row.store_id,
        status=row.status,
        delivery_method=row.delivery_method,
        payment_method=row.payment_method,
        total=row.total,
        placed_at=row.placed_at,
        answer_by=row.answer_by,
        remind_at=row.remind_at,
        buyer_name=row.buyer_name,
        product_name=row.product_name,
        pieces=int(row.pieces),
        kinds=int(row.kinds),
        picture=_picture(row),
    )


def _picture(row: Row) -> Picture | None:
    """The picture of a line, unless it had none or the file is gone."""
    return Picture(row.picture_key, row.width, row.height, row.product_name) if row.width else None
