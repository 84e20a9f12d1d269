"""Neighbours buy, shops answer: every state an order can be in, through the same steps as in real life."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from random import Random

import sqlalchemy as sa

from marketplace.accounts import queries as accounts
from marketplace.catalog import queries as catalog
from marketplace.catalog.models import Product, Variant
from marketplace.catalog.queries import available_now
from marketplace.catalog.services import stock
from marketplace.core import clock
from marketplace.core.actor import GUEST, Actor
from marketplace.core.db import db
from marketplace.core.ports import port
from marketplace.demo.rules.buying import NOTES, REASONS, SHOPPING, STORES
from marketplace.demo.rules.people import BUYERS, GUESTS, HOMES
from marketplace.demo.services import giving
from marketplace.demo.services.world import World
from marketplace.orders import services as orders
from marketplace.orders.models import Order, Purchase
from marketplace.orders.policies import Buyer, guest_key
from marketplace.orders.rules import OrderStatus
from marketplace.payments.rules import PaymentMethod
from marketplace.payments.services import Providers
from marketplace.places import queries as places
from marketplace.shipping import queries as shipping
from marketplace.shipping.rules import DeliveryMethod
from marketplace.vouchers import services as vouchers
from marketplace.vouchers.queries import BuyerMark

DEAR = 300_000
ANSWERED = (OrderStatus.PROCESSING, OrderStatus.READY, OrderStatus.ON_THE_WAY, OrderStatus.DONE)


@dataclass(frozen=True)
class Plan:
    """One purchase to be: who, where, and how it ends."""

    number: int
    end: OrderStatus
    chance: Random
    method: PaymentMethod = PaymentMethod.CASH

    @property
    def is_delivered(self) -> bool | None:
        """Is it brought? None: either way."""
        return {OrderStatus.READY: False, OrderStatus.ON_THE_WAY: True, OrderStatus.ARRIVED: True}.get(self.end)


def plan(world: World) -> None:
    """Put all purchases on the time line."""
    number = 0
    for shopping in SHOPPING:
        if shopping.method is not PaymentMethod.CASH and port(Providers).get(shopping.method) is None:
            continue
        for turn in range(shopping.count):
            number += 1
            chance = Random(f"belanja {number}")
            first, last = shopping.days
            days = first + (last - first) * (turn + chance.random()) / shopping.count
            wanted = Plan(number, shopping.end, chance, shopping.method)
            world.timeline.add(_daytime(world.ago(days), days), partial(_place, world, wanted))


def _daytime(at: datetime, days: float) -> datetime:
    """Nobody orders at night; what was ordered today stays as it is."""
    return at if days < 1 else at.replace(hour=(at.hour % 14))


def _place(world: World, plan: Plan) -> None:
    """Write a purchase down, and put what follows on the time line."""
    purchase = order(world, plan)
    if purchase is not None:
        _continue(world, plan, buyer_of(world, plan), purchase)


def buyer_of(world: World, plan: Plan) -> Actor:
    """Most have an account; every fifth is a guest."""
    return world.people[BUYERS[plan.number % len(BUYERS)]] if plan.number % 5 else GUEST


def order(world: World, plan: Plan) -> Purchase | None:
    """Choose goods of one or two shops, have them reserved, and write the purchase down. None when none can be had."""
    buyer = buyer_of(world, plan)
    village = HOMES[plan.number % len(HOMES)][2]
    visited = (
        [STORES[plan.number % 2], STORES[plan.number % len(STORES)]]
        if plan.number % 3
        else [STORES[plan.number % len(STORES)]]
    )
    ways = shipping.options([world.stores[slug] for slug in visited], village)
    wanted = []
    for store_id in dict.fromkeys(world.stores[slug] for slug in visited):
        way = _way(ways[store_id], plan)
        lines = _lines(store_id, plan.chance)
        if way is not None and lines:
            note = plan.chance.choice(NOTES)
            wanted.append(orders.NewOrder(store_id, way.method, way.fee, lines, note, _ready_by(lines)))
    if not wanted:
        return None
    stock.reserve({line.variant_id: line.quantity for part in wanted for line in part.lines})
    placed = _purchase(world, plan, buyer, tuple(wanted))
    cheaper, quoted = giving.use(buyer, placed.buyer_phone, plan.number, wanted)
    purchase = orders.create(buyer, replace(placed, orders=cheaper))
    if quoted is not None:
        vouchers.redeem(quoted, BuyerMark.of(buyer, placed.buyer_phone), purchase)
    return purchase


def _ready_by(lines: tuple[orders.NewLine, ...]) -> date | None:
    """When the last of these is made, if something is made to order."""
    found = catalog.offers(line.variant_id for line in lines)
    days = [found[line.variant_id].ready_on(line.quantity) for line in lines]
    return max((day for day in days if day is not None), default=None)


def _way(ways: list[shipping.DeliveryOption], plan: Plan) -> shipping.DeliveryOption | None:
    if plan.is_delivered is None:
        return plan.chance.choice(ways) if ways else None
    fitting = [way for way in ways if (way.method is DeliveryMethod.OWN_DELIVERY) == plan.is_delivered]
    return fitting[0] if fitting else None


def _lines(store_id: int, chance: Random) -> tuple[orders.NewLine, ...]:
    """One to three things that the shop has enough of."""
    left = available_now() >= Variant.min_quantity + 3
    on_sale = (
        sa.select(Variant.id)
        .join(Product, Product.id == Variant.product_id)
        .where(Product.store_id == store_id, Variant.is_active, left)
    )
    ids = sorted(db.session.scalars(on_sale))
    offered = [offer for _, offer in sorted(catalog.offers(ids).items()) if offer.is_buyable]
    chosen = chance.sample(offered, min(len(offered), chance.randint(1, 3)))
    return tuple(_line(offer, 1 if offer.price > DEAR else chance.randint(1, 3)) for offer in chosen)


def _line(offer: catalog.Offer, wanted: int) -> orders.NewLine:
    """So many pieces, or the fewest that are sold."""
    quantity = max(wanted, offer.min_quantity)
    return orders.NewLine(
        variant_id=offer.variant_id,
        product_name=offer.product_name,
        unit_price=offer.price_for(quantity),
        quantity=quantity,
        variant_name=offer.variant_name,
        picture_key=offer.picture.key if offer.picture else "",
        is_not_halal=offer.is_not_halal,
        weight=offer.weight,
        allergens=offer.allergens,
    )


def _purchase(world: World, plan: Plan, buyer: Actor, wanted: tuple[orders.NewOrder, ...]) -> orders.NewPurchase:
    street, rt_rw, village, landmark = HOMES[plan.number % len(HOMES)]
    name, phone, email = (*GUESTS[plan.number % len(GUESTS)], "")
    contact = accounts.contact(buyer.person_id) if buyer.person_id else None
    if contact is not None:
        name, phone, email = contact.name, contact.phone or "", contact.email or ""
    placed = orders.NewPurchase(
        form_key=f"demo-{plan.number}",
        person_id=buyer.person_id,
        buyer_name=name,
        buyer_phone=phone,
        buyer_email=email,
        orders=wanted,
        payment_method=plan.method,
    )
    if all(order.delivery_method is DeliveryMethod.PICKUP for order in wanted):
        return placed
    return replace(
        placed,
        street=street,
        rt_rw=rt_rw,
        village_code=village,
        region_names=places.names([village])[village],
        postcode="85111",
        landmark=landmark,
    )


def _continue(world: World, plan: Plan, buyer: Actor, purchase: Purchase) -> None:
    """Put the steps up to the end of its orders on the time line."""
    placed, code, purchase_id = clock.now(), purchase.code, purchase.id
    soon = placed + timedelta(hours=plan.chance.uniform(0.3, 3))
    if plan.end is OrderStatus.EXPIRED:
        world.timeline.add(placed + timedelta(hours=24), partial(orders.paying.expire, purchase_id))
        return
    if plan.end is OrderStatus.CANCELLED:
        key = "" if buyer.person_id else guest_key(code)
        world.timeline.add(soon, partial(orders.cancel_purchase, Buyer(buyer, key), purchase_id))
        return
    for order_id, store_id in db.session.execute(
        sa.select(Order.id, Order.store_id).where(Order.purchase_id == purchase_id).order_by(Order.id)
    ):
        _answer(world, plan, world.owners[store_id], order_id, soon)


def _answer(world: World, plan: Plan, owner: Actor, order_id: int, at: datetime) -> None:
    add = world.timeline.add
    if plan.end is OrderStatus.DECLINED:
        add(at, partial(orders.decline, owner, order_id, plan.chance.choice(REASONS)))
    elif plan.end is OrderStatus.LAPSED:
        add(at + timedelta(hours=25), partial(orders.lapse, order_id))
    elif plan.end in ANSWERED:
        add(at, partial(orders.accept, owner, order_id))
    if plan.end in (OrderStatus.READY, OrderStatus.ON_THE_WAY, OrderStatus.DONE):
        at += timedelta(hours=plan.chance.uniform(1, 6))
        add(at, partial(orders.mark_ready, owner, order_id))
    if plan.end is OrderStatus.DONE:
        add(at + timedelta(hours=plan.chance.uniform(1, 20)), partial(hand_over, owner, order_id))


def hand_over(owner: Actor, order_id: int) -> None:
    """The buyer shows her four digits."""
    code = db.session.scalars(sa.select(Order.handover_code).where(Order.id == order_id)).one()
    refusal = orders.hand_over(owner, order_id, code)
    if refusal is not None:
        raise refusal
