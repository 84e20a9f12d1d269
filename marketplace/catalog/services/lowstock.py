"""When few are left: the line below which a shop wants to know, and telling it once."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.catalog import rules
from marketplace.catalog.models import Product, Variant
from marketplace.catalog.queries.selling import StockRow, is_low, rows_of
from marketplace.catalog.services import movements
from marketplace.core import audit
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import Invalid
from marketplace.core.locks import lock_many

TOLD_AT_ONCE = 500


def set_line(actor: Actor, variant_id: int, low_stock: int) -> None:
    """Warn the shop when no more than so many pieces of a variant are left; 0: only when none is.

    Who sets the line knows what lies there now, so nothing is told before the pieces have risen and fallen again.
    Raises NotFound, NotAllowed, Invalid (field low_stock).
    """
    (variant,) = movements.lock_own(actor, [variant_id])
    if not 0 <= low_stock <= rules.MOST_STOCK:
        raise Invalid("catalog.number_out_of_bounds", field="low_stock", lowest=0, highest=rules.MOST_STOCK)
    if variant.low_stock == low_stock:
        return
    before, variant.low_stock = variant.low_stock, low_stock
    variant.is_low_told = variant.available <= low_stock
    db.session.flush()
    audit.record(actor, "catalog.low_stock_set", "variant", variant.id, low_stock=low_stock, before=before)


def take_low() -> dict[int, list[StockRow]]:
    """What fell below its line since this was asked before, by store; noted as told in the transaction at hand.

    What rose above its line meanwhile may be told again when it falls. At most some hundreds at a time.
    """
    few = Variant.on_hand - Variant.reserved <= Variant.low_stock
    fell = sa.and_(is_low(), Variant.is_active, sa.not_(Variant.is_low_told))
    rose = sa.and_(Variant.is_low_told, sa.not_(few))
    query = sa.select(Variant.id).join(Product, Product.id == Variant.product_id).where(sa.or_(fell, rose))
    variants = lock_many(Variant, db.session.scalars(query.order_by(Variant.id).limit(TOLD_AT_ONCE)))
    told = []
    for variant in variants:
        is_few = variant.available <= variant.low_stock
        if is_few and not variant.is_low_told:
            told.append(variant.id)
        variant.is_low_told = is_few
    db.session.flush()
    store_of = {variant.id: variant.store_id for variant in variants}
    by_store: dict[int, list[StockRow]] = {}
    for row in rows_of(told):
        by_store.setdefault(store_of[row.variant_id], []).append(row)
    return by_store
