"""Two things that neighbours reported: a product, by two of them, and a shop. Both wait for the operator."""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa

from marketplace.catalog.models import Product
from marketplace.catalog.rules import ProductStatus
from marketplace.core.actor import GUEST
from marketplace.core.db import db
from marketplace.demo.services.world import World
from marketplace.moderation import services
from marketplace.moderation.rules import Reason, Said, Thing

SHOP_OF_PRODUCT, SHOP = "dapur-mama-ina", "tenun-mama-yuli"


def plan(world: World) -> None:
    """Put all three reports on the time line, after the goods have come."""
    smells = Said(
        Reason.UNSAFE_FOOD, "Yang saya beli kemarin tutupnya longgar dan baunya sudah asam.", "0812 4600 0106"
    )
    world.timeline.add(world.ago(1.6), partial(_product, world, "sari", smells))
    world.timeline.add(world.ago(0.7), partial(_product, world, "anton", Said(Reason.MISLEADING)))
    closed = Said(Reason.OTHER, "Saya ke alamatnya dua kali, rumahnya kosong. Apakah toko ini masih buka?")
    world.timeline.add(world.ago(0.5), partial(_shop, world, closed))


def _product(world: World, handle: str, said: Said) -> None:
    """The first product of the shop that everybody may read."""
    store_id = world.stores[SHOP_OF_PRODUCT]
    shown = (Product.live_revision_id.is_not(None), Product.status == ProductStatus.ACTIVE)
    query = sa.select(Product.id).where(Product.store_id == store_id, *shown).order_by(Product.id).limit(1)
    services.report(world.people[handle], "", Thing(store_id, db.session.scalars(query).one()), said)


def _shop(world: World, said: Said) -> None:
    services.report(GUEST, "demo-browser", Thing(world.stores[SHOP]), said)
