"""The table of goods that is typed into: a page of products with the price and the pieces of each of their forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import sqlalchemy as sa

from marketplace.catalog.models import PendingPrice, Product, Variant
from marketplace.catalog.queries.keeping import Search, kept_products
from marketplace.catalog.queries.selling import SellerProduct, product_statement, to_seller_product
from marketplace.catalog.rules import ProductStatus
from marketplace.core.db import db
from marketplace.core.paging import Page

MOST_FORMS = 120
"""No page of the table shows many more forms than this, so that a cheap phone can hold it."""


@dataclass(frozen=True)
class FormCells:
    """A form on sale: its price (rupiah), the pieces on hand with the promised ones, and the price that waits for the
    owner, if one does."""

    variant_id: int
    product_id: int
    name: str
    sku: str
    price: int
    on_hand: int
    reserved: int
    waiting: int | None


def table_page(
    store_ids: Sequence[int], search: Search, cursor: str | None = None
) -> tuple[Page[SellerProduct], dict[int, list[FormCells]]]:
    """A page of the shops' goods and the forms of each, by product. At most three statements.

    Products with many forms make the page shorter: as many as have `MOST_FORMS` together, at least one;
    counted from both ends, because a page may be reached from either side.
    """
    page = kept_products(store_ids, search, cursor)
    forms = forms_of([row.id for row in page.items])
    counts = [len(forms.get(row.id, ())) for row in page.items]
    fits = min(sum(total <= MOST_FORMS for total in accumulate(way)) for way in (counts, reversed(counts)))
    if fits < len(page.items):
        page = kept_products(store_ids, search, cursor, max(fits, 1))
    return page, forms


def goods_of(store_ids: Sequence[int], product_ids: Sequence[int]) -> list[SellerProduct]:
    """These products of these shops, in this order; what is archived or another's is left out. One statement."""
    query = product_statement().where(
        Product.id.in_(product_ids), Product.store_id.in_(store_ids), Product.status != ProductStatus.ARCHIVED
    )
    found = {row.id: to_seller_product(row) for row in db.session.execute(query)}
    return [found[product_id] for product_id in product_ids if product_id in found]


def products_of(variant_ids: Sequence[int]) -> list[int]:
    """The products of these forms, each once, in the order of the forms. One statement."""
    query = sa.select(Variant.id, Variant.product_id).where(Variant.id.in_(variant_ids))
    found = {row.id: row.product_id for row in db.session.execute(query)}
    return list(dict.fromkeys(found[each] for each in variant_ids if each in found))


def forms_of(product_ids: Sequence[int]) -> dict[int, list[FormCells]]:
    """The forms on sale of these products, in their order. One statement."""
    waits = sa.and_(PendingPrice.variant_id == Variant.id, PendingPrice.decided_at.is_(None))
    query = (
        sa.select(
            Variant.id.label("variant_id"),
            Variant.product_id,
            Variant.name,
            Variant.sku,
            Variant.price,
            Variant.on_hand,
            Variant.reserved,
            PendingPrice.price.label("waiting"),
        )
        .outerjoin(PendingPrice, waits)
        .where(Variant.product_id.in_(product_ids), Variant.is_active)
        .order_by(Variant.product_id, Variant.position, Variant.id)
    )
    found: dict[int, list[FormCells]] = {}
    for row in db.session.execute(query):
        found.setdefault(row.product_id, []).append(FormCells(**row._mapping))
    return found
