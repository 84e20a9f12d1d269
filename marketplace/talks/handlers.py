"""Letters about new messages: at most one in a quarter of an hour for each side of an order, with all that is new."""

from __future__ import annotations

from marketplace.accounts.queries import people_of_store
from marketplace.core.actor import Right
from marketplace.core.db import db, transaction
from marketplace.notifications.services import write_letter
from marketplace.orders.models import Order, Purchase
from marketplace.orders.policies import guest_key
from marketplace.talks import queries, services
from marketplace.talks.events import MessageSent
from marketplace.talks.models import ThreadSide
from marketplace.talks.rules import Side


def tell_of_message(event: MessageSent) -> None:
    """To the other side: what was written, unless it has been read, or a letter went out a moment ago."""
    _tell(event.order_id, Side(event.side))


def tell_later() -> None:
    """Routine: what came in after a letter went out, as soon as the next one may be written."""
    waiting = queries.to_tell()
    db.session.rollback()
    for order_id, side in waiting:
        _tell(order_id, side)


def _tell(order_id: int, side: Side) -> None:
    with transaction():
        taken = services.take_letter(order_id, side)
        if taken is None:
            return
        row, texts = taken
        talk = queries.talk(order_id)
        order = db.session.get_one(Order, order_id)
        purchase = db.session.get_one(Purchase, order.purchase_id)
        values = {"talk": talk, "texts": texts, "purchase": purchase}
        if side is Side.BUYER:
            path = f"/pesanan/{order.code}/pesan"
            if purchase.person_id is None:
                path += f"?kunci={guest_key(purchase.code)}"
            key = _key(row, "buyer")
            write_letter(key, purchase.buyer_email, "talks/to_buyer", purchase.language, path=path, **values)
            return
        path = f"/penjual/pesanan/{order.code}/pesan"
        for person in people_of_store(order.store_id, Right.ORDERS):
            key = _key(row, person.id)
            write_letter(key, person.email or "", "talks/to_shop", person.language, person=person, path=path, **values)


def _key(row: ThreadSide, to: int | str) -> str:
    return f"talks.message:{row.inbox_id}:{to}"
