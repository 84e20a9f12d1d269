"""Asking for a change: by the shop while it has not handed over, by the buyer until the shop has said yes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from marketplace.catalog.queries import Offer, offers
from marketplace.catalog.rules import Supply
from marketplace.changes import events, queries, rules
from marketplace.changes.models import OrderChange, OrderLineChange
from marketplace.changes.rules import Asked, LineNow, Side, Wish, field_of
from marketplace.changes.services.steps import for_buyer, for_shop
from marketplace.core import audit, outbox, settings
from marketplace.core.actor import Actor
from marketplace.core.clock import now, today
from marketplace.core.db import db
from marketplace.core.errors import Invalid, Stale
from marketplace.orders.models import Order
from marketplace.orders.policies import Buyer
from marketplace.orders.rules import OrderStatus

ANSWER_HOURS = settings.define(
    "changes.answer_hours", 24, "Jam yang dimiliki pembeli untuk menjawab usulan perubahan", minimum=1, maximum=168
)
MOST_PAUSE_HOURS = settings.define(
    "changes.most_pause_hours",
    72,
    "Jam terlama waktu jawab toko boleh berhenti karena usulan perubahan",
    minimum=1,
    maximum=336,
)
MOST_PER_ORDER = settings.define(
    "changes.most_per_order", 10, "Usulan perubahan terbanyak untuk satu pesanan", minimum=1, maximum=50
)
GRACE = timedelta(hours=3)
"""At least so much time a shop has left to answer once its clock runs again."""
SHORTEST = timedelta(minutes=30)


@dataclass(frozen=True)
class _Row:
    """One line of the change, checked."""

    line: LineNow
    wish: Wish
    offer: Offer | None = None
    price: int = 0

    @property
    def after(self) -> int:
        """What is paid for what the line becomes (rupiah)."""
        return self.line.paid_for(self.wish.quantity * (self.wish.unit_price or 0) + self.wish.pieces * self.price)


def propose(actor: Actor, order_id: int, asked: Asked, seen: str) -> OrderChange:
    """The shop proposes a change, with a reason; the buyer answers within `changes.answer_hours`.

    While the order waits for the shop's answer its clock stands still, all in all for `changes.most_pause_hours`.
    `seen` is the mark of the page (`queries.stamp_of`). Raises NotFound, NotAllowed; Stale when the order has moved on
    or a change is open; Invalid at the field that asks for too much.
    """
    return _ask(actor, for_shop(actor, order_id), Side.SHOP, asked, seen)


def ask(buyer: Buyer, order_id: int, asked: Asked, seen: str) -> OrderChange:
    """The buyer asks for less, or leaves another note, until the shop has said yes. Raises as `propose` does."""
    return _ask(buyer.actor, for_buyer(buyer, order_id), Side.BUYER, asked, seen)


def _ask(actor: Actor, order: Order, side: Side, asked: Asked, seen: str) -> OrderChange:
    _demand_room(order, side, seen)
    reason = rules.checked_reason(asked.reason, is_required=side is Side.SHOP)
    rows = _checked(order, side, asked)
    day = rules.checked_day(asked.ready_by, today(), order.ready_by) if side is Side.SHOP else None
    note = None if asked.note is None or asked.note.strip() == order.note else asked.note.strip()
    changed = [row for row in rows if rules.changes_something(row.line, row.wish)]
    if not changed and day is None and note is None:
        raise Invalid("changes.nothing", field="reason")
    before, after = sum(row.line.paid for row in rows), sum(row.after for row in rows)
    if not any(row.wish.quantity + row.wish.pieces for row in rows):
        raise Invalid("changes.nothing_left", field="reason")
    if before - after > order.goods_total - order.refunded_goods:
        raise Invalid("changes.refunded_already", field="reason")
    made_at = now()
    change = OrderChange(
        order_id=order.id,
        side=side,
        person_id=actor.person_id,
        reason=reason,
        goods_before=before,
        goods_after=after,
        ready_by=day,
        note=note[: rules.LONGEST_REASON] if note is not None else None,
        made_at=made_at,
        answer_by=_answer_by(order, side, made_at),
        clock_before=order.answer_by if side is Side.SHOP and order.status is OrderStatus.WAITING else None,
    )
    db.session.add(change)
    order.has_changes = True
    db.session.flush()
    db.session.add_all([_as_row(change.id, row) for row in changed])
    if change.clock_before is not None:
        order.answer_by = rules.paused(order.answer_by, made_at, change.answer_by, GRACE)
    db.session.flush()
    audit.record(actor, f"changes.asked_by_{side}", "order", order.code, change=change.id, less=before - after)
    outbox.emit(events.ChangeAsked(change.id))
    return change


def _demand_room(order: Order, side: Side, seen: str) -> None:
    """Raises Stale when this is not the time for a change."""
    if order.status not in rules.MAY_ASK[side]:
        raise Stale("orders.moved_on")
    if queries.open_change(order.id) is not None:
        raise Stale("changes.open_already")
    if seen != queries.stamp_of(order.id):
        raise Stale("changes.meanwhile")
    made = sa.select(sa.func.count()).where(OrderChange.order_id == order.id)
    if (db.session.scalar(made) or 0) >= MOST_PER_ORDER.today():
        raise Stale("changes.too_many")


def _checked(order: Order, side: Side, asked: Asked) -> list[_Row]:
    """All lines of the order, with what is asked of each. Raises Invalid."""
    lines = queries.lines_now(order.id)
    wishes = {line.line_id: asked.lines.get(line.line_id, Wish(line.quantity)) for line in lines}
    if set(asked.lines) - set(wishes):
        raise Stale("changes.meanwhile")
    rows = [_Row(line, rules.checked_wish(line, wishes[line.line_id], side)) for line in lines]
    wanted = [row.wish.variant_id for row in rows if row.wish.variant_id is not None]
    if not wanted:
        return rows
    held = {each.variant_id for each in queries.substitutes(order.id, only=wanted)}
    found = offers(held)
    return [_with_offer(row, found, wanted) if row.wish.variant_id is not None else row for row in rows]


def _with_offer(row: _Row, found: dict[int, Offer], wanted: list[int]) -> _Row:
    """The row with what comes instead. Raises Invalid: not of this shop, in the order already, or not to be had."""
    variant_id, name = row.wish.variant_id or 0, field_of("substitute", row.line.line_id)
    offer = found.get(variant_id)
    if offer is None or wanted.count(variant_id) > 1:
        raise Invalid("changes.no_substitute", field=name)
    if offer.available < row.wish.pieces and offer.supply is not Supply.TO_ORDER:  # a workshop may free its own room
        raise Invalid("changes.substitute_gone", field=name, left=max(0, offer.available))
    price = rules.substitute_price(row.line.unit_price, offer.price_for(row.wish.pieces))
    return replace(row, offer=offer, price=price)


def _answer_by(order: Order, side: Side, at: datetime) -> datetime:
    """Until when the other side answers. Raises Stale when no time is left for it."""
    if side is Side.BUYER:
        until = order.answer_by
    else:
        until = at + timedelta(hours=ANSWER_HOURS.today())
        if order.status is OrderStatus.WAITING:
            first = sa.select(sa.func.min(OrderChange.clock_before)).where(OrderChange.order_id == order.id)
            clock = db.session.scalar(first) or order.answer_by
            until = min(until, clock + timedelta(hours=MOST_PAUSE_HOURS.today()))
    if until < at + SHORTEST:
        raise Stale("changes.no_time")
    return until


def _as_row(change_id: int, row: _Row) -> OrderLineChange:
    made = OrderLineChange(
        change_id=change_id,
        line_id=row.line.line_id,
        before_quantity=row.line.quantity,
        before_price=row.line.unit_price,
        quantity=row.wish.quantity,
        unit_price=row.wish.unit_price,
    )
    if row.offer is not None:
        made.variant_id = row.offer.variant_id
        made.instead_quantity, made.instead_price = row.wish.pieces, row.price
        made.product_name, made.variant_name = row.offer.product_name, row.offer.variant_name
        made.picture_key = row.offer.picture.key if row.offer.picture else ""
        made.is_not_halal, made.weight = row.offer.is_not_halal, row.offer.weight
        made.allergens = list(row.offer.allergens)
    return made
