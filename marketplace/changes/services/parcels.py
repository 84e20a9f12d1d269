"""Sending an order in parts. The last part goes the way that every order goes: `orders.mark_ready`, `orders.send`."""

from __future__ import annotations

from collections.abc import Mapping

from marketplace.changes import events, queries
from marketplace.changes.models import Parcel, ParcelLine
from marketplace.changes.rules import LineNow, field_of
from marketplace.changes.services.steps import for_buyer, for_shop
from marketplace.core import audit, outbox
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.clock import now
from marketplace.core.db import db
from marketplace.core.errors import Invalid, NotFound, Stale
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.orders.policies import Buyer
from marketplace.orders.rules import OrderStatus
from marketplace.shipping.rules import BY_COURIER


def send_part(actor: Actor, order_id: int, pieces: Mapping[int, int], tracking_number: str, seen: str) -> Parcel:
    """Send, or hand out, so many pieces of each line (by its id) now. With the last pieces the order moves on.

    What goes by post needs its number. `seen` is the mark of the page (`queries.stamp_of`). Raises NotFound,
    NotAllowed; Invalid (fields quantity_<line>, tracking_number) for more than is left, or nothing; Stale when the
    order is not being prepared, a change is open, or the page is no longer true.
    """
    order = for_shop(actor, order_id)
    if order.status is not OrderStatus.PROCESSING:
        raise Stale("orders.moved_on")
    if queries.open_change(order.id) is not None:
        raise Stale("changes.answer_first")
    if seen != queries.stamp_of(order.id):
        raise Stale("changes.meanwhile")
    lines = queries.lines_now(order.id)
    chosen = _checked(lines, pieces)
    number = orders.number_of(order, tracking_number)
    parcel = Parcel(
        order_id=order.id,
        number=len(queries.parcels_of([order.id]).get(order.id, [])) + 1,
        tracking_number=number,
        person_id=actor.person_id,
        sent_at=now(),
    )
    db.session.add(parcel)
    order.has_changes = True
    db.session.flush()
    db.session.add_all(ParcelLine(parcel_id=parcel.id, line_id=key, quantity=value) for key, value in chosen.items())
    db.session.flush()
    audit.record(actor, "changes.part_sent", "order", order.code, parcel=parcel.number, pieces=sum(chosen.values()))
    outbox.emit(events.ParcelSent(parcel.id))
    if _is_all_sent(order):
        _move_on(actor, order, number)
    return parcel


def move_on_when_sent(order: Order) -> None:
    """Let an order go on of which a change left no more than was sent already."""
    if order.status is OrderStatus.PROCESSING and _is_all_sent(order):
        last = queries.parcels_of([order.id])[order.id][-1]
        _move_on(SYSTEM, order, last.tracking_number)


def confirm_parcel(buyer: Buyer, order_id: int, number: int) -> Parcel:
    """The buyer says that one parcel has come. The order itself ends as always: with her code, or her word on it all.

    Safe to repeat. Raises NotFound, NotAllowed.
    """
    order = for_buyer(buyer, order_id)
    found = [each.id for each in queries.parcels_of([order.id]).get(order.id, []) if each.number == number]
    if not found:
        raise NotFound("changes.not_found")
    parcel = db.session.get_one(Parcel, found[0])
    if parcel.arrived_at is None:
        parcel.arrived_at = now()
        audit.record(buyer.actor, "changes.part_arrived", "order", order.code, parcel=parcel.number)
        db.session.flush()
    return parcel


def _checked(lines: list[LineNow], pieces: Mapping[int, int]) -> dict[int, int]:
    """What goes into the parcel. Raises Invalid, and Stale for a line that is not there."""
    known = {line.line_id: line for line in lines}
    if set(pieces) - set(known):
        raise Stale("changes.meanwhile")
    for line_id, quantity in pieces.items():
        left = known[line_id].quantity - known[line_id].sent
        if not 0 <= quantity <= left:
            raise Invalid("changes.too_many_pieces", field=field_of("quantity", line_id), most=left)
    chosen = {line_id: quantity for line_id, quantity in pieces.items() if quantity}
    if not chosen:
        raise Invalid("changes.empty_parcel")
    return chosen


def _is_all_sent(order: Order) -> bool:
    lines = queries.lines_now(order.id)
    return bool(lines) and all(line.quantity == line.sent for line in lines)


def _move_on(actor: Actor, order: Order, number: str) -> None:
    if order.delivery_method in BY_COURIER:
        orders.send(actor, order.id, number)
    else:
        orders.mark_ready(actor, order.id)
