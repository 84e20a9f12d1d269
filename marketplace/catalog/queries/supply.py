"""How a product is supplied, for those who change it."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.catalog.models import Product
from marketplace.catalog.rules import SupplyDraft
from marketplace.core.db import db
from marketplace.core.errors import NotFound


def supply_of(product_id: int) -> SupplyDraft:
    """Where the pieces of a product come from, and its axes. One statement. Raises NotFound."""
    columns = (Product.supply, Product.lead_days, Product.weekly_capacity, Product.cutoff_minutes)
    row = db.session.execute(
        sa.select(*columns, Product.axis_1, Product.axis_2).where(Product.id == product_id)
    ).one_or_none()
    if row is None:
        raise NotFound("catalog.product_not_found")
    return SupplyDraft(row.supply, row.lead_days, row.weekly_capacity, row.cutoff_minutes, (row.axis_1, row.axis_2))
