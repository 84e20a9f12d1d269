"""The forms a product is sold in, as those who work with it need them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from marketplace.catalog.models import PriceTier, Product, Variant
from marketplace.catalog.queries.availability import available_now
from marketplace.catalog.rules import Tier
from marketplace.core.db import db


@dataclass(frozen=True)
class VariantRow:
    """A form in which a product is sold. Prices in rupiah, weight in grams, `tiers` from the fewest pieces on.

    `available`: how many may be ordered now, however they are supplied.
    """

    id: int
    product_id: int
    name: str
    option_1: str
    option_2: str
    sku: str
    price: int
    weight: int
    min_quantity: int
    on_hand: int
    reserved: int
    low_stock: int
    picture_id: int | None
    is_active: bool
    available: int
    tiers: tuple[Tier, ...] = ()

    @property
    def options(self) -> tuple[str, str]:
        """Its values on the product's axes."""
        return self.option_1, self.option_2


COLUMNS: tuple[Any, ...] = (
    Variant.id,
    Variant.product_id,
    Variant.name,
    Variant.option_1,
    Variant.option_2,
    Variant.sku,
    Variant.price,
    Variant.weight,
    Variant.min_quantity,
    Variant.on_hand,
    Variant.reserved,
    Variant.low_stock,
    Variant.picture_id,
    Variant.is_active,
)
TIER: tuple[Any, ...] = (PriceTier.from_quantity, PriceTier.price.label("tier_price"))


def variants(product_id: int, *, only_active: bool = False) -> list[VariantRow]:
    """The variants of a product in the seller's order. One statement."""
    columns = (*COLUMNS, available_now().label("available"))
    query = sa.select(*columns).join(Product, Product.id == Variant.product_id)
    query = with_tiers(query.where(Variant.product_id == product_id))
    if only_active:
        query = query.where(Variant.is_active)
    rows = db.session.execute(query.order_by(Variant.position, Variant.id, PriceTier.from_quantity)).all()
    tiers = tiers_in(rows, "id")
    first = {row.id: row for row in reversed(rows)}
    return [
        VariantRow(**{column.key: row._mapping[column.key] for column in columns}, tiers=tiers[row.id])
        for row in (first[key] for key in dict.fromkeys(each.id for each in rows))
    ]


def with_tiers(query: sa.Select[Any]) -> sa.Select[Any]:
    """A question about variants with a row for each tier of each (one for a variant without). Order it to the end by
    `PriceTier.from_quantity`, and read it with `tiers_in`."""
    return query.add_columns(*TIER).outerjoin(PriceTier, PriceTier.variant_id == Variant.id)


def tiers_in(rows: Iterable[sa.Row[Any]], key: str = "variant_id") -> dict[int, tuple[Tier, ...]]:
    """The tiers of each variant in rows of `with_tiers`; `key` is the column with the variant's id."""
    found: dict[int, tuple[Tier, ...]] = {}
    for row in rows:
        columns = row._mapping
        held = found.setdefault(columns[key], ())
        if columns["from_quantity"] is not None:
            found[columns[key]] = (*held, Tier(columns["from_quantity"], columns["tier_price"]))
    return found


def forms_mark(product_id: int) -> str:
    """A short text that is another one once somebody changed the axes or the forms on sale; stock does not count.

    A page that edits the forms carries it, and `variants.save_all` compares. One statement.
    """
    query = (
        sa.select(
            Product.axis_1,
            Product.axis_2,
            Variant.id,
            Variant.name,
            Variant.option_1,
            Variant.option_2,
            Variant.sku,
            Variant.position,
            Variant.price,
            Variant.weight,
            Variant.min_quantity,
            Variant.low_stock,
            Variant.picture_id,
            *TIER,
        )
        .select_from(Product)
        .join(Variant, Variant.product_id == Product.id)
        .outerjoin(PriceTier, PriceTier.variant_id == Variant.id)
        .where(Product.id == product_id, Variant.is_active)
        .order_by(Variant.id, PriceTier.from_quantity)
    )
    said = repr([tuple(row) for row in db.session.execute(query)])
    return hashlib.sha256(said.encode()).hexdigest()[:20]
