"""A run as its runner sees it: at which doors he calls, and what he brings to whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from marketplace.core import clock
from marketplace.core.db import db
from marketplace.orders.models import Order, OrderLine, Purchase
from marketplace.orders.rules import ENDED_EARLY, OrderStatus, short_name
from marketplace.payments.rules import PaymentMethod
from marketplace.places.models import Region
from marketplace.rounds.models import Round, RoundOrder, RoundStore
from marketplace.rounds.queries.setting import stop_order
from marketplace.rounds.rules import ON_A_RUN
from marketplace.stores.models import Store

LOOKS_BACK = timedelta(days=7)
COLLECTABLE = frozenset({OrderStatus.PROCESSING, OrderStatus.READY})
MOST_RUNS = 60


@dataclass(frozen=True)
class RunOrder:
    """An order in a run. Sums are rupiah; `cash` is what the buyer pays at her door, `fee` its part of the fee."""

    id: int
    code: str
    status: OrderStatus
    pieces: int
    cash: int
    fee: int
    put_off: int
    purchase_id: int
    purchase_code: str
    buyer: str
    store_id: int
    store_name: str
    store_street: str
    store_village: str
    store_landmark: str
    store_phone: str

    @property
    def is_collectable(self) -> bool:
        """May the runner take it at the door?"""
        return self.status in COLLECTABLE

    @property
    def is_ended(self) -> bool:
        """Declined, cancelled or lapsed: nothing to take, whatever a printed list says."""
        return self.status in ENDED_EARLY


@dataclass(frozen=True)
class Stop:
    """A shop at which the runner calls."""

    orders: tuple[RunOrder, ...]

    @property
    def shop(self) -> RunOrder:
        """Any of its orders names it."""
        return self.orders[0]


@dataclass(frozen=True)
class Door:
    """Where a parcel goes. Only on the day of the run; the phone number only while it is on its way."""

    street: str
    landmark: str
    phone: str


@dataclass(frozen=True)
class RunParcel:
    """All that one buyer gets by this run."""

    orders: tuple[RunOrder, ...]
    door: Door | None

    @property
    def first(self) -> RunOrder:
        """Any of its orders names the buyer."""
        return self.orders[0]

    @property
    def on_the_way(self) -> tuple[RunOrder, ...]:
        return tuple(order for order in self.orders if order.status is OrderStatus.ON_THE_WAY)

    @property
    def cash(self) -> int:
        """What is to be paid for what the runner has with him."""
        return sum(order.cash for order in self.on_the_way)

    @property
    def is_done(self) -> bool:
        return all(order.status is OrderStatus.DONE for order in self.orders)


@dataclass(frozen=True)
class Run:
    """A round on a day."""

    round: Round
    day: date
    stops: tuple[Stop, ...] = ()
    parcels: tuple[RunParcel, ...] = ()

    @property
    def is_today(self) -> bool:
        return self.day == clock.today()


@dataclass(frozen=True)
class RunRow:
    """A run in the runner's list: how many orders, and how many of them are still open."""

    round_id: int
    name: str
    day: date
    window: str
    orders: int
    open: int = field(default=0)


def runs_of(round_ids: Iterable[int]) -> list[RunRow]:
    """The runs with orders of these rounds, from a week ago on, the first day first. One statement."""
    open_ones = sa.func.count(sa.case((Order.status.in_(ON_A_RUN), 1)))
    query = (
        sa.select(Round, RoundOrder.day, sa.func.count(), open_ones)
        .join(RoundOrder, RoundOrder.round_id == Round.id)
        .join(Order, Order.id == RoundOrder.order_id)
        .where(
            Round.id.in_(sorted(set(round_ids))),
            RoundOrder.day >= clock.today() - LOOKS_BACK,
            Order.status.not_in(ENDED_EARLY | {OrderStatus.UNPAID}),
        )
        .group_by(Round.id, RoundOrder.day)
        .order_by(RoundOrder.day, Round.name)
        .limit(MOST_RUNS)
    )
    return [RunRow(row[0].id, row[0].name, row[1], row[0].window, row[2], row[3]) for row in db.session.execute(query)]


