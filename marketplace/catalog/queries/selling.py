"""What a seller sees of the own goods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from marketplace.catalog.models import Product, ProductRevision, RevisionPicture, Variant
from marketplace.catalog.queries.availability import available_now, room_now
from marketplace.catalog.queries.pictures import is_cover
from marketplace.catalog.rules import ProductStatus, Supply, fold
from marketplace.core.db import db
from marketplace.core.paging import Page, fetch
from marketplace.media.models import MediaFile
from marketplace.media.rules import Picture

PAGE_SIZE = 30


class Visibility(StrEnum):
    """Where a product stands as far as the catalogue knows; what the curators said is known above."""

    PUBLIC = "public"
    NOT_YET_PUBLIC = "not_yet_public"
    HIDDEN = "hidden"


@dataclass(frozen=True)
class SellerProduct:
    """A product in its seller's list, by its newest words. Prices in rupiah, stock of the variants on sale.

    `available`: how many may be ordered now; of goods made to order what the workshop still takes on.
    """

    id: int
    slug: str
    store_id: int
    name: str
    visibility: Visibility
    is_curated: bool
    revision_id: int
    price_from: int
    price_to: int
    on_hand: int
    reserved: int
    available: int
    supply: Supply
    picture: Picture | None
    show_at: datetime | None = None
    hide_at: datetime | None = None


@dataclass(frozen=True)
class StockRow:
    """A variant on sale that lies on a shelf; `low_stock` is how few are worth a warning."""

    variant_id: int
    product_id: int
    product_name: str
    variant_name: str
    sku: str
    price: int
    on_hand: int
    reserved: int
    low_stock: int

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved

    @property
    def is_low(self) -> bool:
        return self.available <= self.low_stock

    @property
    def label(self) -> str:
        return " · ".join(filter(None, (self.product_name, self.variant_name)))


def seller_products(
    store_ids: Sequence[int],
    visibility: Visibility | None = None,
    cursor: str | None = None,
    limit: int = PAGE_SIZE,
) -> Page[SellerProduct]:
    """The products of stores, newest first, archived ones left out; one statement whatever the number of rows."""
    statement = product_statement().where(Product.store_id.in_(store_ids), Product.status != ProductStatus.ARCHIVED)
    if visibility is Visibility.HIDDEN:
        statement = statement.where(Product.status == ProductStatus.HIDDEN)
    elif visibility is not None:
        is_live = Product.live_revision_id.is_not(None)
        statement = statement.where(
            Product.status == ProductStatus.ACTIVE, is_live if visibility is Visibility.PUBLIC else sa.not_(is_live)
        )
    page = fetch(statement, [Product.__table__.c.id], cursor=cursor, limit=limit, descending=True)
    return page.map(to_seller_product)


def stock_rows(
    store_ids: Sequence[int],
    cursor: str | None = None,
    limit: int = 50,
    *,
    search: str = "",
    only_low: bool = False,
) -> Page[StockRow]:
    """The variants on sale that lie on a shelf, newest product first; what is made to order has none.

    `search` finds words of the product's newest name, the variant's name and the shop's own number. One statement.
    """
    statement = _stock(store_ids).where(*(_says(word) for word in fold(search).split()))
    if only_low:
        statement = statement.where(is_low())
    keys = [Variant.__table__.c.product_id, Variant.__table__.c.id]
    page = fetch(statement, keys, cursor=cursor, limit=limit, descending=True)
    return page.map(_stock_row)


def rows_of(variant_ids: Sequence[int]) -> list[StockRow]:
    """These variants, by product and position. One statement."""
    statement = _variants().where(Variant.id.in_(variant_ids))
    rows = db.session.execute(statement.order_by(Variant.product_id, Variant.position, Variant.id))
    return [_stock_row(row) for row in rows]


def is_low() -> sa.ColumnElement[bool]:
    """Are so few left that the shop wants to know? For ready goods that are shown; joins Variant and Product."""
    few = Variant.on_hand - Variant.reserved <= Variant.low_stock
    return sa.and_(few, Product.supply == Supply.READY, Product.status == ProductStatus.ACTIVE)


def _says(word: str) -> sa.ColumnElement[bool]:
    places = (ProductRevision.name, Variant.name, Variant.sku)
    return sa.or_(*(sa.func.lower(place).contains(word, autoescape=True) for place in places))


def _stock(store_ids: Sequence[int]) -> sa.Select[Any]:
    return _variants().where(
        Variant.store_id.in_(store_ids),
        Product.store_id.in_(store_ids),
        Product.status != ProductStatus.ARCHIVED,
        Variant.is_active,
        sa.not_(Variant.is_to_order),
    )


def _variants() -> sa.Select[Any]:
    columns: tuple[Any, ...] = (
        Variant.id.label("variant_id"),
        Variant.product_id,
        ProductRevision.name.label("product_name"),
        Variant.name.label("variant_name"),
        Variant.sku,
        Variant.price,
        Variant.on_hand,
        Variant.reserved,
        Variant.low_stock,
    )
    return (
        sa.select(*columns)
        .select_from(Variant)
        .join(Product, Product.id == Variant.product_id)
        .join(ProductRevision, ProductRevision.id == newest_revision())
    )


def newest_revision() -> sa.ScalarSelect[int]:
    """The id of the newest revision of the product of the row at hand."""
    inner = sa.alias(ProductRevision.__table__)
    return (
        sa.select(sa.func.max(inner.c.id)).where(inner.c.product_id == Product.id).correlate(Product).scalar_subquery()
    )


def _sum(column: sa.ColumnElement[int] | Any) -> sa.ScalarSelect[int]:
    """The sum over the variants on sale of the product of the row at hand."""
    query = sa.select(sa.func.coalesce(sa.func.sum(column), 0)).where(Variant.product_id == Product.id)
    return query.where(Variant.is_active).correlate(Product).scalar_subquery()


def _available() -> sa.ColumnElement[int]:
    return sa.case((Product.supply == Supply.TO_ORDER, room_now()), else_=_sum(available_now()))


def product_statement() -> sa.Select[Any]:
    """Products by their newest words, with what `to_seller_product` reads."""
    columns: tuple[Any, ...] = (
        Product.id,
        Product.slug,
        Product.store_id,
        Product.status,
        Product.live_revision_id,
        Product.curated_at,
        Product.price_from,
        Product.price_to,
        Product.show_at,
        Product.hide_at,
        ProductRevision.id.label("revision_id"),
        ProductRevision.name,
        _sum(Variant.on_hand).label("on_hand"),
        _sum(Variant.reserved).label("reserved"),
        _available().label("available"),
        Product.supply,
        RevisionPicture.alt,
        MediaFile.key,
        MediaFile.width,
        MediaFile.height,
    )
    return (
        sa.select(*columns)
        .select_from(Product)
        .join(ProductRevision, ProductRevision.id == newest_revision())
        .outerjoin(RevisionPicture, is_cover(ProductRevision.id))
        .outerjoin(MediaFile, MediaFile.id == RevisionPicture.media_id)
    )


def _visibility(status: ProductStatus, live_revision_id: int | None) -> Visibility:
    if status is ProductStatus.HIDDEN:
        return Visibility.HIDDEN
    return Visibility.NOT_YET_PUBLIC if live_revision_id is None else Visibility.PUBLIC


def to_seller_product(row: sa.Row[Any]) -> SellerProduct:
    """A row of `product_statement`."""
    return SellerProduct(
        id=row.id,
        slug=row.slug,
        store_id=row.store_id,
        name=row.name,
        visibility=_visibility(row.status, row.live_revision_id),
        is_curated=row.curated_at is not None,
        revision_id=row.revision_id,
        price_from=row.price_from,
        price_to=row.price_to,
        on_hand=int(row.on_hand),
        reserved=int(row.reserved),
        available=int(row.available),
        supply=row.supply,
        picture=Picture(row.key, row.width, row.height, row.alt) if row.key else None,
        show_at=row.show_at,
        hide_at=row.hide_at,
    )


def _stock_row(row: sa.Row[Any]) -> StockRow:
    found = {name: value for name, value in row._mapping.items() if not name.startswith("_key_")}
    return StockRow(**found)
