"""What the law on personal data asks of purchases (UU PDP): a copy for the buyer, and forgetting her."""

from __future__ import annotations

import sqlalchemy as sa

from marketplace.accounts.services.closing import Leaving
from marketplace.core.db import db
from marketplace.core.errors import Invalid
from marketplace.notifications import services as notifications
from marketplace.orders import rules
from marketplace.orders.models import Order, OrderLine, Purchase


def forget_buyer(leaving: Leaving) -> None:
    """Keep what was sold for how much, and nothing of who bought it: the account is closed.

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
