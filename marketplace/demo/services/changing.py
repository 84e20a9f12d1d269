"""Life is not exact: a shop offers less, a buyer asks for less, a part is brought before the rest."""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa

from marketplace.changes import services as changes
from marketplace.changes.queries import lines_now, stamp_of
from marketplace.changes.rules import Asked, LineNow, Wish
from marketplace.core.db import db
from marketplace.demo.services.world import World
from marketplace.orders.models import Order, Purchase
from marketplace.orders.policies import Buyer
from marketplace.orders.rules import OrderStatus
from marketplace.shipping.rules import DeliveryMethod

LATELY = 0.005


def plan(world: World) -> None:
    """One of each, just now, where the shops have orders that fit."""
    for step in (_offer_less, _ask_for_less, _bring_a_part):
        world.timeline.add(world.ago(LATELY), partial(step, world))


def _offer_less(world: World) -> None:
    found = _fitting(OrderStatus.PROCESSING)
    if found:
        order, line = found[0]
        asked = Asked({line.line_id: Wish(line.quantity - 1)}, "Maaf, yang bagus tinggal segini.")
        changes.propose(world.owners[order.store_id], order.id, asked, stamp_of(order.id))


def _ask_for_less(world: World) -> None:
    for order, line in _fitting(OrderStatus.WAITING):
        purchase = db.session.get_one(Purchase, order.purchase_id)
        buyer = next((who for who in world.people.values() if who.person_id == purchase.person_id), None)
        if buyer is not None:
            asked = Asked({line.line_id: Wish(line.quantity - 1)}, "Ternyata cukup segini.")
            changes.ask(Buyer(buyer), order.id, asked, stamp_of(order.id))
            return


def _bring_a_part(world: World) -> None:
    found = [each for each in _fitting(OrderStatus.PROCESSING) if each[0].delivery_method is not DeliveryMethod.POST]
    if len(found) > 1:
        order, line = found[-1]
        changes.send_part(world.owners[order.store_id], order.id, {line.line_id: 1}, "", stamp_of(order.id))


def _fitting(status: OrderStatus) -> list[tuple[Order, LineNow]]:
    """Orders in a state with a line of several pieces, by id, each with the first such line."""
    orders = db.session.scalars(sa.select(Order).where(Order.status == status).order_by(Order.id)).all()
    lines = [(order, next((line for line in lines_now(order.id) if line.quantity > 1), None)) for order in orders]
    return [(order, line) for order, line in lines if line is not None]
