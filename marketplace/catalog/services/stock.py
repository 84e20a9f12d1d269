"""Stock is promised, given back and handed over by guarded updates: the database decides, never an earlier read.

Whoever locks several things does it in this order: cart, orders of a purchase, products, variants, each in id order.
Goods made to order are promised under their product's lock, because all forms of it share one capacity.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from marketplace.catalog.models import Product, ProductRevision, Variant
from marketplace.catalog.queries.availability import available_now, is_open_today
from marketplace.catalog.rules import MovementKind, Supply
from marketplace.catalog.services import movements
from marketplace.catalog.services.movements import Counted as Counted
from marketplace.catalog.services.movements import count as count
from marketplace.catalog.services.movements import open_shelf as open_shelf
from marketplace.catalog.services.movements import put_back as put_back
from marketplace.catalog.services.movements import record_movements as record_movements
from marketplace.catalog.services.movements import set_stock as set_stock
from marketplace.core import revision
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.db import db
from marketplace.core.errors import Stale
from marketplace.core.locks import lock_many


class OutOfStock(Stale):
    """Somebody else was faster, the day is over, or it is no longer sold. `variant_id` says which variant."""

    def __init__(self, variant_id: int, name: str, left: int, message_id: str = "catalog.out_of_stock") -> None:
        super().__init__(message_id, name=name, left=left)
        self.variant_id = variant_id


def reserve(wanted: Mapping[int, int], workshops: Mapping[int, int] | None = None) -> None:
    """Promise pieces to a buyer (variant id to quantity), all or, by raising OutOfStock, none.

    Products made to order are locked first, then rows are taken in id order, so two buyers never wait for each other.
    Whether it may be had at this instant (the day, the cut-off, the capacity) is decided in the update itself.
    `workshops` names the products of those variants that are made to order, when the caller has just asked.
    """
    pieces = _ordered(wanted)
    to_order = _workshops(wanted) if workshops is None else workshops
    if to_order:
        lock_many(Product, to_order.values())
    enough = sa.select(available_now()).where(Product.id == Variant.product_id).correlate(Variant).scalar_subquery()
    for variant_id, quantity in pieces:
        taken = db.session.execute(
            sa.update(Variant)
            .where(Variant.id == variant_id, Variant.is_active, Variant.is_to_order == (variant_id in to_order))
            .where(enough >= quantity)
            .values(reserved=Variant.reserved + quantity)
            .returning(Variant.id)
        ).scalar_one_or_none()
        if taken is None:
            raise _out_of_stock(variant_id)
    revision.touch()


def release(wanted: Mapping[int, int]) -> None:
    """Give promised pieces back to the shelf. Raises ValueError when they were not promised."""
    _settle(wanted, sold=False)


def hand_over(wanted: Mapping[int, int], actor: Actor = SYSTEM, about: str = "") -> None:
    """Promised pieces leave the shop: neither on hand nor promised any more; `about` is the order they leave with.

    What was made to order never lay on the shelf, and its shelf does not become emptier. Raises ValueError likewise.
    """
    gone = _settle(wanted, sold=True)
    movements.write(actor, MovementKind.SALE, gone, about=about)


def _settle(wanted: Mapping[int, int], *, sold: bool) -> list[tuple[int, int, int]]:
    """Take pieces out of what is promised; the movements of the shelf that follow when they are sold."""
    moved = []
    for variant_id, quantity in _ordered(wanted):
        taken = sa.case((Variant.is_to_order, 0), else_=quantity if sold else 0)
        settled = db.session.execute(
            sa.update(Variant)
            .where(Variant.id == variant_id, Variant.reserved >= quantity)
            .values(reserved=Variant.reserved - quantity, on_hand=Variant.on_hand - taken)
            .returning(Variant.is_to_order, Variant.on_hand)
        ).one_or_none()
        if settled is None:
            raise ValueError(f"variant {variant_id}: {quantity} were never reserved")
        if sold and not settled.is_to_order:
            moved.append((variant_id, -quantity, settled.on_hand))
    revision.touch()
    return moved


def _ordered(wanted: Mapping[int, int]) -> list[tuple[int, int]]:
    if any(quantity < 1 for quantity in wanted.values()):
        raise ValueError("quantities are one or more")
    return sorted(wanted.items())


def _workshops(variant_ids: Iterable[int]) -> dict[int, int]:
    """Which of these are made to order, and their products."""
    query = sa.select(Variant.id, Variant.product_id).where(Variant.id.in_(list(variant_ids)), Variant.is_to_order)
    return {row.id: row.product_id for row in db.session.execute(query)}


def _out_of_stock(variant_id: int) -> OutOfStock:
    row = db.session.execute(
        sa.select(
            ProductRevision.name.label("product"),
            Variant.name,
            Variant.is_active,
            Product.supply,
            available_now().label("left"),
            is_open_today().label("is_open"),
        )
        .select_from(Variant)
        .join(Product, Product.id == Variant.product_id)
        .outerjoin(ProductRevision, ProductRevision.id == Product.live_revision_id)
        .where(Variant.id == variant_id)
    ).one_or_none()
    if row is None:
        return OutOfStock(variant_id, "", 0)
    name, left = " · ".join(filter(None, (row.product, row.name))), row.left if row.is_active else 0
    if row.supply is Supply.TO_ORDER and row.is_active:
        return OutOfStock(variant_id, name, left, "catalog.workshop_full")
    if row.supply is Supply.DAILY and row.is_active and not row.is_open:
        return OutOfStock(variant_id, name, left, "catalog.not_today")
    return OutOfStock(variant_id, name, left)
