"""What the pages of the seller's desk share."""

from __future__ import annotations

from flask import request

from marketplace.catalog import queries
from marketplace.catalog.policies import can_see_goods
from marketplace.catalog.queries import ProductRow
from marketplace.catalog.rules import ProductStatus
from marketplace.core.actor import Right
from marketplace.core.errors import NotFound
from marketplace.stores.models import Store
from marketplace.stores.queries import store
from marketplace.web.access import current_actor


def own_product(product_id: int) -> ProductRow:
    """A product of a store that the visitor works for. Raises NotFound for any other, and for an archived one."""
    found = queries.product(product_id)
    if not can_see_goods(current_actor(), found.store_id) or found.status is ProductStatus.ARCHIVED:
        raise NotFound("catalog.product_not_found")
    return found


def chosen_store(*rights: Right) -> Store:
    """The shop asked for by `?toko=` (its id), else the first where the visitor has one of these rights (none: any).

    Raises NotFound for all others.
    """
    actor = current_actor()
    own = actor.stores_with(*rights) if rights else actor.store_ids
    wanted = request.values.get("toko", type=int) or (own[0] if own else 0)
    if wanted not in own:
        raise NotFound("stores.not_found")
    return store(wanted)
