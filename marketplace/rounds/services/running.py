"""A run: bags taken at doors, parcels brought, and what has to wait for the next run.

A runner may move on the orders of his own run and no others. Towards each shop he acts with no more than the right to
its orders, which the audit trail marks.
"""

from __future__ import annotations

import hmac
from datetime import date, timedelta

from marketplace.core import outbox
from marketplace.core.actor import SYSTEM, Actor, Grant, Right, Role
from marketplace.core.clock import today
from marketplace.core.db import db
from marketplace.core.errors import NotAllowed, NotFound, Refusal, Stale
from marketplace.core.locks import lock_many, lock_one
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.orders.rules import OrderStatus
from marketplace.rounds import events
from marketplace.rounds.models import Round, RoundOrder
from marketplace.rounds.policies import can_run
from marketplace.rounds.queries.runs import COLLECTABLE
from marketplace.rounds.rules import BY_ROUND, ON_A_RUN, next_day


def collect(actor: Actor, round_id: int, day: date, order_ids: list[int]) -> int:
    """The runner has these bags; how many that were. One that he has already is passed over.

    Raises NotAllowed, NotFound; Stale for an order that cannot be taken (it was cancelled, or is on another run), or
    when it is not the day of the run.
    """
    held = _of_run(actor, round_id, day, order_ids)
    if any(order.status not in COLLECTABLE | {OrderStatus.ON_THE_WAY} for order in held):
        raise Stale("rounds.moved_on")
    fresh = [order for order in held if order.status in COLLECTABLE]
    for order in fresh:
        orders.collect(_towards(actor, order), order.id)
    return len(fresh)


def not_ready(actor: Actor, round_id: int, day: date, order_id: int) -> date:
    """The bag is not ready: it goes with the next run, whose day is returned. Buyer and shop are told.

    Raises NotAllowed, NotFound; Stale when it has been taken, has ended, or it is not the day of the run.
    """
    order = _of_run(actor, round_id, day, [order_id])[0]
    if order.status not in ON_A_RUN - {OrderStatus.ON_THE_WAY}:
        raise Stale("rounds.moved_on")
    return _put_off(_towards(actor, order), order)


def deliver(actor: Actor, round_id: int, day: date, order_ids: list[int], code: str) -> Refusal | None:
    """A parcel is in its buyer's hand, which the four digits of any order in it prove: all that was collected of it is
    done. A wrong code is returned, not raised, and counts on the first order of the parcel (see `orders.hand_over`).

    Raises NotAllowed, NotFound, Stale when nothing of it is on its way, TooMany while it is locked.
    """
    held = [each for each in _of_run(actor, round_id, day, order_ids) if each.status is OrderStatus.ON_THE_WAY]
    if not held:
        raise Stale("rounds.moved_on")
    first, typed = held[0], code.strip()
    is_known = any(hmac.compare_digest(typed.encode(), order.handover_code.encode()) for order in held)
    refusal = orders.hand_over(_towards(actor, first), first.id, first.handover_code if is_known else typed)
    if refusal is not None:
        return refusal
    for order in held[1:]:
        orders.hand_over(_towards(actor, order), order.id, order.handover_code)
    return None


def nobody_home(actor: Actor, round_id: int, day: date, order_ids: list[int]) -> date:
    """Nobody opened: what the runner has of a parcel goes with the next run, whose day is returned; so does the rest.

    Raises NotAllowed, NotFound, Stale when nothing of it is on its way.
    """
    held = [order for order in _of_run(actor, round_id, day, order_ids) if order.status in ON_A_RUN]
    if not any(order.status is OrderStatus.ON_THE_WAY for order in held):
        raise Stale("rounds.moved_on")
    days = [_put_off(_towards(actor, order), order) for order in held]
    return days[0]


def roll_over(order_id: int) -> None:
    """What a run that is over has left behind goes with the next one. Raises Stale when nothing is left to do."""
    order = lock_one(Order, order_id)
    booked = db.session.get(RoundOrder, order_id, populate_existing=True)
    if booked is None or booked.day >= today() or order.status not in ON_A_RUN:
        raise Stale("rounds.moved_on")
    _put_off(SYSTEM, order)


def _of_run(actor: Actor, round_id: int, day: date, order_ids: list[int]) -> list[Order]:
    """These orders, locked, when they go with this run of the actor's round, which is today's."""
    if not can_run(actor, round_id):
        raise NotAllowed("rounds.not_yours")
    if day != today():
        raise Stale("rounds.not_today")
    held = lock_many(Order, order_ids)
    if not held:
        raise NotFound
    for order in held:
        booked = db.session.get(RoundOrder, order.id, populate_existing=True)
        if booked is None or booked.round_id != round_id:
            raise NotFound
        if booked.day != day:
            raise Stale("rounds.moved_on")
    return held


def _put_off(actor: Actor, order: Order) -> date:
    """On to the next run: after today for the runner, whose run is today's; from today on for the clock."""
    booked = db.session.get_one(RoundOrder, order.id)
    found = db.session.get_one(Round, booked.round_id)
    after = today() - timedelta(days=1) if actor.is_system else today()
    booked.day = next_day(found.weekdays, after)
    booked.put_off += 1
    orders.put_off(actor, order.id, booked.day)
    outbox.emit(events.OrderPutOff(order.id, booked.put_off))
    db.session.flush()
    return booked.day


def _towards(actor: Actor, order: Order) -> Actor:
    grants = frozenset({Grant(Role.STORE_STAFF, order.store_id, frozenset({Right.ORDERS}))})
    return Actor(actor.person_id, actor.name, grants, via=BY_ROUND)
