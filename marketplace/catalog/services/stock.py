"""Stock is promised, given back and handed over by guarded updates: the database decides, never an earlier read."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from marketplace.catalog.models import Product, ProductRevision, Variant
from marketplace.core import revision
from marketplace.core.db import db
from marketplace.core.errors import Stale


class OutOfStock(Stale):
    """Somebody else was faster, or the variant is no longer sold. `variant_id` says which."""

    def __init__(self, variant_id: int, name: str, left: int) -> None:
        super().__init__("catalog.out_of_stock", name=name, left=left)
        self.variant_id = variant_id


def reserve(wanted: Mapping[int, int]) -> None:
    """Promise pieces to a buyer (variant id to quantity), all or, by raising OutOfStock, none.

    Rows are taken in id order, so two buyers never wait for each other.
    """
    for variant_id, quantity in _ordered(wanted):
        taken = db.session.execute(
            sa.update(Variant)
            .where(Variant.id == variant_id, Variant.is_active, Variant.on_hand - Variant.reserved >= quantity)
            .values(reserved=Variant.reserved + quantity)
            .returning(Variant.id)
        ).scalar_one_or_none()
        if taken is None:
            raise _out_of_stock(variant_id)
    revision.touch()


def release(wanted: Mapping[int, int]) -> None:
    """Give promised pieces back to the shelf. Raises ValueError when they were not promised."""
    _settle(wanted, sold=False)


def hand_over(wanted: Mapping[int, int]) -> None:
    """Promised pieces leave the shop: neither on hand nor promised any more. Raises ValueError likewise."""
    _settle(wanted, sold=True)


def _settle(wanted: Mapping[int, int], *, sold: bool) -> None:
    for variant_id, quantity in _ordered(wanted):
        settled = db.session.execute(
            sa.update(Variant)
            .where(Variant.id == variant_id, Variant.reserved >= quantity)
            .values(reserved=Variant.reserved - quantity, on_hand=Variant.on_hand - (quantity if sold else 0))
            .returning(Variant.id)
        ).scalar_one_or_none()
        if settled is None:
            raise ValueError(f"variant {variant_id}: {quantity} were never reserved")
    revision.touch()


def _ordered(wanted: Mapping[int, int]) -> list[tuple[int, int]]:
    if any(quantity < 1 for quantity in wanted.values()):
        raise ValueError("quantities are one or more")
    return sorted(wanted.items())


def _out_of_stock(variant_id: int) -> OutOfStock:
    row = db.session.execute(
        sa.select(ProductRevision.name, Variant.name, Variant.is_active, Variant.on_hand - Variant.reserved)
        .select_from(Variant)
        .join(Product, Product.id == Variant.product_id)
        .outerjoin(ProductRevision, ProductRevision.id == Product.live_revision_id)
        .where(Variant.id == variant_id)
    ).one_or_none()
    if row is None:
        return OutOfStock(variant_id, "", 0)
    product, variant, is_active, left = row
    return OutOfStock(variant_id, " · ".join(filter(None, (product, variant))), left if is_active else 0)
