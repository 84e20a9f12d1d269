"""Changes of orders for tests, asked for as the pages ask."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from marketplace.changes import services
from marketplace.changes.models import OrderChange
from marketplace.changes.queries import stamp_of
from marketplace.changes.rules import Asked, Wish
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.db import db
from marketplace.orders.models import Order, OrderLine
from marketplace.orders.policies import Buyer

AS_BUYER = Buyer(SYSTEM)


def lines_of(order: Order) -> list[OrderLine]:
    """All lines of an order, those that were left out too, by id."""
    return list(db.session.scalars(sa.select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.id)))


def proposal(
    order: Order,
    *wishes: Wish,
    actor: Actor = SYSTEM,
    reason: str = "Stoples tinggal tiga",
    ready_by: date | None = None,
) -> OrderChange:
    """The shop proposes a change: a wish for each of the first lines. Call it inside `transaction()` or a rolled-back
    test."""
    lines = [line for line in lines_of(order) if line.quantity]
    asked = Asked({line.id: wish for line, wish in zip(lines, wishes, strict=False)}, reason, ready_by)
    return services.propose(actor, order.id, asked, stamp_of(order.id))


def request(order: Order, *wishes: Wish, buyer: Buyer = AS_BUYER, note: str | None = None) -> OrderChange:
    """The buyer asks for a change, as `proposal`."""
    asked = Asked({line.id: wish for line, wish in zip(lines_of(order), wishes, strict=False)}, "", None, note)
    return services.ask(buyer, order.id, asked, stamp_of(order.id))
