"""A shop's catalogue as the rows of a sheet: one row for each form on sale, in the columns of the template."""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from marketplace.catalog.models import Category, Product, ProductRevision, Variant
from marketplace.catalog.rules import ProductStatus
from marketplace.core.db import db
from marketplace.places.models import Region

AT_ONCE = 500


def catalogue_rows(store_id: int) -> Iterator[list[str | int]]:
    """All rows, some hundreds at a time, in the order of the products."""
    after = 0
    while ids := _next_ids(store_id, after):
        yield from _rows(ids)
        after = ids[-1]


def _next_ids(store_id: int, after: int) -> list[int]:
    query = sa.select(Product.id).where(
        Product.store_id == store_id, Product.status != ProductStatus.ARCHIVED, Product.id > after
    )
    return list(db.session.scalars(query.order_by(Product.id).limit(AT_ONCE)))


def _rows(ids: list[int]) -> Iterator[list[str | int]]:
    newest = sa.select(sa.func.max(ProductRevision.id)).where(ProductRevision.product_id.in_(ids))
    query = (
        sa.select(
            Variant.sku,
            ProductRevision.name,
            Variant.name.label("variant"),
            Variant.price,
            Variant.on_hand,
            Variant.weight,
            Category.name.label("category"),
            ProductRevision.description,
            ProductRevision.composition,
            ProductRevision.unit,
            Region.name.label("origin"),
        )
        .join(Product, Product.id == Variant.product_id)
        .join(ProductRevision, ProductRevision.product_id == Product.id)
        .join(Category, Category.id == ProductRevision.category_id)
        .join(Region, Region.code == ProductRevision.origin_code)
        .where(ProductRevision.id.in_(newest.group_by(ProductRevision.product_id)), Variant.is_active)
        .order_by(Product.id, Variant.position, Variant.id)
    )
    for row in db.session.execute(query):
        yield list(row)
