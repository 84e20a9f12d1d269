"""Whose a purchase is: a guest's becomes an account's; and what the law on personal data asks (UU PDP): a copy for the
buyer, and forgetting her.
"""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.accounts.services.closing import Leaving
from marketplace.core import audit, outbox
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotFound
from marketplace.core.locks import lock_one
from marketplace.notifications import services as notifications
from marketplace.orders import events, rules
from marketplace.orders.models import Order, OrderAcceptance, OrderLine, Purchase
from marketplace.orders.policies import Buyer, can_read_purchase


def keep_purchase(buyer: Buyer, purchase_id: int) -> Purchase:
    """A guest's purchase becomes one of the account that she is signed in with. Its key opens it no more.

    Doing it twice changes nothing. Raises NotFound for who is not signed in, who lacks the key, or comes after another.
    """
    purchase = lock_one(Purchase, purchase_id)
    if not buyer.actor.is_signed_in or not can_read_purchase(buyer.actor, purchase, buyer.key):
        raise NotFound
    if purchase.person_id is None:
        purchase.person_id = buyer.actor.person_id
        audit.record(buyer.actor, "orders.purchase_kept", "purchase", purchase.code)
        outbox.emit(events.PurchaseKept(purchase.id))
    return purchase


def forget_buyer(leaving: Leaving) -> None:
    """Keep what was sold for how much, and nothing of who bought or took it: the account is closed.

    Raises Invalid while an order is open: somebody still waits for the goods, or with them.
    """
    mine = sa.select(Purchase.id).where(Purchase.person_id == leaving.person_id)
    still_open = sa.exists().where(Order.purchase_id.in_(mine), Order.status.in_(rules.OPEN))
    if db.session.scalar(sa.select(still_open)):
        raise Invalid("orders.account_has_open_orders")
    addresses = sa.select(Purchase.buyer_email).where(Purchase.person_id == leaving.person_id).distinct()
    for address in db.session.scalars(addresses).all():
        notifications.forget_address(address)
    db.session.execute(sa.update(Order).where(Order.purchase_id.in_(mine)).values(note="", search_text=""))
    orders = sa.select(Order.id).where(Order.purchase_id.in_(mine))
    db.session.execute(sa.delete(OrderAcceptance).where(OrderAcceptance.order_id.in_(orders)))
    nothing = dict.fromkeys(("buyer_name", "buyer_email", "buyer_phone", "street", "rt_rw", "postcode", "landmark"), "")
    db.session.execute(sa.update(Purchase).where(Purchase.person_id == leaving.person_id).values(**nothing))


def export_purchases(person_id: int) -> list[dict[str, object]]:
    """What somebody bought, for the copy of their own data. Rupiah; two statements."""
    bought = Purchase.__table__
    query = sa.select(bought).where(bought.c.person_id == person_id).order_by(bought.c.id)
    purchases = {row.id: row._asdict() for row in db.session.execute(query)}
    lines = sa.select(
        Order.purchase_id, Order.code, Order.status, OrderLine.product_name, OrderLine.quantity, OrderLine.unit_price
    ).join(Order, Order.id == OrderLine.order_id)
    for purchase in purchases.values():
        purchase["lines"] = []
    lines = lines.where(Order.purchase_id.in_(purchases), OrderLine.quantity > 0).order_by(OrderLine.id)
    for purchase_id, *line in db.session.execute(lines):
        keys = ("order", "status", "product", "quantity", "unit_price")
        purchases[purchase_id]["lines"].append(dict(zip(keys, line, strict=True)))
    hidden = ("id", "person_id", "form_key")
    return [{key: value for key, value in found.items() if key not in hidden} for found in purchases.values()]
