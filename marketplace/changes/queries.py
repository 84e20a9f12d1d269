"""Changes of orders and parcels, for both sides of the counter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from marketplace.catalog.models import Product, ProductRevision, Variant
from marketplace.catalog.rules import ProductStatus, allergen_names
from marketplace.changes.models import OrderChange, OrderLineChange, Parcel, ParcelLine
from marketplace.changes.rules import CHANGEABLE, ChangeState, LineNow, Side, stamp
from marketplace.core.db import db
from marketplace.orders.models import Order, OrderLine

MOST_SUBSTITUTES = 60


@dataclass(frozen=True)
class LineDiff:
    """One line of a change: before and after, and what comes instead (rupiah)."""

    name: str
    before_quantity: int
    before_price: int
    quantity: int
    unit_price: int
    instead: str = ""
    instead_quantity: int = 0
    instead_price: int = 0
    is_not_halal: bool = False
    allergens: tuple[str, ...] = ()

    @property
    def before_total(self) -> int:
        return self.before_quantity * self.before_price

    @property
    def after_total(self) -> int:
        return self.quantity * self.unit_price + self.instead_quantity * self.instead_price

    @property
    def allergen_names(self) -> tuple[str, ...]:
        """What the substitute's words name."""
        return allergen_names(self.allergens)


@dataclass(frozen=True)
class ChangeView:
    """A change with its lines. The sums are what the buyer pays for the goods, after her voucher if she has one."""

    id: int
    order_id: int
    side: Side
    state: ChangeState
    person_id: int | None
    reason: str
    goods_before: int
    goods_after: int
    ready_by: date | None
    note: str | None
    made_at: datetime
    answer_by: datetime
    settled_at: datetime | None
    settled_by: int | None
    lines: tuple[LineDiff, ...]
    has_voucher: bool = False

    @property
    def less(self) -> int:
        """Rupiah that the buyer pays less, or gets back."""
        return self.goods_before - self.goods_after

    @property
    def is_open(self) -> bool:
        return self.state is ChangeState.OPEN

    @property
    def is_from_shop(self) -> bool:
        return self.side is Side.SHOP


@dataclass(frozen=True)
class ParcelView:
    """A part of an order: its number, what is in it, and how far it has come."""

    id: int
    order_id: int
    number: int
    tracking_number: str
    sent_at: datetime
    arrived_at: datetime | None
    lines: tuple[tuple[str, int], ...]
    """Name of the goods, and how many pieces."""


@dataclass(frozen=True)
class Substitute:
    """A variant of the same shop that could come instead of another (rupiah for one piece)."""

    variant_id: int
    name: str
    price: int


def changes_of(order_ids: Iterable[int]) -> dict[int, list[ChangeView]]:
    """The changes of these orders, by order, the first first. Two statements, none without orders."""
    ids = list(order_ids)
    if not ids:
        return {}
    query = sa.select(OrderChange, Order.voucher_code).join(Order, Order.id == OrderChange.order_id)
    changes = db.session.execute(query.where(OrderChange.order_id.in_(ids)).order_by(OrderChange.id)).all()
    lines = _lines_of([change.id for change, _ in changes]) if changes else {}
    found: dict[int, list[ChangeView]] = {}
    for change, voucher_code in changes:
        view = ChangeView(
            change.id,
            change.order_id,
            change.side,
            change.state,
            change.person_id,
            change.reason,
            change.goods_before,
            change.goods_after,
            change.ready_by,
            change.note,
            change.made_at,
            change.answer_by,
            change.settled_at,
            change.settled_by,
            tuple(lines.get(change.id, ())),
            voucher_code != "",
        )
        found.setdefault(change.order_id, []).append(view)
    return found


def change_view(change_id: int) -> ChangeView | None:
    """One change with its lines."""
    order_id = db.session.scalar(sa.select(OrderChange.order_id).where(OrderChange.id == change_id))
    if order_id is None:
        return None
    return next(each for each in changes_of([order_id])[order_id] if each.id == change_id)


def open_change(order_id: int) -> OrderChange | None:
    """The change that waits for an answer."""
    return db.session.scalar(
        sa.select(OrderChange).where(OrderChange.order_id == order_id, OrderChange.state == ChangeState.OPEN)
    )


def sides_open(store_ids: Iterable[int]) -> dict[str, Side]:
    """The codes of these shops' orders with an open change, and who asked for it. One statement over open ones."""
    query = (
        sa.select(Order.code, OrderChange.side)
        .join(OrderChange, OrderChange.order_id == Order.id)
        .where(OrderChange.state == ChangeState.OPEN, Order.store_id.in_(list(store_ids)), Order.status.in_(CHANGEABLE))
        .order_by(OrderChange.answer_by, OrderChange.id)
    )
    return {row.code: row.side for row in db.session.execute(query)}


def wait_for_buyer(purchase_ids: Iterable[int]) -> dict[int, list[str]]:
    """The codes of the orders whose shop waits for the buyer's answer, by purchase. One statement over open ones."""
    query = (
        sa.select(Order.purchase_id, Order.code)
        .join(OrderChange, OrderChange.order_id == Order.id)
        .where(OrderChange.state == ChangeState.OPEN, OrderChange.side == Side.SHOP, Order.status.in_(CHANGEABLE))
        .where(Order.purchase_id.in_(list(purchase_ids)), Order.has_changes)
        .order_by(Order.id)
    )
    found: dict[int, list[str]] = {}
    for purchase_id, code in db.session.execute(query):
        found.setdefault(purchase_id, []).append(code)
    return found


