"""Where a shop delivers, and for how much."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.core import audit, revision
from marketplace.core.actor import Actor
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotAllowed
from marketplace.places.models import Region
from marketplace.shipping.models import DeliveryZone
from marketplace.shipping.policies import can_set_zones
from marketplace.shipping.rules import LARGEST_FEE


def set_zone(actor: Actor, store_id: int, region_code: str, fee: int, note: str = "") -> None:
    """Deliver to a region (village, district or regency) for `fee` rupiah, from now on.

    Raises NotAllowed, Invalid for an unknown region (field region_code) or a fee out of bounds (field fee).
    """
    if not can_set_zones(actor, store_id):
        raise NotAllowed("shipping.not_yours")
    if not 0 <= fee <= LARGEST_FEE:
        raise Invalid("shipping.fee_out_of_bounds", field="fee")
    if db.session.get(Region, region_code) is None:
        raise Invalid("shipping.unknown_region", field="region_code")
    held = db.session.scalar(
        sa.select(DeliveryZone).where(DeliveryZone.store_id == store_id, DeliveryZone.region_code == region_code)
    )
    if held is None:
        db.session.add(DeliveryZone(store_id=store_id, region_code=region_code, fee=fee, note=note[:120]))
    else:
        held.fee, held.note = fee, note[:120]
    revision.touch()
    audit.record(actor, "shipping.zone_set", "store", store_id, region_code=region_code, fee=fee)


def remove_zone(actor: Actor, store_id: int, region_code: str) -> None:
    """Stop delivering to a region; nothing happens when the shop does not. Orders placed keep their fee."""
    if not can_set_zones(actor, store_id):
        raise NotAllowed("shipping.not_yours")
    db.session.execute(
        sa.delete(DeliveryZone).where(DeliveryZone.store_id == store_id, DeliveryZone.region_code == region_code)
    )
    revision.touch()
    audit.record(actor, "shipping.zone_removed", "store", store_id, region_code=region_code)
