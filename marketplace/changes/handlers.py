"""What follows a change: letters to who has to answer and to both when it is settled, and what nobody answered.

A letter is written once, however often its handler runs: its key names the step and who is told.
"""

from __future__ import annotations

import structlog
from sqlalchemy import select

from marketplace.accounts.queries import people_of_store
from marketplace.changes import events, queries, services
from marketplace.changes.models import Parcel
from marketplace.changes.queries import ChangeView
from marketplace.changes.rules import ChangeState
from marketplace.core.actor import Right
from marketplace.core.clock import now
from marketplace.core.db import db, transaction
from marketplace.core.errors import Stale
from marketplace.notifications.services import write_letter
from marketplace.orders import events as order_events
from marketplace.orders.models import Order, Purchase
from marketplace.orders.policies import guest_key
from marketplace.orders.queries import OrderView, order_view

LINK_PATH = "/perubahan/"
Ended = (
    order_events.OrderDeclined
    | order_events.OrderLapsed
    | order_events.OrderReady
    | order_events.OrderHandedOver
    | order_events.OrderEnded
)
log = structlog.get_logger()


def tell_of_request(event: events.ChangeAsked) -> None:
    """To the buyer what the shop proposes, with a link to answer by; to the shop what the buyer asks for."""
    with transaction():
        found = _found(event.change_id)
        if found is None or not found[0].is_open:
            return
        change, order, purchase = found
        if change.is_from_shop:
            token = services.links.token_of(change.id, purchase.buyer_email)
            _to_buyer("proposed", change.id, order, purchase, change=change, link=f"{LINK_PATH}{token}")
        else:
            _to_shop("asked", change.id, order, change=change)


def tell_of_outcome(event: events.ChangeSettled) -> None:
    """To both: how it ended, and what holds now. Of one that the order overtook, the order's own letters tell."""
    with transaction():
        found = _found(event.change_id)
        if found is None or found[0].state is ChangeState.OVERTAKEN:
            return
        change, order, purchase = found
        _to_buyer("settled_buyer", change.id, order, purchase, change=change)
        _to_shop("settled_shop", change.id, order, change=change)


def tell_of_parcel(event: events.ParcelSent) -> None:
    """To the buyer: a part is on its way or can be fetched, and what still comes."""
    with transaction():
        order_id = db.session.scalar(select(Parcel.order_id).where(Parcel.id == event.parcel_id))
        found = order_view(order_id) if order_id else None
        if found is None or order_id is None:
            return
        parcel = next(each for each in queries.parcels_of([order_id])[order_id] if each.id == event.parcel_id)
        left = sum(line.quantity - line.sent for line in queries.lines_now(order_id))
        _to_buyer("parcel", parcel.id, *found, parcel=parcel, left=left)


def follow_end(event: Ended) -> None:
    """The order can no longer be changed: what was still asked has come to nothing."""
    with transaction():
        services.overtake(event.order_id)


def follow_cancellation(event: order_events.PurchaseCancelled) -> None:
    """The buyer took it all back, and with it what was still asked about it."""
    with transaction():
        for order_id in db.session.scalars(select(Order.id).where(Order.purchase_id == event.purchase_id)).all():
            services.overtake(order_id)


def end_overdue() -> None:
    """Routine: a change that nobody answered in time was refused; each in a transaction of its own."""
    overdue = queries.overdue(now())
    db.session.rollback()
    for change_id in overdue:
        try:
            with transaction():
                services.expire(change_id)
        except Stale:  # answered this very moment
            log.info("changes.answered_at_last", change_id=change_id)


def _found(change_id: int) -> tuple[ChangeView, OrderView, Purchase] | None:
    change = queries.change_view(change_id)
    found = order_view(change.order_id) if change else None
    return (change, *found) if change and found else None


def _to_buyer(template: str, about: int, order: OrderView, purchase: Purchase, **values: object) -> None:
    path = f"/pesanan/{order.code}"
    if purchase.person_id is None:
        path += f"?kunci={guest_key(purchase.code)}"
    key = f"changes.{template}:{about}:buyer"
    values |= {"order": order, "purchase": purchase, "path": path}
    write_letter(key, purchase.buyer_email, f"changes/{template}", purchase.language, **values)


def _to_shop(template: str, about: int, order: OrderView, **values: object) -> None:
    values |= {"order": order, "path": f"/penjual/pesanan/{order.code}"}
    for person in people_of_store(order.store_id, Right.ORDERS):
        key = f"changes.{template}:{about}:{person.id}"
        write_letter(key, person.email or "", f"changes/{template}", person.language, person=person, **values)
