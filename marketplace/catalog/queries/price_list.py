"""What a shop sells, as it is printed: a price list, tags for the shelf."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from marketplace.catalog.models import Category, Product, ProductRevision, Variant
from marketplace.catalog.rules import ProductStatus, fold
from marketplace.core.db import db

MOST_ROWS = 3000


@dataclass(frozen=True)
class PriceRow:
    """A variant that the public may buy, by its live words. Price in rupiah."""

    variant_id: int
    product_id: int
    slug: str
    product_name: str
    variant_name: str
    unit: str
    category_name: str
    price: int
    is_not_halal: bool

    @property
    def url(self) -> str:
        return f"/produk/{self.slug}"


def price_rows(
    store_id: int, words: str = "", limit: int = MOST_ROWS, variant_ids: Collection[int] | None = None
) -> list[PriceRow]:
    """The variants of a shop's public goods by category and name; with words, those that hold them.

    `variant_ids`: only these. One statement.
    """
    columns: tuple[Any, ...] = (
        Variant.id.label("variant_id"),
        Variant.product_id,
        Product.slug,
        ProductRevision.name.label("product_name"),
        Variant.name.label("variant_name"),
        ProductRevision.unit,
        Category.name.label("category_name"),
        Variant.price,
        ProductRevision.is_not_halal,
    )
    query = (
        sa.select(*columns)
        .join(Product, Product.id == Variant.product_id)
        .join(ProductRevision, ProductRevision.id == Product.live_revision_id)
        .join(Category, Category.id == Product.category_id)
        .where(Product.store_id == store_id, Product.status == ProductStatus.ACTIVE)
        .where(Variant.store_id == store_id, Variant.is_active)
        .order_by(Category.position, Category.id, ProductRevision.name, Product.id, Variant.position, Variant.id)
        .limit(limit)
    )
    if variant_ids is not None:
        query = query.where(Variant.id.in_(variant_ids))
    for word in fold(words).split()[:6]:
        query = query.where(Product.search_text.contains(word, autoescape=True))
    return [PriceRow(**row._mapping) for row in db.session.execute(query)]
