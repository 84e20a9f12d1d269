"""What the pages of the seller's desk share."""

from __future__ import annotations

from marketplace.catalog import queries
from marketplace.catalog.policies import can_see_goods
from marketplace.catalog.queries import ProductRow
from marketplace.catalog.rules import ProductStatus
from marketplace.core.errors import NotFound
from marketplace.web.access import current_actor


def own_product(product_id: int) -> ProductRow:
    """A product of a store that the visitor works for. Raises NotFound for any other, and for an archived one."""
    found = queries.product(product_id)
    if not can_see_goods(current_actor(), found.store_id) or found.status is ProductStatus.ARCHIVED:
        raise NotFound("catalog.product_not_found")
    return found
