"""The round of Fatululi: two shops take part, a runner runs it, and a neighbour has ordered from both."""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa

from marketplace.accounts import services as accounts
from marketplace.catalog.models import Product, Variant
from marketplace.catalog.queries import offers
from marketplace.catalog.queries.availability import available_now
from marketplace.catalog.rules import Supply
from marketplace.checkout import queries as carts
from marketplace.checkout import services as checkout
from marketplace.checkout.rules import CartOwner, SeenLine
from marketplace.checkout.services import CheckoutSpec, Delivery, Destination
from marketplace.core import clock
from marketplace.core.actor import Role
from marketplace.core.db import db
from marketplace.demo.rules.people import HOMES
from marketplace.demo.services.world import World
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.rounds import services
from marketplace.rounds.queries.offers import offers as round_offers
from marketplace.rounds.services import RegionDraft, RoundDraft
from marketplace.shipping.rules import DeliveryMethod

SHOPS = ("dapur-mama-ina", "tenun-mama-yuli")
BUYER, RUNNER = "sari", "nus"
FATULULI_ROUND = RoundDraft("Putaran Fatululi", "1234567", 16 * 60, 19 * 60, 60, 20, is_open=True)
FEE = 10_000
ZONE = "53.71.04"
"""The round brings goods to all of Kecamatan Oebobo, where Fatululi lies."""


def plan(world: World) -> None:
    """Put the round, and a purchase that goes with it, on the time line."""
    world.timeline.add(world.ago(30), partial(_set_up, world))


def _set_up(world: World) -> None:
    operator = world.people["admin"]
    made = services.save_round(operator, FATULULI_ROUND)
    services.set_fee(operator, made.id, FEE, clock.today())
    street, rt_rw, village, landmark = HOMES[0]
    services.set_region(operator, made.id, RegionDraft(village, visits=True, brings=True))
    services.set_region(operator, made.id, RegionDraft(ZONE, visits=False, brings=True))
    accounts.people.grant(operator, world.people[RUNNER].person_id or 0, Role.RUNNER, made.id)
    for slug in SHOPS:
        services.choose_rounds(world.owners[world.stores[slug]], world.stores[slug], [made.id])
    home = Destination(street, village, rt_rw, landmark=landmark)
    world.timeline.add(world.ago(0.1), partial(_order, world, home))


def _order(world: World, home: Destination) -> None:
    buyer = world.people[BUYER]
    owner = CartOwner(person_id=buyer.person_id)
    found = offers(filter(None, (_something(world.stores[slug]) for slug in SHOPS)))
    ways = round_offers(carts.bags((offer, offer.ready_on()) for offer in found.values()), home.village_code)
    if len(ways) < len(SHOPS):
        return
    for variant_id in found:
        checkout.add(owner, variant_id, found[variant_id].min_quantity)
    placed = checkout.place(
        buyer,
        owner,
        "demo-putaran",
        CheckoutSpec(
            name=buyer.name,
            phone="+6281246000106",
            deliveries={
                store_id: Delivery(DeliveryMethod.ROUND, options[0].fee, ref=options[0].ref)
                for store_id, options in ways.items()
            },
            seen=tuple(
                SeenLine(key, offer.min_quantity, offer.price_for(offer.min_quantity)) for key, offer in found.items()
            ),
            destination=home,
            email=f"{BUYER}@demo.belintt.id",
        ),
    )
    for order in db.session.scalars(sa.select(Order).where(Order.purchase_id == placed.id).order_by(Order.id)):
        owner_of_shop = world.owners[order.store_id]
        orders.accept(owner_of_shop, order.id)
        if order.store_id == world.stores[SHOPS[0]]:
            orders.mark_ready(owner_of_shop, order.id)


def _something(store_id: int) -> int | None:
    """A variant of the shop that lies on the shelf."""
    lies_there = (
        sa.select(Variant.id)
        .join(Product, Product.id == Variant.product_id)
        .where(Product.store_id == store_id, Variant.is_active, available_now() >= Variant.min_quantity + 3)
        .order_by(Variant.id)
    )
    found = offers(db.session.scalars(lies_there))
    fitting = [key for key, offer in sorted(found.items()) if offer.is_buyable and offer.supply is Supply.READY]
    return next(iter(fitting), None)
