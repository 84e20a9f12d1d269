"""One shelf and its history, and what is cooked today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa

from marketplace.accounts.models import Person
from marketplace.catalog.models import Product, ProductRevision, StockMovement, Variant
from marketplace.catalog.queries.availability import local_now
from marketplace.catalog.queries.selling import newest_revision
from marketplace.catalog.rules import MovementKind, ProductStatus, Supply, Today, cutoff_time, today_state
from marketplace.core.db import db
from marketplace.core.errors import NotFound
from marketplace.core.paging import Page, fetch

DAY = "day:"
"""How the word begins that movements of a day's kitchen are about."""


@dataclass(frozen=True)
class Shelf:
    """One variant and what lies on its shelf (pieces)."""

    variant_id: int
    product_id: int
    store_id: int
    product_name: str
    variant_name: str
    on_hand: int
    reserved: int
    low_stock: int
    is_active: bool
    supply: Supply

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved

    @property
    def label(self) -> str:
        return " · ".join(filter(None, (self.product_name, self.variant_name)))


@dataclass(frozen=True)
class MovementRow:
    """A line of the ledger. `person` is empty for what the market did by itself."""

    id: int
    kind: MovementKind
    change: int
    on_hand: int
    reason: str
    about: str
    person_id: int | None
    person: str
    at: datetime

    @property
    def order_id(self) -> int | None:
        word, _, number = self.about.partition(":")
        return int(number) if word == "order" and number.isdecimal() else None


@dataclass(frozen=True)
class DayRow:
    """Goods cooked daily in the morning list. `usual`: so many were stocked on the last day they were cooked."""

    variant_id: int
    product_id: int
    product_name: str
    variant_name: str
    on_hand: int
    reserved: int
    stocked_on: date | None
    cutoff_minutes: int | None
    usual: int

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved

    @property
    def label(self) -> str:
        return " · ".join(filter(None, (self.product_name, self.variant_name)))

    @property
    def cutoff(self) -> time | None:
        return cutoff_time(self.cutoff_minutes)

    @property
    def state(self) -> Today:
        return today_state(self.stocked_on, self.cutoff_minutes, local_now())


def shelf(variant_id: int, store_ids: Sequence[int]) -> Shelf:
    """A variant of these stores, on sale or not. One statement. Raises NotFound."""
    query = _variants(
        Variant.store_id, Variant.on_hand, Variant.reserved, Variant.low_stock, Variant.is_active, Product.supply
    ).where(Variant.id == variant_id, Variant.store_id.in_(store_ids), Product.status != ProductStatus.ARCHIVED)
    row = db.session.execute(query).one_or_none()
    if row is None:
        raise NotFound("catalog.product_not_found")
    return Shelf(**row._mapping)


def movements(variant_id: int, cursor: str | None = None, limit: int = 30) -> Page[MovementRow]:
    """The ledger of a variant, the newest first. One statement."""
    query = (
        sa.select(
            StockMovement.id,
            StockMovement.kind,
            StockMovement.change,
            StockMovement.on_hand,
            StockMovement.reason,
            StockMovement.about,
            StockMovement.person_id,
            sa.func.coalesce(Person.name, "").label("person"),
            StockMovement.at,
        )
        .outerjoin(Person, Person.id == StockMovement.person_id)
        .where(StockMovement.variant_id == variant_id)
    )
    page = fetch(query, [StockMovement.__table__.c.id], cursor=cursor, limit=limit, descending=True)
    return page.map(lambda row: MovementRow(**_plain(row)))


def gone_with(about: str) -> dict[int, int]:
    """How many pieces of each variant left with an order ('order:17') and have not come back."""
    query = sa.select(StockMovement.variant_id, -sa.func.sum(StockMovement.change)).where(StockMovement.about == about)
    rows = db.session.execute(query.group_by(StockMovement.variant_id))
    return {variant_id: int(pieces) for variant_id, pieces in rows if pieces > 0}


def day_rows(store_ids: Sequence[int], cursor: str | None = None, limit: int = 50) -> Page[DayRow]:
    """The goods on sale that are cooked daily, the newest product first. One statement."""
    query = _variants(
        Variant.on_hand, Variant.reserved, Variant.stocked_on, Product.cutoff_minutes, _usual().label("usual")
    ).where(
        Variant.store_id.in_(store_ids),
        Product.store_id.in_(store_ids),
        Variant.is_active,
        Product.supply == Supply.DAILY,
        Product.status == ProductStatus.ACTIVE,
    )
    keys = [Variant.__table__.c.product_id, Variant.__table__.c.id]
    page = fetch(query, keys, cursor=cursor, limit=limit, descending=True)
    return page.map(lambda row: DayRow(**{**_plain(row), "usual": int(row.usual)}))


def has_daily(store_ids: Sequence[int]) -> bool:
    """Do these stores sell anything that is cooked daily?"""
    some = sa.exists().where(
        Product.store_id.in_(store_ids), Product.supply == Supply.DAILY, Product.status == ProductStatus.ACTIVE
    )
    return bool(db.session.scalar(sa.select(some)))


def _usual() -> sa.ScalarSelect[int]:
    """What was stocked on the last day on which the variant of the row at hand was cooked."""
    line: Any = sa.alias(StockMovement.__table__)
    last: Any = sa.alias(StockMovement.__table__)
    is_days = sa.and_(last.c.kind == MovementKind.RECEIVED, last.c.about.startswith(DAY))
    day = sa.select(sa.func.max(last.c.about)).where(last.c.variant_id == Variant.id, is_days).correlate(Variant)
    return (
        sa.select(sa.func.coalesce(sa.func.sum(line.c.change), 0))
        .where(line.c.variant_id == Variant.id, line.c.kind == MovementKind.RECEIVED)
        .where(line.c.about == day.scalar_subquery())
        .correlate(Variant)
        .scalar_subquery()
    )


def _variants(*columns: Any) -> sa.Select[Any]:
    return (
        sa.select(
            Variant.id.label("variant_id"),
            Variant.product_id,
            ProductRevision.name.label("product_name"),
            Variant.name.label("variant_name"),
            *columns,
        )
        .select_from(Variant)
        .join(Product, Product.id == Variant.product_id)
        .join(ProductRevision, ProductRevision.id == newest_revision())
    )


def _plain(row: sa.Row[Any]) -> dict[str, Any]:
    return {name: value for name, value in row._mapping.items() if not name.startswith("_key_")}
