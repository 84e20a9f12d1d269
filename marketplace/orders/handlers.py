"""What follows a purchase: letters to the buyer and to the people of the shop, and orders that nobody answered.

A letter is written once, however often its handler runs: its key names the step and who is told.
"""

from __future__ import annotations

import structlog

from marketplace.accounts.queries import people_of_store
from marketplace.core.clock import now
from marketplace.core.db import db, transaction
from marketplace.core.errors import Stale
from marketplace.notifications.services import write_letter
from marketplace.orders import events, queries, services
from marketplace.orders.models import Purchase
from marketplace.orders.policies import guest_key
from marketplace.orders.queries import OrderView
from marketplace.orders.rules import OrderStatus

log = structlog.get_logger()


def tell_of_purchase(event: events.PurchasePlaced) -> None:
    """To the buyer: it has arrived. To each shop: a new order waits for an answer."""
    with transaction():
        view = queries.purchase_view(event.purchase_id)
        if view is None:
            return
        _to_buyer(view.purchase, "purchase_placed", f"{view.purchase.id}", orders=view.orders)
        for order in view.orders:
            _to_shop(view.purchase, order, "shop_new_order")


def tell_of_cancellation(event: events.PurchaseCancelled) -> None:
    """To the buyer: it is taken back, nothing is owed. To each shop that had not declined: no need to prepare it."""
    with transaction():
        view = queries.purchase_view(event.purchase_id)
        if view is None:
            return
        cancelled = tuple(order for order in view.orders if order.status is OrderStatus.CANCELLED)
        _to_buyer(view.purchase, "purchase_cancelled", f"{view.purchase.id}", orders=cancelled)
        for order in cancelled:
            _to_shop(view.purchase, order, "shop_cancelled")


def tell_of_acceptance(event: events.OrderAccepted) -> None:
    """To the buyer: the shop said yes."""
    _tell_buyer(event.order_id, "order_accepted")


def tell_of_decline(event: events.OrderDeclined) -> None:
    """To the buyer: the shop said no, and why."""
    _tell_buyer(event.order_id, "order_declined")


def tell_of_readiness(event: events.OrderReady) -> None:
    """To the buyer: come and fetch it, or it is on its way; and the four digits to show."""
    _tell_buyer(event.order_id, "order_ready")


def tell_of_hand_over(event: events.OrderHandedOver) -> None:
    """To the buyer: a receipt."""
    _tell_buyer(event.order_id, "order_handed_over")


def tell_of_lapse(event: events.OrderLapsed) -> None:
    """To both: the time to answer is over."""
    _tell_buyer(event.order_id, "order_lapsed", shop_template="shop_lapsed")


def lapse_unanswered() -> None:
    """Routine: end the orders whose shop has not answered in time, each in a transaction of its own."""
    overdue = queries.unanswered(now())
    db.session.rollback()
    for order_id in overdue:
        try:
            with transaction():
                services.lapse(order_id)
        except Stale:  # answered this very moment
            log.info("orders.answered_at_last", order_id=order_id)


def _tell_buyer(order_id: int, template: str, shop_template: str | None = None) -> None:
    with transaction():
        found = queries.order_view(order_id)
        if found is None:
            return
        order, purchase = found
        _to_buyer(purchase, template, f"{order.id}", order=order)
        if shop_template:
            _to_shop(purchase, order, shop_template)


def _to_buyer(purchase: Purchase, template: str, about: str, **values: object) -> None:
    key = f"orders.{template}:{about}:buyer"
    path = f"/pembelian/{purchase.code}"
    if purchase.person_id is None:
        path += f"?kunci={guest_key(purchase.code)}"
    write_letter(
        key, purchase.buyer_email, f"orders/{template}", purchase.language, purchase=purchase, path=path, **values
    )


def _to_shop(purchase: Purchase, order: OrderView, template: str) -> None:
    path = f"/penjual/pesanan/{order.code}"
    for person in people_of_store(order.store_id):
        key = f"orders.{template}:{order.id}:{person.id}"
        write_letter(
            key,
            person.email or "",
            f"orders/{template}",
            person.language,
            person=person,
            purchase=purchase,
            order=order,
            path=path,
        )
