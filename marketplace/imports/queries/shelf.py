"""The goods of a shop that some rows may mean: found by the shop's own number, or by name and form."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from marketplace.catalog.models import Product, ProductRevision, Variant
from marketplace.catalog.rules import ProductStatus, fold
from marketplace.core.db import db

PIECES = 500


@dataclass(frozen=True)
class Known:
    """A product of the shop with its newest words and its forms, by folded name."""

    id: int
    name_key: str
    words: dict[str, Any]
    has_axes: bool
    forms: dict[str, Any] = field(default_factory=dict)


@dataclass
class Shelf:
    """What was found. Numbers of goods in the archive or no longer sold are `gone`; names that two have, `twice`."""

    by_id: dict[int, Known] = field(default_factory=dict)
    by_name: dict[str, Known] = field(default_factory=dict)
    by_sku: dict[str, tuple[Known, Any]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    twice: set[str] = field(default_factory=set)


def known_shelf(store_id: int, names: Collection[str], skus: Collection[str]) -> Shelf:
    """The goods of these folded names or own numbers. Four statements whatever the number of rows."""
    shelf = Shelf()
    numbers = _numbers(store_id, skus, shelf)
    by_name = sa.select(Product.id).where(
        Product.store_id == store_id, Product.name_key.in_(names), Product.status != ProductStatus.ARCHIVED
    )
    ids = set(db.session.scalars(by_name)) | set(numbers.values())
    _products(shelf, ids)
    _forms(shelf, ids)
    for sku, product_id in numbers.items():
        known = shelf.by_id[product_id]
        form = next((form for form in known.forms.values() if form.sku == sku), None)
        if form is not None:
            shelf.by_sku[sku] = (known, form)
    return shelf


def _numbers(store_id: int, skus: Collection[str], shelf: Shelf) -> dict[str, int]:
    query = (
        sa.select(Variant.sku, Variant.product_id, Variant.is_active, Product.status)
        .join(Product, Product.id == Variant.product_id)
        .where(Variant.store_id == store_id, Variant.sku.in_(skus), Variant.sku != "")
    )
    found = {}
    for row in db.session.execute(query):
        if row.status is ProductStatus.ARCHIVED or not row.is_active:
            shelf.gone.add(row.sku)
        else:
            found[row.sku] = row.product_id
    return found


def _products(shelf: Shelf, ids: Collection[int]) -> None:
    newest = sa.select(sa.func.max(ProductRevision.id)).where(ProductRevision.product_id.in_(ids))
    query = (
        sa.select(Product.id, Product.name_key, Product.axis_1, ProductRevision.__table__)
        .join(ProductRevision, ProductRevision.product_id == Product.id)
        .where(ProductRevision.id.in_(newest.group_by(ProductRevision.product_id)))
        .order_by(Product.id)
    )
    for row in db.session.execute(query):
        words = {key: row._mapping[key] for key in ("name", "description", "composition", "unit", "origin_code")}
        known = Known(row[0], row.name_key, words, bool(row.axis_1))
        shelf.by_id[known.id] = known
        if known.name_key in shelf.by_name:
            shelf.twice.add(known.name_key)
        shelf.by_name[known.name_key] = known


def _forms(shelf: Shelf, ids: Collection[int]) -> None:
    query = sa.select(
        Variant.id,
        Variant.product_id,
        Variant.name,
        Variant.sku,
        Variant.price,
        Variant.weight,
        Variant.on_hand,
        Variant.reserved,
        Variant.is_to_order,
        Product.supply,
    )
    query = query.join(Product, Product.id == Variant.product_id)
    query = query.where(Variant.product_id.in_(ids), Variant.is_active)
    for row in db.session.execute(query.order_by(Variant.product_id, Variant.position)):
        shelf.by_id[row.product_id].forms[fold(row.name)] = row