def run_view(found: Round, day: date) -> Run:
    """A run with its stops and parcels. Two statements, however many orders."""
    rows = _rows(found.id, day)
    orders = [each for each, _ in rows]
    stops = tuple(Stop(tuple(group)) for _, group in groupby(orders, key=attrgetter("store_id")))
    live = sorted((row for row in rows if not row[0].is_ended), key=lambda row: row[0].purchase_id)
    parcels = []
    for _, group in groupby(live, key=lambda row: row[0].purchase_id):
        held = list(group)
        parcels.append(RunParcel(tuple(each for each, _ in held), _door(held[0][1], [each for each, _ in held], day)))
    return Run(found, day, stops, tuple(parcels))


def order_in_run(round_id: int, day: date, code: str) -> int | None:
    """The id of an order that goes with a run."""
    query = sa.select(Order.id).join(RoundOrder, RoundOrder.order_id == Order.id)
    return db.session.scalar(query.where(RoundOrder.round_id == round_id, RoundOrder.day == day, Order.code == code))


def orders_of_parcel(round_id: int, day: date, purchase_code: str) -> list[int]:
    """The ids of the orders of a purchase that go with a run."""
    query = (
        sa.select(Order.id)
        .join(RoundOrder, RoundOrder.order_id == Order.id)
        .join(Purchase, Purchase.id == Order.purchase_id)
        .where(RoundOrder.round_id == round_id, RoundOrder.day == day, Purchase.code == purchase_code)
        .order_by(Order.id)
    )
    return list(db.session.scalars(query))


def rounds_on(day: date) -> list[int]:
    """The rounds (ids) that have open orders on a day."""
    query = (
        sa.select(RoundOrder.round_id)
        .join(Order, Order.id == RoundOrder.order_id)
        .where(RoundOrder.day == day, Order.status.in_(ON_A_RUN))
        .distinct()
        .order_by(RoundOrder.round_id)
    )
    return list(db.session.scalars(query))


def left_behind(before: date) -> list[int]:
    """Open orders whose run was before a day, by id."""
    query = (
        sa.select(Order.id)
        .join(RoundOrder, RoundOrder.order_id == Order.id)
        .where(RoundOrder.day < before, Order.status.in_(ON_A_RUN))
        .order_by(Order.id)
    )
    return list(db.session.scalars(query))


def _rows(round_id: int, day: date) -> list[tuple[RunOrder, Purchase]]:
    village = aliased(Region)
    pieces = sa.select(sa.func.sum(OrderLine.quantity)).where(OrderLine.order_id == Order.id).scalar_subquery()
    query = (
        sa.select(Order, Purchase, Store, village.name, RoundOrder.put_off, pieces)
        .join(RoundOrder, RoundOrder.order_id == Order.id)
        .join(Purchase, Purchase.id == Order.purchase_id)
        .join(Store, Store.id == Order.store_id)
        .join(village, village.code == Store.village_code)
        .outerjoin(RoundStore, sa.and_(RoundStore.round_id == round_id, RoundStore.store_id == Store.id))
        .where(RoundOrder.round_id == round_id, RoundOrder.day == day, Order.status != OrderStatus.UNPAID)
        .order_by(*stop_order(), Order.id)
    )
    return [(_order(*row), row[1]) for row in db.session.execute(query)]


def _order(order: Order, purchase: Purchase, store: Store, village: str, put_off: int, pieces: int) -> RunOrder:
    is_cash = purchase.payment_method is PaymentMethod.CASH
    return RunOrder(
        id=order.id,
        code=order.code,
        status=order.status,
        pieces=int(pieces),
        cash=order.total if is_cash else 0,
        fee=order.delivery_fee,
        put_off=put_off,
        purchase_id=purchase.id,
        purchase_code=purchase.code,
        buyer=short_name(purchase.buyer_name),
        store_id=store.id,
        store_name=store.name,
        store_street=store.street,
        store_village=village,
        store_landmark=store.landmark,
        store_phone=store.phone,
    )


def _door(purchase: Purchase, orders: list[RunOrder], day: date) -> Door | None:
    if day != clock.today() or all(order.status is OrderStatus.DONE for order in orders):
        return None
    is_on_the_way = any(order.status is OrderStatus.ON_THE_WAY for order in orders)
    numbers = f"RT/RW {purchase.rt_rw}" if purchase.rt_rw else ""
    street = ", ".join(filter(None, (purchase.street, numbers, purchase.region_names)))
    return Door(street, purchase.landmark, purchase.buyer_phone if is_on_the_way else "")
