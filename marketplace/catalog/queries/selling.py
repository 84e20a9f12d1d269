"""What a seller sees of the own goods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from marketplace.catalog.models import Product, ProductRevision, RevisionPicture, Variant
from marketplace.catalog.queries.pictures import is_cover
from marketplace.catalog.rules import ProductStatus
from marketplace.core.db import db
from marketplace.core.paging import Page, fetch
from marketplace.media.models import MediaFile
from marketplace.media.rules import Picture

SCARCE = 3
PAGE_SIZE = 30


class Visibility(StrEnum):
    """Where a product stands as far as the catalogue knows; what the curators said is known above."""

    PUBLIC = "public"
    NOT_YET_PUBLIC = "not_yet_public"
    HIDDEN = "hidden"


@dataclass(frozen=True)
class SellerProduct:
    """A product in its seller's list, by its newest words. Prices in rupiah, stock of the variants on sale."""

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
    picture: Picture | None
    show_at: datetime | None = None
    hide_at: datetime | None = None

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


@dataclass(frozen=True)
class StockRow:
    """A variant on sale in the quick stock list."""

    variant_id: int
    product_id: int
    product_name: str
    variant_name: str
    price: int
    on_hand: int
    reserved: int

    @property
    def available(self) -> int:
        return self.on_hand - self.reserved


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


def stock_rows(store_ids: Sequence[int], cursor: str | None = None, limit: int = 100) -> Page[StockRow]:
    """All variants on sale of products that are not archived, newest product first."""
    keys = [Variant.__table__.c.product_id, Variant.__table__.c.id]
    page = fetch(_stock(store_ids), keys, cursor=cursor, limit=limit, descending=True)
    return page.map(_stock_row)


def scarce_rows(store_ids: Sequence[int], limit: int = 5) -> list[StockRow]:
    """The variants on sale of which the fewest pieces are left, at most `SCARCE`; one statement."""
    left = Variant.on_hand - Variant.reserved
    statement = _stock(store_ids).where(left <= SCARCE, Product.status == ProductStatus.ACTIVE)
    return [_stock_row(row) for row in db.session.execute(statement.order_by(left, Variant.id).limit(limit))]


def _stock(store_ids: Sequence[int]) -> sa.Select[Any]:
    columns: tuple[Any, ...] = (
        Variant.id.label("variant_id"),
        Variant.product_id,
        ProductRevision.name.label("product_name"),
        Variant.name.label("variant_name"),
        Variant.price,
        Variant.on_hand,
        Variant.reserved,
    )
    return (
        sa.select(*columns)
        .select_from(Variant)
        .join(Product, Product.id == Variant.product_id)
        .join(ProductRevision, ProductRevision.id == _newest())
        .where(Product.store_id.in_(store_ids), Product.status != ProductStatus.ARCHIVED, Variant.is_active)
    )


def _newest() -> sa.ScalarSelect[int]:
    """The id of the newest revision of the product of the row at hand."""
    inner = sa.alias(ProductRevision.__table__)
    return (
        sa.select(sa.func.max(inner.c.id)).where(inner.c.product_id == Product.id).correlate(Product).scalar_subquery()
    )


def _sum(column: sa.ColumnElement[int] | Any) -> sa.ScalarSelect[int]:
    """The sum over the variants on sale of the product of the row at hand."""
    query = sa.select(sa.func.coalesce(sa.func.sum(column), 0)).where(Variant.product_id == Product.id)
    return query.where(Variant.is_active).correlate(Product).scalar_subquery()


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
        RevisionPicture.alt,
        MediaFile.key,
        MediaFile.width,
        MediaFile.height,
    )
    return (
        sa.select(*columns)
        .select_from(Product)
        .join(ProductRevision, ProductRevision.id == _newest())
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
        picture=Picture(row.key, row.width, row.height, row.alt) if row.key else None,
        show_at=row.show_at,
        hide_at=row.hide_at,
    )


def _stock_row(row: sa.Row[Any]) -> StockRow:
    return StockRow(
        variant_id=row.variant_id,
        product_id=row.product_id,
        product_name=row.product_name,
        variant_name=row.variant_name,
        price=row.price,
        on_hand=row.on_hand,
        reserved=row.reserved,
    )
