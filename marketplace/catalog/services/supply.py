"""Where a product's pieces come from."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.catalog import rules
from marketplace.catalog.models import Product, Variant
from marketplace.catalog.rules import Supply, SupplyDraft
from marketplace.catalog.services import checks
from marketplace.core import audit, revision
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import Invalid


def set_supply(actor: Actor, product_id: int, draft: SupplyDraft) -> None:
    """Say how a product is supplied; its axes are not touched. Saying the same again changes nothing.

    Raises NotFound, NotAllowed; Invalid naming the field: catalog.number_out_of_bounds.
    """
    product: Product = checks.own_product(actor, product_id)
    wanted = {
        "supply": draft.supply,
        "lead_days": draft.lead_days,
        "weekly_capacity": draft.weekly_capacity,
        "cutoff_minutes": draft.cutoff_minutes,
    }
    if {name: getattr(product, name) for name in wanted} == wanted:
        return
    if not 0 <= draft.lead_days <= rules.MOST_DAYS:
        raise Invalid("catalog.number_out_of_bounds", field="lead_days", lowest=0, highest=rules.MOST_DAYS)
    for name, value in wanted.items():
        setattr(product, name, value)
    is_to_order = draft.supply is Supply.TO_ORDER
    db.session.execute(sa.update(Variant).where(Variant.product_id == product.id).values(is_to_order=is_to_order))
    audit.record(actor, "catalog.supply_set", "product", product.id, **wanted)
    revision.touch()