def overdue(at: datetime, limit: int = 200) -> list[int]:
    """The ids of open changes that nobody answered in time, the longest overdue first."""
    query = sa.select(OrderChange.id).where(OrderChange.state == ChangeState.OPEN, OrderChange.answer_by <= at)
    return list(db.session.scalars(query.order_by(OrderChange.answer_by, OrderChange.id).limit(limit)))


def parcels_of(order_ids: Iterable[int]) -> dict[int, list[ParcelView]]:
    """The parcels of these orders, by order, the first first. Two statements, none without orders."""
    ids = list(order_ids)
    if not ids:
        return {}
    parcels = list(
        db.session.scalars(sa.select(Parcel).where(Parcel.order_id.in_(ids)).order_by(Parcel.order_id, Parcel.number))
    )
    query = (
        sa.select(ParcelLine.parcel_id, OrderLine.product_name, OrderLine.variant_name, ParcelLine.quantity)
        .join(OrderLine, OrderLine.id == ParcelLine.line_id)
        .where(ParcelLine.parcel_id.in_([parcel.id for parcel in parcels]))
        .order_by(OrderLine.id)
    )
    lines: dict[int, list[tuple[str, int]]] = {}
    for row in db.session.execute(query) if parcels else ():
        lines.setdefault(row.parcel_id, []).append((_name(row.product_name, row.variant_name), row.quantity))
    found: dict[int, list[ParcelView]] = {}
    for each in parcels:
        view = ParcelView(
            each.id,
            each.order_id,
            each.number,
            each.tracking_number,
            each.sent_at,
            each.arrived_at,
            tuple(lines.get(each.id, ())),
        )
        found.setdefault(each.order_id, []).append(view)
    return found


def lines_now(order_id: int) -> list[LineNow]:
    """The lines that are to be delivered, and how many pieces of each are in parcels. One statement."""
    sent = (
        sa.select(ParcelLine.line_id, sa.func.sum(ParcelLine.quantity).label("pieces"))
        .join(OrderLine, OrderLine.id == ParcelLine.line_id)
        .where(OrderLine.order_id == order_id)
        .group_by(ParcelLine.line_id)
        .subquery()
    )
    query = (
        sa.select(OrderLine.id, OrderLine.quantity, OrderLine.unit_price, sent.c.pieces, OrderLine.discount)
        .join(sent, sent.c.line_id == OrderLine.id, isouter=True)
        .where(OrderLine.order_id == order_id, OrderLine.quantity > 0)
        .order_by(OrderLine.id)
    )
    return [
        LineNow(line, pieces, price, int(gone or 0), discount)
        for line, pieces, price, gone, discount in db.session.execute(query)
    ]


def stamp_of(order_id: int) -> str:
    """The mark of how an order stands: see `rules.stamp`. Four statements."""
    status = db.session.scalar(sa.select(Order.status).where(Order.id == order_id))
    change = sa.select(sa.func.max(OrderChange.id)).where(OrderChange.order_id == order_id)
    parcel = sa.select(sa.func.max(Parcel.number)).where(Parcel.order_id == order_id)
    lines = [(line.line_id, line.quantity, line.unit_price) for line in lines_now(order_id)]
    return stamp(str(status), lines, db.session.scalar(change) or 0, db.session.scalar(parcel) or 0)


def substitutes(order_id: int, words: str = "", only: Iterable[int] = ()) -> list[Substitute]:
    """What the shop of an order sells and the order does not hold yet: other forms of its goods first. One statement.

    `words`: only goods with these in their name; `only`: no others than these variants.
    """
    mine = sa.select(OrderLine.variant_id).where(OrderLine.order_id == order_id, OrderLine.quantity > 0)
    same = sa.select(Variant.product_id).where(Variant.id.in_(mine))
    query = (
        sa.select(Variant.id, ProductRevision.name.label("product"), Variant.name, Variant.price)
        .join(Product, Product.id == Variant.product_id)
        .join(ProductRevision, ProductRevision.id == Product.live_revision_id)
        .join(Order, Order.store_id == Product.store_id)
        .where(Order.id == order_id, Product.status == ProductStatus.ACTIVE, Variant.is_active)
        .where(Variant.id.notin_(mine))
    )
    chosen = list(only)
    if chosen:
        query = query.where(Variant.id.in_(chosen))
    for word in words.split()[:6]:
        query = query.where(ProductRevision.name.icontains(word, autoescape=True))
    near_first = sa.case((Product.id.in_(same), 0), else_=1)
    query = query.order_by(near_first, ProductRevision.name, Variant.id).limit(MOST_SUBSTITUTES)
    return [Substitute(row.id, _name(row.product, row.name), row.price) for row in db.session.execute(query)]


def _lines_of(change_ids: list[int]) -> dict[int, list[LineDiff]]:
    query = (
        sa.select(OrderLineChange, OrderLine.product_name, OrderLine.variant_name)
        .join(OrderLine, OrderLine.id == OrderLineChange.line_id)
        .where(OrderLineChange.change_id.in_(change_ids))
        .order_by(OrderLine.id)
    )
    found: dict[int, list[LineDiff]] = {}
    for line, product, variant in db.session.execute(query):
        diff = LineDiff(
            _name(product, variant),
            line.before_quantity,
            line.before_price,
            line.quantity,
            line.unit_price,
            _name(line.product_name, line.variant_name),
            line.instead_quantity,
            line.instead_price,
            line.is_not_halal,
            tuple(line.allergens),
        )
        found.setdefault(line.change_id, []).append(diff)
    return found


def _name(product: str, variant: str) -> str:
    return " · ".join(filter(None, (product, variant)))
