"""Keeps the text that listings are searched by: words of the product, its category, its maker and where it is from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from marketplace.catalog.models import Category, Product, ProductRevision
from marketplace.catalog.rules import fold
from marketplace.core import revision
from marketplace.core.db import db
from marketplace.places.models import Region
from marketplace.stores.models import Store


def refresh_product(product_id: int) -> None:
    """Rewrite the text of one product from its live words."""
    _refresh(Product.id == product_id)


def refresh_store(store_id: int) -> None:
    """Rewrite the texts of all products of a store, after it took another name."""
    _refresh(Product.store_id == store_id)


def refresh_category(category_id: int) -> None:
    """Rewrite the texts of all products in a category or below it, after it took another name."""
    below = sa.select(Category.id).where(sa.or_(Category.id == category_id, Category.parent_id == category_id))
    _refresh(Product.category_id.in_(below))


def _refresh(condition: sa.ColumnElement[bool]) -> None:
    db.session.flush()
    above = aliased(Category)
    query = (
        sa.select(
            Product.id,
            ProductRevision.name,
            ProductRevision.composition,
            ProductRevision.description,
            ProductRevision.attributes,
            Category.name.label("category"),
            above.name.label("above"),
            Store.name.label("store"),
            Region.name.label("origin"),
        )
        .join(ProductRevision, ProductRevision.id == Product.live_revision_id)
        .join(Category, Category.id == Product.category_id)
        .outerjoin(above, above.id == Category.parent_id)
        .join(Store, Store.id == Product.store_id)
        .join(Region, Region.code == ProductRevision.origin_code)
        .where(condition)
    )
    texts = [{"id": row.id, "search_text": fold(" ".join(_words(row[1:])))} for row in db.session.execute(query)]
    if texts:
        db.session.execute(sa.update(Product), texts)
        revision.touch()


def _words(said: Iterable[str | dict[str, Any] | None]) -> Iterator[str]:
    """All texts among what is said; of the attributes those that are words or choices."""
    for part in said:
        for answer in part.values() if isinstance(part, dict) else [part]:
            if isinstance(answer, list):
                yield from answer
            elif isinstance(answer, str):
                yield answer
