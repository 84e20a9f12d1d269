"""Receipts follow the money: one when it comes, another version when some goes back. Safe to repeat."""

from __future__ import annotations

from collections.abc import Iterable

from marketplace.core.db import db, transaction
from marketplace.orders.events import OrderHandedOver, PurchasePaid, RefundSettled
from marketplace.receipts import queries, services


def follow_payment(event: PurchasePaid) -> None:
    """A receipt for each order that was paid online."""
    _issue(queries.orders_of_purchase(event.purchase_id))


def follow_hand_over(event: OrderHandedOver) -> None:
    """Cash was paid with the goods."""
    _issue([event.order_id])


def follow_refund(event: RefundSettled) -> None:
    """Money went back, or came back: a version that says so takes the place of the last."""
    _issue(queries.orders_of_refund(event.refund_id))


def _issue(order_ids: Iterable[int]) -> None:
    db.session.rollback()
    for order_id in order_ids:
        with transaction():
            copy = services.issue(order_id)
        if copy is not None and copy.pdf is None:
            pdf = services.draw(copy)
            with transaction():
                services.keep(copy.id, pdf)
