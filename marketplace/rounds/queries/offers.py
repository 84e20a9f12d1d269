"""Which rounds would bring the goods of a cart, on which day, and for how much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from marketplace.core import clock
from marketplace.core.db import db
from marketplace.orders.models import Order
from marketplace.orders.rules import ENDED_EARLY
from marketplace.places.rules import ancestors
from marketplace.rounds.models import Round, RoundFee, RoundOrder, RoundRegion, RoundStore
from marketplace.rounds.rules import open_days, run_ref
from marketplace.shipping.queries import DeliveryOption
from marketplace.shipping.rules import DeliveryMethod
from marketplace.stores.models import Store


@dataclass(frozen=True)
class Goods:
    """What one shop would give the runner: ready on a day (None: they lie there); `only_today`: cooked for today."""

    ready_on: date | None = None
    only_today: bool = False


def offers(goods: Mapping[int, Goods], village_code: str | None) -> dict[int, list[DeliveryOption]]:
    """The rounds that call at these shops (by id) and bring to a village, each with its next run that has room for all
    of them and by whose day everything is made. The fee is that of the whole parcel. Three statements at most.
    """
    if not village_code or not goods:
        return {}
    shops = _shops(goods, village_code)
    if not shops:
        return {}
    rounds = {found.id: found for found, _ in shops}
    fees, taken = current_fees(rounds), orders_of_runs(rounds)
    offered: dict[int, list[DeliveryOption]] = {}
    for round_id, found in sorted(rounds.items(), key=lambda pair: (pair[1].name, pair[0])):
        store_ids = [store_id for each, store_id in shops if each.id == round_id]
        day = _day(found, [goods[store_id] for store_id in store_ids], taken)
        if day is None or round_id not in fees:
            continue
        way = DeliveryOption(
            DeliveryMethod.ROUND,
            fees[round_id],
            note=found.window,
            ref=run_ref(round_id, day),
            name=found.name,
            days=day.isoformat(),
        )
        for store_id in store_ids:
            if not goods[store_id].only_today or day == clock.today():
                offered.setdefault(store_id, []).append(way)
    return offered


def current_fees(round_ids: Iterable[int]) -> dict[int, int]:
    """Rupiah for a parcel today, by round. One statement."""
    query = (
        sa.select(RoundFee.round_id, RoundFee.fee)
        .where(RoundFee.round_id.in_(sorted(set(round_ids))), RoundFee.from_day <= clock.today())
        .order_by(RoundFee.round_id, RoundFee.from_day)
    )
    return {row.round_id: row.fee for row in db.session.execute(query)}


def orders_of_runs(round_ids: Iterable[int]) -> Counter[tuple[int, date]]:
    """How many orders go with each run from today on, by round and day; those that ended early go nowhere."""
    query = (
        sa.select(RoundOrder.round_id, RoundOrder.day, sa.func.count())
        .join(Order, Order.id == RoundOrder.order_id)
        .where(
            RoundOrder.round_id.in_(sorted(set(round_ids))),
            RoundOrder.day >= clock.today(),
            Order.status.not_in(ENDED_EARLY),
        )
        .group_by(RoundOrder.round_id, RoundOrder.day)
    )
    return Counter({(round_id, day): count for round_id, day, count in db.session.execute(query)})


def shops_together(store_ids: Iterable[int]) -> tuple[str, int] | None:
    """The round at which most of these shops take part, and how many; None when no two share one. One statement."""
    query = (
        sa.select(Round.name, sa.func.count())
        .join(RoundStore, RoundStore.round_id == Round.id)
        .where(Round.is_open.is_(True), RoundStore.store_id.in_(sorted(set(store_ids))))
        .group_by(Round.id, Round.name)
        .having(sa.func.count() > 1)
        .order_by(sa.func.count().desc(), Round.name)
        .limit(1)
    )
    row = db.session.execute(query).first()
    return (row[0], row[1]) if row else None


def _shops(goods: Mapping[int, Goods], village_code: str) -> list[tuple[Round, int]]:
    visited, brought = aliased(RoundRegion), aliased(RoundRegion)
    brings = sa.exists().where(
        brought.round_id == Round.id, brought.brings.is_(True), brought.region_code.in_(ancestors(village_code))
    )
    query = (
        sa.select(Round, Store.id)
        .join(RoundStore, RoundStore.round_id == Round.id)
        .join(Store, Store.id == RoundStore.store_id)
        .join(visited, sa.and_(visited.round_id == Round.id, visited.region_code == Store.village_code))
        .where(Round.is_open.is_(True), visited.visits.is_(True), Store.id.in_(sorted(goods)), brings)
        .order_by(Round.id, Store.id)
    )
    return [(row[0], row[1]) for row in db.session.execute(query)]


def _day(found: Round, goods: list[Goods], taken: Counter[tuple[int, date]]) -> date | None:
    """The next run with room for one order of each of these shops."""
    first = max((each.ready_on for each in goods if each.ready_on), default=None)
    days = open_days(found.weekdays, found.starts, found.closes_before, clock.now().astimezone(clock.WITA), first)
    return next((day for day in days if taken[found.id, day] + len(goods) <= found.capacity), None)
