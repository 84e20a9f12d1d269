"""Does the ledger of stock say what the shelves say? Each is one statement over everything there is (pieces)."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from marketplace.catalog.models import Product, StockMovement, Variant
from marketplace.catalog.rules import Supply
from marketplace.core.db import db


@dataclass(frozen=True)
class CrookedShelf:
    """A variant of which a figure kept is not the one found."""

    reference: str
    figure: str
    kept: int
    found: int


def crooked_shelves() -> list[CrookedShelf]:
    """Variants whose movements do not add up to what they have on hand."""
    sums = (
        sa.select(StockMovement.variant_id, sa.func.sum(StockMovement.change).label("total"))
        .group_by(StockMovement.variant_id)
        .subquery()
    )
    total = sa.func.coalesce(sums.c.total, 0)
    query = sa.select(Variant.id, Variant.on_hand, total).join(sums, sums.c.variant_id == Variant.id, isouter=True)
    rows = db.session.execute(query.where(Variant.on_hand != total).order_by(Variant.id))
    return [
        CrookedShelf(f"variant {id_}", "on hand, by movements", on_hand, int(found)) for id_, on_hand, found in rows
    ]


def crooked_movements() -> list[CrookedShelf]:
    """Movements after which another number lay there than all movements up to it add up to."""
    running = sa.func.sum(StockMovement.change).over(partition_by=StockMovement.variant_id, order_by=StockMovement.id)
    lines = sa.select(StockMovement.id, StockMovement.on_hand, running.label("total")).subquery()
    rows = db.session.execute(sa.select(lines).where(lines.c.on_hand != lines.c.total).order_by(lines.c.id))
    return [CrookedShelf(f"movement {id_}", "on hand afterwards", on_hand, int(total)) for id_, on_hand, total in rows]


def crooked_supplies() -> list[CrookedShelf]:
    """Variants that are not made to order as their product is."""
    wanted = sa.case((Product.supply == Supply.TO_ORDER, 1), else_=0)
    found = sa.case((Variant.is_to_order, 1), else_=0)
    query = sa.select(Variant.id, wanted, found).join(Product, Product.id == Variant.product_id)
    rows = db.session.execute(query.where(wanted != found).order_by(Variant.id))
    return [CrookedShelf(f"variant {id_}", "made to order", kept, has) for id_, kept, has in rows]
